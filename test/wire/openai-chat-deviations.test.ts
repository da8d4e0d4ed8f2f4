import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiChatProtocol } from '../../src/wire/openai-chat/protocol.ts'
import type { Quirks } from '../../src/wire/protocol.ts'
import { bytesOf, decode } from './answers.ts'

const encode = (fields: JsonObject, quirks: Quirks): JsonObject => {
  const request = openaiChatDialect.decodeRequest(
    { model: 'a/b', messages: [{ role: 'user', content: 'Hi' }], ...fields },
    new Headers(),
  )
  return openaiChatProtocol.encodeRequest(request, { upstreamModel: 'up', quirks, streams: false }).body
}

const call = (id: string, name: string): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: '{}' },
})
const picture = { type: 'image_url', image_url: { url: 'https://a.example/b.png' } }
const loop: Json[] = [
  { role: 'user', content: 'Weather?' },
  { role: 'assistant', content: null, tool_calls: [call('call_abcdef', 'weather')] },
  { role: 'tool', tool_call_id: 'call_abcdef', content: 'Rain' },
  { role: 'user', content: 'And now?' },
]

test.each<[Quirks, Json[], Json[]]>([
  [
    { oneSystemMessage: true },
    [
      { role: 'system', content: 'One.' },
      { role: 'user', content: 'Hi' },
      { role: 'system', content: [{ type: 'text', text: 'Two.' }] },
    ],
    [
      { role: 'system', content: 'One.\n\nTwo.' },
      { role: 'user', content: 'Hi' },
    ],
  ],
  [
    { textContent: true },
    [{ role: 'user', content: ['A', 'B'].map((text) => ({ type: 'text', text })) }],
    [{ role: 'user', content: 'AB' }],
  ],
  [
    { documentPart: 'document_url' },
    [
      {
        role: 'user',
        content: [{ type: 'file', file: { filename: 'a.pdf', file_data: 'https://a/b.pdf' } }],
      },
    ],
    [{ role: 'user', content: [{ type: 'document_url', document_url: 'https://a/b.pdf' }] }],
  ],
  [
    { contentRequired: true },
    loop.slice(0, 2),
    [loop[0] ?? null, { role: 'assistant', content: '', tool_calls: [call('call_abcdef', 'weather')] }],
  ],
  [
    { noSpeakerNames: true },
    [
      { role: 'user', name: 'Ada', content: 'Hi' },
      { role: 'user', name: 'Ada', content: [{ type: 'text', text: 'Look' }, picture] },
      { role: 'user', name: 'Ada', content: [picture] },
      { role: 'user', name: null, content: 'And?' },
      { role: 'tool', tool_call_id: 'c', name: 'weather', content: 'Rain' },
    ],
    [
      { role: 'user', content: 'Ada: Hi' },
      { role: 'user', content: [{ type: 'text', text: 'Ada: Look' }, picture] },
      { role: 'user', content: [{ type: 'text', text: 'Ada:' }, picture] },
      { role: 'user', content: 'And?' },
      { role: 'tool', tool_call_id: 'c', name: 'weather', content: 'Rain' },
    ],
  ],
  [
    { toolResultName: true },
    loop.slice(0, 3),
    [...loop.slice(0, 2), { role: 'tool', tool_call_id: 'call_abcdef', content: 'Rain', name: 'weather' }],
  ],
  [
    { assistantAfterToolResult: true },
    loop,
    [...loop.slice(0, 3), { role: 'assistant', content: 'OK.' }, loop[3] ?? null],
  ],
  [
    { prefill: 'prefix' },
    [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Well' },
    ],
    [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Well', prefix: true },
    ],
  ],
])('messages under %o', (quirks, messages, expected) => {
  expect(encode({ messages }, quirks)['messages']).toEqual(expected)
})

test.each([
  [{ role: 'assistant', name: 'Ada', content: 'Hi' }, ['messages.name']],
  [{ role: 'user', name: 'Ada', content: 'Hi' }, []],
  [{ role: 'user', content: 'Hi' }, []],
])('of %o a host without names for speakers is not told %o', (message, dropped) => {
  const request = openaiChatDialect.decodeRequest({ model: 'a/b', messages: [message] }, new Headers())
  const target = { upstreamModel: 'up', quirks: { noSpeakerNames: true }, streams: false }
  expect(openaiChatProtocol.encodeRequest(request, target).dropped).toEqual(dropped)
})

