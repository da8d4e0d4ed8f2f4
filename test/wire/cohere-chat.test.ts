import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { noUsage } from '../../src/generation/usage.ts'
import { cohereChatProtocol } from '../../src/wire/cohere-chat/protocol.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import type { UpstreamTarget } from '../../src/wire/protocol.ts'
import { bytesOf } from './answers.ts'
import { decode, target } from './cohere-answers.ts'

const files = import.meta.glob<string>('../fixtures/cohere-chat/*.sse', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const file = (name: string): string => files[`../fixtures/cohere-chat/${name}.sse`] ?? ''

const begun: GenerationEvent = { type: 'start', upstreamId: 'c1' }
const said = (text: string): GenerationEvent => ({ type: 'text-delta', text })
const thought = (text: string): GenerationEvent => ({ type: 'reasoning-delta', text })
const called = (index: number, id: string, name: string): GenerationEvent => ({
  type: 'tool-call-delta',
  index,
  id,
  name,
  arguments: '',
})
const args = (index: number, text: string): GenerationEvent => ({
  type: 'tool-call-delta',
  index,
  arguments: text,
})
const used = (promptTokens: number, completionTokens: number, cachedTokens = 0): GenerationEvent => ({
  type: 'usage',
  usage: { ...noUsage, promptTokens, completionTokens, cachedTokens },
})
const ended = (
  reason: Extract<GenerationEvent, { type: 'finish' }>['reason'],
  nativeReason: string,
): GenerationEvent => ({ type: 'finish', reason, nativeReason })

/** What each stream says. Billed are its billed units, not the tokens beside them. */
const scenarios: Record<string, GenerationEvent[]> = {
  plain: [begun, said('Hello'), said(' wörld'), said('!'), used(6, 4, 2), ended('stop', 'COMPLETE')],
  thinking: [begun, thought('Let me '), thought('see.'), said('4'), used(9, 11), ended('stop', 'COMPLETE')],
  tools: [
    begun,
    thought('I will '),
    thought('look it up.'),
    called(0, 'weather_1', 'weather'),
    ...'{"city": "Oslo"}'.split('').map((text) => args(0, text)),
    called(1, 'weather_2', 'weather'),
    args(1, '{"city":"Rome"}'),
    used(30, 25),
    ended('tool_calls', 'TOOL_CALL'),
  ],
  'empty-arguments': [
    begun,
    called(0, 'now_1', 'now'),
    args(0, '{}'),
    called(1, 'now_2', 'now'),
    args(1, '{}'),
    called(2, 'now_3', 'now'),
    args(2, '{}'),
    called(3, 'call_c1_3', 'now'),
    args(3, '{}'),
    used(12, 8),
    ended('tool_calls', 'TOOL_CALL'),
  ],
  cited: [
    begun,
    said('It rains in Oslo.'),
    {
      type: 'media',
      media: { kind: 'citation', url: '', title: 'weather_1:0', text: 'It rains', start: 0, end: 8 },
    },
    {
      type: 'media',
      media: {
        kind: 'citation',
        url: 'https://example.com/oslo',
        title: 'Oslo',
        text: 'Oslo',
        start: 12,
        end: 16,
      },
    },
    used(40, 6),
    ended('stop', 'COMPLETE'),
  ],
  'cut-short': [begun, said('Hel'), used(6, 1), ended('length', 'MAX_TOKENS')],
  odd: [
    begun,
    said('Hi'),
    used(200, 2),
    { type: 'finish', reason: 'stop', nativeReason: 'SOMETHING_NEW', flaws: ['malformed_event'] },
  ],
}

test('every fixture has its events written beside it', () => {
  expect(Object.keys(files).length).toBe(Object.keys(scenarios).length)
})

test.each(Object.entries(scenarios))('%s: these events, wherever it is cut', async (name, events) => {
  const bytes = bytesOf(file(name))
  expect(await decode([bytes])).toEqual(events)
  expect(await decode([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(events)
  for (let position = 1; position < bytes.length; position++) {
    expect(await decode([bytes.subarray(0, position), bytes.subarray(position)])).toEqual(events)
  }
})

test('a whole answer says what its stream says', async () => {
  const body = {
    id: 'c1',
    finish_reason: 'TOOL_CALL',
    message: {
      role: 'assistant',
      tool_plan: 'I will look it up.',
      tool_calls: [{ id: 'now_1', type: 'function', function: { name: 'now', arguments: 'null' } }],
      content: [
        { type: 'thinking', thinking: 'Hm' },
        { type: 'text', text: 'Hello' },
      ],
    },
    usage: {
      billed_units: { input_tokens: 3, output_tokens: 5 },
      tokens: { input_tokens: 70, output_tokens: 5 },
    },
  }
  expect(await decodeWhole(body)).toEqual([
    begun,
    thought('I will look it up.'),
    thought('Hm'),
    said('Hello'),
    called(0, 'now_1', 'now'),
    args(0, '{}'),
    used(3, 5),
    ended('tool_calls', 'TOOL_CALL'),
  ])
})

async function decodeWhole(body: JsonObject): Promise<GenerationEvent[]> {
  const events: GenerationEvent[] = []
  for await (const batch of cohereChatProtocol.decodeGeneration(body, target())) events.push(...batch)
  return events
}

const firstWords = file('cut-short').split('event: message-end')[0] ?? ''

test.each([
  ['a stream that just stops', firstWords, 'ended_early'],
  [
    'a generation that failed',
    `${firstWords}data: {"type":"message-end","delta":{"finish_reason":"ERROR","error":"NVLink is down"}}\n\n`,
    undefined,
  ],
  ['a refusal in the middle', `${firstWords}data: {"message":"internal server error, gpu-7"}\n\n`, undefined],
])('%s is an error, in our own words', async (_, text, code) => {
  await expect(decode([bytesOf(text)])).rejects.toMatchObject({
    type: 'provider_unavailable',
    message: 'Provider returned error',
    details: { upstream: { failOver: true, ...(code !== undefined && { code }) } },
  })
})

test.each([
  [401, { message: 'invalid api token' }, 'credential'],
  [498, { message: 'invalid token' }, 'credential'],
  [429, { message: 'You are using a Trial key, which is limited to 20 API calls / minute.' }, 'rate_limit'],
  [
    400,
    { message: 'too many tokens: size limit exceeded by 9 tokens', error_type: 'TOO_MANY_TOKENS' },
    'context_length_exceeded',
  ],
  [400, { id: 'x', message: 'invalid request: message must be at least 1 token long' }, 'invalid_request'],
  [404, { message: "model 'command-z' not found" }, 'model_missing'],
  [503, { message: 'no healthy upstream' }, 'overloaded'],
])('a refusal of status %i is judged by what it says: %o', (status, body, type) => {
  expect(cohereChatProtocol.decodeFault(status, JSON.stringify(body))).toMatchObject({ type })
})

/** What Cohere gets for a chat request. */
function encode(fields: JsonObject, given: Partial<UpstreamTarget> = {}) {
  const request = openaiChatDialect.decodeRequest(
    { model: 'cohere/command-a', messages: [{ role: 'user', content: 'Hi' }], ...fields },
    new Headers(),
  )
  return cohereChatProtocol.encodeRequest(request, target(given))
}

test('each parameter has its own name here, and what has none is told', () => {
  const { body, dropped } = encode(
    {
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      seed: 7,
      stop: ['END'],
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      max_tokens: 9_000,
      min_p: 0.1,
      logit_bias: { 5: 1 },
      verbosity: 'low',
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } },
    },
    { maxCompletionTokens: 4_000 },
  )
  expect(body).toEqual({
    model: 'command-a',
    messages: [{ role: 'user', content: 'Hi' }],
    stream: true,
    max_tokens: 4_000,
    temperature: 0.5,
    p: 0.9,
    k: 40,
    seed: 7,
    stop_sequences: ['END'],
    frequency_penalty: 0.1,
    presence_penalty: 0.2,
    response_format: { type: 'json_object', json_schema: { type: 'object' } },
  })
  expect([...dropped].toSorted()).toEqual(['logit_bias', 'min_p', 'parallel_tool_calls', 'verbosity'])
})

const sentTools = ['weather', 'clock'].map((name) => ({
  type: 'function',
  function: { name, description: 'x', parameters: { type: 'object' } },
}))
const tools = sentTools.map(({ type, function: declared }) => ({
  type,
  function: { ...declared, strict: true },
}))

test.each([
  ['auto', { tools: sentTools }],
  ['none', { tools: sentTools, tool_choice: 'NONE' }],
  ['required', { tools: sentTools, tool_choice: 'REQUIRED' }],
  [
    { type: 'function', function: { name: 'clock' } },
    { tools: [sentTools[1]], tool_choice: 'REQUIRED' },
  ],
])('tool_choice %o', (choice, expected) => {
  const { body } = encode({ tools, tool_choice: choice })
  const { model: _, messages: __, stream: ___, ...rest } = body
  expect(rest).toEqual({ ...expected, strict_tools: true })
})

test('a tool loop goes back with its plan and without content, pictures after the result', () => {
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } }
  const { body } = encode({
    messages: [
      {
        role: 'system',
        content: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      },
      { role: 'user', content: [{ type: 'text', text: 'Weather?' }, image] },
      {
        role: 'assistant',
        content: 'Looking.',
        reasoning: 'I will look it up.',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'Rain' }, image] },
      { role: 'assistant', content: 'It rains.', reasoning: 'Done.' },
      { role: 'user', content: 'Thanks' },
    ],
  })
  expect(body['messages']).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Weather?' }, image] },
    {
      role: 'assistant',
      tool_plan: 'I will look it up.\nLooking.',
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'Rain' },
    { role: 'user', content: [image] },
    { role: 'assistant', content: 'It rains.' },
    { role: 'user', content: 'Thanks' },
  ])
})

