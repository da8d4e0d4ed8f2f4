import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { AnswerStore } from '../../src/cache/answer-store.ts'
import type { Env } from '../../src/env.ts'
import { account } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { contentOf } from '../support/chat.ts'
import { replyJson } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'
import { cached, deployment, otherIsolate, question, withoutEdge, type Faults } from './response-cache.ts'

let key: string
beforeAll(async () => {
  key = (await account(env)).key
})
/** What the log says of the cache. */
let warnings: string[]
beforeEach(() => {
  warnings = []
  const take = (line: string) => void (line.includes('response_cache') && warnings.push(line))
  vi.spyOn(console, 'info').mockImplementation(take)
  vi.spyOn(console, 'error').mockImplementation(take)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const failing = (reason: string) => () => Promise.reject(new Error(reason))

const refusal = replyJson(400, { error: { message: 'no' } })

const at = (CACHE: KVNamespace, answer: Step[] = refusal) => deployment([answer], 'DEEPINFRA', { CACHE })

test('an answer is found by another isolate in KV, and by its own from then on', async () => {
  withoutEdge()
  const asked = question()
  const first = await (await at(otherIsolate(), chatAnswer('Hi'))).ask(asked, { key })
  const kv = otherIsolate()
  const there = await at(kv)
  const hits = [await there.ask(asked, { key }), await there.ask(asked, { key })]
  expect(hits.map(({ told }) => [told.status, told.source])).toEqual([
    ['HIT', first.told.id],
    ['HIT', first.told.id],
  ])
  expect(hits.map(contentOf)).toEqual(['Hi', 'Hi'])
  expect(kv.asked).toEqual(['get'])
})

test('an answer is found in its data centre before KV is asked', async () => {
  const asked = question()
  await (await at(otherIsolate(), chatAnswer('Hi'))).ask(asked, { key })
  const kv = otherIsolate()
  expect((await (await at(kv)).ask(asked, { key })).told.status).toBe('HIT')
  expect(kv.asked).toEqual([])
})

test('what KV keeps for its minute is gone after the second it was kept for', async () => {
  withoutEdge()
  const startMs = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: startMs })
  const asked = question()
  const headers = { ...cached, 'x-openrouter-cache-ttl': '1' }
  await (await at(otherIsolate(), chatAnswer('Hi'))).ask(asked, { key, headers })
  vi.setSystemTime(startMs + 999)
  expect((await (await at(otherIsolate())).ask(asked, { key })).told.status).toBe('HIT')
  vi.setSystemTime(startMs + 1_000)
  expect((await (await at(otherIsolate(), chatAnswer('Hi'))).ask(asked, { key })).told.status).toBe('MISS')
})

test('what is cleared is replaced everywhere, and gone where no answer followed', async () => {
  withoutEdge()
  const asked = question()
  const clear = { ...cached, 'x-openrouter-cache-clear': 'true' }
  await (await at(otherIsolate(), chatAnswer('Old'))).ask(asked, { key })
  await (await at(otherIsolate(), chatAnswer('New'))).ask(asked, { key, headers: clear })
  expect(contentOf(await (await at(otherIsolate())).ask(asked, { key }))).toBe('New')
  await (await at(otherIsolate())).ask(asked, { key, headers: clear })
  expect((await (await at(otherIsolate(), chatAnswer('Next'))).ask(asked, { key })).told.status).toBe('MISS')
})

test.each<[string, Faults['get']]>([
  ['fails', failing('KV GET failed: 500 Internal Server Error')],
  ['hangs', () => new Promise(() => {})],
])('[F44] KV that %s is a miss, and is left alone for half a minute', async (_, get) => {
  withoutEdge()
  const startMs = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: startMs })
  const kv = otherIsolate({ ...(get && { get }) })
  const { ask } = await at(kv, chatAnswer('Hi'))
  const reads = () => kv.asked.filter((method) => method === 'get').length
  const first = await ask(question(), { key })
  expect([first.response.status, first.told.status, contentOf(first)]).toEqual([200, 'MISS', 'Hi'])
  expect((await ask(question(), { key })).told.status).toBe('MISS')
  expect(reads()).toBe(1)
  vi.setSystemTime(startMs + 30_001)
  expect((await ask(question(), { key })).told.status).toBe('MISS')
  expect(reads()).toBe(2)
})

test.each<[string, (kept: string) => string]>([
  ['is cut short', (kept) => kept.slice(0, -1)],
  ['has a bit flipped', (kept) => kept.replace('Hi', 'Hj')],
  ['lacks its answer', () => '{"expiresAtMs":9e15,"storedAtMs":1}'],
  ['is no object', () => 'null'],
  ['is empty', () => ''],
])('[F44] a kept answer that %s is a miss, and no more: nothing stays held', async (_, damaged) => {
  withoutEdge()
  const payer = await account(env)
  const asked = question()
  const first = await (await at(otherIsolate(), chatAnswer('Hi'))).ask(asked, { key: payer.key })
  expect(first.told.status).toBe('MISS')
  const kv = otherIsolate({ get: async (name) => damaged((await env.CACHE.get(name)) ?? '') })
  const there = await at(kv, chatAnswer('Again'))
  const next = await there.ask(asked, { key: payer.key })
  expect([next.response.status, next.told.status, contentOf(next)]).toEqual([200, 'MISS', 'Again'])
  expect((await there.ask(asked, { key: payer.key })).told.source).toBe(next.told.id)
  expect(await payer.heldNanos()).toBe(0)
  // The next question is looked for as ever.
  await there.ask(question(), { key: payer.key })
  expect(kv.asked.filter((method) => method === 'get')).toHaveLength(2)
})

