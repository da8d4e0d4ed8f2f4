import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { Outcome } from '../../src/gateway/outcome.ts'
import { messageStart } from '../support/anthropic-events.ts'
import { account, manage, type TestAccount } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole, at, contentOf } from '../support/chat.ts'
import {
  gate,
  provider,
  refusingUrl,
  replyJson,
  reset,
  send,
  silence,
  streaming,
  type Provider,
} from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

const llama = 'meta-llama/llama-3.3-70b-instruct'
const messages = [{ role: 'user', content: 'Hi' }]
const fine = chatAnswer('ok')
const complaint = { message: 'host-canary is down', type: 'server_error', code: 'gpu_canary' }
const failing = (status: number, headers: Record<string, string> = {}): Step[] =>
  replyJson(status, { error: complaint }, headers)

let caller: TestAccount
const lines: JsonObject[] = []
const keep = (line: string): void => void lines.push(JSON.parse(line))
beforeAll(async () => {
  vi.spyOn(console, 'info').mockImplementation(keep)
  vi.spyOn(console, 'error').mockImplementation(keep)
  caller = await account(env)
})

/** In the order of their prices for this model. */
const slugs = ['DEEPINFRA', 'NEBIUS', 'GROQ', 'AZURE'] as const

interface Hosts {
  upstreams: (Provider | undefined)[]
  calls: () => Promise<number[]>
  ask: (body?: JsonObject) => Promise<Answered>
}

interface Answered {
  status: number
  headers: Headers
  error: Json | undefined
  content: string
  text: string
  log: JsonObject | undefined
  attempts: Json | undefined
}

/** So many hosts of one model, the cheapest first; each plays its list in turn, the last one again and again. */
async function hosts(plays: (Step[][] | 'refused')[], limits: object = {}): Promise<Hosts> {
  const variables: Record<string, string> = { LIMITS: JSON.stringify({ repeatDelayMs: 1, ...limits }) }
  const upstreams = await Promise.all(
    plays.map(async (play, index) => {
      const slug = slugs[index] ?? ''
      const upstream = play === 'refused' ? undefined : await provider(...play)
      variables[`${slug}_API_KEY`] = 'k'
      variables[`${slug}_BASE_URL`] = upstream?.baseUrl ?? refusingUrl
      return upstream
    }),
  )
  const gateway: Env = { ...env, ...variables }
  return {
    upstreams,
    calls: async () => await Promise.all(upstreams.map(async (upstream) => (await callsOf(upstream)).length)),
    ask: async (body = {}) => {
      const request = { model: llama, messages, provider: { sort: 'price' }, ...body }
      const answer = await askWhole(gateway, request, { key: caller.key })
      const { response, text, events } = answer
      const id = response.headers.get('x-generation-id') ?? ''
      const record = await env.LEDGER.getByName(caller.id).generation(id)
      return {
        status: response.status,
        headers: response.headers,
        error: events.length === 0 ? at(JSON.parse(text), 'error') : undefined,
        content: response.status === 200 ? contentOf(answer) : '',
        text,
        log: lines.find((line) => line['generation_id'] === id),
        attempts: record ? JSON.parse(JSON.stringify(record.attempts)) : undefined,
      }
    },
  }
}

const callsOf = async (upstream: Provider | undefined) => (await upstream?.calls()) ?? []

