import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { account, manage, type TestAccount } from '../support/account.ts'
import { chatAnswer, chatStream, delta } from '../support/chat-chunks.ts'
import { ask as askOnce, contentOf } from '../support/chat.ts'
import { gate, provider, replyJson, reset, send, silence, streaming } from '../support/provider.ts'
import { sse } from '../support/chat-chunks.ts'
import { cached, deployment, llama, question } from './response-cache.ts'

let caller: TestAccount
let key: string
beforeAll(async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
  caller = await account(env)
  key = caller.key
})
afterEach(() => {
  vi.useRealTimers()
})

const clear = { ...cached, 'x-openrouter-cache-clear': 'true' }
const off = {}
const lasting = (ttl: string) => ({ ...cached, 'x-openrouter-cache-ttl': ttl })

test('[I155] the first of two is a miss, the second a hit: new id, zero usage, no charge, own record', async () => {
  const { ask, callsCount } = await deployment([chatAnswer('Hi', ' there')])
  const asked = question()
  const first = await ask(asked, { key })
  expect(first.told).toMatchObject({ status: 'MISS', ttl: '300', age: null, source: null })
  const spent = await caller.usage()
  const second = await ask(asked, { key })
  expect(second.response.status).toBe(200)
  expect(second.told).toMatchObject({ status: 'HIT', age: '0', source: first.told.id })
  expect(Number(second.told.ttl)).toBeGreaterThan(290)
  expect(second.told.id).not.toBe(first.told.id)
  const [before, after]: JsonObject[] = [JSON.parse(first.text), JSON.parse(second.text)]
  expect(after).toEqual({ ...before, id: second.told.id, created: expect.any(Number), usage: noChatUsage })
  expect(await callsCount()).toBe(1)
  expect(await caller.usage()).toBe(spent)
  expect(await caller.heldNanos()).toBe(0)
  expect(await caller.generation(second.told.id)).toMatchObject({
    model: llama,
    provider_name: 'DeepInfra',
    status: 200,
    finish_reason: 'stop',
    usage: 0,
    upstream_inference_cost: 0,
    tokens_prompt: 0,
    tokens_completion: 0,
    provider_responses: [],
    upstream_id: null,
    response_cache_source_id: first.told.id,
  })
})

const noChatUsage = {
  prompt_tokens: 0,
  completion_tokens: 0,
  total_tokens: 0,
  prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  cost: 0,
  is_byok: false,
  cost_details: {
    upstream_inference_cost: null,
    upstream_inference_prompt_cost: 0,
    upstream_inference_completions_cost: 0,
  },
}

test('[I156] reordered keys hit, on purpose, and so does other whitespace', async () => {
  const { ask, callsCount } = await deployment([chatAnswer('Hi')])
  const asked = question({ temperature: 1, top_p: 0.5 })
  await ask(asked, { key })
  expect((await ask(JSON.stringify(asked, null, 4), { key })).told.status).toBe('HIT')
  const reordered = Object.fromEntries(Object.entries(asked).toReversed())
  expect((await ask(reordered, { key })).told.status).toBe('HIT')
  const respelt = JSON.stringify(asked).replace('"temperature":1,', '"temperature":1.0e0,')
  expect((await ask(respelt, { key })).told.status).toBe('HIT')
  expect(await callsCount()).toBe(1)
})

test('an explicit default is another question, and so are other words and another model', async () => {
  const { ask } = await deployment([chatAnswer('Hi')])
  const asked = question()
  await ask(asked, { key })
  for (const other of [{ temperature: 1 }, { n: 1 }, { model: 'openai/gpt-oss-120b' }, { user: 'someone' }]) {
    expect((await ask({ ...asked, ...other }, { key })).told.status).toBe('MISS')
  }
  expect((await ask(asked, { key })).told.status).toBe('HIT')
})

test('who the client says it is makes no difference, nor do headers for a provider', async () => {
  const { ask } = await deployment([chatAnswer('Hi')])
  const asked = question()
  await ask(asked, { key, headers: { ...cached, 'http-referer': 'https://one.example' } })
  const headers = { ...cached, 'http-referer': 'https://other.example', 'x-title': 'Other' }
  expect((await ask(asked, { key, headers })).told.status).toBe('HIT')
  const betas = { ...cached, 'anthropic-beta': 'context-1m-2025-08-07' }
  expect((await ask(asked, { key, headers: betas })).told.status).toBe('HIT')
})