test('ids of tool calls that are too long for a host become the same short one everywhere', () => {
  const { messages } = encode({ messages: loop }, { shortToolIds: true })
  const text = JSON.stringify(messages)
  const ids = [...text.matchAll(/"(?:id|tool_call_id)":"([^"]*)"/g)].map((match) => match[1])
  expect(ids).toHaveLength(2)
  expect(ids[0]).toMatch(/^[a-zA-Z0-9]{9}$/)
  expect(ids[1]).toBe(ids[0])
})

const tool = (name: string): JsonObject => ({ type: 'function', function: { name, strict: true } })
const plain = (name: string): JsonObject => ({ type: 'function', function: { name } })
const named = { type: 'function', function: { name: 'b' } }

test.each<[JsonObject, Quirks, JsonObject]>([
  [{ tool_choice: 'required' }, { toolDemand: 'any' }, { tools: [tool('a'), tool('b')], tool_choice: 'any' }],
  [
    { tool_choice: 'required' },
    { toolDemand: 'none' },
    { tools: [tool('a'), tool('b')], tool_choice: 'auto' },
  ],
  [
    { tool_choice: named },
    { noNamedTool: true, toolDemand: 'any' },
    { tools: [tool('b')], tool_choice: 'any' },
  ],
  [{ tool_choice: named }, { noNamedTool: true }, { tools: [tool('b')], tool_choice: 'required' }],
  [
    { tool_choice: 'auto' },
    { noStrictTools: true },
    { tools: [plain('a'), plain('b')], tool_choice: 'auto' },
  ],
])('tools with %o under %o', (fields, quirks, expected) => {
  expect(encode({ tools: [tool('a'), tool('b')], ...fields }, quirks)).toMatchObject(expected)
})

test.each<[JsonObject, Quirks, JsonObject]>([
  [{ seed: 7 }, { rename: { seed: 'random_seed' } }, { random_seed: 7 }],
  [{}, { add: { tool_stream: true } }, { tool_stream: true }],
  [
    { reasoning: { max_tokens: 500 } },
    { reasoningRequest: 'enable_thinking' },
    { enable_thinking: true, thinking_budget: 500 },
  ],
  [{ reasoning_effort: 'none' }, { reasoningRequest: 'enable_thinking' }, { enable_thinking: false }],
  [
    { reasoning_effort: 'low' },
    { reasoningRequest: 'chat_template_kwargs' },
    { chat_template_kwargs: { enable_thinking: true } },
  ],
])('%o under %o asks for %o', (fields, quirks, expected) => {
  const { model: _, messages: __, stream: ___, ...rest } = encode(fields, quirks)
  expect(rest).toEqual(expected)
})

const events = async (chunks: JsonObject[], quirks: Quirks = {}) => {
  const text = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')
  return await decode([bytesOf(`${text}data: [DONE]\n\n`)], quirks)
}
const delta = (fields: JsonObject): JsonObject => ({ id: 'x', choices: [{ index: 0, delta: fields }] })
const end: JsonObject = { id: 'x', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }

test('thoughts that repeat what went before are told once', async () => {
  const chunks = ['I', 'I think', 'I think so'].map((reasoning_content) => delta({ reasoning_content }))
  const told = await events([...chunks, end], { reasoningCumulative: true })
  const texts = told.flatMap((event) => (event.type === 'reasoning-delta' ? [event.text] : []))
  expect(texts).toEqual(['I', ' think', ' so'])
})

test.each<[string, JsonObject]>([
  ['with titles', { search_results: [{ title: 'A', url: 'https://a' }] }],
  ['as addresses', { citations: ['https://a'] }],
])('sources beside the choices become citations, once, %s', async (_, sources) => {
  const chunks = ['Hi', ' you'].map((content) => ({ ...delta({ content }), ...sources }))
  const told = await events([...chunks, end])
  const media = told.flatMap((event) => (event.type === 'media' ? [event.media] : []))
  expect(media).toMatchObject([{ kind: 'citation', url: 'https://a' }])
})
