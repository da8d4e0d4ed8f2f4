import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { cellOf, columnNames, type Client } from './columns.ts'

/** A field is translated, refused by name or told as dropped: what it asks for never leaves a request as if not asked. */
const schema = { type: 'object', properties: {} }
const chatTool = { type: 'function', function: { name: 'f', description: 'd', parameters: schema } }
const picture = { url: 'data:image/png;base64,iVBORw0KGgo=' }
const user = (content: Json, more: JsonObject = {}): JsonObject => ({
  messages: [{ role: 'user', content, ...more }],
})

const hi: readonly JsonObject[] = [{ role: 'user', content: 'Hi' }]
const inJson = { response_format: { type: 'json_object' } }
const saidText = { type: 'text', text: 'So' }
const pictureBlock = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
}
const document: JsonObject = {
  type: 'document',
  source: { type: 'content', content: [{ type: 'text', text: 'Once' }] },
}

interface Ask {
  /** What is asked for. */
  with: JsonObject
  /** The same request without it, where that is more than leaving it out. */
  without?: JsonObject
}

const plain = (...asks: JsonObject[]): Ask[] => asks.map((each) => ({ with: each }))

const asks: Record<Client, { base: JsonObject; asks: Ask[] }> = {
  'openai-chat': {
    base: { max_tokens: 2000, ...user('Hi') },
    asks: [
      ...plain(
        { temperature: 0.3 },
        { top_p: 0.5 },
        { top_k: 3 },
        { min_p: 0.1 },
        { top_a: 0.1 },
        { frequency_penalty: 0.5 },
        { presence_penalty: 0.5 },
        { repetition_penalty: 1.1 },
        { seed: 3 },
        { stop: ['X'] },
        { logit_bias: { '5': 1 } },
        { logprobs: true },
        { store: true },
        { prediction: { type: 'content', content: 'x' } },
        { response_format: { type: 'json_object' } },
        { response_format: { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } } },
        { response_format: { type: 'grammar', grammar: 'root ::= "a"' } },
        { response_format: { type: 'python' } },
        { verbosity: 'low' },
        { audio: { voice: 'a', format: 'wav' } },
        { image_config: { aspect_ratio: '1:1' } },
        { reasoning: { effort: 'high' } },
        { reasoning: { context: 'all_turns' } },
        { reasoning: { mode: 'pro' } },
        { prompt_cache_key: 'k' },
        { prompt_cache_options: { mode: 'explicit' } },
        { cache_control: { type: 'ephemeral' } },
        { unheard_of: 1 },
        user('Hi', { name: 'Bob' }),
      ),
      ...['system', 'developer', 'assistant'].map((role) => ({
        with: { messages: [{ role, name: 'Ann', content: 'Yes' }, ...hi] },
        without: { messages: [{ role, content: 'Yes' }, ...hi] },
      })),
      ...[
        { content: 'So', images: [{ type: 'image_url', image_url: picture }] },
        { content: 'So', audio: { id: 'audio_1' } },
        ...[
          { type: 'image_url', image_url: picture },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
        ].map((part) => ({ content: [{ type: 'text', text: 'So' }, part] })),
      ].map((said) => ({
        with: { messages: [...hi, { role: 'assistant', ...said }, ...hi] },
        without: { messages: [...hi, { role: 'assistant', content: 'So' }, ...hi] },
      })),
      {
        with: { tools: [chatTool], ...inJson, parallel_tool_calls: false },
        without: { tools: [chatTool], ...inJson },
      },
      { with: { logprobs: true, top_logprobs: 2 }, without: { logprobs: true } },
      { with: { tools: [chatTool], parallel_tool_calls: false }, without: { tools: [chatTool] } },
      { with: { tools: [chatTool], tool_choice: 'required' }, without: { tools: [chatTool] } },
      { with: { tools: [chatTool], tool_choice: 'none' }, without: { tools: [chatTool] } },
      {
        with: { reasoning: { effort: 'high', summary: 'detailed' } },
        without: { reasoning: { effort: 'high' } },
      },
      {
        with: user([{ type: 'image_url', image_url: { ...picture, detail: 'low' } }]),
        without: user([{ type: 'image_url', image_url: picture }]),
      },
    ],
  },
  'openai-responses': {
    base: { max_output_tokens: 2000, input: 'Hi' },
    asks: [
      ...plain(
        { temperature: 0.3 },
        { top_p: 0.5 },
        { top_k: 3 },
        { frequency_penalty: 0.5 },
        { presence_penalty: 0.5 },
        { top_logprobs: 2 },
        { include: ['message.output_text.logprobs'] },
        { include: ['file_search_call.results'] },
        { truncation: 'auto' },
        { reasoning: { effort: 'high' } },
        { reasoning: { context: 'current_turn' } },
        { reasoning: { mode: 'pro' } },
        { text: { verbosity: 'low' } },
        { text: { format: { type: 'json_object' } } },
        { instructions: 'Be kind' },
        { max_tool_calls: 3 },
        { prompt_cache_key: 'k' },
        { prompt_cache_options: { mode: 'explicit' } },
        { prompt_cache_retention: '24h' },
        { cache_control: { type: 'ephemeral' } },
        { unheard_of: 1 },
      ),
      {
        with: {
          input: [...hi, { type: 'image_generation_call', id: 'ig_1', result: 'iVBORw0KGgo=' }, ...hi],
        },
        without: { input: [...hi, ...hi] },
      },
      {
        with: { reasoning: { effort: 'high', summary: 'concise' } },
        without: { reasoning: { effort: 'high' } },
      },
    ],
  },
  'anthropic-messages': {
    base: { max_tokens: 2000, ...user('Hi') },
    asks: [
      ...plain(
        { temperature: 0.3 },
        { top_p: 0.5 },
        { top_k: 3 },
        { stop_sequences: ['X'] },
        { system: 'Be kind' },
        { thinking: { type: 'enabled', budget_tokens: 1024 } },
        { output_config: { effort: 'low' } },
        {
          output_config: {
            format: { type: 'json_schema', schema: { ...schema, additionalProperties: false } },
          },
        },
        { cache_control: { type: 'ephemeral' } },
        { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } },
        { container: 'c' },
        { mcp_servers: [{ type: 'url', url: 'https://a.example', name: 'a' }] },
        { speed: 'fast' },
        { inference_geo: 'us' },
        { unheard_of: 1 },
      ),
      ...[{ type: 'enabled', budget_tokens: 1024 }, { type: 'disabled' }].map((thinking) => ({
        with: { thinking, output_config: { effort: 'low' } },
        without: { thinking },
      })),
      {
        with: { messages: [...hi, { role: 'assistant', content: [saidText, pictureBlock] }, ...hi] },
        without: { messages: [...hi, { role: 'assistant', content: [saidText] }, ...hi] },
      },
      {
        with: user([{ ...document, cache_control: { type: 'ephemeral' } }]),
        without: user([document]),
      },
    ],
  },
}

test('what no client of another format would be told is not asked for', () => {
  const request: JsonObject = { input: 'Hi', include: ['message.output_text.logprobs'], top_logprobs: 2 }
  const cell = cellOf({ name: '', client: 'openai-responses', request }, 'openai-chat')
  expect(cell).toEqual({ body: expect.any(Object), dropped: ['logprobs', 'top_logprobs'] })
  expect('body' in cell && Object.keys(cell.body)).toEqual(['model', 'messages', 'stream', 'stream_options'])
})

const rows = (['openai-chat', 'openai-responses', 'anthropic-messages'] as const).flatMap((client) =>
  asks[client].asks.map((ask) => ({ client, ask, base: asks[client].base, text: JSON.stringify(ask.with) })),
)

test.each(rows)('$client: $text is lost nowhere without a word', ({ client, ask, base }) => {
  const lost = columnNames.filter((column) => {
    const cell = (more: JsonObject) => cellOf({ name: '', client, request: { ...base, ...more } }, column)
    const asked = cell(ask.with)
    return !('unsupported' in asked) && JSON.stringify(asked) === JSON.stringify(cell(ask.without ?? {}))
  })
  expect(lost).toEqual([])
})
