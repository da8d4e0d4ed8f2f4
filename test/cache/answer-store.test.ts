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
  await store.write(key, JSON.stringify(answer(generationId)), ttlSeconds)
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
