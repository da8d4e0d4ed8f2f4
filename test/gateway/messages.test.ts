import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import {
  blockStart,
  errorEvent,
  messageEnd,
  messageStart,
  messageStream,
  ping,
  readMessageEvents,
  text,
  thinking,
  toolUse,
} from '../support/anthropic-events.ts'
import { chatStream, delta, finish, usage } from '../support/chat-chunks.ts'
import { ask, askWhole } from '../support/chat.ts'
import { headerOf, provider, replyJson, type Provider } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

const native = 'anthropic/claude-haiku-4.5'
const foreign = 'openai/gpt-4o-mini'
const greeting = [{ role: 'user', content: 'Hello' }]

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

interface Asked {
  response: Response
  body: string
  events: JsonObject[]
  upstream: Provider
  sent: JsonObject
}

/** Asks /messages, with one provider that plays the given attempts. */
async function messages(
  request: JsonObject,
  attempts: Step[][],
  headers: Record<string, string> = {},
): Promise<Asked> {
  const upstream = await provider(...attempts)
  const keys = request['model'] === foreign ? 'OPENAI' : 'ANTHROPIC'
  const settings: Env = {
    ...env,
    [`${keys}_API_KEY`]: 'operator-key',
    [`${keys}_BASE_URL`]: upstream.baseUrl,
  }
  const { response, settled } = await ask(
    settings,
    { model: native, max_tokens: 2_000, messages: greeting, ...request },
    { path: '/api/v1/messages', headers: { 'x-api-key': caller.key, ...headers } },
  )
  const body = await response.text()
  await settled()
  const [call] = await upstream.calls()
  const streamed = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  return {
    response,
    body,
    events: streamed ? readMessageEvents(body) : [],
    upstream,
    sent: JSON.parse(call?.body ?? '{}'),
  }
}

const hello = [messageStart(), ping, ...text(0, 'Hello', ' there'), ...messageEnd('end_turn')]

test('[86] [96] [101] a stream has the events of the format, in their order, with what it cost at its end', async () => {
  const { response, events } = await messages({ stream: true }, [messageStream(...hello)])
  const id = response.headers.get('x-generation-id')?.replace('gen-', 'msg_')
  expect(events).toEqual([
    {
      type: 'message_start',
      message: expect.objectContaining({
        id,
        type: 'message',
        role: 'assistant',
        model: native,
        provider: 'Anthropic',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        container: null,
        usage: expect.objectContaining({ input_tokens: 25, output_tokens: 1, service_tier: 'standard' }),
      }),
    },
    ...text(0, 'Hello', ' there'),
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null, container: null },
      usage: expect.objectContaining({ input_tokens: 25, output_tokens: 12, cost: 0.000_085 }),
    },
    { type: 'message_stop' },
  ])
})

test('[82] a whole answer is one message', async () => {
  const answer = {
    id: 'msg_upstream',
    type: 'message',
    role: 'assistant',
    model: 'claude-upstream',
    content: [{ type: 'text', text: 'Hello there' }],
    stop_reason: 'stop_sequence',
    stop_sequence: 'END',
    usage: { input_tokens: 25, output_tokens: 12 },
  }
  const { body } = await messages({ max_tokens: 20, stop_sequences: ['END'] }, [replyJson(200, answer)])
  expect(JSON.parse(body)).toMatchObject({
    id: expect.stringMatching(/^msg_/),
    type: 'message',
    role: 'assistant',
    model: native,
    content: [{ type: 'text', text: 'Hello there' }],
    stop_reason: 'stop_sequence',
    stop_sequence: 'END',
    usage: { input_tokens: 25, output_tokens: 12, cost: 0.000_085 },
  })
})

test("[101] a provider gets the operator's key and the version, and nothing of the client's", async () => {
  const { upstream } = await messages({ stream: true }, [messageStream(...hello)], {
    'user-agent': 'claude-cli/2',
  })
  const [call] = await upstream.calls()
  expect(call?.path).toMatch(/\/messages$/)
  expect([
    headerOf(call, 'x-api-key'),
    headerOf(call, 'anthropic-version'),
    headerOf(call, 'authorization'),
  ]).toEqual(['operator-key', '2023-06-01', undefined])
  expect(JSON.stringify(call)).not.toContain(caller.key)
})

