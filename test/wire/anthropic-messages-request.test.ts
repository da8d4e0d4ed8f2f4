import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { anthropicMessagesProtocol } from '../../src/wire/anthropic-messages/protocol.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import type { UpstreamTarget } from '../../src/wire/protocol.ts'
import { claude } from './anthropic-answers.ts'

const hello = { role: 'user', content: 'Hello' }

/** What goes upstream of a chat request. */
function translated(fields: JsonObject, target: UpstreamTarget = claude) {
  const body = { model: 'author/model', messages: [hello], ...fields }
  return anthropicMessagesProtocol.encodeRequest(openaiChatDialect.decodeRequest(body, new Headers()), target)
}

const on = (upstreamModel: string, quirks: UpstreamTarget['quirks'] = {}): UpstreamTarget => ({
  ...claude,
  upstreamModel,
  quirks: { ...claude.quirks, ...quirks },
})

const call = (id: string) => ({ id, type: 'function', function: { name: 'look', arguments: '{"a":1}' } })

test('has what the format demands, and nothing that nobody asked for', () => {
  expect(translated({})).toEqual({
    body: {
      model: 'claude-sonnet-4-5',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      max_tokens: 8_192,
      stream: true,
    },
    headers: { 'anthropic-version': '2023-06-01' },
    dropped: [],
  })
  expect(translated({}, { ...claude, maxCompletionTokens: 64_000 }).body['max_tokens']).toBe(64_000)
})

test('system first, roles in turn, results of tools before words, media in blocks', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
      ],
    },
    { role: 'assistant', content: null, tool_calls: [call('call.1'), call('call.2')] },
    { role: 'tool', tool_call_id: 'call.1', content: 'one' },
    {
      role: 'tool',
      tool_call_id: 'call.2',
      content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } }],
    },
    { role: 'user', content: [{ type: 'text', text: 'Go on', cache_control: { type: 'ephemeral' } }] },
  ]
  expect(translated({ messages }).body).toMatchObject({
    system: [{ type: 'text', text: 'Be brief.' }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
          {
            type: 'document',
            title: 'a.pdf',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
          },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'call_1', name: 'look', input: { a: 1 } },
          { type: 'tool_use', id: 'call_2', name: 'look', input: { a: 1 } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: [{ type: 'text', text: 'one' }] },
          {
            type: 'tool_result',
            tool_use_id: 'call_2',
            content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBO' } }],
          },
          { type: 'text', text: 'Go on', cache_control: { type: 'ephemeral' } },
        ],
      },
    ],
  })
})

const tool = { type: 'function', function: { name: 'look', parameters: { properties: {} } } }

test.each<[string, JsonObject, JsonObject]>([
  ['auto', {}, {}],
  [
    'auto, one at a time',
    { parallel_tool_calls: false },
    { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
  ],
  ['required', { tool_choice: 'required' }, { tool_choice: { type: 'any' } }],
  ['none', { tool_choice: 'none' }, { tool_choice: { type: 'none' } }],
  [
    'a name',
    { tool_choice: { type: 'function', function: { name: 'look' } } },
    { tool_choice: { type: 'tool', name: 'look' } },
  ],
])('tool choice: %s', (_, fields, expected) => {
  const { body } = translated({ tools: [tool], ...fields })
  expect({
    tools: body['tools'],
    ...('tool_choice' in body && { tool_choice: body['tool_choice'] }),
  }).toEqual({
    tools: [{ name: 'look', input_schema: { type: 'object', properties: {} } }],
    ...expected,
  })
})

const older = 'claude-sonnet-4-5'
const middle = 'claude-opus-4-6'
const newest = 'claude-opus-5-5'

test.each<[string, string, JsonObject, JsonObject]>([
  [
    'an effort as a budget',
    older,
    { reasoning: { effort: 'high' }, max_tokens: 10_000 },
    { thinking: { type: 'enabled', budget_tokens: 8_000 } },
  ],
  [
    'the least budget',
    older,
    { reasoning: { effort: 'minimal' }, max_tokens: 5_000 },
    { thinking: { type: 'enabled', budget_tokens: 1_024 } },
  ],
  [
    'the largest budget',
    older,
    { reasoning: { effort: 'max' }, max_tokens: 200_000 },
    { thinking: { type: 'enabled', budget_tokens: 128_000 } },
  ],
  [
    'on, as medium',
    older,
    { reasoning: { enabled: true }, max_tokens: 10_000 },
    { thinking: { type: 'enabled', budget_tokens: 5_000 } },
  ],
  ['off', older, { reasoning: { effort: 'none' } }, {}],
  [
    'a budget of the client',
    middle,
    { reasoning: { max_tokens: 2_000 }, max_tokens: 4_000 },
    { thinking: { type: 'enabled', budget_tokens: 2_000 } },
  ],
  [
    'an effort',
    middle,
    { reasoning: { effort: 'minimal' } },
    { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'low' } },
  ],
  [
    'verbosity before effort',
    middle,
    { reasoning: { effort: 'low' }, verbosity: 'high' },
    { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'high' } },
  ],
  [
    'a budget, ignored',
    newest,
    { reasoning: { max_tokens: 2_000 } },
    { thinking: { type: 'adaptive', display: 'summarized' } },
  ],
  [
    'off for those that think by themselves',
    newest,
    { reasoning: { enabled: false } },
    { thinking: { type: 'disabled' } },
  ],
])('thinking: %s', (_, model, fields, expected) => {
  const { body } = translated(fields, on(model))
  const { model: _model, max_tokens: _cap, messages: _messages, stream: _stream, ...rest } = body
  expect(rest).toEqual(expected)
})

