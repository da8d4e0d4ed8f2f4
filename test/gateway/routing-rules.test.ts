import { env } from 'cloudflare:workers'
import { beforeAll, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { account, manage } from '../support/account.ts'
import { askWhole, at } from '../support/chat.ts'
import { provider, replyJson } from '../support/provider.ts'

/** What a key lays down holds against whatever its requests say: told by who is called for them. */

beforeAll(() => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
})

const served = (tier = 'default') =>
  replyJson(200, {
    id: 'x',
    model: 'gpt-5',
    service_tier: tier,
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
  })
const busy = replyJson(503, { error: { message: 'busy' } })
const greeting = [{ role: 'user', content: 'Hello' }]

/** Asks `gpt-5`, which OpenAI alone is there to serve, with a key that lays this down. */
async function openaiAsked(preferences: JsonObject, request: JsonObject, answer = served()) {
  const openai = await provider(answer)
  const { key, heldNanos } = await account(env, { key: { routing: { provider: preferences } } })
  const settings = { ...env, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: openai.baseUrl }
  const body = { model: 'openai/gpt-5', messages: greeting, max_tokens: 50, ...request }
  const { response, text } = await askWhole(settings, body, { key })
  const sent = (await openai.calls()).map((call): JsonObject => JSON.parse(call.body))
  return { status: response.status, sent, error: at(JSON.parse(text), 'error'), held: await heldNanos() }
}

test.each<[string, JsonObject]>([
  ['nothing more', {}],
  ['its priority tier', { service_tier: 'priority' }],
  ['its flex tier', { service_tier: 'flex' }],
  ['the fastest', { model: 'openai/gpt-5:nitro' }],
  ['the cheapest', { model: 'openai/gpt-5:floor' }],
  ['its tier by name', { provider: { only: ['openai/flex'] } }],
  ['its tier first', { provider: { order: ['openai/priority'] } }],
])('a provider that a key ignores is not called for who asks for %s', async (_, request) => {
  const { status, sent, error, held } = await openaiAsked({ ignore: ['openai'] }, request)
  expect([status, sent, held]).toEqual([404, [], 0])
  expect(at(at(error, 'availability'), 'excluded_by')).toContain('allowed_providers')
})

test('a key that permits a tier asks for none', async () => {
  const permits = { only: ['openai', 'openai/priority'] }
  const tiersOf = async (request: JsonObject) =>
    (await openaiAsked(permits, request, busy)).sent.map((body) => at(body, 'service_tier'))
  expect(await tiersOf({})).toEqual([undefined])
  expect(await tiersOf({ service_tier: 'priority' })).toEqual(['priority', undefined])
  expect(await tiersOf({ service_tier: 'flex' })).toEqual([undefined])
  expect(await tiersOf({ provider: { only: ['openai/priority'] } })).toEqual(['priority'])
})

/** Asks `llama-3.3-70b` of three hosts, of which none has time; the two cheapest first, as the account sorts by price. */
async function hostsAsked(preferences: JsonObject, request: JsonObject) {
  const upstream = await provider(busy)
  const { key } = await account(env, { key: { routing: { provider: preferences } } })
  const settings: Record<string, unknown> = { ...env }
  for (const host of ['DEEPINFRA', 'TOGETHER', 'GROQ']) {
    settings[`${host}_API_KEY`] = 'k'
    settings[`${host}_BASE_URL`] = `${upstream.baseUrl}/${host}`
  }
  const { response, text } = await askWhole(
    { ...env, ...settings },
    { model: 'meta-llama/llama-3.3-70b-instruct', messages: greeting, ...request },
    { key },
  )
  const called = (await upstream.calls()).map(({ path }) =>
    path.split('/').find((part) => /^[A-Z]+$/.test(part)),
  )
  return { status: response.status, called, error: at(JSON.parse(text), 'error') }
}

const locked = { order: ['groq'], allow_fallbacks: false }
const three = ['together', 'deepinfra', 'groq']

