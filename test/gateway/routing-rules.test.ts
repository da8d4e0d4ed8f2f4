import { env } from 'cloudflare:workers'
import { beforeAll, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { account } from '../support/account.ts'
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
const greeting = [{ role: 'user', content: 'Hello' }]

/** Asks `gpt-5`, which OpenAI alone is there to serve, with a key that lays this down. */
async function openaiAsked(preferences: JsonObject, request: JsonObject) {
  const openai = await provider(served())
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
