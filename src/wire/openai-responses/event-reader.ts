import type { GatewayError } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { SseMessage } from '../../base/sse.ts'
import type { FinishReason, Flaw, GenerationEvent } from '../../generation/events.ts'
import { faultOfJson, namedStatus } from '../faults.ts'
import { parseJson, readArray, readObject, readText } from '../json.ts'
import type { UpstreamTarget } from '../protocol.ts'
import type { AnswerReader } from '../read-answer.ts'
import { brokenAnswer, upstreamError } from '../upstream-error.ts'
import { isRequestField } from './fields.ts'
import { ItemReader } from './item-reader.ts'
import { readUsage } from './usage.ts'

/** How many events of one answer may be no JSON before the answer counts as broken. */
const malformedMax = 3

const terminal: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete'])

/** Reads the events of one answer, and remembers what no single event tells. */
export class EventReader implements AnswerReader {
  readonly #target: UpstreamTarget
  readonly #items: ItemReader
  #started = false
  #malformed = 0
  readonly #flaws = new Set<Flaw>()
  #finish: Extract<GenerationEvent, { type: 'finish' }> | undefined

  constructor(target: UpstreamTarget) {
    this.#target = target
    this.#items = new ItemReader(target.maker)
  }

  /** The host has said that the answer is over: nothing that follows belongs to it. */
  get finished(): boolean {
    return this.#finish !== undefined
  }

  get closed(): boolean {
    return this.finished
  }

  readMessage(message: SseMessage): GenerationEvent[] {
    if (!('data' in message) || message.data === '' || message.data.startsWith('[DONE]')) return []
    const frame = readObject(parseJson(message.data))
    if (!frame) {
      if (message.event === 'error') throw reported(message.data)
      this.#flaws.add('malformed_event')
      this.#malformed++
      if (this.#malformed > malformedMax) throw brokenAnswer('malformed_events')
      return []
    }
    // Some hosts name the event beside the data alone.
    return this.readFrame(readText(frame['type']) ?? message.event ?? '', frame)
  }

  readFrame(type: string, frame: JsonObject): GenerationEvent[] {
    const response = readObject(frame['response'])
    if (type === 'error' || type === 'response.error') throw reported(frame['error'] ?? frame)
    if (type === 'response.failed') throw reported(response?.['error'] ?? frame)
    // A failure of the transport has no type of its own.
    if (type === '' && (frame['error'] ?? null) !== null) throw reported(frame['error'] ?? null)
    if (terminal.has(type)) return [...this.#start(response), ...this.#end(type, response ?? {})]
    if (response) return this.#start(response)
    const events = this.#items.readFrame(type, frame)
    return events.length === 0 ? [] : [...this.#start(undefined), ...events]
  }

  /** A whole answer: what its stream would have said. */
  readWhole(response: JsonObject): GenerationEvent[] {
    const error = response['error'] ?? null
    if (error !== null || response['status'] === 'failed') throw reported(error ?? response)
    const status = readText(response['status']) ?? 'completed'
    if (status !== 'completed' && status !== 'incomplete') throw brokenAnswer(`status_${status}`)
    return this.readFrame(`response.${status}`, { response })
  }

  /** The end of the answer. A stream that just stops has none. */
  end(): GenerationEvent[] {
    if (!this.#finish) throw brokenAnswer('ended_early')
    return [{ ...this.#finish, ...(this.#flaws.size > 0 && { flaws: [...this.#flaws] }) }]
  }

  #start(response: JsonObject | undefined): GenerationEvent[] {
    if (this.#started) return []
    this.#started = true
    const model = readText(response?.['model'])
    const upstreamId = readText(response?.['id'])
    return [
      {
        type: 'start',
        ...(model !== undefined && { model }),
        ...(upstreamId !== undefined && { upstreamId }),
      },
    ]
  }

  #end(type: string, response: JsonObject): GenerationEvent[] {
    const events: GenerationEvent[] = []
    // Items that no event told of, as in a whole answer.
    for (const [index, item] of (readArray(response['output']) ?? []).entries()) {
      events.push(...this.#items.readItem(index, item))
    }
    const usage = readUsage(response, this.#target.quirks, this.#items.ran)
    if (usage) events.push({ type: 'usage', usage })
    this.#finish ??= {
      type: 'finish',
      ...this.#reasonOf(type, response),
      native: { format: 'openai-responses', data: { type, response: withoutOutput(response) } },
    }
    return events
  }

  #reasonOf(type: string, response: JsonObject): { reason: FinishReason; nativeReason: string } {
    const told = readText(readObject(response['incomplete_details'])?.['reason'])
    if (type === 'response.incomplete' || response['status'] === 'incomplete') {
      const reason = told === 'content_filter' ? 'content_filter' : 'length'
      return { reason, nativeReason: told ?? 'incomplete' }
    }
    return { reason: this.#items.called ? 'tool_calls' : 'stop', nativeReason: 'completed' }
  }
}

/** What a terminal event says beside the answer: the items were told before it. */
function withoutOutput(response: JsonObject): JsonObject {
  const { output: _output, ...rest } = response
  return rest
}

function reported(error: Json): GatewayError {
  const wrapped: Json = { error }
  const fault = faultOfJson(null, wrapped, isRequestField)
  // Told in a 200, a limit of rates is one all the same.
  const status = namedStatus(wrapped) ?? (fault.type === 'rate_limit' ? 429 : null)
  return upstreamError(status, fault)
}
