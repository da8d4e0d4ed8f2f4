import { randomHex } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Media } from '../../generation/events.ts'
import { dataUrl } from '../data-url.ts'
import type { AnswerEvent } from '../dialect.ts'
import { parseJson, readObject, readText } from '../json.ts'
import { writeSeal } from '../seals.ts'
import { ownMaker } from './maker.ts'
import { WaitingCalls, type CallDelta, type WaitingCall } from './waiting-calls.ts'

/** The block that is open: its kind, and for a call of another format its number and its arguments so far. */
interface OpenBlock {
  type: string
  call?: { index: number; arguments: string }
}

const emptyText: JsonObject = { type: 'text', text: '' }
const emptyThinking: JsonObject = { type: 'thinking', thinking: '', signature: '' }

/** The block that a delta belongs to, for hosts that leave out where it starts. */
const blockOfDelta: Record<string, JsonObject | undefined> = {
  text_delta: emptyText,
  citations_delta: emptyText,
  thinking_delta: emptyThinking,
  signature_delta: emptyThinking,
}

/**
 * Writes the blocks of one answer as frames: those a provider of this format sent, as they came but for the number of
 * the block and whose a seal is; for any other the frames that say the same. One block is open at a time.
 */
export class FrameWriter {
  readonly #hidesReasoning: boolean
  readonly #waiting = new WaitingCalls()
  #index = -1
  #open: OpenBlock | undefined
  #frame: JsonObject | undefined

  constructor(hidesReasoning: boolean) {
    this.#hidesReasoning = hidesReasoning
  }

  /** The frames of an event that is part of the content; none for any other. */
  write(event: AnswerEvent): JsonObject[] {
    if (event.type === 'charge') return []
    if (event.native?.format === 'anthropic-messages') return this.#writeNative(event, event.native.data)
    switch (event.type) {
      case 'text-delta':
      case 'refusal-delta':
        return event.text === '' ? [] : this.#text(event.text)
      case 'reasoning-delta':
        return event.text === '' || this.#hidesReasoning ? [] : this.#thought(event.text)
      case 'seal':
        return this.#seal(event)
      case 'tool-call-delta':
        return this.#call(event)
      case 'media':
        return this.#media(event.media)
      case 'start':
      case 'frame':
      case 'finish':
      case 'error':
        return []
    }
  }