describe('where nobody answers', () => {
  test('[R63] and all limit their rates, it is a 429 with the smallest hint', async () => {
    const { ask, calls } = await hosts([
      [failing(429, { 'retry-after': '30' })],
      [failing(429, { 'retry-after': '9' })],
      [failing(429)],
    ])
    const { status, headers, error } = await ask()
    expect([status, headers.get('retry-after'), headers.get('x-should-retry')]).toEqual([429, '9', null])
    expect(error).toMatchObject({
      code: 429,
      availability: { code: 'capacity_exhausted', retryable: true, retry_after: 9 },
    })
    expect(await calls()).toEqual([1, 1, 1])
  })

  test('[R64] and all fail, it is a 503 that may be tried again', async () => {
    const { ask } = await hosts([[failing(500)], [failing(502)], [failing(503)]])
    const { status, headers, error } = await ask()
    expect([status, headers.get('x-should-retry')]).toEqual([503, null])
    expect(error).toMatchObject({ availability: { code: 'temporarily_unavailable', retryable: true } })
  })

  test('[R65] and none has the model, it is a 404 that is final', async () => {
    const { ask } = await hosts([[failing(404)], [failing(404)]])
    const { status, headers, error } = await ask()
    expect([status, headers.get('x-should-retry')]).toEqual([404, 'false'])
    expect(error).toMatchObject({ availability: { code: 'model_unavailable_upstream', retryable: false } })
  })

  test('[R66] it is told who failed and how, and nothing of what they wrote', async () => {
    const { ask } = await hosts([[failing(500)], 'refused', [failing(429)]])
    const { error, text } = await ask()
    expect(at(at(error, 'metadata'), 'previous_errors')).toEqual([
      { provider: 'DeepInfra', code: 502, status: 500 },
      { provider: 'Nebius', code: 502, status: null },
      { provider: 'Groq', code: 429, status: 429 },
    ])
    expect(text).not.toContain('canary')
  })

  test('a hint of a day becomes a minute, and one that has passed a second', async () => {
    const long = await hosts([[failing(429, { 'retry-after': '86400' })]])
    expect((await long.ask()).headers.get('retry-after')).toBe('60')
    const past = await hosts([[failing(429, { 'retry-after': '-5' })]])
    expect((await past.ask()).headers.get('retry-after')).toBe('1')
  })

  test('[R80] for a bug of ours, it is a masked 500 without metadata', async () => {
    vi.spyOn(Outcome.prototype, 'add').mockImplementationOnce(() => {
      throw new RangeError('what the prompt-canary said')
    })
    const options = { key: caller.key, headers: { 'x-openrouter-metadata': 'enabled' } }
    const { response, text } = await askWhole(env, { model: 'simulator/echo', messages }, options)
    expect(response.status).toBe(500)
    expect(JSON.parse(text)).toEqual({
      error: { code: 500, message: 'Internal Server Error', metadata: { error_type: 'server' } },
    })
  })
})

test('[R16] without fallbacks the error of the one that was ordered is the answer', async () => {
  const { ask, calls } = await hosts([[fine], [fine], [failing(429, { 'retry-after': '3' })]])
  const { status, headers } = await ask({ provider: { order: ['groq'], allow_fallbacks: false } })
  expect([status, headers.get('retry-after')]).toEqual([429, '3'])
  expect(await calls()).toEqual([0, 0, 1])
})

test('[R18] without fallbacks there is one attempt, and its error', async () => {
  const { ask, calls } = await hosts([[failing(500)], [fine]])
  const { status } = await ask({ provider: { sort: 'price', allow_fallbacks: false } })
  expect(status).toBe(503)
  expect(await calls()).toEqual([1, 0])
})

test('P11: of four hosts three are tried, or as many as the deployment says', async () => {
  const all = [[failing(500)], [failing(500)], [failing(500)], [fine]]
  const usual = await hosts(all)
  expect((await usual.ask()).status).toBe(503)
  expect(await usual.calls()).toEqual([1, 1, 1, 0])
  const four = await hosts(all, { attemptsMax: 4 })
  expect((await four.ask()).content).toBe('ok')
})

test('[R4] who has failed lately comes after who has not been tried', async () => {
  const { ask, calls } = await hosts([[failing(503)], [failing(503), fine], [fine]])
  for (let count = 0; count < 6; count++) {
    // One after the other: each is to know of those before.
    expect((await ask()).content).toBe('ok')
  }
  // The first is given up after five failures; the second has answered since its one.
  expect((await calls())[0]).toBe(5)
})

test('each attempt is noted with its model and the tag of its endpoint, and costs the client nothing', async () => {
  const { ask } = await hosts([[failing(500)], [fine]])
  const before = await caller.usage()
  const { attempts, log } = await ask()
  expect(attempts).toEqual([
    expect.objectContaining({ model: llama, tag: 'deepinfra', provider: 'deepinfra', status: 500 }),
    expect.objectContaining({ model: llama, tag: 'nebius', provider: 'nebius', status: 200, error: null }),
  ])
  expect(log).toMatchObject({
    failed: 'deepinfra 500 gpu_canary',
    attempts: 2,
    cost_nanos: 5 * 250 + 2 * 750,
  })
  expect(Math.round(((await caller.usage()) - before) * 1e9)).toBe(5 * 250 + 2 * 750)
})

