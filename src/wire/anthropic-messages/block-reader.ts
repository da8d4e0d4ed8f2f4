import type { JsonObject } from '../../base/json.ts'
import type { GenerationEvent, Media, NativeFrame } from '../../generation/events.ts'
import { answerTool } from '../answer-tool.ts'
import { readCount, readObject, readText } from '../json.ts'
import { framesOfBlock } from './whole-blocks.ts'

/** Reads the blocks of one answer: text, thoughts, calls, and what has no neutral word and travels as it is. */
export class BlockReader {
  readonly #maker: string
  /** What each block is, by the provider's number of it, and for calls the number of the call. */
  readonly #open = new Map<number, { type: string; call: number; hasInput?: boolean }>()
  #calls = 0
  #began = false
  /** The model has answered by the tool that stands for it, see `answer-tool.ts`. */
  answersByTool = false
  /** How much the provider ran by itself. */
  ran = 0

  constructor(maker: string) {
    this.#maker = maker
  }

  read(frame: JsonObject): GenerationEvent[] {
    const index = readCount(frame['index']) ?? 0
    if (frame['type'] === 'content_block_start') return this.#readStart(index, frame)
    if (frame['type'] === 'content_block_stop') {
      const block = this.#open.get(index)
      this.#open.delete(index)
      return block?.type === answerTool ? [] : [endOf(block, nativeOf(frame))]
    }
    return this.#readDelta(index, frame)
  }

  /** How what came by now would end; `undefined` where nothing came. */
  finish(): Extract<GenerationEvent, { type: 'finish' }> | undefined {
    if (!this.#began) return undefined
    return { type: 'finish', reason: this.#calls > 0 ? 'tool_calls' : 'stop' }
  }

  /** A block that comes with content is read as if that had followed it. */
  #readStart(index: number, frame: JsonObject): GenerationEvent[] {
    this.#began = true
    // Some hosts say twice that a block begins.
    if (this.#open.has(index)) return []
    const [start, ...deltas] = framesOfBlock(readObject(frame['content_block']) ?? {}, index)
    return [
      ...(start ? this.#readEmptyStart(index, start) : []),
      ...deltas.flatMap((delta) => this.#readDelta(index, delta)),
    ]
  }

  #readEmptyStart(index: number, frame: JsonObject): GenerationEvent[] {
    const block = readObject(frame['content_block']) ?? {}
    const type = readText(block['type']) ?? ''
    const native = nativeOf(frame)
    const name = readText(block['name']) ?? ''
    if (type === 'tool_use' && name === answerTool) {
      this.#open.set(index, { type: answerTool, call: 0 })
      this.answersByTool = true
      return []
    }
    this.#open.set(index, { type, call: this.#calls })
    if (type === 'server_tool_use' || type === 'mcp_tool_use') this.ran++
    if (type === 'tool_use') {
      const id = readText(block['id'])
      return [
        { type: 'tool-call-delta', index: this.#calls++, ...(id && { id }), name, arguments: '', native },
      ]
    }
    const data = readText(block['data'])
    if (type === 'redacted_thinking' && data !== undefined) {
      return [{ type: 'seal', seal: { maker: this.#maker, kind: 'encrypted', data }, native }]
    }
    const image = type === 'image' ? imageOf(readObject(block['source'])) : undefined
    return [image ? { type: 'media', media: image, native } : { type: 'frame', native }]
  }

  #readDelta(index: number, frame: JsonObject): GenerationEvent[] {
    const delta = readObject(frame['delta']) ?? {}
    const native = nativeOf(frame)
    const block = this.#open.get(index)
    const partial = readText(delta['partial_json']) ?? ''
    switch (readText(delta['type']) ?? '') {
      case 'text_delta':
        return [{ type: 'text-delta', text: readText(delta['text']) ?? '', native }]
      case 'thinking_delta':
        return [
          { type: 'reasoning-delta', text: readText(delta['thinking']) ?? '', maker: this.#maker, native },
        ]
      case 'signature_delta': {
        const data = readText(delta['signature']) ?? ''
        if (data === '') return [{ type: 'frame', native }]
        return [{ type: 'seal', seal: { maker: this.#maker, kind: 'signature', data }, native }]
      }
      case 'input_json_delta':
        if (block?.type === answerTool) return [{ type: 'text-delta', text: partial }]
        if (block?.type !== 'tool_use') return [{ type: 'frame', native }]
        block.hasInput ||= partial !== ''
        return [{ type: 'tool-call-delta', index: block.call, arguments: partial, native }]
      case 'citations_delta': {
        const media = citationOf(readObject(delta['citation']) ?? {})
        return [media ? { type: 'media', media, native } : { type: 'frame', native }]
      }
      default:
        return [{ type: 'frame', native }]
    }
  }
}

/** A call without input sends none, where other formats want an empty object. */
function endOf(
  block: { type: string; call: number; hasInput?: boolean } | undefined,
  native: NativeFrame,
): GenerationEvent {
  if (block?.type !== 'tool_use' || block.hasInput) return { type: 'frame', native }
  return { type: 'tool-call-delta', index: block.call, arguments: '{}', native }
}

function nativeOf(data: JsonObject): NativeFrame {
  return { format: 'anthropic-messages', data }
}

function imageOf(source: JsonObject | undefined): Media | undefined {
  const url = readText(source?.['url'])
  const data = readText(source?.['data'])
  if (url !== undefined) return { kind: 'image', url }
  const type = readText(source?.['media_type']) ?? 'image/png'
  return data === undefined ? undefined : { kind: 'image', url: `data:${type};base64,${data}` }
}

/** Citations of the web; those of the client's own documents have places in them instead of an address. */
function citationOf(citation: JsonObject): Media | undefined {
  const url = readText(citation['url'])
  if (url === undefined) return undefined
  const title = readText(citation['title'])
  const text = readText(citation['cited_text'])
  return { kind: 'citation', url, ...(title !== undefined && { title }), ...(text !== undefined && { text }) }
}
