import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import { AnswerStore } from '../../src/cache/answer-store.ts'
import type { StoredAnswer } from '../../src/cache/recording.ts'
import { sealed } from '../../src/cache/seal.ts'

const ttlSeconds = 86_400

afterEach(() => {
  vi.useRealTimers()
})

function answer(generationId: string): StoredAnswer {
  const source = { generationId, model: 'a/b', provider: 'p', providerName: 'P', upstreamModel: 'b' }
  const storedAtMs = Date.now()
  return {
    source,
    storedAtMs,
    expiresAtMs: storedAtMs + ttlSeconds * 1000,
    format: null,
    frames: [],
    events: [],
  }
}

async function write(store: AnswerStore, key: string, generationId: string): Promise<void> {
  await store.write(key, JSON.stringify(answer(generationId)), { ttlSeconds, clear: false })
}

test('what one isolate has cleared and stored anew, another tells a minute later at most', async () => {
  const startMs = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: startMs })
  const key = crypto.randomUUID()
  const [here, there] = [new AnswerStore(env.CACHE), new AnswerStore(env.CACHE)]
  await write(here, key, 'old')
  expect(await there.read(key)).toEqual(answer('old'))
  vi.setSystemTime(startMs + 30_000)
  here.clear(key)
  await write(here, key, 'new')
  expect((await here.read(key))?.source.generationId).toBe('new')
  vi.setSystemTime(startMs + 60_000)
  expect((await there.read(key))?.source.generationId).toBe('new')
})

test('what one isolate has cleared stays gone there, and is gone elsewhere a minute later at most', async () => {
  const startMs = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: startMs })
  const key = crypto.randomUUID()
  const [here, there] = [new AnswerStore(env.CACHE), new AnswerStore(env.CACHE)]
  await write(here, key, 'old')
  expect(await there.read(key)).toEqual(answer('old'))
  vi.setSystemTime(startMs + 1)
  here.clear(key)
  await here.clearFar(key)
  for (const laterMs of [60_000, 120_000, 180_000]) {
    expect(await here.read(key)).toBeUndefined()
    vi.setSystemTime(startMs + laterMs)
    expect(await there.read(key)).toBeUndefined()
  }
  await write(there, key, 'new')
  vi.setSystemTime(startMs + 240_000)
  expect((await here.read(key))?.source.generationId).toBe('new')
})

test('a KV that still shows what was cleared brings nothing back, a read under way included', async () => {
  const startMs = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: startMs })
  const key = crypto.randomUUID()
  const value = await sealed(key, JSON.stringify(answer('old')))
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()]
  const get = vi.fn<() => Promise<string>>().mockResolvedValue(value)
  get.mockImplementationOnce(() => {
    asked.resolve()
    return answered.promise
  })
  const store = new AnswerStore(Object.assign(Object.create(env.CACHE), { get }))
  const reading = store.read(key)
  await asked.promise
  store.clear(key)
  answered.resolve(value)
  expect(await reading).toBeUndefined()
  for (const laterMs of [0, 60_001, 120_002]) {
    vi.setSystemTime(startMs + laterMs)
    expect(await store.read(key)).toBeUndefined()
  }
  expect(get).toHaveBeenCalledTimes(3)
})

test('an answer that nobody else has, or has as it was before, stays where it is', async () => {
  const startMs = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: startMs })
  const key = crypto.randomUUID()
  const kv = new Map<string, string>()
  const store = new AnswerStore(
    Object.assign(Object.create(env.CACHE), {
      get: async (name: string) => await Promise.resolve(kv.get(name) ?? null),
      put: async () => await Promise.reject(new Error('KV put() limit exceeded for the day.')),
    }),
  )
  kv.set(`answer/${key}`, await sealed(key, JSON.stringify(answer('older'))))
  vi.setSystemTime(startMs + 1)
  await write(store, key, 'own')
  await caches.default.delete(`https://answers.invalid/${key}`)
  for (const laterMs of [60_001, 120_001, 180_001]) {
    if (laterMs > 120_000) kv.clear()
    vi.setSystemTime(startMs + laterMs)
    expect((await store.read(key))?.source.generationId).toBe('own')
  }
})

test('a clear that comes too soon after another write for KV is told to it later', async () => {
  const key = crypto.randomUUID()
  const put = vi.fn<KVNamespace['put']>((...args) => env.CACHE.put(...args))
  const here = new AnswerStore(Object.assign(Object.create(env.CACHE), { put }))
  await write(here, key, 'old')
  put.mockRejectedValueOnce(new Error('KV PUT failed: 429 Too Many Requests'))
  here.clear(key)
  await here.clearFar(key)
  expect(put).toHaveBeenCalledTimes(3)
  expect(await env.CACHE.get(`answer/${key}`)).toContain('"expiresAtMs":0')
})