  /** Ends what is open, and says what waited for that. */
  close(): JsonObject[] {
    const frames = this.#stop()
    for (let call = this.#waiting.take(); call; call = this.#waiting.take()) {
      frames.push(...this.#startCall(call), ...this.#stop())
    }
    return frames
  }

  #writeNative(event: AnswerEvent, frame: JsonObject): JsonObject[] {
    if (frame === this.#frame) return []
    this.#frame = frame
    switch (readText(frame['type']) ?? '') {
      case 'content_block_start': {
        const block = readObject(frame['content_block']) ?? {}
        const shown = event.type === 'seal' ? { ...block, data: writeSeal(event.seal, ownMaker) } : block
        return [...this.close(), this.#start({ type: readText(block['type']) ?? '' }, shown)]
      }
      case 'content_block_delta': {
        const delta = readObject(frame['delta']) ?? {}
        const shown = event.type === 'seal' ? { ...delta, signature: writeSeal(event.seal, ownMaker) } : delta
        if (this.#open) return [this.#delta(shown)]
        const block = blockOfDelta[readText(delta['type']) ?? '']
        return block ? [...this.#ensure(block), this.#delta(shown)] : []
      }
      case 'content_block_stop':
        return this.#stop()
      default:
        return []
    }
  }

  #text(text: string): JsonObject[] {
    return [...this.#ensure(emptyText), this.#delta({ type: 'text_delta', text })]
  }

  #thought(thinking: string): JsonObject[] {
    return [...this.#ensure(emptyThinking), this.#delta({ type: 'thinking_delta', thinking })]
  }

  /** A seal ends the thought it is of. That of a call or a text, or of a thought nobody can read, is a block by itself. */
  #seal({ seal, of, index }: Extract<AnswerEvent, { type: 'seal' }>): JsonObject[] {
    if (index !== undefined && this.#waiting.seal(index, seal)) return []
    const data = writeSeal(seal, ownMaker)
    const isThoughts = of === undefined && index === undefined
    const isBeside = this.#open?.type === 'thinking' && seal.maker !== ownMaker
    if (isThoughts && (seal.kind === 'signature' || isBeside)) {
      const opened = this.#ensure(emptyThinking)
      return [...opened, this.#delta({ type: 'signature_delta', signature: data }), ...this.#stop()]
    }
    if (index !== undefined && this.#open?.call?.index === index) {
      return [...this.#stop(), ...this.#sealed(data), ...this.#nextCall()]
    }
    return [...this.close(), ...this.#sealed(data)]
  }

  #sealed(data: string): JsonObject[] {
    const block = { type: 'redacted_thinking', data }
    return [this.#start({ type: 'redacted_thinking' }, block), ...this.#stop()]
  }

  /** Calls come one after the other: what belongs to a later one waits until the open one is whole. */
  #call(event: CallDelta): JsonObject[] {
    const call = this.#open?.call
    if (call?.index === event.index) {
      if (event.arguments === '') return []
      call.arguments += event.arguments
      return [this.#input(event.arguments)]
    }
    this.#waiting.add(event)
    const isWhole = call === undefined || parseJson(call.arguments) !== undefined
    return isWhole ? this.#nextCall() : []
  }

  #nextCall(): JsonObject[] {
    const call = this.#waiting.take()
    if (!call) return []
    const frames = [...this.#stop(), ...this.#startCall(call)]
    return call.seal ? [...frames, ...this.#nextCall()] : frames
  }

  /** A call whose seal is known is whole: it ends with it. */
  #startCall({ index, id, name, arguments: text, seal }: WaitingCall): JsonObject[] {
    const block = { type: 'tool_use', id: id || `toolu_${randomHex(12)}`, name, input: {} }
    return [
      this.#start({ type: 'tool_use', call: { index, arguments: text } }, block),
      ...(text === '' ? [] : [this.#input(text)]),
      ...(seal ? [...this.#stop(), ...this.#sealed(writeSeal(seal, ownMaker))] : []),
    ]
  }

  #media(media: Media): JsonObject[] {
    switch (media.kind) {
      case 'citation': {
        const { url, title = null, text = '' } = media
        const place = {
          type: 'web_search_result_location',
          url,
          title,
          encrypted_index: '',
          cited_text: text,
        }
        return [...this.#ensure(emptyText), this.#delta({ type: 'citations_delta', citation: place })]
      }
      case 'image': {
        const data = dataUrl(media.url)
        const source = data
          ? { type: 'base64', media_type: data.mediaType, data: data.base64 }
          : { type: 'url', url: media.url }
        return [...this.close(), this.#start({ type: 'image' }, { type: 'image', source }), ...this.#stop()]
      }
      case 'audio':
        // The format has no sound; what was said is text.
        return media.transcript ? this.#text(media.transcript) : []
    }
  }

  /** Opens a block of this kind where none is. */
  #ensure(block: JsonObject): JsonObject[] {
    const type = readText(block['type']) ?? ''
    return this.#open?.type === type ? [] : [...this.close(), this.#start({ type }, block)]
  }

  #start(open: OpenBlock, block: JsonObject): JsonObject {
    this.#open = open
    this.#index++
    return { type: 'content_block_start', index: this.#index, content_block: block }
  }

  #delta(delta: JsonObject): JsonObject {
    return { type: 'content_block_delta', index: this.#index, delta }
  }

  #input(text: string): JsonObject {
    return this.#delta({ type: 'input_json_delta', partial_json: text })
  }

  #stop(): JsonObject[] {
    if (!this.#open) return []
    this.#open = undefined
    return [{ type: 'content_block_stop', index: this.#index }]
  }
}
