import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationEvent, Media } from '../../generation/events.ts'
import { readArray, readObject, readText } from '../json.ts'
import { tierNamed } from '../service-tier.ts'
import { writeToolCall, type ToolCallDelta } from './tool-calls.ts'

/**
 * A frame is a chunk as the contract has it, but for what an answer says of itself in each chunk (id, object, created,
 * model, provider). This is what becomes of a provider's chunk on its way to the client:
 *
 * | the provider's chunk                           | the client's                                                     |
 * |------------------------------------------------|------------------------------------------------------------------|
 * | `id`, `object`, `created`, `model`             | ours: the generation id, the model and provider that serve       |
 * | `choices[0]`                                   | kept; further choices are dropped                                |
 * | `delta.role`                                   | once, in the first chunk                                         |
 * | `delta.content`, `refusal`                     | kept; a list of parts becomes its text                           |
 * | `delta.reasoning_content`, `reasoning_text`, … | `reasoning`, and `reasoning_details` where the host gave none    |
 * | `delta.tool_calls`                             | numbered from 0, id and name once (`tool-calls.ts`)              |
 * | `delta.audio`, `images`, `annotations`         | kept                                                             |
 * | `finish_reason`                                | normalised, with `native_finish_reason`, in a chunk of its own   |
 * | `logprobs`                                     | kept                                                             |
 * | `usage`, wherever it rides                     | gathered into one last chunk                                     |
 * | `system_fingerprint`                           | kept where it is text; a null one breaks clients                 |
 * | `service_tier`                                 | `default`, `flex` or `priority`; beside the usage, too           |
 * | everything else                                | not passed on                                                    |
 */
export function makeFrame(chunk: JsonObject, choice: JsonObject): JsonObject {
  const fingerprint = readText(chunk['system_fingerprint'])
  const tier = tierNamed(chunk['service_tier'])
  return {
    ...(fingerprint !== undefined && { system_fingerprint: fingerprint }),
    ...(tier !== undefined && { service_tier: tier }),
    choices: [choice],
  }
}

export function deltaChoice(delta: JsonObject, logprobs?: JsonObject): JsonObject {
  return {
    index: 0,
    delta,
    finish_reason: null,
    native_finish_reason: null,
    ...(logprobs !== undefined && { logprobs }),
  }
}

export function finishChoice(reason: string, nativeReason: string | undefined): JsonObject {
  return { index: 0, delta: {}, finish_reason: reason, native_finish_reason: nativeReason ?? reason }
}

/** What one delta holds, whichever way the provider spelt it. */
export interface DeltaParts {
  text: string
  refusal: string
  reasoning: string
  reasoningDetails: Json[] | undefined
  toolCalls: ToolCallDelta[]
  media: JsonObject
}

export function makeDelta(parts: DeltaParts): JsonObject {
  const details = parts.reasoningDetails ?? (parts.reasoning ? [reasoningDetail(parts.reasoning)] : undefined)
  return {
    // Clients that print each chunk read `content` from every one of them.
    content: parts.text,
    ...(parts.refusal && { refusal: parts.refusal }),
    ...(parts.reasoning && { reasoning: parts.reasoning }),
    ...(details && { reasoning_details: details }),
    ...(parts.toolCalls.length > 0 && { tool_calls: parts.toolCalls.map(writeToolCall) }),
    ...parts.media,
  }
}

function reasoningDetail(text: string): JsonObject {
  return { type: 'reasoning.text', text, format: 'unknown', index: 0 }
}

const noParts: DeltaParts = {
  text: '',
  refusal: '',
  reasoning: '',
  reasoningDetails: undefined,
  toolCalls: [],
  media: {},
}

/** The frames of one answer's events: as they were read, or for an answer of another format those that say the same. */
export class Frames {
  /** Which thought of the answer is being told, and whether the next one is another. */
  #thought = -1
  #thoughtEnded = true
  readonly #callIds = new Map<number, string>()