test.each<[string, JsonObject, JsonObject, string[]]>([
  ['in which it locks its requests', locked, {}, ['GROQ']],
  ['whatever the request orders', locked, { order: ['together'] }, ['GROQ']],
  ['and allows', locked, { order: ['together'], allow_fallbacks: true }, ['GROQ']],
  ['that the request locks further', { ...locked, order: three }, locked, ['GROQ']],
  ['that the request does not share', locked, { ...locked, order: ['together'] }, []],
  ['without a list: one is left', { allow_fallbacks: false }, {}, ['DEEPINFRA']],
  ['without a list: of the request’s order too', { allow_fallbacks: false }, { order: three }, ['TOGETHER']],
  [
    'that the request forbids to leave',
    { order: ['groq', 'together'] },
    { allow_fallbacks: false },
    ['GROQ', 'TOGETHER'],
  ],
  ['of a request alone', {}, { order: ['groq', 'together'], allow_fallbacks: false }, ['GROQ', 'TOGETHER']],
])('a key without fallbacks holds to its list, %s', async (_, preferences, request, expected) => {
  const { status, called } = await hostsAsked(preferences, { provider: request })
  expect([status, called]).toEqual([expected.length > 0 ? 503 : 404, expected])
})

test.each<[string, JsonObject, string[], string]>([
  // Groq asks for more, and DeepInfra for less.
  [
    'the price',
    { max_price: { prompt: 0.2 } },
    ['constraint_filtered', 'max_price'],
    'is within provider.max_price. It is served by',
  ],
  [
    'who is ignored',
    { ignore: ['groq'] },
    ['no_endpoints', 'allowed_providers'],
    "your request's provider.ignore preference leaves out: Groq.",
  ],
])('where a list is all there is, and %s leaves nobody, that is told', async (_, further, codes, words) => {
  const { status, error } = await hostsAsked({}, { provider: { ...locked, ...further } })
  const availability = at(error, 'availability')
  const by = at(at(availability, 'excluded_by'), -1)
  expect([status, [at(availability, 'code'), by]]).toEqual([404, codes])
  expect(at(error, 'message')).toContain(words)
})

test('an aggregator, which chooses among hosts of its own, is told what they must be', async () => {
  const openrouter = await provider(served())
  const { key } = await account(env, {
    key: { routing: { provider: { ignore: ['deepinfra'], max_price: { completion: 90 } } } },
  })
  const settings = { ...env, OPENROUTER_API_KEY: 'k', OPENROUTER_BASE_URL: openrouter.baseUrl }
  const model = 'openai/gpt-oss-120b'
  for (const preferences of [{}, { ignore: ['groq'], max_price: { prompt: 4.5, completion: 100 } }]) {
    const body = { model, messages: greeting, provider: preferences }
    expect((await askWhole(settings, body, { key })).response.status).toBe(200)
  }
  const sent = (await openrouter.calls()).map((call): JsonObject => JSON.parse(call.body))
  expect(sent.map((body) => at(body, 'provider'))).toEqual([
    { ignore: ['deepinfra'], max_price: { completion: 90 } },
    { ignore: ['deepinfra', 'groq'], max_price: { prompt: 4.5, completion: 90 } },
  ])
})

test('an aggregator that the operator trusts is told what its account demands all the same', async () => {
  const openrouter = await provider(served())
  await manage(env, 'PUT', '/catalogue/policies', {
    provider: 'openrouter',
    training: false,
    retains_prompts: false,
  })
  const { key } = await account(env, {
    account: { routing: { enable_paid_model_training: false, enforce_zdr_other: true } },
  })
  const settings = { ...env, OPENROUTER_API_KEY: 'k', OPENROUTER_BASE_URL: openrouter.baseUrl }
  const body = { model: 'openai/gpt-oss-120b', messages: greeting }
  expect((await askWhole(settings, body, { key })).response.status).toBe(200)
  const [call] = await openrouter.calls()
  expect(JSON.parse(call?.body ?? '{}').provider).toEqual({ data_collection: 'deny', zdr: true })
})