test('[I157] no other key finds the answer, of the same account or of another', async () => {
  const { ask, callsCount } = await deployment([chatAnswer('One'), chatAnswer('Two'), chatAnswer('Three')])
  const asked = question()
  await ask(asked, { key })
  const sibling: { key?: unknown } = Object(
    await manage(env, 'POST', '/keys', { name: 'b', account: caller.id }),
  )
  const stranger = await account(env)
  const second = await ask(asked, { key: String(sibling.key) })
  const third = await ask(asked, { key: stranger.key })
  expect([second, third].map(({ told }) => told.status)).toEqual(['MISS', 'MISS'])
  expect([second, third].map(contentOf)).toEqual(['Two', 'Three'])
  expect(await callsCount()).toBe(3)
  expect(contentOf(await ask(asked, { key: stranger.key }))).toBe('Three')
  expect(contentOf(await ask(asked, { key }))).toBe('One')
})

test('[I158] streamed and whole answers are kept apart', async () => {
  const { ask } = await deployment([chatAnswer('Whole'), chatAnswer('Streamed')])
  const asked = question()
  await ask(asked, { key })
  const streamed = await ask({ ...asked, stream: true }, { key })
  expect(streamed.told.status).toBe('MISS')
  expect(contentOf(await ask({ ...asked, stream: true }, { key }))).toBe('Streamed')
  expect(contentOf(await ask(asked, { key }))).toBe('Whole')
})

test.each([
  ['0', '1'],
  ['999999', '86400'],
  ['60abc', '60'],
  ['abc', '300'],
])('[I159] a lifetime of %j is one of %s seconds', async (asks, ttl) => {
  const { ask } = await deployment([chatAnswer('Hi')])
  const answer = await ask(question(), { key, headers: lasting(asks) })
  expect(answer.told).toMatchObject({ status: 'MISS', ttl })
})

test('[I159] an answer that lives for a second is gone after a second, and tells its age', async () => {
  const { ask } = await deployment([chatAnswer('Hi')])
  const [short, long] = [question(), question()]
  const startMs = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: startMs })
  await ask(short, { key, headers: lasting('1') })
  await ask(long, { key, headers: lasting('60') })
  vi.setSystemTime(startMs + 999)
  expect((await ask(short, { key })).told).toMatchObject({ status: 'HIT', ttl: '1', age: '0' })
  vi.setSystemTime(startMs + 1_000)
  expect((await ask(short, { key })).told).toMatchObject({ status: 'MISS', ttl: '300' })
  vi.setSystemTime(startMs + 20_500)
  expect((await ask(long, { key })).told).toMatchObject({ status: 'HIT', ttl: '40', age: '20' })
  vi.setSystemTime(startMs + 60_000)
  expect((await ask(long, { key })).told.status).toBe('MISS')
})

test('[I160] to clear is a fresh miss whose answer takes the place of the old one', async () => {
  const { ask, callsCount } = await deployment([chatAnswer('Old'), chatAnswer('New')])
  const asked = question()
  await ask(asked, { key })
  const fresh = await ask(asked, { key, headers: clear })
  expect([fresh.told.status, contentOf(fresh)]).toEqual(['MISS', 'New'])
  const hit = await ask(asked, { key })
  expect([hit.told.status, hit.told.source, contentOf(hit)]).toEqual(['HIT', fresh.told.id, 'New'])
  expect(await callsCount()).toBe(2)
})

test('[I160] to clear without the cache does nothing', async () => {
  const { ask } = await deployment([chatAnswer('Old'), chatAnswer('New')])
  const asked = question()
  await ask(asked, { key })
  const plain = await ask(asked, { key, headers: { 'x-openrouter-cache-clear': 'true' } })
  expect([plain.told.status, plain.told.ttl, contentOf(plain)]).toEqual([null, null, 'New'])
  expect(contentOf(await ask(asked, { key }))).toBe('Old')
})

test('[I160] what was cleared is gone though no answer followed', async () => {
  const { ask } = await deployment([
    chatAnswer('Old'),
    replyJson(400, { error: { message: 'no' } }),
    chatAnswer('New'),
  ])
  const asked = question()
  await ask(asked, { key })
  expect((await ask(asked, { key, headers: clear })).response.status).toBe(400)
  const next = await ask(asked, { key })
  expect([next.told.status, contentOf(next)]).toEqual(['MISS', 'New'])
})

test('without the header nothing is kept, nor is anything said', async () => {
  const { ask, callsCount } = await deployment([chatAnswer('Hi')])
  const asked = question()
  for (const headers of [off, off, { 'x-openrouter-cache': 'false' }]) {
    expect((await ask(asked, { key, headers })).told).toMatchObject({ status: null, ttl: null, age: null })
  }
  expect((await ask(asked, { key })).told.status).toBe('MISS')
  expect(await callsCount()).toBe(4)
})

