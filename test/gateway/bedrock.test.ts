import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import {
  messageEnd,
  messageStart,
  readMessageEvents,
  text,
  thinking,
  toolUse,
} from '../support/anthropic-events.ts'
import { ask as askGateway, at } from '../support/chat.ts'
import { eventNamed, eventStreaming, exceptionNamed, invokeChunk } from '../support/event-stream.ts'
import { provider, replyJson } from '../support/provider.ts'
import { readEvents } from '../support/sse.ts'
import type { Call, Step } from '../support/upstream-script.ts'

const nova = 'amazon/nova-lite-v1'
const claude = 'anthropic/claude-haiku-4.5'

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

interface Asked {
  status: number
  text: string
  /** What came as events of chat, `[DONE]` left out. */
  chunks: Json[]
  calls: Call[]
  sent: JsonObject
}

/** Asks the gateway, whose one provider is a Bedrock that plays these steps. */
async function ask(request: JsonObject, steps: Step[], path = '/api/v1/chat/completions'): Promise<Asked> {
  const upstream = await provider(steps)
  const settings: Env = {
    ...env,
    AMAZON_BEDROCK_BASE_URL: upstream.baseUrl,
    AMAZON_BEDROCK_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AMAZON_BEDROCK_SECRET_ACCESS_KEY: 'secret-key',
  }
  const { response, settled } = await askGateway(settings, request, { key: caller.key, path })
  const body = await response.text()
  await settled()
  const calls = await upstream.calls()
  const isChatStream = path.endsWith('completions') && body.startsWith('data:')
  const events = isChatStream ? readEvents(body) : []
  return {
    status: response.status,
    text: body,
    chunks: events.flatMap((event) => ('json' in event ? [event.json] : [])),
    calls,
    sent: JSON.parse(calls[0]?.body ?? '{}'),
  }
}

const said = (block: number, delta: JsonObject): Uint8Array =>
  eventNamed('contentBlockDelta', { contentBlockIndex: block, delta, p: 'abcdef' })
const start = eventNamed('messageStart', { role: 'assistant' })
const stop = (stopReason: string): Uint8Array => eventNamed('messageStop', { stopReason })
const used = (inputTokens: number, outputTokens: number): Uint8Array =>
  eventNamed('metadata', { usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens } })

const deltasOf = (chunks: Json[]): (Json | undefined)[] =>
  chunks.map((chunk) => at(at(at(chunk, 'choices'), 0), 'delta'))
const hello: Json = [{ role: 'user', content: 'Hello' }]

test('a client of chat gets the words of a model on Bedrock as they come, and what they cost', async () => {
  const answer = eventStreaming(
    start,
    said(0, { text: 'Grüße' }),
    said(0, { text: ' 🎏' }),
    stop('end_turn'),
    used(10, 4),
  )
  const { chunks, calls, sent } = await ask(
    { model: nova, messages: hello, stream: true, max_tokens: 50 },
    answer,
  )
  expect(calls[0]?.path).toMatch(/\/model\/amazon\.nova-lite-v1%3A0\/converse-stream$/)
  expect(sent).toEqual({
    messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
    inferenceConfig: { maxTokens: 50 },
  })
  expect(deltasOf(chunks)).toMatchObject([{ content: 'Grüße' }, { content: ' 🎏' }, {}, undefined])
  expect(chunks.at(-1)).toMatchObject({
    provider: 'Amazon Bedrock',
    usage: { prompt_tokens: 10, completion_tokens: 4, cost: (10 * 60 + 4 * 240) / 1e9 },
  })
})