test.each([
  [{ effort: 'none' }, { type: 'disabled' }],
  [{ enabled: true }, { type: 'enabled' }],
  [{ max_tokens: 500 }, { type: 'enabled', token_budget: 500 }],
  [{ effort: 'high' }, { type: 'enabled', token_budget: 1_600 }],
])('reasoning %o', (reasoning, thinking) => {
  const { body } = encode({ reasoning, max_tokens: 2_000 }, { reasoning: true })
  expect(body['thinking']).toEqual(thinking)
})

test('a model that does not think is not asked to', () => {
  const { body, dropped } = encode({ reasoning: { effort: 'high' } }, { reasoning: false })
  expect([body['thinking'], dropped]).toEqual([undefined, ['reasoning']])
})

test('a model that thinks gets its thoughts again', () => {
  const messages = [
    { role: 'user', content: '2+2' },
    { role: 'assistant', content: '4', reasoning: 'Easy.' },
    { role: 'user', content: 'And 3+3?' },
  ]
  expect(encode({ messages }, { reasoning: true }).body['messages']).toContainEqual({
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'Easy.' },
      { type: 'text', text: '4' },
    ],
  })
})

test.each([
  { type: 'input_audio', input_audio: { data: 'aGk=', format: 'wav' } },
  { type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } },
  { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,aGk=' } },
])('what it cannot read is refused by name: %o', (part) => {
  expect(() => encode({ messages: [{ role: 'user', content: [part] }] })).toThrow(
    /this model's provider takes no (audio|video|files); send text or images/,
  )
})
