import { randomHex } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { SseMessage } from '../../base/sse.ts'
import type { FinishReason, Flaw, GenerationEvent } from '../../generation/events.ts'
import { parseJson, readArray, readCount, readObject, readText } from '../json.ts'
import type { AnswerReader } from '../read-answer.ts'
import { brokenAnswer, upstreamError } from '../upstream-error.ts'
import { faultOfBody } from './faults.ts'
import { ToolCall } from './tool-calls.ts'
import { readUsage } from './usage.ts'

/** How many events of one answer may be no JSON before the answer counts as broken. */
const malformedMax = 3

/** Reads the events of one answer. */
export class EventReader implements AnswerReader {
  #answerId = ''
  #started = false
  #calls = 0
  #call: ToolCall | undefined
  #malformed = 0
  readonly #flaws = new Set<Flaw>()
  #finish: Extract<GenerationEvent, { type: 'finish' }> | undefined

  /** Nothing follows the end of a message but, from some proxies, a `[DONE]`. */
  get closed(): boolean {
    return this.#finish !== undefined
  }

  get finished(): boolean {
    return this.#finish !== undefined
  }

  readMessage(message: SseMessage): GenerationEvent[] {
    if (!('data' in message) || message.data === '' || message.data === '[DONE]') return []
    const event = readObject(parseJson(message.data))
    if (event) return this.#readEvent(readText(event['type']) ?? message.event, event)
    this.#flaws.add('malformed_event')
    this.#malformed++
    if (this.#malformed > malformedMax) throw brokenAnswer('malformed_events')
    return []
  }

  /** A whole answer, as the events of its stream. */
  readWhole(body: JsonObject): GenerationEvent[] {
    const message = readObject(body['message']) ?? {}
    const events = this.#start(body)
    events.push(...textEvent('reasoning-delta', message['tool_plan']))
    for (const part of readArray(message['content']) ?? []) events.push(...contentEvents(part))
    for (const call of readArray(message['tool_calls']) ?? [])
      events.push(...this.#readCall(readObject(call)))
    events.push(...citationsIn(message['citations']))
    return [...events, ...this.#readEnd(body)]
  }

  end(): GenerationEvent[] {
    if (!this.#finish) throw brokenAnswer('ended_early')
    return [{ ...this.#finish, ...(this.#flaws.size > 0 && { flaws: [...this.#flaws] }) }]
  }

  #readEvent(type: string | undefined, event: JsonObject): GenerationEvent[] {
    const delta = readObject(event['delta']) ?? {}
    const message = readObject(delta['message']) ?? {}
    switch (type) {
      case 'message-start':
        return this.#start(event)
      case 'content-start':
      case 'content-delta':
        return contentEvents(message['content'])
      case 'tool-plan-delta':
        return textEvent('reasoning-delta', message['tool_plan'])
      case 'tool-call-start':
        return [...this.#endCall(), ...this.#beginCall(readObject(message['tool_calls']))]
      case 'tool-call-delta':
        return this.#call?.add(readObject(message['tool_calls']) ?? {}) ?? []
      case 'tool-call-end':
        return this.#endCall()
      case 'citation-start':
        return citationsIn(message['citations'])
      case 'message-end':
        return [...this.#endCall(), ...this.#readEnd(delta)]
      case undefined:
        // A refusal in the middle has the shape of one before the answer.
        throw upstreamError(null, faultOfBody(null, event))
      default:
        return []
    }
  }

  #start(event: JsonObject): GenerationEvent[] {
    if (this.#started) return []
    this.#started = true
    const upstreamId = readText(event['id'])
    this.#answerId = upstreamId ?? randomHex(8)
    return [{ type: 'start', ...(upstreamId !== undefined && { upstreamId }) }]
  }

  #readCall(call: JsonObject | undefined): GenerationEvent[] {
    return [...this.#beginCall(call), ...this.#endCall()]
  }

  #beginCall(call: JsonObject | undefined): GenerationEvent[] {
    this.#call = new ToolCall(this.#calls++)
    return this.#call.begin(call ?? {}, this.#answerId)
  }

  #endCall(): GenerationEvent[] {
    const events = this.#call?.end() ?? []
    this.#call = undefined
    return events
  }

  #readEnd(end: JsonObject): GenerationEvent[] {
    const native = readText(end['finish_reason']) ?? ''
    const usage = readUsage(end['usage'])
    if (failures.has(native)) throw upstreamError(null, faultOfBody(null, { message: end['error'] ?? '' }))
    const reason = reasons.get(native) ?? (this.#calls > 0 ? 'tool_calls' : 'stop')
    this.#finish = { type: 'finish', reason, ...(native !== '' && { nativeReason: native }) }
    return usage ? [{ type: 'usage', usage }] : []
  }
}

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['TOOL_CALL', 'tool_calls'],
  ['ERROR_TOXIC', 'content_filter'],
])

const failures: ReadonlySet<string> = new Set(['ERROR', 'TIMEOUT'])

function contentEvents(json: Json | undefined): GenerationEvent[] {
  const content = readObject(json)
  return [
    ...textEvent('reasoning-delta', content?.['thinking']),
    ...textEvent('text-delta', content?.['text']),
  ]
}

function textEvent(type: 'text-delta' | 'reasoning-delta', json: Json | undefined): GenerationEvent[] {
  const text = readText(json)
  return text === undefined || text === '' ? [] : [{ type, text }]
}

/** A passage of the answer, and the first of what it rests on: a document, or what a tool said, which has no address. */
function citationsIn(json: Json | undefined): GenerationEvent[] {
  const all = readArray(json) ?? [json ?? null]
  return all.flatMap((each): GenerationEvent[] => {
    const citation = readObject(each)
    const source = readObject(readArray(citation?.['sources'])?.[0])
    if (!citation || !source) return []
    const document = readObject(source['document'])
    const title = readText(document?.['title']) ?? readText(source['id'])
    const text = readText(citation['text'])
    const start = readCount(citation['start'])
    const end = readCount(citation['end'])
    const media = {
      kind: 'citation' as const,
      url: readText(document?.['url']) ?? '',
      ...(title !== undefined && { title }),
      ...(text !== undefined && { text }),
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
    }
    return [{ type: 'media', media }]
  })
}
