import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { GenerationEvent, GenerationEvents } from '../../src/generation/events.ts'
import { call, type CallTarget } from '../../src/providers/call.ts'
import type { ProviderEnv } from '../../src/providers/live.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'

const env: ProviderEnv = { OPENAI_API_KEY: 'sk-operator-canary', VLLM_BASE_URL: 'http://10.1.2.3:8000/v1/' }
const limits = {
  headersTimeoutMs: 60,
  firstTokenTimeoutMs: 120,
  stallTimeoutMs: 100,
  commentsOnlyTimeoutMs: 200,
  totalTimeoutMs: 1_000,
}

const says = (content: string): string =>
  `data: ${JSON.stringify({ id: 'u', choices: [{ delta: { content } }] })}\n\n`
const ends = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

/** What a host does with a body it sends: a text is sent, a number is a wait in milliseconds. */
type Script = (string | number | typeof hang | typeof reset)[]
const hang = Symbol('hang')
const reset = Symbol('reset')

interface Upstream {
  requests: { url: string; init: RequestInit; body: unknown }[]
  hungUp: boolean
}

/** Replaces the network by a host that answers as scripted, and breaks off when it is hung up on. */
function host(answer: () => Response | Promise<Response>): Upstream {
  const upstream: Upstream = { requests: [], hungUp: false }
  vi.spyOn(globalThis, 'fetch').mockImplementation((url, init = {}) => {
    const sent: unknown = JSON.parse(typeof init.body === 'string' ? init.body : 'null')
    upstream.requests.push({ url: typeof url === 'string' ? url : '', init, body: sent })
    return new Promise((resolve, reject) => {
      init.signal?.addEventListener('abort', () => {
        upstream.hungUp = true
        reject(new Error('aborted'))
      })
      void (async () => resolve(withSignal(await answer(), init.signal ?? undefined)))().catch(reject)
    })
  })
  return upstream
}

/** As the network does it: an aborted request breaks its body. */
function withSignal(response: Response, signal: AbortSignal | undefined): Response {
  const reader = response.body?.getReader()
  if (!reader) return response
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => signal?.addEventListener('abort', () => controller.error(new Error('aborted'))),
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: () => reader.cancel(),
  })
  return new Response(body, response)
}

function stream(...script: Script): Response {
  const encoder = new TextEncoder()
  const left = [...script]
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const step = left.shift()
      if (step === undefined) controller.close()
      else if (step === hang) await new Promise(() => undefined)
      else if (step === reset) controller.error(new Error('Network connection lost at 10.1.2.3'))
      else if (typeof step === 'number')
        await new Promise((resolve) => setTimeout(resolve, step)).then(() => this.pull?.(controller))
      else controller.enqueue(encoder.encode(step))
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
}

const never = (): Promise<Response> => new Promise(() => undefined)

const greeting = openaiChatDialect.decodeRequest(
  { model: 'a/b', messages: [{ role: 'user', content: 'Hi' }] },
  new Headers({ authorization: 'Bearer of-the-client', cookie: 'c' }),
)
const options = { env, signal: new AbortController().signal, limits }

const openai: CallTarget = { provider: 'openai', upstreamModel: 'gpt', quirks: {}, streams: true }

async function ask(
  target: CallTarget = openai,
  { signal = new AbortController().signal, body = {} }: { signal?: AbortSignal; body?: JsonObject } = {},
): Promise<GenerationEvent[]> {
  const messages = [{ role: 'user', content: 'prompt-canary' }]
  const request = openaiChatDialect.decodeRequest({ model: 'a/b', messages, ...body }, new Headers())
  return await byTheClock(collect(call(target, request, { env, signal, limits })))
}