test('[100] a tool loop with thinking works across formats', async () => {
  const { events, sent } = await messages(
    {
      model: foreign,
      stream: true,
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      tools: [{ name: 'weather', input_schema: { type: 'object', properties: {} } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      messages: [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm', signature: 'c2ln' },
            { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'Rain' }] },
            { type: 'text', text: 'And tomorrow?' },
          ],
        },
      ],
    },
    [
      chatStream([
        delta({ tool_calls: [{ index: 0, id: 'call_1', function: { name: 'weather', arguments: '{"ci' } }] }),
        delta({ tool_calls: [{ index: 0, function: { arguments: 'ty":"Rome"}' } }] }),
        finish('tool_calls'),
        usage(40, 9),
      ]),
    ],
  )
  expect(sent).toMatchObject({
    messages: [
      { role: 'system' },
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', tool_calls: [{ id: 'toolu_1', function: { arguments: '{"city":"Oslo"}' } }] },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'Rain' },
      { role: 'user', content: 'And tomorrow?' },
    ],
    tool_choice: 'required',
    parallel_tool_calls: false,
  })
  const [start, ...rest] = events
  expect(start).toMatchObject({ message: { usage: { input_tokens: expect.any(Number) } } })
  expect(
    rest.map((event) => [event['type'], event['content_block'] ?? event['delta'] ?? event['index']]),
  ).toEqual([
    ['content_block_start', { type: 'tool_use', id: 'call_1', name: 'weather', input: {} }],
    ['content_block_delta', { type: 'input_json_delta', partial_json: '{"ci' }],
    ['content_block_delta', { type: 'input_json_delta', partial_json: 'ty":"Rome"}' }],
    ['content_block_stop', 0],
    ['message_delta', { stop_reason: 'tool_use', stop_sequence: null, stop_details: null, container: null }],
    ['message_stop', undefined],
  ])
})

test('[88] a failure in the middle is an error event, whole and translated, and costs nothing', async () => {
  const broken = [messageStart(), ...text(0, 'Half'), errorEvent('overloaded_error', 'Overloaded')]
  const { response, events } = await messages({ stream: true }, [messageStream(...broken)])
  expect(response.status).toBe(200)
  expect(events.at(-1)).toEqual({
    type: 'error',
    error: {
      type: 'overloaded_error',
      message: 'Provider returned error',
      error_type: 'provider_overloaded',
    },
    request_id: response.headers.get('x-generation-id'),
  })
  const whole = await messages({}, [messageStream(...broken)])
  expect(whole.response.status).toBe(503)
  expect(JSON.parse(whole.body)).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } })
})

test('an error inside the stream before any content has a status of its own', async () => {
  const { response, body } = await messages({ stream: true }, [
    messageStream(messageStart(), ping, errorEvent('overloaded_error', 'Overloaded')),
  ])
  expect(response.status).toBe(503)
  expect(JSON.parse(body)).toMatchObject({
    error: { type: 'overloaded_error', availability: { retryable: true } },
  })
})

test('a stream that just stops is a failure', async () => {
  const { events } = await messages({ stream: true }, [messageStream(messageStart(), ...text(0, 'Half'))])
  expect(events.at(-1)).toMatchObject({
    type: 'error',
    error: { type: 'api_error', error_type: 'provider_unavailable' },
  })
})

test("[83] an unknown key is refused in the format's shape, without a request", async () => {
  const { response } = await ask(
    env,
    {},
    { path: '/v1/messages', headers: { 'x-api-key': 'sk-ant-nothing' } },
  )
  expect(response.status).toBe(401)
  expect(await response.json()).toEqual({
    type: 'error',
    error: { type: 'authentication_error', message: 'Invalid API key', error_type: 'authentication' },
    request_id: null,
  })
})

const overloaded = { type: 'error', error: { type: 'rate_limit_error', message: 'Too many requests' } }
const filtered = {
  type: 'error',
  error: { type: 'invalid_request_error', message: 'Output blocked by content filtering policy' },
}

