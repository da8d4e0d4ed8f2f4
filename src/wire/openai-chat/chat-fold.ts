import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationFailure } from '../../generation/events.ts'
import type { AnswerContext, AnswerEvent, AnswerFold, Charge } from '../dialect.ts'
import { readArray, readCount, readObject, readText } from '../json.ts'
import { failureJson } from './errors.ts'
import { choiceIn, deltaIn, Frames } from './frames.ts'
import { servedAs, writeUsage } from './usage.ts'

/** A whole answer: the fold of the frames its stream would have had. Of each frame it keeps what it says, no more. */
export class ChatFold implements AnswerFold {
  #fingerprint: string | undefined
  #serviceTier: string | undefined
  #charge: Charge | undefined
  readonly #frames = new Frames()
  #frame: JsonObject | undefined
  #failure: GenerationFailure | undefined
  #finishReason: Json = null
  #nativeReason: Json = null
  #content = ''
  #refusal = ''
  #reasoning = ''
  readonly #details: JsonObject[] = []
  readonly #toolCalls: { id: string; name: string; arguments: string }[] = []
  readonly #logprobs: { content: Json[]; refusal: Json[] } = { content: [], refusal: [] }
  readonly #images: Json[] = []
  readonly #annotations: Json[] = []
  #audio: JsonObject | undefined

  add(events: AnswerEvent[]): void {
    for (const event of events) this.#addEvent(event)
  }

  whole(context: AnswerContext): JsonObject {
    return {
      id: context.generationId,
      object: 'chat.completion',
      created: context.created,
      model: context.model,
      provider: context.provider,
      system_fingerprint: this.#fingerprint ?? null,
      ...(this.#serviceTier !== undefined && { service_tier: this.#serviceTier }),
      ...(this.#charge && servedAs(this.#charge)),
      choices: [this.#choice(context.hidesReasoning ?? false)],
      ...(this.#charge && { usage: writeUsage(this.#charge) }),
    }
  }

  #addEvent(event: AnswerEvent): void {
    if (event.type === 'charge') {
      this.#charge = event.charge
      return
    }
    if (event.type === 'error') {
      this.#failure = event.error
      return
    }
    const frame = this.#frames.of(event)
    if (!frame || frame === this.#frame) return
    this.#frame = frame
    this.#fingerprint = readText(frame['system_fingerprint']) ?? this.#fingerprint
    this.#serviceTier = readText(frame['service_tier']) ?? this.#serviceTier
    this.#addChoice(choiceIn(frame))
    this.#addDelta(deltaIn(frame))
  }

  #choice(hidesReasoning: boolean): JsonObject {
    const { content, refusal } = this.#logprobs
    const failure = this.#failure
    return {
      index: 0,
      finish_reason: failure ? 'error' : this.#finishReason,
      native_finish_reason: failure ? (failure.nativeReason ?? null) : this.#nativeReason,
      logprobs:
        content.length + refusal.length === 0 ? null : { content, ...(refusal.length > 0 && { refusal }) },
      message: this.#message(hidesReasoning),
      ...(failure && { error: failureJson(failure) }),
    }
  }

  #message(hidesReasoning: boolean): JsonObject {
    const saysElse = this.#toolCalls.length > 0 || this.#refusal !== ''
    return {
      role: 'assistant',
      content: this.#content === '' && saysElse ? null : this.#content,
      refusal: this.#refusal || null,
      ...(!hidesReasoning && this.#reasoning && { reasoning: this.#reasoning }),
      ...(!hidesReasoning && this.#details.length > 0 && { reasoning_details: this.#details }),
      ...(this.#toolCalls.length > 0 && { tool_calls: this.#toolCalls.map(wholeCall) }),
      ...(this.#images.length > 0 && { images: this.#images }),
      ...(this.#annotations.length > 0 && { annotations: this.#annotations }),
      ...(this.#audio && { audio: this.#audio }),
    }
  }

  #addChoice(choice: JsonObject): void {
    this.#finishReason = choice['finish_reason'] ?? this.#finishReason
    this.#nativeReason = choice['native_finish_reason'] ?? this.#nativeReason
    const logprobs = readObject(choice['logprobs'])
    this.#logprobs.content.push(...(readArray(logprobs?.['content']) ?? []))
    this.#logprobs.refusal.push(...(readArray(logprobs?.['refusal']) ?? []))
  }

  #addDelta(delta: JsonObject): void {
    this.#content += readText(delta['content']) ?? ''
    this.#refusal += readText(delta['refusal']) ?? ''
    this.#reasoning += readText(delta['reasoning']) ?? ''
    for (const detail of readArray(delta['reasoning_details']) ?? []) addDetail(this.#details, detail)
    for (const call of readArray(delta['tool_calls']) ?? []) this.#addToolCall(readObject(call) ?? {})
    this.#images.push(...(readArray(delta['images']) ?? []))
    this.#annotations.push(...(readArray(delta['annotations']) ?? []))
    const audio = readObject(delta['audio'])
    if (audio) this.#audio = joinTexts(this.#audio ?? {}, audio, ['data', 'transcript'])
  }

  #addToolCall(fragment: JsonObject): void {
    const index = readCount(fragment['index']) ?? 0
    const called = readObject(fragment['function'])
    const call = (this.#toolCalls[index] ??= { id: '', name: '', arguments: '' })
    call.id ||= readText(fragment['id']) ?? ''
    call.name ||= readText(called?.['name']) ?? ''
    call.arguments += readText(called?.['arguments']) ?? ''
  }
}

function wholeCall(call: { id: string; name: string; arguments: string }): JsonObject {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }
}

/** Fragments of one detail follow each other with the same type and index; encrypted ones come whole. */
function addDetail(details: JsonObject[], json: Json): void {
  const detail = readObject(json)
  if (!detail) return
  const last = details.at(-1)
  const continues =
    last?.['type'] === detail['type'] &&
    last?.['index'] === detail['index'] &&
    (detail['id'] ?? last?.['id']) === last?.['id'] &&
    detail['type'] !== 'reasoning.encrypted'
  if (!last || !continues) details.push(detail)
  else details.splice(-1, 1, joinTexts(last, detail, ['text', 'summary']))
}

/** Two objects as one: the named texts follow each other, of the rest the later one that is set wins. */
function joinTexts(left: JsonObject, right: JsonObject, joined: readonly string[]): JsonObject {
  const result: JsonObject = { ...left }
  for (const [key, value] of Object.entries(right)) {
    const earlier = left[key]
    if (joined.includes(key) && typeof earlier === 'string' && typeof value === 'string') {
      result[key] = earlier + value
    } else if (value !== null || earlier === undefined) result[key] = value
  }
  return result
}