test('a short answer that is wanted whole is asked for whole', async () => {
  const answer = replyJson(200, {
    output: { message: { role: 'assistant', content: [{ text: 'Hello there' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 10, outputTokens: 4, totalTokens: 14 },
    metrics: { latencyMs: 200 },
  })
  const { calls, text: body } = await ask({ model: nova, messages: hello, max_tokens: 50 }, answer)
  expect(calls[0]?.path).toMatch(/\/model\/amazon\.nova-lite-v1%3A0\/converse$/)
  expect(JSON.parse(body)).toMatchObject({
    choices: [
      { message: { content: 'Hello there' }, finish_reason: 'stop', native_finish_reason: 'end_turn' },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 4 },
  })
})

const weather = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}

test('a tool loop with thinking: a thought goes back byte for byte, in pieces as it came', async () => {
  const signature = 'EqQBCkYIBBgCIkAx+/=='
  const asked = {
    model: claude,
    max_tokens: 4_000,
    reasoning: { max_tokens: 1_024 },
    tools: [weather],
    stream: true,
  }
  const first = await ask({ ...asked, messages: hello }, [
    ...eventStreaming(
      start,
      said(0, { reasoningContent: { text: 'Let me see' } }),
      said(0, { reasoningContent: { signature } }),
      eventNamed('contentBlockStop', { contentBlockIndex: 0 }),
      eventNamed('contentBlockStart', {
        contentBlockIndex: 1,
        start: { toolUse: { toolUseId: 'tooluse_1', name: 'weather' } },
      }),
      said(1, { toolUse: { input: '{"city":' } }),
      said(1, { toolUse: { input: '"Oslo"}' } }),
      stop('tool_use'),
      used(40, 30),
    ),
  ])
  expect(first.sent).toMatchObject({
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1_024 } },
  })
  const details = deltasOf(first.chunks).flatMap((delta) => at(delta, 'reasoning_details') ?? [])
  const calls = deltasOf(first.chunks).flatMap((delta) => at(delta, 'tool_calls') ?? [])
  expect(calls.map((call) => at(at(call, 'function'), 'arguments'))).toEqual(['', '{"city":', '"Oslo"}'])
  expect(at(calls[0], 'id')).toBe('tooluse_1')
  const history = [
    ...hello,
    {
      role: 'assistant',
      content: null,
      reasoning_details: details,
      tool_calls: [
        { id: 'tooluse_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'tooluse_1', content: 'Rain' },
  ]
  const answer = eventStreaming(start, said(0, { text: 'It rains.' }), stop('end_turn'), used(60, 5))
  const second = await ask({ ...asked, messages: history }, answer)
  expect(second.sent['messages']).toEqual([
    { role: 'user', content: [{ text: 'Hello' }] },
    {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'Let me see', signature } } },
        { toolUse: { toolUseId: 'tooluse_1', name: 'weather', input: { city: 'Oslo' } } },
      ],
    },
    { role: 'user', content: [{ toolResult: { toolUseId: 'tooluse_1', content: [{ text: 'Rain' }] } }] },
  ])
})

test('an exception in the middle is an error in the stream, and costs nothing', async () => {
  const message = 'Too many tokens, please wait before trying again.'
  const answer = eventStreaming(
    start,
    said(0, { text: 'Half' }),
    exceptionNamed('throttlingException', message),
  )
  const {
    status,
    chunks,
    text: body,
  } = await ask({ model: nova, messages: hello, stream: true, max_tokens: 50 }, answer)
  expect(status).toBe(200)
  expect(chunks.at(-1)).toMatchObject({
    error: { code: 429, metadata: { error_type: 'rate_limit_exceeded' } },
    usage: { cost: 0 },
  })
  expect(body).not.toContain(message)
})

test('a byte that was spoilt on the way is an error in the stream, never a wrong word', async () => {
  const good = said(0, { text: 'Half' })
  const spoilt = said(0, { text: 'another half' })
  spoilt[60] = 0
  const answer = eventStreaming(start, good, spoilt, stop('end_turn'))
  const { chunks } = await ask({ model: nova, messages: hello, stream: true, max_tokens: 50 }, answer)
  expect(deltasOf(chunks)).toMatchObject([{ content: 'Half' }, {}])
  expect(chunks.at(-1)).toMatchObject({ error: { metadata: { error_type: 'provider_unavailable' } } })
})

