import { randomHex } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { SseMessage } from '../../base/sse.ts'
import type { Seal } from '../../generation/conversation.ts'
import type { Flaw, GenerationEvent } from '../../generation/events.ts'
import { argumentsText, parseJson, readArray, readObject, readText } from '../json.ts'
import type { UpstreamTarget } from '../protocol.ts'
import type { AnswerReader } from '../read-answer.ts'
import { callIdFor } from '../short-id.ts'
import { brokenAnswer, upstreamError } from '../upstream-error.ts'
import { errorIn, faultOfError } from './faults.ts'
import { finishReasonOf } from './finish.ts'
import { citationsOf } from './grounding.ts'
import { readUsage } from './usage.ts'

/** How many events of one answer may be no JSON before the answer counts as broken. */
const malformedMax = 3

type Finish = Extract<GenerationEvent, { type: 'finish' }>

/** Reads the chunks of one answer. Each is a piece of the answer in the form of a whole one; nothing marks the last. */
export class ChunkReader implements AnswerReader {
  readonly closed = false
  readonly #maker: string | undefined
  #answerId = ''
  #started = false
  #answered = false
  #calls = 0
  #text = ''
  #grounding: JsonObject | undefined
  #malformed = 0
  readonly #flaws = new Set<Flaw>()
  #finish: Finish | undefined

  constructor({ maker }: UpstreamTarget) {
    this.#maker = maker
  }

  get finished(): boolean {
    return this.#finish !== undefined
  }

  readMessage(message: SseMessage): GenerationEvent[] {
    if (!('data' in message) || message.data === '' || message.data === '[DONE]') return []
    const json = parseJson(message.data)
    const chunk = readObject(json) ?? readObject(readArray(json)?.[0])
    if (chunk) return this.readChunk(chunk)
    this.#flaws.add('malformed_event')
    this.#malformed++
    if (this.#malformed > malformedMax) throw brokenAnswer('malformed_events')
    return []
  }

  readChunk(chunk: JsonObject): GenerationEvent[] {
    const error = errorIn(chunk)
    if (error) throw upstreamError(Number(error['code']) || null, faultOfError(null, error))
    const events: GenerationEvent[] = this.#start(chunk)
    const [candidate, ...further] = readArray(chunk['candidates']) ?? []
    if (further.length > 0) this.#flaws.add('extra_choice')
    this.#readCandidate(readObject(candidate) ?? {}, events)
    const usage = readUsage(readObject(chunk['usageMetadata']))
    if (usage) events.push({ type: 'usage', usage: { ...usage, webSearches: this.#searches() } })
    this.#readBlock(readObject(chunk['promptFeedback']))
    return events
  }

  /** Held back until here, because usage and even text may follow a finish reason. */
  end(): GenerationEvent[] {
    if (!this.#finish) throw brokenAnswer('ended_early')
    const citations = citationsOf(this.#grounding, this.#text)
    const flaws = this.#flaws.size > 0 ? { flaws: [...this.#flaws] } : {}
    const called = this.#finish.reason === 'stop' && this.#calls > 0
    return [
      ...citations.map((media) => ({ type: 'media' as const, media })),
      { ...this.#finish, ...(called && { reason: 'tool_calls' as const }), ...flaws },
    ]
  }

  #start(chunk: JsonObject): GenerationEvent[] {
    if (this.#started) return []
    this.#started = true
    const upstreamId = readText(chunk['responseId'])
    const model = readText(chunk['modelVersion'])
    this.#answerId = upstreamId ?? randomHex(8)
    return [
      {
        type: 'start',
        ...(model !== undefined && { model }),
        ...(upstreamId !== undefined && { upstreamId }),
      },
    ]
  }

  #readCandidate(candidate: JsonObject, events: GenerationEvent[]): void {
    const content = readObject(candidate['content'])
    for (const part of readArray(content?.['parts']) ?? []) this.#readPart(readObject(part) ?? {}, events)
    this.#grounding = readObject(candidate['groundingMetadata']) ?? this.#grounding
    const native = readText(candidate['finishReason'])
    if (native === undefined || native === 'FINISH_REASON_UNSPECIFIED' || this.#finish) return
    const reason = finishReasonOf(native, this.#answered)
    if (reason === 'error') throw brokenAnswer(native.toLowerCase())
    this.#finish = { type: 'finish', reason, nativeReason: native }
  }

  /** A prompt that is blocked has no candidates, and no other end than this. */
  #readBlock(feedback: JsonObject | undefined): void {
    const native = readText(feedback?.['blockReason'])
    if (native === undefined || this.#finish) return
    this.#finish = { type: 'finish', reason: 'content_filter', nativeReason: native }
  }

  #readPart(part: JsonObject, events: GenerationEvent[]): void {
    const before = events.length
    const seal = this.#sealOf(part)
    const called = readObject(part['functionCall'])
    const text = readText(part['text'])
    if (called) this.#readCall(called, seal, events)
    else if (part['thought'] === true) this.#readThought(text ?? '', seal, events)
    else if (text !== undefined) {
      this.#text += text
      if (text !== '') events.push({ type: 'text-delta', text })
      if (seal) events.push({ type: 'seal', seal, of: 'text' })
    } else this.#readMedia(readObject(part['inlineData']), events)
    this.#answered ||= events.length > before
  }

  #readThought(text: string, seal: Seal | undefined, events: GenerationEvent[]): void {
    const maker = this.#maker === undefined ? {} : { maker: this.#maker }
    if (text !== '') events.push({ type: 'reasoning-delta', text, ...maker })
    if (seal) events.push({ type: 'seal', seal })
  }

  /** A call comes whole, and from older models without an id. */
  #readCall(called: JsonObject, seal: Seal | undefined, events: GenerationEvent[]): void {
    const name = readText(called['name'])
    if (name === undefined || name === '') return
    const index = this.#calls++
    const id = readText(called['id']) || callIdFor(this.#answerId, index)
    const text = argumentsText(called['args']) || '{}'
    events.push({ type: 'tool-call-delta', index, id, name, arguments: text })
    if (seal) events.push({ type: 'seal', seal, index })
  }

  /** A history has no place for the signatures of media: see `contents.ts` for what stands in for them. */
  #readMedia(inline: JsonObject | undefined, events: GenerationEvent[]): void {
    const base64 = readText(inline?.['data'])
    const type = readText(inline?.['mimeType']) ?? ''
    if (base64 === undefined) return
    if (type.startsWith('image/')) {
      events.push({ type: 'media', media: { kind: 'image', url: `data:${type};base64,${base64}` } })
    } else if (type.startsWith('audio/')) {
      events.push({ type: 'media', media: { kind: 'audio', base64 } })
    }
  }

  #sealOf(part: JsonObject): Seal | undefined {
    const data = readText(part['thoughtSignature'])
    if (data === undefined || data === '' || this.#maker === undefined) return undefined
    return { maker: this.#maker, kind: 'signature', data }
  }

  #searches(): number {
    const queries: Json[] | undefined = readArray(this.#grounding?.['webSearchQueries'])
    return queries?.length ?? 0
  }
}
