import type { JsonObject } from '../../base/json.ts'

/** A kind of words in an item, and how events tell of them. */
export interface PartKind {
  /** The type of the part. */
  name: 'output_text' | 'refusal' | 'reasoning_text' | 'summary_text'
  /** What its events are called, before `.delta` and `.done`. */
  event: string
  /** What the events of the part itself are called, before `.added` and `.done`. */
  frame: string
  /** The list of the item that it is in, and the field that tells its place there. */
  list: 'content' | 'summary'
  at: 'content_index' | 'summary_index'
  /** The field that holds the words. */
  field: 'text' | 'refusal'
  blank: JsonObject
}

const inContent = { frame: 'response.content_part', list: 'content', at: 'content_index' } as const

export const partKinds: Readonly<Record<PartKind['name'], PartKind>> = {
  output_text: {
    ...inContent,
    name: 'output_text',
    event: 'response.output_text',
    field: 'text',
    blank: { type: 'output_text', text: '', annotations: [], logprobs: [] },
  },
  refusal: {
    ...inContent,
    name: 'refusal',
    event: 'response.refusal',
    field: 'refusal',
    blank: { type: 'refusal', refusal: '' },
  },
  reasoning_text: {
    ...inContent,
    name: 'reasoning_text',
    event: 'response.reasoning_text',
    field: 'text',
    blank: { type: 'reasoning_text', text: '' },
  },
  summary_text: {
    name: 'summary_text',
    event: 'response.reasoning_summary_text',
    frame: 'response.reasoning_summary_part',
    list: 'summary',
    at: 'summary_index',
    field: 'text',
    blank: { type: 'summary_text', text: '' },
  },
}
