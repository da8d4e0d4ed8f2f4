import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import type { AiBinding } from '../../src/providers/workers-ai.ts'
import { liveProviders } from '../../src/providers/live.ts'
import { account, type TestAccount } from '../support/account.ts'
import { askWhole, contentOf } from '../support/chat.ts'

const model = 'qwen/qwen3-30b-a3b:free'
const upstreamModel = '@cf/qwen/qwen3-30b-a3b-fp8'

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

interface Run {
  model: string
  inputs: JsonObject
  raw: boolean
}

/** A stand-in for the binding, which there is only where Cloudflare runs a Worker. */
function binding(answer: (inputs: JsonObject, signal: AbortSignal) => Response | Promise<Response>) {
  const runs: Run[] = []
  const ai: AiBinding = {
    run: async (name, inputs, { returnRawResponse, signal }) => {
      runs.push({ model: name, inputs, raw: returnRawResponse })
      return await answer(inputs, signal)
    },
  }
  return { ai, runs }
}

async function ask(request: JsonObject, answer: Parameters<typeof binding>[0]) {
  const { ai, runs } = binding(answer)
  const settings: Env = { ...env, AI: ai, WORKERS_AI: 'on' }
  const body = { model, messages: [{ role: 'user', content: 'Hello' }], ...request }
  return { ...(await askWhole(settings, body, { key: caller.key })), runs }
}

function stream(...chunks: JsonObject[]): Response {
  const events = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
  return new Response(`${events.join('')}data: [DONE]\n\n`, {
    headers: { 'content-type': 'text/event-stream' },
  })
}

const choice = (delta: JsonObject, reason: string | null = null): JsonObject => ({
  id: 'x',
  choices: [{ index: 0, delta, finish_reason: reason }],
})

const used = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }

test('it is live where the deployment has the binding and says so, or with a key and an account', () => {
  const { ai } = binding(() => new Response())
  expect([...liveProviders({ AI: ai, WORKERS_AI: 'on' })]).toEqual(['workers-ai'])
  expect([...liveProviders({ AI: ai, WORKERS_AI: 'off' })]).toEqual(['simulator'])
  expect([...liveProviders({ AI: ai })]).toEqual(['simulator'])
  expect([...liveProviders({ WORKERS_AI: 'on' })]).toEqual(['simulator'])
  expect([...liveProviders({ WORKERS_AI_API_KEY: 'k', WORKERS_AI_ACCOUNT: 'a' })]).toEqual(['workers-ai'])
})

test('a model answers through the binding, in chunks of its own', async () => {
  const answer = await ask({ stream: true, max_tokens: 50, temperature: 0.5 }, () =>
    stream(
      { response: 'Hel', p: 'abcd' },
      { response: 'lo', p: 'ab' },
      { response: '', usage: used },
      { response: null, tool_calls: null },
    ),
  )
  expect(answer.runs).toEqual([
    {
      model: upstreamModel,
      raw: true,
      inputs: {
        messages: [{ role: 'user', content: 'Hello' }],
        stream: true,
        max_tokens: 50,
        temperature: 0.5,
        stream_options: { include_usage: true },
      },
    },
  ])
  expect(contentOf(answer)).toBe('Hello')
  expect(answer.text).toContain('"provider":"Cloudflare Workers AI"')
  expect(answer.text).toContain('"finish_reason":"stop"')
  expect(answer.text).toContain('"prompt_tokens":5,"completion_tokens":2')
})

test('and in chunks of the format, from other models', async () => {
  const answer = await ask({ stream: true }, () =>
    stream(
      choice({ role: 'assistant', reasoning_content: 'Hm' }),
      choice({ content: 'Hello' }),
      choice({}, 'length'),
      { id: 'x', choices: [], usage: used },
    ),
  )
  expect(contentOf(answer)).toBe('Hello')
  expect(answer.text).toContain('"reasoning":"Hm"')
  expect(answer.text).toContain('"finish_reason":"length"')
})

test.each([
  ['its own', { response: 'Hello', usage: used }],
  ['an envelope', { success: true, errors: [], result: { response: 'Hello', usage: used } }],
  [
    'the format',
    {
      id: 'x',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
      usage: used,
    },
  ],
])('a whole answer in %s', async (_, body) => {
  const answer = await ask({}, () => Response.json(body))
  expect(JSON.parse(answer.text)).toMatchObject({
    choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 5, completion_tokens: 2 },
  })
})

test('calls of tools come whole, with objects for arguments and a mark at their end', async () => {
  const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }]
  const calls = [
    { name: 'weather', arguments: { city: 'Oslo' } },
    { name: 'weather', arguments: { city: 'Rome' } },
  ]
  const streamed = await ask({ tools }, () =>
    stream({ response: '' }, { tool_calls: [calls[0]!] }, { tool_calls: [calls[1]!, { name: null }] }),
  )
  const whole = await ask({ tools, max_tokens: 10 }, () =>
    Response.json({ response: null, tool_calls: calls, usage: used }),
  )
  for (const answer of [streamed, whole]) {
    expect(JSON.parse(answer.text).choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        tool_calls: [
          { function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
          { function: { name: 'weather', arguments: '{"city":"Rome"}' } },
        ],
      },
    })
  }
})

test('an answer that keeps to a schema comes parsed, and is text again', async () => {
  const answer = await ask({ max_tokens: 10 }, () =>
    Response.json({ response: { city: 'Oslo' }, usage: used }),
  )
  expect(contentOf(answer)).toBe('{"city":"Oslo"}')
})

test('where nothing is counted, the gateway counts, and says so', async () => {
  const answer = await ask({}, () => stream({ response: 'Hello there' }))
  expect(JSON.parse(answer.text).usage).toMatchObject({ completion_tokens: 3, estimated: true })
})

test('what the binding does not stream is asked for whole', async () => {
  const { runs, ...answer } = await ask({ model: 'openai/gpt-oss-20b', stream: true }, (inputs) =>
    inputs['stream'] === true ? new Response('no', { status: 500 }) : Response.json({ response: 'Hello' }),
  )
  expect(runs[0]?.inputs['stream']).toBe(false)
  expect(contentOf(answer)).toBe('Hello')
})

test.each([
  ['3036: you have used up your daily free allocation of 10,000 neurons', 429],
  ['3040: Capacity temporarily exceeded, please try again.', 503],
  ['5007: No such model @cf/qwen/nothing or task', 404],
  ['Binding AI needs to be run remotely', 503],
])('a refusal that is thrown, %s, is one', async (message, status) => {
  const answer = await ask({}, () => Promise.reject(new Error(message)))
  expect(answer.response.status).toBe(status)
  expect(answer.text).not.toContain(message)
})

test('a refusal that is answered is one', async () => {
  const answer = await ask({}, () =>
    Response.json({ errors: [{ code: 3040, message: 'Capacity temporarily exceeded' }] }, { status: 429 }),
  )
  expect(answer.response.status).toBe(429)
})

test('a stream that just stops is a failure', async () => {
  const answer = await ask(
    { stream: true },
    () => new Response('data: {"response":"Hel"}\n\n', { headers: { 'content-type': 'text/event-stream' } }),
  )
  expect(contentOf(answer)).toBe('Hel')
  expect(answer.text).toContain('"error_type":"provider_unavailable"')
})