test.each([
  ['a rate limit', replyJson(429, overloaded)],
  ['a refusal', replyJson(400, filtered)],
])('[92] fallbacks are triggered by a rate limit as well as by a refusal: %s', async (_, failure) => {
  const fallback = 'anthropic/claude-sonnet-5.5'
  const request = { fallbacks: [{ model: fallback }], stream: true }
  const { response, events, upstream } = await messages(request, [failure, messageStream(...hello)])
  expect(response.status).toBe(200)
  expect(events[0]).toMatchObject({ type: 'message_start', message: { model: fallback } })
  const asked = (await upstream.calls()).map(({ body }): JsonObject => JSON.parse(body))
  expect(asked.map(({ model }) => model)).toEqual(['claude-haiku-4-5', 'claude-sonnet-5-5'])
  expect(asked[1]).not.toHaveProperty('fallbacks')
  const alone = await messages({ stream: true }, [failure, messageStream(...hello)])
  expect([alone.response.status >= 400, (await alone.upstream.calls()).length]).toEqual([true, 1])
})

test('[84] a refusal of the gateway names its request', async () => {
  const { response, body } = await messages({ model: 'nobody/knows-it' }, [[]])
  expect(response.status).toBe(400)
  expect(JSON.parse(body)).toMatchObject({
    type: 'error',
    error: { type: 'invalid_request_error', message: 'nobody/knows-it is not a valid model ID' },
    request_id: expect.stringMatching(/^gen-/),
  })
})

test('[85] a rate limit of the provider and an unpaid bill of the client have their words', async () => {
  const limited = await messages({}, [
    replyJson(429, { type: 'error', error: { type: 'rate_limit_error', message: 'x' } }),
  ])
  expect(JSON.parse(limited.body)).toMatchObject({
    error: { type: 'rate_limit_error', error_type: 'rate_limit_exceeded' },
  })
  const poor = await account(env, { credit: 0 })
  const { response, text: body } = await askWhole(
    { ...env, ANTHROPIC_API_KEY: 'operator-key' },
    { model: native, max_tokens: 10, messages: greeting },
    { path: '/api/v1/messages', key: poor.key },
  )
  expect(response.status).toBe(402)
  expect(JSON.parse(body)).toMatchObject({ error: { type: 'billing_error' } })
})

test('thoughts and their seals come back byte for byte, and go back byte for byte', async () => {
  const first = [
    messageStart(),
    ...thinking(0, 'Let me see', 'c2lnbmF0dXJl+/=='),
    blockStart(1, { type: 'redacted_thinking', data: 'cmVkYWN0ZWQ=' }),
    { type: 'content_block_stop', index: 1 },
    ...toolUse(2, { id: 'toolu_1', name: 'weather' }, '{"city":', '"Oslo"}'),
    ...messageEnd('tool_use'),
  ]
  const tools = [
    { name: 'weather', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral', ttl: '1h' } },
  ]
  const thinks = { thinking: { type: 'enabled', budget_tokens: 1_024 }, tools }
  const { body } = await messages(thinks, [messageStream(...first)])
  const { content } = JSON.parse(body)
  expect(content).toEqual([
    { type: 'thinking', thinking: 'Let me see', signature: 'c2lnbmF0dXJl+/==' },
    { type: 'redacted_thinking', data: 'cmVkYWN0ZWQ=' },
    { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
  ])
  const history = [
    ...greeting,
    { role: 'assistant', content },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'Rain' }] },
  ]
  const { sent } = await messages({ ...thinks, messages: history }, [messageStream(...hello)])
  expect(sent).toMatchObject({ messages: history, ...thinks })
})

test('a thread is refused in the words on which the library sends the whole history', async () => {
  const { response, body } = await messages({ thread: { type: 'create' } }, [messageStream(...hello)])
  expect(response.status).toBe(400)
  expect(JSON.parse(body)).toMatchObject({
    error: {
      type: 'invalid_request_error',
      details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
    },
  })
})

test('citations of a document, which no other format can give, are told as dropped', async () => {
  const source = { type: 'text', media_type: 'text/plain', data: 'Paper' }
  const { response, body } = await messages(
    {
      model: foreign,
      messages: [{ role: 'user', content: [{ type: 'document', source, citations: { enabled: true } }] }],
    },
    [chatStream([delta({ content: 'Read' }), finish('stop'), usage(9, 1)])],
    { 'x-openrouter-metadata': 'enabled' },
  )
  expect(response.status).toBe(200)
  expect(JSON.parse(body)).toMatchObject({ openrouter_metadata: { dropped: ['document.citations'] } })
})