async function collect(batches: GenerationEvents, pauseMs = 0): Promise<GenerationEvent[]> {
  const events: GenerationEvent[] = []
  for await (const batch of batches) {
    events.push(...batch)
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return events
}

/** Lets time pass until a promise is settled: the clock of these tests moves only here. */
async function byTheClock<T>(promise: Promise<T>): Promise<T> {
  const clock = { runs: true }
  const watched = promise.finally(() => (clock.runs = false))
  watched.catch(() => undefined)
  while (clock.runs) await vi.advanceTimersByTimeAsync(5)
  return await watched
}

const textOf = (events: GenerationEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('a call is one request made from nothing, and its connection is left to be used again', async () => {
  const upstream = host(() => stream(says('Hi'), ends))
  expect(textOf(await ask())).toBe('Hi')
  const [{ url, init: { signal: _, body: __, ...init }, body } = { url: '', init: {}, body: {} }] =
    upstream.requests
  expect({ url, init, body }).toEqual({
    url: 'https://api.openai.com/v1/chat/completions',
    init: {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        'accept-encoding': 'identity',
        authorization: 'Bearer sk-operator-canary',
      },
    },
    body: {
      model: 'gpt',
      messages: [{ role: 'user', content: 'prompt-canary' }],
      stream: true,
      stream_options: { include_usage: true },
    },
  })
  expect(upstream.hungUp).toBe(false)
})

test('a host of the operator is reached by its address, without a key, with the headers of its tunnel', async () => {
  const upstream = host(() => stream(says('Hi'), ends))
  const headers = {
    VLLM_HEADERS: '{"CF-Access-Client-Id":"me"}',
    VLLM_BASE_URL: 'https://gpu.example/v1/?x=1',
  }
  const target = { provider: 'vllm', upstreamModel: 'm', quirks: {}, streams: true }
  await byTheClock(collect(call(target, greeting, { ...options, env: headers })))
  expect(upstream.requests[0]).toMatchObject({
    url: 'https://gpu.example/v1/chat/completions?x=1',
    init: {
      headers: {
        'cf-access-client-id': 'me',
        'content-type': 'application/json',
        accept: 'text/event-stream',
        'accept-encoding': 'identity',
      },
    },
  })
  expect(Object.keys(upstream.requests[0]?.init.headers ?? {})).not.toContain('authorization')
})

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (): Response =>
    Response.json(body, { status, headers })

const refusals: [string, () => Response | Promise<Response>, JsonObject][] = [
  [
    '[F1] no connection',
    () => Promise.reject(new Error('refused 10.0.0.1')),
    { type: 'provider_unavailable', upstream: { status: null, code: 'connection_failed', failOver: true } },
  ],
  [
    '[F2] no headers',
    never,
    { type: 'timeout', upstream: { status: null, code: 'headers_timeout', failOver: true } },
  ],
  [
    '[F3] headers and no token',
    () => stream(hang),
    { type: 'timeout', upstream: { status: null, code: 'first_token_timeout', failOver: true } },
  ],
  [
    '[F5] 429 with a hint',
    json(429, { error: { message: 'x' } }, { 'retry-after': '2' }),
    { type: 'rate_limit_exceeded', upstream: { status: 429, retryAfterSeconds: 2, failOver: true } },
  ],
  [
    '[F7] 500',
    json(500, { error: { message: 'sk-leak' } }),
    { type: 'provider_unavailable', upstream: { status: 500, failOver: true } },
  ],
  ['[F8] 529', json(529, {}), { type: 'provider_overloaded', upstream: { status: 529, failOver: true } }],
  [
    '[F9] 401 on our key',
    json(401, { error: { message: 'Incorrect API key: sk-operator-canary' } }),
    { type: 'provider_unavailable', upstream: { status: 401, failOver: true, isCredential: true } },
  ],
  [
    '[F9] 402 on our account',
    json(402, {}),
    { type: 'provider_unavailable', upstream: { status: 402, failOver: true, isCredential: true } },
  ],
  [
    '[F9] 403 on our key',
    json(403, {}),
    { type: 'provider_unavailable', upstream: { status: 403, failOver: true } },
  ],
  [
    '404',
    json(404, { error: { code: 'model_not_found' } }),
    { type: 'not_found', upstream: { status: 404, failOver: true, code: 'model_not_found' } },
  ],
  [
    '[F10] a prompt too long',
    json(400, { error: { code: 'context_length_exceeded' } }),
    {
      type: 'context_length_exceeded',
      upstream: { status: 400, failOver: false, code: 'context_length_exceeded' },
    },
  ],
  [
    '422',
    json(422, { error: { message: 'prompt-canary' } }),
    { type: 'invalid_request', upstream: { status: 422, failOver: false } },
  ],
  ['408', json(408, {}), { type: 'timeout', upstream: { status: 408, failOver: true } }],
  [
    '[F11] 200 with HTML',
    () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    { type: 'provider_unavailable', upstream: { status: null, code: 'html_body', failOver: true } },
  ],
  [
    '[F11] 200 with nothing',
    () => stream(),
    { type: 'provider_unavailable', upstream: { status: null, code: 'ended_early', failOver: true } },
  ],
  [
    '[F11] 200 with half a JSON',
    () => new Response('{"choices":[', { headers: { 'content-type': 'application/json' } }),
    { type: 'provider_unavailable', upstream: { status: null, code: 'invalid_json', failOver: true } },
  ],
  [
    '[F12] 200 with an error in JSON',
    json(200, { error: { code: 503, message: 'x' } }),
    { type: 'provider_overloaded', upstream: { status: 503, failOver: true, code: '503' } },
  ],
  [
    '[F13] a reset before content',
    () => stream(': hi\n\n', reset),
    { type: 'provider_unavailable', upstream: { status: null, code: 'connection_lost', failOver: true } },
  ],
  [
    '[F14] a reset after content',
    () => stream(says('a'), reset),
    { type: 'provider_unavailable', upstream: { status: null, code: 'connection_lost', failOver: true } },
  ],
  [
    '[F15] a stall after content',
    () => stream(says('a'), hang),
    { type: 'timeout', upstream: { status: null, code: 'stall_timeout', failOver: true } },
  ],
  [
    '[F33] a redirect',
    () => new Response(null, { status: 307, headers: { location: 'http://169.254.169.254/' } }),
    { type: 'provider_unavailable', upstream: { status: 307, failOver: true } },
  ],
]

test.each(refusals)('%s', async (_, answer, { type, upstream: fault }) => {
  const upstream = host(answer)
  const failure = await ask().catch((error: unknown) => error)
  expect(failure).toMatchObject({ name: 'GatewayError', type })
  expect(failure).toHaveProperty('details.upstream', fault)
  expect(JSON.stringify(openaiChatDialect.encodeError(GatewayError.from(failure), 'gen-1'))).not.toMatch(
    /canary|sk-|10\.|169\./,
  )
  expect(upstream).toMatchObject({ hungUp: true, requests: { length: 1 } })
})

test('comments alone hold a started answer only for so long', async () => {
  host(() => stream(says('a'), ...Array.from({ length: 9 }, () => [50, ': still here\n\n']).flat()))
  await expect(ask()).rejects.toHaveProperty('details.upstream.code', 'comments_only_timeout')
})

const slow = (): Response =>
  stream(...Array.from({ length: 4 }, () => [50, ': thinking\n\n']).flat(), says('a'), ends)

test('[F4] comments before the first token are borne as long as the caller says, whether the model thinks or not', async () => {
  const patient = { ...options, limits: { ...limits, firstTokenTimeoutMs: 400 } }
  for (const reasoning of [true, false]) {
    const target = { ...openai, reasoning }
    host(slow)
    expect(textOf(await byTheClock(collect(call(target, greeting, patient))))).toBe('a')
    host(slow)
    await expect(ask(target)).rejects.toHaveProperty('details.upstream.code', 'first_token_timeout')
  }
})

test('[F34] an answer that never stalls still ends at its total time', async () => {
  host(() => stream(...Array.from({ length: 40 }, () => [50, says('a')]).flat()))
  await expect(ask()).rejects.toHaveProperty('details.upstream.code', 'total_timeout')
})

test('a reader that takes its time is not the stall of the host', async () => {
  host(() => stream(says('a'), says('b'), ends))
  expect(textOf(await byTheClock(collect(call(openai, greeting, options), 150)))).toBe('ab')
})

test('a host that does not hang up after its answer is hung up on', async () => {
  const upstream = host(() => stream(says('a'), ends, hang))
  expect((await ask()).at(-1)).toMatchObject({ type: 'finish' })
  expect(upstream.hungUp).toBe(true)
})

test.each(['before headers', 'in mid-answer'])(
  'when nobody wants it any more, %s, it is hung up on',
  async (when) => {
    const upstream = host(when === 'before headers' ? never : () => stream(says('a'), hang))
    const leaving = new AbortController()
    setTimeout(() => leaving.abort(), 20)
    await expect(ask(openai, { signal: leaving.signal })).rejects.toMatchObject({
      details: { upstream: { code: 'cancelled', failOver: false } },
    })
    expect(upstream.hungUp).toBe(true)
  },
)

test('a reader that leaves hangs up', async () => {
  const upstream = host(() => stream(says('a'), hang))
  for await (const _ of call(openai, greeting, options)) break
  expect(upstream.hungUp).toBe(true)
})

test('a whole answer where a stream was asked for is read all the same', async () => {
  host(json(200, { id: 'u', choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] }))
  expect(textOf(await ask())).toBe('Hi')
})