test('[I161] a preset that says no is not overridden; one that says yes turns the cache on', async () => {
  const { ask, callsCount } = await deployment([chatAnswer('Hi')])
  const names = { no: `no-${Date.now()}`, yes: `yes-${Date.now()}` }
  const preset = async (slug: string, config: JsonObject) => {
    const made = await ask(question(config), { key, path: `presets/${slug}/chat/completions` })
    expect(made.response.status).toBe(200)
  }
  await preset(names.no, { cache_enabled: false })
  await preset(names.yes, { cache_enabled: true, cache_ttl_seconds: 20 })
  const asked = { ...question(), preset: names.no }
  for (const _ of [1, 2]) expect((await ask(asked, { key })).told.status).toBeNull()
  const willing = { ...question(), preset: names.yes }
  expect((await ask(willing, { key, headers: off })).told).toMatchObject({ status: 'MISS', ttl: '20' })
  expect((await ask(willing, { key, headers: off })).told.status).toBe('HIT')
  expect((await ask(willing, { key, headers: { 'x-openrouter-cache': 'false' } })).told.status).toBeNull()
  expect(await callsCount()).toBe(4)
})

test.each([400, 401, 404, 429, 500])('[I162] a refusal with %i is not kept', async (status) => {
  const refusal = replyJson(status, { error: { message: 'no' } })
  const { ask } = await deployment([refusal, chatAnswer('Hi')])
  const asked = question()
  expect((await ask(asked, { key })).response.status).not.toBe(200)
  expect((await ask(asked, { key })).told.status).toBe('MISS')
  expect((await ask(asked, { key })).told.status).toBe('HIT')
})

test('[I162] an answer that breaks off is not kept, streamed or whole', async () => {
  const broken = streaming(send(sse([delta('Hel'), delta('lo')])), reset)
  for (const stream of [true, false]) {
    const { ask } = await deployment([broken, chatAnswer('Hi')])
    const asked = question({ stream })
    expect((await ask(asked, { key })).text).toContain('error')
    expect((await ask(asked, { key })).told.status).toBe('MISS')
    expect((await ask(asked, { key })).told.status).toBe('HIT')
  }
})

test('[I162] an answer that the money cuts short is not kept', async () => {
  const poor = await account(env, { credit: 0.001 })
  const words = Array.from({ length: 400 }, (_, index) => delta(`word${index} `.repeat(100)))
  const { ask } = await deployment([chatStream(words)])
  const asked = question({ stream: true })
  const cut = await ask(asked, { key: poor.key })
  expect(cut.text).toContain('is used up')
  await manage(env, 'POST', '/credits', { amount: 5, kind: 'grant', reference: 'more', account: poor.id })
  expect((await ask(asked, { key: poor.key })).told.status).toBe('MISS')
})

test('[I162] an answer whose client leaves before its end is not kept', async () => {
  const { ask, settings } = await deployment([
    streaming(send(sse([delta('Hel')])), silence),
    chatAnswer('Hi'),
  ])
  const asked = question({ stream: true })
  const leaving = new AbortController()
  const { response, settled } = await askOnce(settings, asked, {
    key,
    headers: cached,
    signal: leaving.signal,
  })
  await response.body?.getReader().read()
  leaving.abort()
  await settled()
  expect((await ask(asked, { key })).told.status).toBe('MISS')
})

test('an answer longer than a mebibyte is told and not kept', async () => {
  const { ask } = await deployment([chatAnswer('x'.repeat(600_000)), chatAnswer('x'.repeat(400_000))])
  const asked = question()
  expect((await ask(asked, { key })).told.status).toBe('MISS')
  expect((await ask(asked, { key })).told.status).toBe('MISS')
  expect((await ask(asked, { key })).told.status).toBe('HIT')
})

test('[I163] [R171] a hit tells nothing of routing, whatever the client asks', async () => {
  const { ask } = await deployment([chatAnswer('Hi')])
  const headers = { ...cached, 'x-openrouter-metadata': 'enabled' }
  for (const stream of [false, true]) {
    const asked = question({ stream })
    expect((await ask(asked, { key, headers })).text).toContain('openrouter_metadata')
    const hit = await ask(asked, { key, headers })
    expect(hit.told.status).toBe('HIT')
    expect(hit.text).not.toContain('openrouter_metadata')
  }
})

