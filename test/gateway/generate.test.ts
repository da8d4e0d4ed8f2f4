import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account } from '../support/account.ts'
import { chatAnswer, chatStream, completion, delta, finish, sse, usage } from '../support/chat-chunks.ts'
import { ask, askWhole, at, contentOf } from '../support/chat.ts'
import type { ChatEvent } from '../support/sse.ts'
import {
  gate,
  headerOf,
  provider,
  refusingUrl,
  replyJson,
  reset,
  send,
  silence,
  streaming,
  type Provider,
} from '../support/provider.ts'

const hello = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] }
/** The cheapest endpoint of this model is deepinfra's, the next groq's. */
const twoHosts = { model: 'meta-llama/llama-3.3-70b-instruct', messages: [{ role: 'user', content: 'Hi' }] }

function openai(upstream: Provider | { baseUrl: string }, limits: object = {}): Env {
  return {
    ...env,
    OPENAI_API_KEY: 'sk-upstream-canary',
    OPENAI_BASE_URL: upstream.baseUrl,
    LIMITS: JSON.stringify(limits),
  }
}

function deepinfraThenGroq(
  first: { baseUrl: string },
  second: { baseUrl: string },
  limits: object = {},
): Env {
  return {
    ...env,
    DEEPINFRA_API_KEY: 'di-upstream-canary',
    DEEPINFRA_BASE_URL: first.baseUrl,
    GROQ_API_KEY: 'gsk-upstream-canary',
    GROQ_BASE_URL: second.baseUrl,
    LIMITS: JSON.stringify(limits),
  }
}

const toolCall = (fields: JsonObject) => delta({ tool_calls: [{ index: 0, ...fields }] })

const errorOf = (text: string): Json | undefined => at(JSON.parse(text), 'error')