const message = { model: claude, max_tokens: 2_000, messages: hello }

test('Claude Code gets the events of Anthropic that Bedrock wraps, one for one', async () => {
  const wrapped = [
    messageStart(),
    ...thinking(0, 'Hm', 'c2ln+/=='),
    ...text(1, 'Hello', ' there'),
    ...toolUse(2, { id: 'toolu_1', name: 'now' }, '{"zone":"CET"}'),
    ...messageEnd('tool_use'),
  ]
  const request = { ...message, stream: true, thinking: { type: 'enabled', budget_tokens: 1_024 } }
  const answer = eventStreaming(...wrapped.map(invokeChunk))
  const { text: body, calls, sent } = await ask(request, answer, '/api/v1/messages')
  expect(calls[0]?.path).toMatch(
    /\/model\/anthropic\.claude-haiku-4-5-\d+-v1%3A0\/invoke-with-response-stream$/,
  )
  expect(sent).toEqual({
    max_tokens: 2_000,
    messages: hello,
    thinking: { type: 'enabled', budget_tokens: 1_024 },
    anthropic_version: 'bedrock-2023-05-31',
  })
  const events = readMessageEvents(body)
  expect(events.slice(1, -2)).toEqual(wrapped.slice(1, -2))
  expect(events.at(-2)).toMatchObject({ delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 12 } })
})

test('a client of Messages gets other models on Bedrock as well', async () => {
  const answer = eventStreaming(start, said(0, { text: 'Hello' }), stop('max_tokens'), used(10, 4))
  const { text: body, calls } = await ask(
    { ...message, model: nova, stream: true },
    answer,
    '/api/v1/messages',
  )
  expect(calls[0]?.path).toMatch(/\/converse-stream$/)
  expect(readMessageEvents(body).slice(1)).toMatchObject([
    ...text(0, 'Hello'),
    {
      type: 'message_delta',
      delta: { stop_reason: 'max_tokens' },
      usage: { input_tokens: 10, output_tokens: 4 },
    },
    { type: 'message_stop' },
  ])
})

test('a client of Responses gets them too', async () => {
  const answer = eventStreaming(start, said(0, { text: 'Hello' }), stop('end_turn'), used(10, 4))
  const { text: body } = await ask({ model: nova, input: 'Hello' }, answer, '/api/v1/responses')
  expect(JSON.parse(body)).toMatchObject({
    status: 'completed',
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hello' }] }],
    usage: { input_tokens: 10, output_tokens: 4 },
  })
})

test('profiles of other geographies are not asked, so that they use up no attempt', async () => {
  const upstream = await provider(replyJson(400, { message: 'The provided model identifier is invalid.' }))
  const asked = async (region: string | undefined) => {
    const before = (await upstream.calls()).length
    const settings: Env = {
      ...env,
      AMAZON_BEDROCK_BASE_URL: upstream.baseUrl,
      AMAZON_BEDROCK_API_KEY: 'k',
      ...(region !== undefined && { AMAZON_BEDROCK_REGION: region }),
      LIMITS: '{"attemptsMax":9}',
    }
    const body = { model: claude, messages: [{ role: 'user', content: 'Hi' }] }
    const { response, settled } = await askGateway(settings, body, { key: caller.key })
    expect(response.status).toBe(503)
    await settled()
    const calls = (await upstream.calls()).slice(before)
    return calls.map(({ path }) => /model\/(.*?)\.?anthropic/.exec(path)?.[1] ?? path).toSorted()
  }
  expect(await asked('us-west-2')).toEqual(['', 'global', 'us'])
  expect(await asked('eu-central-1')).toEqual(['', 'eu', 'global'])
  expect(await asked('ap-northeast-1')).toEqual(['', 'global', 'jp'])
  // Where an operator's own address is, nobody knows.
  expect(await asked(undefined)).toEqual(['', 'au', 'eu', 'global', 'in', 'jp', 'us'])
})
