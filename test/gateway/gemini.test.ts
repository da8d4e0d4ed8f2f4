import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { askWhole, at, contentOf } from '../support/chat.ts'
import { headerOf, provider, replyJson, reset, send, streaming, type Provider } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

const model = 'google/gemini-3.1-pro-preview'
const hello = { model, stream: true, messages: [{ role: 'user', content: 'Hi' }] }

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

const chunk = (parts: JsonObject[], fields: JsonObject = {}, candidate: JsonObject = {}): string =>
  `data: ${JSON.stringify({
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...candidate }],
    modelVersion: 'gemini-3.1-pro-preview',
    responseId: 'rsp-1',
    ...fields,
  })}\r\n\r\n`

const counts = (prompt: number, candidates: number, thoughts: number): JsonObject => ({
  usageMetadata: { promptTokenCount: prompt, candidatesTokenCount: candidates, thoughtsTokenCount: thoughts },
})

const stop = { finishReason: 'STOP' }
const says = streaming(
  send(chunk([{ text: 'Greet back.', thought: true }], counts(100, 0, 20))),
  send(chunk([{ text: 'Hel' }], counts(100, 1, 20))),
  send(chunk([{ text: 'lo' }], counts(100, 2, 20), stop)),
)

/** AI Studio and Vertex where the test plays them; the cheaper one, or the first of equals, is asked first. */
const studio = (upstream: Provider): Env => ({
  ...env,
  GOOGLE_AI_STUDIO_API_KEY: 'AIza-canary',
  GOOGLE_AI_STUDIO_BASE_URL: upstream.baseUrl,
})
const vertexToo = (gateway: Env, upstream: Provider): Env => ({
  ...gateway,
  GOOGLE_VERTEX_API_KEY: 'vertex-canary',
  GOOGLE_VERTEX_BASE_URL: upstream.baseUrl,
})

const jsonOf = (upstream: Provider) =>
  upstream.calls().then((calls) => calls.map((call): Json => JSON.parse(call.body)))

test('[52] a chat client sees thoughts, words and what they cost', async () => {
  const upstream = await provider(says)
  const { response, events, text } = await askWhole(studio(upstream), hello, { key: caller.key })
  expect(response.status).toBe(200)
  expect(contentOf({ text, events })).toBe('Hello')
  const deltas = events.flatMap((event) =>
    'json' in event ? [at(at(at(at(event.json, 'choices'), 0), 'delta'), 'reasoning') ?? []].flat() : [],
  )
  expect(deltas).toEqual(['Greet back.'])
  expect(events.at(-2)).toMatchObject({
    json: {
      model,
      provider: 'Google AI Studio',
      // 100 × $2/M + 22 × $12/M
      usage: { prompt_tokens: 100, completion_tokens: 22, cost: 0.000464 },
    },
  })
  const [sent] = await upstream.calls()
  expect(sent?.path).toMatch(/\/models\/gemini-3\.1-pro-preview:streamGenerateContent\?alt=sse$/)
  expect(headerOf(sent, 'x-goog-api-key')).toBe('AIza-canary')
  expect(headerOf(sent, 'authorization')).toBeUndefined()
  expect(await jsonOf(upstream)).toEqual([
    {
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: { thinkingConfig: { includeThoughts: true } },
    },
  ])
})

const tools = [
  { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } },
]
const calls = streaming(
  send(
    chunk(
      [{ functionCall: { name: 'look', args: { at: 'sky' } }, thoughtSignature: 'CiQB+canary/==' }],
      counts(50, 9, 4),
      stop,
    ),
  ),
)
const toldTheResult = {
  contents: [
    { role: 'user', parts: [{ text: 'Hi' }] },
    {
      role: 'model',
      parts: [{ functionCall: { name: 'look', args: { at: 'sky' } }, thoughtSignature: 'CiQB+canary/==' }],
    },
    { role: 'user', parts: [{ functionResponse: { name: 'look', response: { output: 'Blue' } } }] },
  ],
}

test('[176] a tool loop of a chat client gives the signature back', async () => {
  const upstream = await provider(calls, says)
  const gateway = studio(upstream)
  const first = await askWhole(gateway, { ...hello, stream: false, tools }, { key: caller.key })
  const message = at(at(at(JSON.parse(first.text), 'choices'), 0), 'message')
  const id = at(at(at(message, 'tool_calls'), 0), 'id')
  expect(id).toBe('call_rsp-1_0')
  const messages = [...hello.messages, message, { role: 'tool', tool_call_id: id, content: 'Blue' }]
  const second = await askWhole(gateway, { ...hello, messages, tools }, { key: caller.key })
  expect(contentOf(second)).toBe('Hello')
  expect((await jsonOf(upstream))[1]).toMatchObject(toldTheResult)
})

