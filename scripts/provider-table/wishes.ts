import { GatewayError } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import type { Protocol, UpstreamTarget } from '../../src/wire/protocol.ts'

/** Something a client may ask for. */
interface Wish {
  name: string
  fields: JsonObject
  /** Asked beside `fields` in any case: what is compared with. */
  beside?: JsonObject
}

const max = { max_tokens: 10_000 }
const said: JsonObject = { role: 'user', content: 'Hi' }
const says = (...content: JsonObject[]): JsonObject => ({ messages: [{ role: 'user', content }] })
const tool: JsonObject = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } }
const other: JsonObject = { type: 'function', function: { name: 'g', parameters: { type: 'object' } } }
const tools = { tools: [tool, other] }
const strict: JsonObject = { ...tool, function: { name: 'f', parameters: { type: 'object' }, strict: true } }
const json: JsonObject = { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } }
const picture: JsonObject = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }
const called: JsonObject = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'call_12345', type: 'function', function: { name: 'f', arguments: '{}' } }],
}
const resulting = (content: JsonObject[]): JsonObject => ({
  ...tools,
  messages: [said, called, { role: 'tool', tool_call_id: 'call_12345', content }],
})

export const wishes: readonly Wish[] = [
  { name: 'temperature', fields: { temperature: 0.5 } },
  { name: 'top_p', fields: { top_p: 0.9 } },
  { name: 'top_k', fields: { top_k: 40 } },
  { name: 'min_p', fields: { min_p: 0.1 } },
  { name: 'top_a', fields: { top_a: 0.1 } },
  { name: 'frequency_penalty', fields: { frequency_penalty: 0.1 } },
  { name: 'presence_penalty', fields: { presence_penalty: 0.1 } },
  { name: 'repetition_penalty', fields: { repetition_penalty: 1.1 } },
  { name: 'seed', fields: { seed: 1 } },
  { name: 'stop', fields: { stop: ['x'] } },
  { name: 'logit_bias', fields: { logit_bias: { '1': 1 } } },
  { name: 'logprobs', fields: { logprobs: true } },
  { name: 'verbosity', fields: { verbosity: 'low' } },
  { name: 'prediction', fields: { prediction: { type: 'content', content: 'x' } } },
  { name: 'prompt_cache_key', fields: { prompt_cache_key: 'x' } },
  {
    name: 'cache_control',
    fields: says({ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }),
    beside: says({ type: 'text', text: 'Hi' }),
  },
  { name: 'reasoning', fields: { reasoning: { effort: 'high' } } },
  { name: 'tools', fields: tools },
  { name: 'tool_choice: required', fields: { tool_choice: 'required' }, beside: tools },
  {
    name: 'a tool by name',
    fields: { tool_choice: { type: 'function', function: { name: 'f' } } },
    beside: tools,
  },
  { name: 'tool_choice: none', fields: { tool_choice: 'none' }, beside: tools },
  { name: 'parallel_tool_calls: false', fields: { parallel_tool_calls: false }, beside: tools },
  { name: 'strict tools', fields: { tools: [strict, other] }, beside: tools },
  { name: 'JSON', fields: { response_format: { type: 'json_object' } } },
  { name: 'a schema', fields: { response_format: json } },
  { name: 'a schema beside tools', fields: { response_format: json }, beside: tools },
  { name: 'pictures', fields: says(picture) },
  {
    name: 'image_url.detail',
    fields: says({
      type: 'image_url',
      image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' },
    }),
    beside: says(picture),
  },
  {
    name: 'pictures in results of tools',
    fields: resulting([{ type: 'text', text: 'a' }, picture]),
    beside: resulting([{ type: 'text', text: 'a' }]),
  },
  {
    name: 'documents',
    fields: says({
      type: 'file',
      file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
    }),
  },
  { name: 'sounds', fields: says({ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }) },
  { name: 'videos', fields: says({ type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAA' } }) },
  { name: 'answers in pictures', fields: { modalities: ['text', 'image'] } },
  {
    name: 'spoken answers',
    fields: { stream: true, modalities: ['text', 'audio'], audio: { voice: 'a', format: 'pcm16' } },
  },
]

/** What becomes of a wish: in the body, told as dropped, refused with a sentence, or `lost`, which must not be. */
export type Fate =
  | { kind: 'sent' }
  | { kind: 'dropped'; names: string[] }
  | { kind: 'refused' }
  | { kind: 'lost' }

export function fateOf({ fields, beside = {} }: Wish, protocol: Protocol, target: UpstreamTarget): Fate {
  try {
    const plain = encode({ ...beside }, protocol, target)
    const asked = encode({ ...beside, ...fields }, protocol, target)
    const names = asked.dropped.filter((name) => !plain.dropped.includes(name))
    const isSame = JSON.stringify(asked.body) === JSON.stringify(plain.body)
    // What it is asked beside may be dropped already, such as all tools.
    if (names.length > 0 || (isSame && asked.dropped.length > 0)) return { kind: 'dropped', names }
    return { kind: isSame ? 'lost' : 'sent' }
  } catch (error) {
    if (error instanceof GatewayError && error.type === 'invalid_request') return { kind: 'refused' }
    throw error
  }
}

function encode(fields: JsonObject, protocol: Protocol, target: UpstreamTarget) {
  const body = { model: 'a/b', messages: [said], ...max, ...fields }
  return protocol.encodeRequest(openaiChatDialect.decodeRequest(body, new Headers()), target)
}
