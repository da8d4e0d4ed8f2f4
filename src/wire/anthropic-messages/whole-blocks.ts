import type { JsonObject } from '../../base/json.ts'
import { argumentsText, readArray, readText } from '../json.ts'

/** The frames in which a block would have come in a stream, without its stop: empty first, then what it holds. */
export function framesOfBlock(block: JsonObject, index: number): JsonObject[] {
  const { empty, deltas } = taken(block)
  return [
    { type: 'content_block_start', index, content_block: empty },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  ]
}

function taken(block: JsonObject): { empty: JsonObject; deltas: JsonObject[] } {
  switch (readText(block['type']) ?? '') {
    case 'text': {
      const text = readText(block['text']) ?? ''
      const citations = readArray(block['citations']) ?? []
      return {
        empty: { ...block, text: '', ...(citations.length > 0 && { citations: [] }) },
        deltas: [
          ...citations.map((citation) => ({ type: 'citations_delta', citation })),
          ...(text === '' ? [] : [{ type: 'text_delta', text }]),
        ],
      }
    }
    case 'thinking': {
      const thinking = readText(block['thinking']) ?? ''
      const signature = readText(block['signature']) ?? ''
      return {
        empty: { ...block, thinking: '', signature: '' },
        deltas: [
          ...(thinking === '' ? [] : [{ type: 'thinking_delta', thinking }]),
          ...(signature === '' ? [] : [{ type: 'signature_delta', signature }]),
        ],
      }
    }
    case 'tool_use':
    case 'server_tool_use': {
      const input = argumentsText(block['input'])
      return {
        empty: { ...block, input: {} },
        deltas: ['', '{}'].includes(input) ? [] : [{ type: 'input_json_delta', partial_json: input }],
      }
    }
    default:
      return { empty: block, deltas: [] }
  }
}
