import type { Json, JsonObject } from '../../src/base/json.ts'

/** What an openai-responses provider says, event by event. */
const response = (status: string, fields: JsonObject = {}): JsonObject => ({
  id: 'resp_upstream',
  object: 'response',
  created_at: 1_767_225_600,
  model: 'upstream-model',
  status,
  output: [],
  ...fields,
})

export const created: JsonObject = { type: 'response.created', response: response('in_progress') }

/** A part of a message. */
function part(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [], logprobs: [] }
}

export function message(index: number, ...texts: string[]): JsonObject[] {
  const item = { id: `msg_${index}`, type: 'message', role: 'assistant' }
  const place = { item_id: item.id, output_index: index, content_index: 0 }
  const whole = texts.join('')
  return [
    {
      type: 'response.output_item.added',
      output_index: index,
      item: { ...item, status: 'in_progress', content: [] },
    },
    { type: 'response.content_part.added', ...place, part: part('') },
    ...texts.map((delta) => ({ type: 'response.output_text.delta', ...place, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...place, text: whole, logprobs: [] },
    { type: 'response.content_part.done', ...place, part: part(whole) },
    {
      type: 'response.output_item.done',
      output_index: index,
      item: { ...item, status: 'completed', content: [part(whole)] },
    },
  ]
}

/** A thought that only its maker can read, with a word about it. */
export function thought(index: number, id: string, encrypted: string): JsonObject[] {
  const place = { item_id: id, output_index: index, summary_index: 0 }
  const summary = { type: 'summary_text', text: 'I think.' }
  return [
    {
      type: 'response.output_item.added',
      output_index: index,
      item: { id, type: 'reasoning', summary: [] },
    },
    { type: 'response.reasoning_summary_part.added', ...place, part: { ...summary, text: '' } },
    { type: 'response.reasoning_summary_text.delta', ...place, delta: summary.text },
    { type: 'response.reasoning_summary_text.done', ...place, text: summary.text },
    { type: 'response.reasoning_summary_part.done', ...place, part: summary },
    {
      type: 'response.output_item.done',
      output_index: index,
      item: { id, type: 'reasoning', summary: [summary], encrypted_content: encrypted },
    },
  ]
}

export function call(index: number, callId: string, name: string, ...pieces: string[]): JsonObject[] {
  const item = { id: `fc_${index}`, type: 'function_call', call_id: callId, name }
  const whole = pieces.join('')
  const place = { item_id: item.id, output_index: index }
  return [
    {
      type: 'response.output_item.added',
      output_index: index,
      item: { ...item, status: 'in_progress', arguments: '' },
    },
    ...pieces.map((delta) => ({ type: 'response.function_call_arguments.delta', ...place, delta })),
    { type: 'response.function_call_arguments.done', ...place, arguments: whole },
    {
      type: 'response.output_item.done',
      output_index: index,
      item: { ...item, status: 'completed', arguments: whole },
    },
  ]
}

export function completed(inputTokens = 5, outputTokens = 2): JsonObject {
  return {
    type: 'response.completed',
    response: response('completed', { usage: usage(inputTokens, outputTokens) }),
  }
}

export function failed(code: string, text: string): JsonObject {
  return { type: 'response.failed', response: response('failed', { error: { code, message: text } }) }
}

/** The answer that a stream with these events would have been, whole. */
export function wholeResponse(frames: JsonObject[]): JsonObject {
  const output = frames.flatMap(({ type, item }): Json[] =>
    type === 'response.output_item.done' && item !== undefined ? [item] : [],
  )
  return response('completed', { output, usage: usage(5, 2) })
}

function usage(inputTokens: number, outputTokens: number): JsonObject {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  }
}

export function responsesSse(frames: JsonObject[]): string {
  return frames
    .map((frame, index) => {
      const data = JSON.stringify({ sequence_number: index, ...frame })
      return `event: ${JSON.stringify(frame['type']).slice(1, -1)}\ndata: ${data}\n\n`
    })
    .join('')
}
