import type { Json, JsonObject } from '../../base/json.ts'
import type { SseMessage } from '../../base/sse.ts'
import type { Flaw, GenerationEvent, NativeFrame } from '../../generation/events.ts'
import { faultOfJson, namedStatus } from '../faults.ts'
import { parseJson, readObject, readText } from '../json.ts'
import type { UpstreamTarget } from '../protocol.ts'
import type { AnswerReader } from '../read-answer.ts'
import { brokenAnswer, upstreamError } from '../upstream-error.ts'
import { BlockReader } from './block-reader.ts'
import { finishReasonOf } from './stop-reasons.ts'
import { readUsage } from './usage.ts'

/** How many events of one answer may be no JSON before the answer counts as broken. */
const malformedMax = 3

/** Reads the events of one answer, and remembers what no single one tells. */
export class EventReader implements AnswerReader {
  readonly #blocks: BlockReader
  #started = false
  #counts: JsonObject = {}
  #malformed = 0
  readonly #flaws = new Set<Flaw>()
  #finish: Extract<GenerationEvent, { type: 'finish' }> | undefined
  #closed = false

  constructor({ maker }: Pick<UpstreamTarget, 'maker'>) {
    this.#blocks = new BlockReader(maker ?? 'unknown')
  }

  /** The host has said that nothing follows. */
  get closed(): boolean {
    return this.#closed
  }

  /** The answer is whole, whether or not the host says so. */
  get finished(): boolean {
    return this.#finish !== undefined
  }

  readMessage(message: SseMessage): GenerationEvent[] {
    if (!('data' in message) || message.data === '' || message.data.startsWith('[DONE]')) return []
    const frame = readObject(parseJson(message.data))
    if (frame)
      return this.readFrame(
        message.event === 'error' ? { type: 'error', error: frame['error'] ?? frame } : frame,
      )
    if (message.event === 'error') throw reportedError(message.data)
    this.#flaws.add('malformed_event')
    this.#malformed++
    if (this.#malformed > malformedMax) throw brokenAnswer('malformed_events')
    return []
  }

  readFrame(frame: JsonObject): GenerationEvent[] {
    switch (readText(frame['type']) ?? '') {
      case 'message_start':
        return this.#readStart(readObject(frame['message']) ?? {})
      case 'content_block_start':
      case 'content_block_delta':
      case 'content_block_stop':
        return this.#blocks.read(frame)
      case 'message_delta':
        return this.#readDelta(frame)
      case 'message_stop':
        // A host that says it is done and only forgot the reason is believed; a stream that just stops is not.
        this.#finish ??= this.#blocks.finish()
        this.#closed = this.#finish !== undefined
        return []
      case 'error':
        throw reportedError(frame['error'] ?? frame)
      default:
        // Pings, and what was added to the format since.
        return []
    }
  }

  /** The end of the answer. Held back until here, because counts may follow a reason to stop. */
  end(): GenerationEvent[] {
    if (!this.#finish) throw brokenAnswer('ended_early')
    return [{ ...this.#finish, ...(this.#flaws.size > 0 && { flaws: [...this.#flaws] }) }]
  }

  /** Some hosts begin twice: the first counts. */
  #readStart(message: JsonObject): GenerationEvent[] {
    if (this.#started) return []
    this.#started = true
    const { content: _, ...said } = message
    const model = readText(message['model'])
    const upstreamId = readText(message['id'])
    return [
      {
        type: 'start',
        ...(model !== undefined && { model }),
        ...(upstreamId !== undefined && { upstreamId }),
        native: native({ type: 'message_start', message: said }),
      },
      // How much was written is not known yet: what is told here is a placeholder.
      ...this.#count({ ...readObject(message['usage']), output_tokens: 0 }),
    ]
  }

  #readDelta(frame: JsonObject): GenerationEvent[] {
    const delta = readObject(frame['delta']) ?? {}
    const events = this.#count(readObject(frame['usage']) ?? {})
    const told = readText(delta['stop_reason'])
    if (told === undefined) return events
    const reason = this.#blocks.answersByTool ? 'stop' : finishReasonOf(told)
    const stopSequence = readText(delta['stop_sequence'])
    this.#finish = {
      type: 'finish',
      reason,
      nativeReason: told,
      ...(stopSequence !== undefined && { stopSequence }),
      ...(!this.#blocks.answersByTool && { native: native(frame) }),
    }
    return events
  }

  /** Counts are cumulative, and a null takes nothing back. */
  #count(counts: JsonObject): GenerationEvent[] {
    const told = Object.entries(counts).filter(([, value]) => value !== null)
    this.#counts = { ...this.#counts, ...Object.fromEntries(told) }
    const usage = told.length > 0 ? readUsage(this.#counts, this.#blocks.ran) : undefined
    return usage ? [{ type: 'usage', usage }] : []
  }
}

function native(data: JsonObject): NativeFrame {
  return { format: 'anthropic-messages', data }
}

function reportedError(error: Json): Error {
  const wrapped: Json = { error }
  return upstreamError(namedStatus(wrapped), faultOfJson(null, wrapped))
}