test('what a failed attempt cost the operator is a figure of its own', async () => {
  const start = `event: message_start\ndata: ${JSON.stringify(messageStart({ input_tokens: 1_000 }))}\n\n`
  const anthropic = await provider(streaming(send(start), reset))
  const gateway: Env = { ...env, ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: anthropic.baseUrl }
  const body = { model: 'anthropic/claude-sonnet-4.5', messages }
  const { response } = await askWhole(gateway, body, { key: caller.key })
  expect(response.status).toBe(503)
  const id = response.headers.get('x-generation-id')
  // $3 per million tokens of the prompt.
  expect(lines.find((line) => line['generation_id'] === id)).toMatchObject({
    wasted_nanos: 1_000 * 3_000,
    cost_nanos: 0,
  })
  const told = async (path: string) => at(await manage(env, 'GET', `${path}account=${caller.id}`), 'data')
  await vi.waitFor(async () => {
    expect(await told('/generations?')).toContainEqual(
      expect.objectContaining({ id, attempts: [expect.objectContaining({ wasted_cost: 0.003 })] }),
    )
  })
  expect(await told('/activity?date=today&')).toContainEqual(
    expect.objectContaining({ model: body.model, provider_name: 'Anthropic', wasted_cost: 0.003, usage: 0 }),
  )
})

describe('a connection that breaks before any answer', () => {
  test('is tried once more where nobody else is left', async () => {
    const { ask, calls } = await hosts([[[reset], fine]])
    expect((await ask()).content).toBe('ok')
    expect(await calls()).toEqual([2])
  })

  test('is not tried more often than that, and counts as an attempt', async () => {
    const { ask, calls } = await hosts([[[reset]]])
    expect((await ask()).status).toBe(503)
    expect(await calls()).toEqual([2])
    const two = await hosts([[[reset]], [[reset]]], { attemptsMax: 2 })
    expect((await two.ask()).status).toBe(503)
    expect(await two.calls()).toEqual([1, 1])
  })

  test('is left alone where another can answer, and after any other failure', async () => {
    const other = await hosts([[[reset], fine], [fine]])
    expect((await other.ask()).content).toBe('ok')
    expect(await other.calls()).toEqual([1, 1])
    const answered = await hosts([[failing(500), fine]])
    expect((await answered.ask()).status).toBe(503)
    const begun = await hosts([[streaming(reset), fine]])
    expect((await begun.ask()).status).toBe(503)
  })
})

test('who falls silent is waited for once, and not by the next request', async () => {
  const { ask, calls } = await hosts([[streaming(silence)], [fine]], {
    firstTokenTimeoutMinMs: 100,
    firstTokenTimeoutMs: 10_000,
  })
  for (let count = 0; count < 4; count++) {
    // One after the other: each is to know of those before.
    expect((await ask()).content).toBe('ok')
  }
  expect(await calls()).toEqual([1, 4])
})

test('a model that reasons is waited for by how long it usually takes, not as long as any may think', async () => {
  const { ask, calls } = await hosts(
    [[...Array<Step[]>(20).fill(fine), streaming(silence)], [fine], [fine]],
    { firstTokenTimeoutMinMs: 100, firstTokenTimeoutMs: 200 },
  )
  const body = { model: 'openai/gpt-oss-20b', provider: { order: ['deepinfra', 'groq'] } }
  for (let count = 0; count < 21; count++) {
    // One after the other: each is to know of those before.
    expect((await ask(body)).content).toBe('ok')
  }
  expect(await calls()).toEqual([21, 0, 1])
})

test('who is the last to ask is waited for as long as may be', async () => {
  const late: Step[] = streaming(
    { do: 'wait', ms: 400 },
    send('data: {"choices":[{"delta":{"content":"late"}}]}\n\n'),
  )
  const { ask } = await hosts([[failing(500)], [late]], { firstTokenTimeoutMinMs: 50 })
  expect((await ask({ stream: true })).content).toBe('late')
})

