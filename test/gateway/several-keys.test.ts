import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import { account, manage, type TestAccount } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole, at } from '../support/chat.ts'
import { headerOf, provider, replyJson, reset, send, streaming, type Provider } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

const ask = { model: 'openai/gpt-4o-mini', stream: true, messages: [{ role: 'user', content: 'Hi' }] }
const revoked = replyJson(401, { error: { message: 'Invalid API key' } })
const quota = { error: { code: 'insufficient_quota', type: 'insufficient_quota', message: 'No credit' } }
const unpaid = replyJson(429, quota, { 'retry-after': '20' })
const fine = chatAnswer('Hello')

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterEach(() => void vi.restoreAllMocks())

const withKeys = (upstream: Provider, keys: string): Env => ({
  ...env,
  LIMITS: '{"repeatDelayMs": 1}',
  OPENAI_API_KEY: keys,
  OPENAI_BASE_URL: upstream.baseUrl,
})

const keysOf = async (upstream: Provider) =>
  (await upstream.calls()).map((call) => headerOf(call, 'authorization'))

test.for<[string, Step[], Step[], string]>([
  ['two are revoked', revoked, revoked, 'a,b,c'],
  ['one is not paid for, told by 429', unpaid, fine, 'a,b'],
  [
    'one is not paid for, told inside the stream',
    streaming(send(`data: ${JSON.stringify(quota)}\n\n`)),
    fine,
    'a,b',
  ],
  ['a connection breaks before one is revoked', [reset], revoked, 'a,b'],
])('of several keys %s: the next is tried', async ([, first, second, keys]) => {
  const upstream = await provider(first, second, fine)
  expect((await askWhole(withKeys(upstream, keys), ask, { key: caller.key })).response.status).toBe(200)
  const tried = await keysOf(upstream)
  expect(tried).toHaveLength(second === fine ? 2 : 3)
})

test('no more keys are tried than attempts may be made', async () => {
  const upstream = await provider(revoked)
  const { response } = await askWhole(withKeys(upstream, 'a,b,c,d'), ask, { key: caller.key })
  expect(response.status).toBe(503)
  expect(new Set(await keysOf(upstream)).size).toBe(3)
})

test('a key that is not paid for is no rate limit to the client, and nothing it says of waiting is passed on', async () => {
  const upstream = await provider(unpaid)
  const { response, text } = await askWhole(withKeys(upstream, 'a'), ask, { key: caller.key })
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, null])
  expect(at(at(JSON.parse(text), 'error'), 'availability')).toMatchObject({ code: 'temporarily_unavailable' })
})

test('a key that a private host refuses is drawn for its provider all the same', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const own = await provider(fine)
  const loft = await provider(revoked, fine)
  const here: Env = {
    ...env,
    CATALOGUE_HOSTS: new URL(loft.baseUrl).host,
    VLLM_API_KEY: 'a,b',
    VLLM_BASE_URL: own.baseUrl,
  }
  await manage(here, 'PUT', '/catalogue/models', {
    id: 'acme/loft',
    endpoints: [{ provider: 'vllm', model: 'm', prompt: '1', completion: '1', base_url: loft.baseUrl }],
  })
  for (const model of ['acme/loft', 'acme/loft', 'vllm/m']) {
    const { response } = await askWhole(here, { ...ask, model }, { key: caller.key })
    expect(response.status).toBe(200)
  }
  expect(await keysOf(loft)).toEqual(['Bearer a', 'Bearer b', 'Bearer b'])
  expect(await keysOf(own)).toEqual(['Bearer a'])
})