  of(event: GenerationEvent): JsonObject | undefined {
    if (event.native?.format === 'openai-chat') return event.native.data
    switch (event.type) {
      case 'text-delta':
        return this.#spoken({ text: event.text })
      case 'refusal-delta':
        return this.#spoken({ refusal: event.text })
      case 'reasoning-delta':
        return this.#thinks(event)
      case 'tool-call-delta':
        if (event.id !== undefined) this.#callIds.set(event.index, event.id)
        return this.#spoken({ toolCalls: [event] })
      case 'seal':
        return this.#seals(event)
      case 'media':
        return this.#spoken({ media: mediaDelta(event.media) })
      case 'finish':
        return makeFrame({}, finishChoice(event.reason, event.nativeReason))
      case 'start':
      case 'usage':
      case 'error':
      case 'frame':
        return undefined
    }
  }

  #spoken(parts: Partial<DeltaParts>): JsonObject {
    this.#thoughtEnded = true
    return deltaFrame(parts)
  }

  #thinks({
    text,
    isSummary,
    maker = 'unknown',
  }: Extract<GenerationEvent, { type: 'reasoning-delta' }>): JsonObject {
    const common = { format: maker, index: this.#nextThought() }
    const detail = isSummary
      ? { type: 'reasoning.summary', summary: text, ...common }
      : { type: 'reasoning.text', text, ...common }
    return deltaFrame({ reasoning: text, reasoningDetails: [detail] })
  }

  /** What seals a tool call carries the call's id, as the contract has it. */
  #seals({ seal, index }: Extract<GenerationEvent, { type: 'seal' }>): JsonObject {
    const { maker: format, kind, data } = seal
    const id = index === undefined ? seal.id : this.#callIds.get(index)
    const common = { format, index: this.#nextThought(), ...(id !== undefined && { id }) }
    this.#thoughtEnded = true
    const detail: JsonObject =
      kind === 'signature' && index === undefined
        ? { type: 'reasoning.text', text: '', signature: data, ...common }
        : { type: 'reasoning.encrypted', data, ...common }
    return deltaFrame({ reasoningDetails: [detail] })
  }

  #nextThought(): number {
    if (this.#thoughtEnded) this.#thought++
    this.#thoughtEnded = false
    return this.#thought
  }
}

function mediaDelta(media: Media): JsonObject {
  switch (media.kind) {
    case 'image':
      return { images: [{ type: 'image_url', image_url: { url: media.url }, index: 0 }] }
    case 'audio': {
      const { base64, transcript } = media
      return {
        audio: {
          ...(base64 !== undefined && { data: base64 }),
          ...(transcript !== undefined && { transcript }),
        },
      }
    }
    case 'citation': {
      const { url, title = '', text, start = 0, end = 0 } = media
      const citation = {
        url,
        title,
        start_index: start,
        end_index: end,
        ...(text !== undefined && { content: text }),
      }
      return { annotations: [{ type: 'url_citation', url_citation: citation }] }
    }
  }
}

function deltaFrame(parts: Partial<DeltaParts>): JsonObject {
  return makeFrame({}, deltaChoice(makeDelta({ ...noParts, ...parts })))
}

export function choiceIn(frame: JsonObject): JsonObject {
  return readObject(readArray(frame['choices'])?.[0]) ?? {}
}

export function deltaIn(frame: JsonObject): JsonObject {
  return readObject(choiceIn(frame)['delta']) ?? {}
}

export function mapDelta(frame: JsonObject, map: (delta: JsonObject) => JsonObject): JsonObject {
  return { ...frame, choices: [{ ...choiceIn(frame), delta: map(deltaIn(frame)) }] }
}

/** The frame for a client that does not want to see thoughts; `undefined` where it holds nothing else. */
export function withoutReasoning(frame: JsonObject): JsonObject | undefined {
  const { reasoning, reasoning_details: details, ...rest } = deltaIn(frame)
  if (reasoning === undefined && details === undefined) return frame
  const isEmpty = Object.keys(rest).every((key) => key === 'content' && rest[key] === '')
  return isEmpty ? undefined : mapDelta(frame, () => rest)
}