test('[100] a tool loop of a client of Messages works as well', async () => {
  const upstream = await provider(calls, says)
  const gateway = studio(upstream)
  const options = { key: caller.key, path: '/api/v1/messages' }
  const request = {
    model,
    max_tokens: 500,
    tools: [{ name: 'look', input_schema: { type: 'object', properties: {} } }],
  }
  const first = JSON.parse((await askWhole(gateway, { ...request, messages: hello.messages }, options)).text)
  expect(first).toMatchObject({ type: 'message', stop_reason: 'tool_use' })
  const { id } = first.content.find((block: { type: string }) => block.type === 'tool_use')
  const messages = [
    ...hello.messages,
    { role: 'assistant', content: first.content },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'Blue' }] },
  ]
  const second = JSON.parse((await askWhole(gateway, { ...request, messages }, options)).text)
  expect(second.content.at(-1)).toMatchObject({ type: 'text', text: 'Hello' })
  expect((await jsonOf(upstream))[1]).toMatchObject(toldTheResult)
})

test('a client of Responses gets its output', async () => {
  const upstream = await provider(says)
  const options = { key: caller.key, path: '/api/v1/responses' }
  const { text } = await askWhole(studio(upstream), { model, input: 'Hi' }, options)
  expect(JSON.parse(text)).toMatchObject({
    status: 'completed',
    output: [{ type: 'reasoning' }, { type: 'message', content: [{ type: 'output_text', text: 'Hello' }] }],
    usage: { input_tokens: 100, output_tokens: 22, output_tokens_details: { reasoning_tokens: 20 } },
  })
})

test('a stream that breaks in the middle ends in an error that costs nothing', async () => {
  const upstream = await provider(streaming(send(chunk([{ text: 'Half' }], counts(9, 1, 0))), reset))
  const { events } = await askWhole(studio(upstream), hello, { key: caller.key })
  expect(events.at(-2)).toMatchObject({
    json: { error: { code: 502 }, choices: [{ finish_reason: 'error' }], usage: { cost: 0 } },
  })
})

const error = (code: number, status: string, message: string, details: JsonObject[] = []) =>
  replyJson(code, { error: { code, message, status, details } })

test.each<[string, Step[]]>([
  ['is overloaded', error(503, 'UNAVAILABLE', 'The model is overloaded.')],
  [
    'does not know our key',
    error(400, 'INVALID_ARGUMENT', 'API key not valid.', [{ reason: 'API_KEY_INVALID' }]),
  ],
  [
    'does not serve our country',
    error(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
  ],
  [
    'wrote a call that cannot be read',
    streaming(send(chunk([], {}, { finishReason: 'MALFORMED_FUNCTION_CALL' }))),
  ],
  ['reports an error in its stream', streaming(send('data: {"error":{"code":500,"status":"INTERNAL"}}\n\n'))],
])('where one %s, the other answers', async (_, failing) => {
  const first = await provider(failing)
  const second = await provider(says)
  const answer = await askWhole(vertexToo(studio(first), second), hello, { key: caller.key })
  expect(contentOf(answer)).toBe('Hello')
  expect(await first.calls()).toHaveLength(1)
  expect(headerOf((await second.calls())[0], 'x-goog-api-key')).toBe('vertex-canary')
})

test('the wait that Google names in a body reaches the client as a header', async () => {
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' }
  const upstream = await provider(
    error(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.', [retry]),
  )
  const { response, text } = await askWhole(studio(upstream), hello, { key: caller.key })
  expect(response.status).toBe(429)
  expect(response.headers.get('retry-after')).toBe('35')
  expect(text).not.toMatch(/quota/)
})

test('a blocked prompt is a filtered answer', async () => {
  const blocked = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 9 } }
  const upstream = await provider(streaming(send(`data: ${JSON.stringify(blocked)}\n\n`)))
  const { text } = await askWhole(studio(upstream), { ...hello, stream: false }, { key: caller.key })
  expect(JSON.parse(text).choices).toMatchObject([
    { finish_reason: 'content_filter', native_finish_reason: 'SAFETY', message: { content: '' } },
  ])
})
