import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import type { Json } from '../../src/base/json.ts'
import { rootKeys } from '../../src/base/key-text.ts'
import type { Env } from '../../src/env.ts'
import { account } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole, at } from '../support/chat.ts'
import { provider, type Provider } from '../support/provider.ts'

const hello = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] }

const openai = (upstream: Provider): Env => ({
  ...env,
  OPENAI_API_KEY: 'sk-upstream',
  OPENAI_BASE_URL: upstream.baseUrl,
})

const errorOf = (text: string): Json | undefined => at(JSON.parse(text), 'error')

test('[2, 46] a refusal without a key is JSON, streamed or not', async () => {
  const { response, text } = await askWhole(env, { ...hello, stream: true })
  expect(response.status).toBe(401)
  expect(errorOf(text)).toMatchObject({ code: 401, message: 'Missing Authentication header' })
  expect(response.headers.get('x-generation-id')).toMatch(/^gen-/)
})

test('[72] a refusal of a model leaves out what there is nothing to say of', async () => {
  const { key } = await account(env)
  const { text } = await askWhole(env, { ...hello, model: 'nobody/none' }, { key })
  expect(errorOf(text)).toEqual({
    code: 400,
    message: 'nobody/none is not a valid model ID',
    metadata: { error_type: 'invalid_request' },
    error_type: 'invalid_request',
    http_status: 400,
    availability: {
      code: 'model_not_found',
      retryable: false,
      requested_models: ['nobody/none'],
      docs_url: 'https://openrouter.ai/docs/errors#model_not_found',
    },
  })
})

test('[64] a refusal of an unknown model names near ones; of a known one without a key, its variable', async () => {
  const { key } = await account(env)
  const unknown = await askWhole(env, { ...hello, model: 'openai/gpt-4o-minu' }, { key })
  expect(unknown.response.status).toBe(400)
  expect(errorOf(unknown.text)).toMatchObject({
    message: 'openai/gpt-4o-minu is not a valid model ID',
    metadata: { near: expect.arrayContaining(['openai/gpt-4o-mini']) },
    availability: { code: 'model_not_found', retryable: false },
  })
  const keyless = await askWhole(env, hello, { key })
  expect(keyless.response.status).toBe(404)
  expect(errorOf(keyless.text)).toMatchObject({
    message: 'openai/gpt-4o-mini is known here; set OPENAI_API_KEY to use it',
  })
})

test('a refusal of a management key says which key to use', async () => {
  const { management } = await rootKeys(env.MASTER_KEY)
  const { response } = await askWhole(env, 'not even JSON', { key: management })
  expect(response.status).toBe(403)
})

test.for([
  ['half of a JSON', '{"model": ', 400, 'not valid JSON: it ends too early.'],
  ['no JSON', 'secret', 400, 'The request body is not valid JSON.'],
  ['an error in JSON', '{"a": 1,}', 400, 'not valid JSON at position 8 (line 1 column 9).'],
  ['no object', '[]', 400, 'must be a JSON object'],
  ['nothing', '', 400, 'empty'],
  ['too deep', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`, 400, 'nested deeper than 64'],
  ['a prototype', '{"__proto__": {"polluted": true}}', 400, '__proto__'],
  ['a deep prototype', '{"messages": [{"__proto__": {"polluted": true}}]}', 400, '__proto__'],
])('a refusal of %s is clear and costs nothing', async ([, body, status, words]) => {
  const { key, usage: spent, heldNanos } = await account(env)
  const { response, text } = await askWhole(env, body, { key })
  expect(response.status).toBe(status)
  expect(at(errorOf(text), 'message')).toContain(words)
  expect([await spent(), await heldNanos()]).toEqual([0, 0])
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})

test('[81] a refusal of a body over the limit counts the bytes that came', async () => {
  const { key } = await account(env)
  const gateway = { ...env, LIMITS: '{"bodyBytesMax": 100}' }
  const body = JSON.stringify({ ...hello, model: 'simulator/echo' })
  expect((await askWhole(gateway, body.padEnd(100), { key })).response.status).toBe(200)
  const { response, text } = await askWhole(gateway, body.padEnd(101), { key })
  expect(response.status).toBe(413)
  expect(errorOf(text)).toMatchObject({ metadata: { error_type: 'payload_too_large' } })
})

test('max_tokens above what the model writes becomes what it writes', async () => {
  const upstream = await provider(chatAnswer('ok'))
  const { key } = await account(env)
  const { response } = await askWhole(openai(upstream), { ...hello, max_tokens: 20_000 }, { key })
  expect(response.status).toBe(200)
  const [call] = await upstream.calls()
  expect(JSON.parse(call?.body ?? '')).toMatchObject({ max_completion_tokens: 16_384 })
})

test('[58, 59] a refusal for want of money says what was needed, what is there, and what fits', async () => {
  const upstream = await provider(chatAnswer('ok'))
  const poor = await account(env, { credit: 0.001 })
  const refused = await askWhole(openai(upstream), { ...hello, max_tokens: 16_000 }, { key: poor.key })
  expect(refused.response.status).toBe(402)
  expect(at(errorOf(refused.text), 'message')).toMatch(
    /^Insufficient credits: \$0\.0096\d+ must be set aside .* the balance of this account has \$0\.001 left\..* max_tokens of at most 16\d\d\.$/,
  )
  const limited = await account(env, { key: { limit: 0.0001 } })
  const capped = await askWhole(openai(upstream), { ...hello, max_tokens: 16_000 }, { key: limited.key })
  expect(capped.response.status).toBe(402)
  expect(at(errorOf(capped.text), 'message')).toContain('the spending limit of this key has $0.0001 left')
  expect(await upstream.calls()).toEqual([])
})

test('a refusal for its rate has the three headers and a Retry-After', async () => {
  const { key } = await account(env, { key: { requests_per_minute: 1 } })
  const body = { ...hello, model: 'simulator/echo' }
  expect((await askWhole(env, body, { key })).response.status).toBe(200)
  const { response } = await askWhole(env, body, { key })
  expect(response.status).toBe(429)
  expect(response.headers.get('x-ratelimit-limit')).toBe('1')
  expect(response.headers.get('x-ratelimit-remaining')).toBe('0')
  expect(Number(response.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now())
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
})