/** The JSON chunks of a stream. */
function chunks(events: ChatEvent[]): JsonObject[] {
  return events.flatMap((event) => ('json' in event && isObject(event.json) ? [event.json] : []))
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

describe('a whole answer', () => {
  test('[1, 3, 20, 25, 57] is a chat completion with the generation id everywhere', async () => {
    const upstream = await provider(chatAnswer('Hel', 'lo'))
    const gateway = openai(upstream)
    const { key, usage: spent, generation } = await account(env)
    const { response, text } = await askWhole(gateway, hello, { key })
    expect(response.status).toBe(200)
    const body = JSON.parse(text)
    expect(body.id).toMatch(/^gen-\d{10}-[0-9A-Za-z]{22}$/)
    expect(response.headers.get('x-generation-id')).toBe(body.id)
    expect(response.headers.get('x-ratelimit-limit')).toBeNull()
    expect(body).toEqual({
      id: body.id,
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'openai/gpt-4o-mini',
      provider: 'OpenAI',
      system_fingerprint: null,
      choices: [
        {
          index: 0,
          logprobs: null,
          finish_reason: 'stop',
          native_finish_reason: 'stop',
          message: { role: 'assistant', content: 'Hello', refusal: null },
        },
      ],
      usage: {
        prompt_tokens: 5,
        completion_tokens: 2,
        total_tokens: 7,
        prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
        is_byok: false,
        // 5 × $0.15/M + 2 × $0.60/M
        cost: 0.00000195,
        cost_details: {
          upstream_inference_cost: null,
          upstream_inference_prompt_cost: 0.00000075,
          upstream_inference_completions_cost: 0.0000012,
        },
      },
    })
    expect(await spent()).toBe(0.00000195)
    expect(await generation(body.id)).toMatchObject({
      id: body.id,
      model: 'openai/gpt-4o-mini',
      provider_name: 'OpenAI',
      total_cost: 0.00000195,
      native_tokens_prompt: 5,
      native_tokens_completion: 2,
      finish_reason: 'stop',
      streamed: false,
      cancelled: false,
    })
  })

  test('[6, 7] reaches the provider with what was asked, its own model id, and nothing added but the stream', async () => {
    const upstream = await provider(chatAnswer('ok'))
    const { key } = await account(env)
    await askWhole(
      openai(upstream),
      { ...hello, temperature: 1, user: 'u1' },
      { key, headers: { cookie: 'a=b', 'x-forwarded-for': '1.2.3.4' } },
    )
    const [call] = await upstream.calls()
    expect(call?.path).toMatch(/\/chat\/completions$/)
    expect(JSON.parse(call?.body ?? '')).toEqual({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Hi' }],
      temperature: 1,
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(headerOf(call, 'authorization')).toBe('Bearer sk-upstream-canary')
    expect(headerOf(call, 'accept-encoding')).toBe('identity')
    expect(headerOf(call, 'cookie')).toBeUndefined()
    expect(headerOf(call, 'x-forwarded-for')).toBeUndefined()
  })
})

test.for([false, true])('[62] an answer says nothing of rates; streamed: %s', async (stream) => {
  const upstream = await provider(chatAnswer('ok'))
  const { key } = await account(env, { key: { requests_per_minute: 5 } })
  const { response } = await askWhole(openai(upstream), { ...hello, stream }, { key })
  expect(response.status).toBe(200)
  expect([...response.headers.keys()].filter((name) => /ratelimit|retry-after/.test(name))).toEqual([])
})

describe('a streamed answer', () => {
  test('[3, 22, 39, 41] ends in one usage chunk and [DONE]', async () => {
    const upstream = await provider(chatAnswer('Hel', 'lo'))
    const { key } = await account(env)
    const body = {
      ...hello,
      stream: true,
      usage: { include: false },
      stream_options: { include_usage: false },
    }
    const { response, events } = await askWhole(openai(upstream), body, { key })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const all = chunks(events)
    const id = response.headers.get('x-generation-id')
    expect(
      all.every((chunk) => chunk.id === id && chunk.provider === 'OpenAI' && chunk.model === hello.model),
    ).toBe(true)
    expect(all.filter((chunk) => 'usage' in chunk)).toEqual([all.at(-1)])
    expect(all.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 5, completion_tokens: 2, cost: 0.00000195 },
    })
    expect(events.at(-1)).toEqual({ data: '[DONE]' })
    expect(contentOf({ text: '', events })).toBe('Hello')
  })

  test('arrives chunk by chunk', async () => {
    const upstream = await provider(
      streaming(send(sse([delta('one')])), gate('two'), send(sse([delta('two'), finish('stop'), '[DONE]']))),
    )
    const { key } = await account(env)
    const { response, settled } = await ask(openai(upstream), { ...hello, stream: true }, { key })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toContain('"one"')
    await upstream.open('two')
    expect((await reader.read()).value).toContain('"two"')
    while (!(await reader.read()).done);
    await settled()
  })

  test('[40] keeps a silent stream open, and commits its headers after one interval', async () => {
    const upstream = await provider(
      streaming(gate('go'), send(sse([delta('late'), finish('stop'), '[DONE]']))),
    )
    const { key } = await account(env)
    const gateway = openai(upstream, { keepAliveMs: 40 })
    const { response, settled } = await ask(gateway, { ...hello, stream: true }, { key })
    expect(response.status).toBe(200)
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toBe(': OPENROUTER PROCESSING\n\n')
    expect((await reader.read()).value).toBe(': OPENROUTER PROCESSING\n\n')
    await upstream.open('go')
    let text = ''
    for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value
    expect(text).toContain('"late"')
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    await settled()
  })

  test('[51, 52] passes tool calls and reasoning on', async () => {
    const upstream = await provider(
      chatStream([
        delta({ reasoning_content: 'Let me think.' }),
        toolCall({ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }),
        toolCall({ function: { arguments: '{"city":' } }),
        toolCall({ function: { arguments: '"Rome"}' } }),
        finish('tool_calls'),
        usage(5, 9),
      ]),
    )
    const { key } = await account(env)
    const { events } = await askWhole(openai(upstream), { ...hello, stream: true }, { key })
    const deltas = chunks(events).flatMap((chunk) => at(at(at(chunk, 'choices'), 0), 'delta') ?? [])
    expect(deltas.map((each) => at(each, 'reasoning')).filter(Boolean)).toEqual(['Let me think.'])
    expect(at(at(deltas[0], 'reasoning_details'), 0)).toMatchObject({
      type: 'reasoning.text',
      text: 'Let me think.',
    })
    const pieces = deltas.flatMap((each) => at(at(each, 'tool_calls'), 0) ?? [])
    expect(pieces.map((piece) => at(piece, 'index'))).toEqual([0, 0, 0])
    expect(pieces[0]).toMatchObject({ id: 'call_1', function: { name: 'weather' } })
    expect(pieces.map((piece) => at(at(piece, 'function'), 'arguments'))).toEqual(['', '{"city":', '"Rome"}'])
  })
})

test('reasoning that is asked to stay hidden is paid for and not shown', async () => {
  const upstream = await provider(
    chatStream([delta({ reasoning_content: 'Secretly.' }), delta('Openly.'), finish('stop'), usage(5, 9)]),
  )
  const { key } = await account(env)
  const body = { ...hello, stream: true, reasoning: { exclude: true } }
  const { text, events } = await askWhole(openai(upstream), body, { key })
  expect(contentOf({ text, events })).toBe('Openly.')
  expect(text).not.toContain('Secretly')
  expect(chunks(events).at(-1)).toMatchObject({ usage: { completion_tokens: 9 } })
})

describe('failover', () => {
  test('[47] moves on before the first content, and the client never knows', async () => {
    const first = await provider(streaming(send(sse([delta({ role: 'assistant', content: '' })])), reset))
    const second = await provider(chatAnswer('fine'))
    const { key, generation } = await account(env)
    const { response, events } = await askWhole(
      deepinfraThenGroq(first, second),
      { ...twoHosts, stream: true },
      { key },
    )
    expect(response.status).toBe(200)
    expect(contentOf({ text: '', events })).toBe('fine')
    expect(new Set(chunks(events).map((chunk) => chunk.provider))).toEqual(new Set(['Groq']))
    const record = await generation(response.headers.get('x-generation-id'))
    expect(record.provider_responses).toMatchObject([
      { provider_name: 'DeepInfra', status: null },
      { provider_name: 'Groq', status: 200 },
    ])
  })

  test('[48, 49, 50] ends with the first content: then one in-band error that carries the usage, free of charge', async () => {
    const first = await provider(streaming(send(sse([delta('Hel')])), reset))
    const second = await provider(chatAnswer('never'))
    const { key, usage: spent, heldNanos } = await account(env)
    const { response, events, text } = await askWhole(
      deepinfraThenGroq(first, second),
      { ...twoHosts, stream: true },
      { key },
    )
    expect(response.status).toBe(200)
    const last = chunks(events).at(-1)
    expect(last).toMatchObject({
      error: { code: 502, metadata: { error_type: 'provider_unavailable' } },
      choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
      usage: { cost: 0, completion_tokens: 1 },
    })
    expect(text.match(/"usage"/g)).toHaveLength(1)
    expect(events.at(-1)).toEqual({ data: '[DONE]' })
    expect(await second.calls()).toEqual([])
    expect([await spent(), await heldNanos()]).toEqual([0, 0])
  })

  test('[69, 71] tells what was tried when all fail, and charges nothing', async () => {
    const broken = await provider(
      replyJson(500, { error: { message: 'sk-upstream-canary exploded at /srv/app' } }),
    )
    const { key, usage: spent, heldNanos } = await account(env)
    const { response, text } = await askWhole(
      deepinfraThenGroq(broken, broken),
      { ...twoHosts, stream: true },
      { key },
    )
    expect(response.status).toBe(503)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(errorOf(text)).toMatchObject({
      code: 503,
      metadata: {
        error_type: 'provider_overloaded',
        previous_errors: [
          { provider: 'DeepInfra', code: 502, status: 500 },
          { provider: 'Groq', code: 502, status: 500 },
        ],
      },
      availability: { code: 'temporarily_unavailable', retryable: true },
    })
    expect(text).not.toContain('canary')
    expect(text).not.toContain('/srv')
    expect([await spent(), await heldNanos()]).toEqual([0, 0])
  })

  test('a refused connection moves on, and a failure behind keep-alives is told in the stream', async () => {
    const { key } = await account(env)
    const second = await provider(streaming(silence))
    const gateway = deepinfraThenGroq({ baseUrl: refusingUrl }, second, {
      keepAliveMs: 30,
      firstTokenTimeoutMs: 120,
    })
    const { response, events } = await askWhole(gateway, { ...twoHosts, stream: true }, { key })
    expect(response.status).toBe(200)
    expect(events[0]).toEqual({ comment: 'OPENROUTER PROCESSING' })
    expect(chunks(events)).toMatchObject([
      { error: { code: 503 }, choices: [{ finish_reason: 'error' }], usage: { cost: 0 } },
    ])
    expect(events.at(-1)).toEqual({ data: '[DONE]' })
  })

  test('the simulator shows it live', async () => {
    const { key, generation } = await account(env)
    const { response } = await askWhole(env, { ...hello, model: 'simulator/unreliable' }, { key })
    expect(response.status).toBe(200)
    const record = await generation(response.headers.get('x-generation-id'))
    expect(record.provider_responses).toMatchObject([{ status: 503 }, { status: 200 }])
  })
})

test('a short answer that is wanted whole is asked for whole; a long one is streamed here', async () => {
  const upstream = await provider(replyJson(200, completion('Short')), chatAnswer('Long'))
  const { key, usage: spent } = await account(env)
  const short = await askWhole(openai(upstream), { ...hello, max_tokens: 1_000 }, { key })
  const long = await askWhole(openai(upstream), { ...hello, max_tokens: 1_001 }, { key })
  expect([contentOf(short), contentOf(long)]).toEqual(['Short', 'Long'])
  const calls = await upstream.calls()
  expect(calls.map(({ body }) => at(JSON.parse(body), 'stream'))).toEqual([false, true])
  expect(at(JSON.parse(calls[0]?.body ?? ''), 'stream_options')).toBeUndefined()
  expect(await spent()).toBe(0.0000039)
})

test('a provider that does not stream is asked for the whole, and the client streams all the same', async () => {
  const upstream = await provider(replyJson(200, completion('All at once')))
  const { key } = await account(env)
  const { events } = await askWhole(openai(upstream), { ...hello, stream: true }, { key })
  expect(contentOf({ text: '', events })).toBe('All at once')
  expect(chunks(events).at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 5, completion_tokens: 2 },
  })
})