test('[F32] a whole answer without end is given up at its limit', async () => {
  const megabyte = `"${'x'.repeat(1024 * 1024)}"`
  host(
    () =>
      new Response(stream(...Array.from({ length: 40 }, () => megabyte)).body, {
        headers: { 'content-type': 'application/json' },
      }),
  )
  await expect(ask({ ...openai, streams: false })).rejects.toHaveProperty(
    'details.upstream.code',
    'body_too_large',
  )
})

test('a model that does not think is not asked to', async () => {
  const upstream = host(() => stream(says('a'), ends))
  await ask({ ...openai, reasoning: false }, { body: { reasoning_effort: 'high', temperature: 0 } })
  expect(upstream.requests[0]?.body).not.toHaveProperty('reasoning_effort')
  expect(upstream.requests[0]?.body).toHaveProperty('temperature', 0)
})

test.each(['ftp://x/v1', 'not a url', 'https://user:pass@x/v1'])(
  'an address that is none, %s, is nobody called',
  async (url) => {
    const upstream = host(never)
    const elsewhere = { ...options, env: { ...env, OPENAI_BASE_URL: url } }
    await expect(call(openai, greeting, elsewhere).next()).rejects.toMatchObject({
      type: 'provider_unavailable',
      message: 'Provider returned error',
      details: { upstream: { code: 'invalid_openai_base_url', failOver: true } },
    })
    expect(upstream.requests).toEqual([])
  },
)