test('[F44] an answer that lies under the name of another is a miss', async () => {
  withoutEdge()
  const names: string[] = []
  const get = async (name: string) => await env.CACHE.get(names[names.push(name) - 1] ?? '')
  await (await at(otherIsolate({ get }), chatAnswer('One'))).ask(question(), { key })
  const swapped = otherIsolate({ get: async () => await env.CACHE.get(names[0] ?? '') })
  const next = await (await at(swapped, chatAnswer('Two'))).ask(question(), { key })
  expect([next.told.status, contentOf(next)]).toEqual(['MISS', 'Two'])
})

test('[F44] a cache that breaks is a miss, which the log tells, and nothing stays held', async () => {
  const payer = await account(env)
  vi.spyOn(AnswerStore.prototype, 'read').mockRejectedValue(new TypeError('a secret'))
  const { ask } = await at(otherIsolate(), chatAnswer('Hi'))
  const answer = await ask(question(), { key: payer.key })
  expect([answer.response.status, answer.told.status, contentOf(answer)]).toEqual([200, 'MISS', 'Hi'])
  expect(await payer.heldNanos()).toBe(0)
  expect(warnings).toEqual([expect.stringContaining('TypeError')])
  expect(warnings.join()).not.toContain('a secret')
})

test('while KV fails, the isolate itself still answers the second time', async () => {
  withoutEdge()
  const { ask, callsCount } = await at(
    otherIsolate({ get: failing('down'), put: failing('down') }),
    chatAnswer('Hi'),
  )
  const asked = question()
  expect((await ask(asked, { key })).told.status).toBe('MISS')
  expect((await ask(asked, { key })).told.status).toBe('HIT')
  expect(await callsCount()).toBe(1)
})

test('that KV takes no writes is logged once in the half minute for which it is left alone', async () => {
  withoutEdge()
  const startMs = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: startMs })
  const { ask } = await at(otherIsolate({ put: failing('KV PUT failed: 500') }), chatAnswer('Hi'))
  await Promise.all([1, 2].map(() => ask(question(), { key })))
  await ask(question(), { key })
  expect(warnings).toEqual([expect.stringContaining('KV takes no writes just now')])
  vi.setSystemTime(startMs + 30_001)
  await ask(question(), { key })
  expect(warnings).toHaveLength(2)
})

test.each<[string, Faults['put'], number]>([
  ['KV has it too', undefined, 60],
  ['KV has just taken another', failing('KV PUT failed: 429 Too Many Requests'), 60],
  ['KV takes no writes', failing('KV PUT failed: 500'), 300],
])(
  'a data centre keeps an answer where %s, and asks KV after a minute if that has one',
  async (_, put, age) => {
    const kept: (string | null)[] = []
    vi.spyOn(caches.default, 'put').mockImplementation((_url, { headers }) => {
      kept.push(headers.get('cache-control'))
      return Promise.resolve()
    })
    const { ask } = await at(otherIsolate({ ...(put && { put }) }), chatAnswer('Hi'))
    await ask(question(), { key })
    await ask(question(), { key, headers: { ...cached, 'x-openrouter-cache-ttl': '10' } })
    expect(kept).toEqual([`max-age=${age}`, 'max-age=10'])
  },
)

test('a Cache API that fails costs nothing: KV is asked', async () => {
  const asked = question()
  withoutEdge()
  await (await at(otherIsolate(), chatAnswer('Hi'))).ask(asked, { key })
  vi.spyOn(caches.default, 'match').mockImplementation(failing('down'))
  vi.spyOn(caches.default, 'put').mockImplementation(failing('down'))
  const { ask } = await at(otherIsolate(), chatAnswer('Hi'))
  expect((await ask(asked, { key })).told.status).toBe('HIT')
  expect((await ask(question(), { key })).told.status).toBe('MISS')
})

test('when the plan’s writes are spent, one warning is logged, writes rest, and requests go on as misses', async () => {
  withoutEdge()
  const startMs = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: startMs })
  const kv = otherIsolate({ put: failing('KV put() limit exceeded for the day.') })
  const { ask } = await at(kv, chatAnswer('Hi'))
  const writes = () => kv.asked.filter((method) => method === 'put').length
  for (const _ of [1, 2, 3]) expect((await ask(question(), { key })).told.status).toBe('MISS')
  expect([writes(), warnings.length]).toEqual([1, 1])
  expect(warnings[0]).toContain('KV takes no more writes today')
  vi.setSystemTime(startMs + 10 * 60_000 + 1)
  await ask(question(), { key })
  expect([writes(), warnings.length]).toEqual([2, 1])
})

test('that KV takes one write of a key a second is nothing to warn of, and stops no other', async () => {
  withoutEdge()
  const kv = otherIsolate({ put: failing('KV PUT failed: 429 Too Many Requests') })
  const { ask } = await at(kv, chatAnswer('Hi'))
  for (const _ of [1, 2]) await ask(question(), { key })
  expect(kv.asked.filter((method) => method === 'put')).toHaveLength(2)
  expect(warnings).toEqual([])
})

test('what is kept says nothing of who asked, and lies under a name that nobody can guess', async () => {
  withoutEdge()
  const kept = new Map<string, string>()
  const settings: Pick<Env, 'CACHE'> = {
    CACHE: new Proxy(env.CACHE, {
      get: (target, method) =>
        method === 'put'
          ? (name: string, value: string) => Promise.resolve(void kept.set(name, value))
          : Reflect.get(target, method).bind(target),
    }),
  }
  const { ask } = await deployment([chatAnswer('Hi')], 'DEEPINFRA', settings)
  const asked = question()
  await ask(asked, { key })
  const [[name, value] = ['', '']] = [...kept]
  expect(name).toMatch(/^answer\/[0-9a-f]{64}$/)
  expect(value).toContain('Hi')
  expect(value).not.toContain(key)
  expect(value).not.toContain('Hello')
})