test('a completion must be longer than its reasoning', () => {
  expect(() => translated({ reasoning: { max_tokens: 2_000 }, max_tokens: 2_000 })).toThrow(
    'reasoning.max_tokens: is 2000, but max_tokens is 2000; a completion must be longer than its reasoning',
  )
})

test('a schema is asked for as such, or as the one tool to call; then the model does not think first', () => {
  const schema = { type: 'object', properties: { city: { type: 'string' } } }
  const wish = {
    response_format: { type: 'json_schema', json_schema: { name: 'place', schema } },
    reasoning: { effort: 'low' },
    max_tokens: 9_000,
  }
  expect(translated(wish, on('claude-sonnet-4-5')).body).toMatchObject({
    output_config: { format: { type: 'json_schema', schema: { ...schema, additionalProperties: false } } },
    thinking: { type: 'enabled' },
  })
  const { body, dropped } = translated(wish, on('claude-sonnet-4-20250514'))
  expect(body).toMatchObject({
    tools: [{ name: 'answer_in_json', input_schema: schema }],
    tool_choice: { type: 'tool', name: 'answer_in_json' },
  })
  expect(body).not.toHaveProperty('thinking')
  expect(dropped).toEqual(['reasoning'])
})

test('what the format cannot say is listed as dropped, and what would change the answer is refused by name', () => {
  const wish = {
    temperature: 1.7,
    top_p: 0.9,
    seed: 1,
    presence_penalty: 1,
    logit_bias: { 1: 1 },
    stop: [' ', 'END'],
  }
  const { body, dropped } = translated(wish)
  expect(body).toMatchObject({ temperature: 1, stop_sequences: ['END'] })
  expect(dropped).toEqual(['top_p', 'presence_penalty', 'seed', 'logit_bias', 'stop'])
  const audio = {
    role: 'user',
    content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }],
  }
  expect(() => translated({ messages: [audio] })).toThrow('takes no audio')
})

test('thoughts go back to their maker, and to nobody else', () => {
  const detail = { type: 'reasoning.text', text: 'Hm', signature: 'c2ln' }
  const sent = (format: string) =>
    translated({
      messages: [
        hello,
        { role: 'assistant', content: 'Yes', reasoning_details: [{ ...detail, format }] },
        hello,
      ],
    }).body['messages']
  expect(sent('anthropic-claude-v1')).toMatchObject([
    {},
    {
      content: [
        { type: 'thinking', thinking: 'Hm', signature: 'c2ln' },
        { type: 'text', text: 'Yes' },
      ],
    },
    {},
  ])
  expect(sent('google-gemini-v1')).toMatchObject([{}, { content: [{ type: 'text', text: 'Yes' }] }, {}])
})

const named = (fields: JsonObject) => ({ role: 'user', name: 'Ann', ...fields })
const text = (words: string) => ({ type: 'text', text: words })

test('[26] who speaks is told in the words', () => {
  const picture = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
  const messages = [
    { role: 'system', name: 'rules', content: 'Be brief.' },
    named({ content: 'Hello' }),
    { role: 'assistant', name: 'Bot', content: 'Hi' },
    named({ content: [picture, { type: 'text', text: 'See?' }] }),
    named({ content: [picture] }),
  ]
  const image = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }
  expect(translated({ messages }).body).toMatchObject({
    system: [text('Be brief.')],
    messages: [
      { role: 'user', content: [text('Ann: Hello')] },
      { role: 'assistant', content: [text('Hi')] },
      { role: 'user', content: [text('Ann:'), image, text('See?'), text('Ann:'), image] },
    ],
  })
})
