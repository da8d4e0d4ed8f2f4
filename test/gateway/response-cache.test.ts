import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole } from '../support/chat.ts'
import { provider } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

const llama = 'meta-llama/llama-3.3-70b-instruct'

let caller: TestAccount
beforeAll(async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
  caller = await account(env)
})
afterEach(() => vi.useRealTimers())

const cached = { 'x-openrouter-cache': 'true' }

/** A deployment whose provider plays the attempts. */
async function deployment(...attempts: Step[][]) {
  const upstream = await provider(...attempts)
  const settings: Env = { ...env, DEEPINFRA_API_KEY: 'k', DEEPINFRA_BASE_URL: upstream.baseUrl }
  return {
    settings,
    ask: async (
      request: JsonObject | string,
      { headers = cached, key = caller.key }: { headers?: Record<string, string>; key?: string } = {},
    ) => {
      const body =
        typeof request === 'string'
          ? request
          : { model: llama, messages: [{ role: 'user', content: 'Hello' }], ...request }
      const answer = await askWhole(settings, body, { key, headers })
      return { ...answer, told: cacheHeaders(answer.response) }
    },
    callsCount: async () => (await upstream.calls()).length,
  }
}

/** What the headers tell of the cache, and the generation's id. */
function cacheHeaders({ headers }: Response) {
  const name = (end: string) => headers.get(`x-openrouter-cache-${end}`)
  return {
    status: name('status'),
    ttl: name('ttl'),
    age: name('age'),
    source: name('source-id'),
    id: headers.get('x-generation-id'),
  }
}

/** A question of its own for each test. */
const question = (fields: JsonObject = {}): JsonObject => ({
  messages: [{ role: 'user', content: `Hello ${crypto.randomUUID()}` }],
  ...fields,
})

test('[I155] the first of two is a miss and costs, the second a hit with a new id and zero usage', async () => {
  const { ask, callsCount } = await deployment(chatAnswer('Hi there'))
  const asked = question()
  const first = await ask(asked)
  expect(first.told).toEqual({ status: 'MISS', ttl: '300', age: null, source: null, id: expect.any(String) })
  const spent = await caller.usage()
  const second = await ask(asked)
  expect(second.response.status).toBe(200)
  expect(second.told).toMatchObject({ status: 'HIT', age: '0', source: first.told.id })
  expect(second.told.id).not.toBe(first.told.id)
  expect(Number(second.told.ttl)).toBeGreaterThan(290)
  expect(await callsCount()).toBe(1)
  expect(await caller.usage()).toBe(spent)
  const record = await caller.generation(second.told.id)
  expect(record).toMatchObject({ model: llama, provider_name: 'DeepInfra', usage: 0, tokens_prompt: 0 })
})