test('where all are down the next requests do not multiply', async () => {
  const slowly = { retryTokenMs: 3_600_000 }
  const { ask, calls } = await hosts([[failing(500)], [failing(500)], [failing(500)]], slowly)
  const statuses = []
  for (let count = 0; count < 20; count++) {
    // One after the other: each is to know of those before.
    statuses.push((await ask()).status)
  }
  expect(new Set(statuses)).toEqual(new Set([503]))
  const total = (await calls()).reduce((sum, each) => sum + each, 0)
  // Six requests with three calls each use up the retries; after that each has one.
  expect(total).toBeLessThanOrEqual(6 * 3 + 14)
})

test('a host that asks to wait is asked after the others until then', async () => {
  const { ask, calls } = await hosts([[failing(429, { 'retry-after': '60' })], [fine]])
  await ask()
  await ask()
  expect(await calls()).toEqual([1, 2])
})

test.for([
  ['a bad request', 400, 'invalid_value', { 'x-ratelimit-reset-requests': '60s', 'retry-after': '60' }],
  ['a request larger than a minute allows', 413, 'rate_limit_exceeded', { 'retry-after': '60' }],
] as const)('%s keeps nobody else from its host', async ([, status, code, headers]) => {
  const { ask, calls } = await hosts([[replyJson(status, { error: { code } }, headers), fine], [fine]])
  await ask()
  const [, others] = await calls()
  expect((await ask()).content).toBe('ok')
  expect(await calls()).toEqual([2, others])
})

test('only who is overloaded or limits its rate says when to try again', async () => {
  const { ask } = await hosts([
    [failing(404, { 'retry-after': '1' })],
    [failing(503, { 'retry-after': '9' })],
  ])
  const { status, headers } = await ask()
  expect([status, headers.get('retry-after')]).toEqual([503, '9'])
})

test('where all are given up the next is asked all the same, while it has retries left', async () => {
  const { ask, calls } = await hosts([[failing(500)], [...Array<Step[]>(5).fill(failing(500)), fine]], {
    retryTokensMax: 100,
  })
  for (const only of ['deepinfra', 'nebius']) {
    for (let count = 0; count < 5; count++) await ask({ provider: { only: [only] } })
  }
  expect((await ask()).content).toBe('ok')
  expect(await calls()).toEqual([6, 6])
})

test('of a burst at a host that was given up one request tries it again, and the others go on', async () => {
  const { ask, calls, upstreams } = await hosts(
    [[...Array<Step[]>(5).fill(failing(500)), [gate('probe'), ...fine]], [fine]],
    { ejectionMs: 1 },
  )
  const burst = async (length: number) => await Promise.all(Array.from({ length }, () => ask()))
  for (let count = 0; count < 5; count++) await burst(1)
  const answers = burst(10)
  await upstreams[1]?.until(({ length }) => length === 5 + 9)
  await upstreams[0]?.open('probe')
  expect((await answers).map(({ content }) => content)).toEqual(Array<string>(10).fill('ok'))
  expect(await calls()).toEqual([5 + 1, 5 + 9])
})

test('where nobody else is left the whole burst may ask it', async () => {
  const { ask, calls } = await hosts([[...Array<Step[]>(5).fill(failing(500)), fine]], { ejectionMs: 1 })
  for (let count = 0; count < 5; count++) await ask()
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask()))
  expect(answers.map(({ content }) => content)).toEqual(Array<string>(10).fill('ok'))
  expect(await calls()).toEqual([5 + 10])
})

test('a burst at a host that fails is served by the next, all of it', async () => {
  const { ask, upstreams } = await hosts([[[gate('all'), ...failing(500)]], [[gate('all'), ...fine]]])
  const answers = Promise.all(Array.from({ length: 60 }, () => ask()))
  for (const upstream of upstreams) {
    await upstream?.until(({ length }) => length === 60)
    await upstream?.open('all')
  }
  expect((await answers).map(({ content }) => content)).toEqual(Array<string>(60).fill('ok'))
})