test('[I165] an account or a key that demands zero retention is never answered from the cache', async () => {
  const rules = [{ enforce_zdr_anthropic: true }, { provider: { zdr: true } }]
  for (const routing of rules) {
    for (const strict of [
      await account(env, { account: { routing } }),
      await account(env, { key: { routing } }),
    ]) {
      const { ask } = await deployment([chatAnswer('Hi')])
      const asked = question()
      for (const _ of [1, 2]) expect((await ask(asked, { key: strict.key })).told.status).toBeNull()
    }
  }
})

test('[I165] a request that demands zero retention may be answered from the cache', async () => {
  const { ask } = await deployment([chatAnswer('Hi')])
  const asked = question({ provider: { zdr: true } })
  expect((await ask(asked, { key })).told.status).toBe('MISS')
  expect((await ask(asked, { key })).told.status).toBe('HIT')
})

test('rules of the account that change are another question: nothing made under the old ones is told', async () => {
  const own = await account(env)
  const { ask, callsCount } = await deployment([chatAnswer('Before'), chatAnswer('After')])
  const asked = question()
  await ask(asked, { key: own.key })
  await manage(env, 'PATCH', `/accounts/${own.id}`, { routing: { provider: { ignore: ['groq'] } } })
  const next = await ask(asked, { key: own.key })
  expect([next.told.status, contentOf(next)]).toEqual(['MISS', 'After'])
  expect((await ask(asked, { key: own.key })).told.status).toBe('HIT')
  expect(await callsCount()).toBe(2)
})

test('two identical calls in flight are two answers and two charges', async () => {
  const upstream = await provider([gate('go'), ...chatAnswer('Hi')])
  const settings = { ...env, DEEPINFRA_API_KEY: 'k', DEEPINFRA_BASE_URL: upstream.baseUrl }
  const asked = question()
  const before = await caller.usage()
  const both = Promise.all([1, 2].map(() => askOnce(settings, asked, { key, headers: cached })))
  await upstream.until((calls) => calls.length === 2)
  await upstream.open('go')
  const statuses = await Promise.all(
    (await both).map(async ({ response, settled }) => {
      await response.text()
      await settled()
      return response.headers.get('x-openrouter-cache-status')
    }),
  )
  expect(statuses).toEqual(['MISS', 'MISS'])
  const cost = 5 * 0.000_000_1 + 2 * 0.000_000_32
  expect((await caller.usage()) - before).toBeCloseTo(2 * cost, 9)
})

test('a hit counts towards the rate of its key', async () => {
  const slow = await account(env, { key: { requests_per_minute: 2 } })
  const { ask } = await deployment([chatAnswer('Hi')])
  const asked = question()
  const answers = []
  for (const _ of [1, 2, 3]) answers.push(await ask(asked, { key: slow.key }))
  expect(answers.map(({ response, told }) => [response.status, told.status])).toEqual([
    [200, 'MISS'],
    [200, 'HIT'],
    [429, null],
  ])
})

test('a hit is admitted like a fresh answer: the limit must cover one, and none of it is spent', async () => {
  const frugal = await account(env)
  const { ask } = await deployment([chatAnswer('Hi')])
  const asked = question({ max_tokens: 2_500 })
  await ask(asked, { key: frugal.key })
  const spent = await frugal.usage()
  const answers = []
  for (const limit of [0.000_5, 0.001]) {
    await manage(env, 'PATCH', `/keys/${frugal.hash}`, { limit })
    answers.push(await ask(asked, { key: frugal.key }))
  }
  expect(answers.map(({ response, told }) => [response.status, told.status])).toEqual([
    [402, null],
    [200, 'HIT'],
  ])
  expect([await frugal.usage(), await frugal.heldNanos()]).toEqual([spent, 0])
})

test('a key that is revoked gets no hit either', async () => {
  const revoked = await account(env)
  const { ask } = await deployment([chatAnswer('Hi')])
  const asked = question()
  await ask(asked, { key: revoked.key })
  await manage(env, 'PATCH', `/keys/${revoked.hash}`, { disabled: true })
  expect((await ask(asked, { key: revoked.key })).response.status).toBe(401)
})

test('a page in a browser may read what the cache tells', async () => {
  const { ask } = await deployment([chatAnswer('Hi')])
  const { response } = await ask(question(), { key, headers: { ...cached, origin: 'https://page.example' } })
  const exposed = response.headers.get('access-control-expose-headers')?.toLowerCase()
  for (const end of ['status', 'ttl', 'age', 'source-id'])
    expect(exposed).toContain(`x-openrouter-cache-${end}`)
})
