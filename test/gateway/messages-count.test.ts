import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, manage, type TestAccount } from '../support/account.ts'
import { ask } from '../support/chat.ts'
import { headerOf, provider, reply, replyJson } from '../support/provider.ts'

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

const prose = `A gateway stands between those who ask and those who answer. It must not be noticed: what comes in goes out again, a little later and in better order, and nothing is lost on the way. When a provider falls silent in the middle of a sentence, the gateway says so, because a silence that looks like an end is the worst of all errors. It keeps the books as well. Every token is counted once, at the price that was promised, and whoever hangs up early pays for what was delivered and not for what was planned. On Monday, 17 March 2025, the first version answered 1,204 requests; by the end of that week there were more than 96,000, and the only complaint was about a missing comma. "It isn't finished," its author wrote, "but it doesn't lie." That is not much to ask of a program, and yet it's more than most of them manage: they guess, they round, they retry what has been paid for already, and they call it resilience.`
const code = `/** Reads a list of prices, and says which rows are wrong. */
export function parsePrices(text: string): { rows: Map<string, number>; wrong: number[] } {
  const rows = new Map<string, number>()
  const wrong: number[] = []
  for (const [index, line] of text.split('\\n').entries()) {
    const [modelId, priceText] = line.trim().split(/\\s*,\\s*/)
    const price = Number.parseFloat(priceText ?? '')
    if (!modelId || Number.isNaN(price) || price < 0) {
      wrong.push(index + 1)
      continue
    }
    rows.set(modelId.toLowerCase(), Math.round(price * 1_000_000))
  }
  return { rows, wrong }
}

async function main(): Promise<void> {
  const response = await fetch('https://example.com/prices.csv', { headers: { accept: 'text/csv' } })
  if (!response.ok) throw new Error(\`The list answered \${response.status}\`)
  const { rows, wrong } = parsePrices(await response.text())
  console.log(\`\${rows.size} models, \${wrong.length} rows that cannot be read: \${wrong.join(', ')}\`)
}
`
const json = JSON.stringify({
  name: 'get_weather',
  description: 'Gives the weather of a city.',
  input_schema: {
    type: 'object',
    properties: {
      city: { type: 'string', description: 'Name of the city' },
      unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
      days: { type: 'integer', minimum: 1, maximum: 14 },
    },
    required: ['city'],
    additionalProperties: false,
  },
})

const claude = 'anthropic/claude-haiku-4.5'
const elsewhere = 'openai/gpt-4o-mini'

async function count(request: JsonObject, settings: Partial<Env>): Promise<Response> {
  const { response, settled } = await ask({ ...env, ...settings }, request, {
    path: '/api/v1/messages/count_tokens',
    headers: { 'x-api-key': caller.key },
  })
  await settled()
  return response
}

const inputTokens = async (response: Response): Promise<number> =>
  z.object({ input_tokens: z.int() }).parse(await response.json()).input_tokens

test('a provider that counts is asked, with the prompt and nothing else', async () => {
  const upstream = await provider(replyJson(200, { input_tokens: 1_234 }))
  const prompt = { system: 'Be brief.', messages: [{ role: 'user', content: 'Hello' }] }
  const request = {
    model: claude,
    ...prompt,
    max_tokens: 100,
    stream: true,
    metadata: { user_id: 'somebody' },
  }
  const settings = { ANTHROPIC_API_KEY: 'operator-key', ANTHROPIC_BASE_URL: upstream.baseUrl }
  expect(await inputTokens(await count(request, settings))).toBe(1_234)
  const [call] = await upstream.calls()
  expect(call?.path).toMatch(/\/messages\/count_tokens$/)
  expect(JSON.parse(call?.body ?? '')).toEqual({ model: 'claude-haiku-4-5', ...prompt })
  expect(headerOf(call, 'anthropic-version')).toBe('2023-06-01')
  expect([await caller.usage(), await caller.heldNanos()]).toEqual([0, 0])
})

test('every name is counted for that is answered for, and nobody counts who may not answer', async () => {
  const upstream = await provider(replyJson(200, { input_tokens: 1_234 }))
  const settings = { ANTHROPIC_API_KEY: 'operator-key', ANTHROPIC_BASE_URL: upstream.baseUrl }
  const messages = [{ role: 'user', content: 'Hello' }]
  for (const model of ['~anthropic/claude-haiku-latest:nitro', 'openrouter/auto', `${claude}:floor`]) {
    expect(await inputTokens(await count({ model, messages }, settings))).toBe(1_234)
  }
  const elsewhereOnly = { order: ['amazon-bedrock'], allow_fallbacks: false }
  for (const preferences of [{ zdr: true }, { ignore: ['anthropic'] }, elsewhereOnly]) {
    const request = { model: claude, messages, provider: preferences }
    expect(await inputTokens(await count(request, settings))).toBeLessThan(100)
  }
  expect(await upstream.calls()).toHaveLength(3)
})

test('what a key lays down holds for the next count: no prompt goes where it may not any more', async () => {
  const upstream = await provider(replyJson(200, { input_tokens: 1_234 }))
  const settings = { ANTHROPIC_API_KEY: 'operator-key', ANTHROPIC_BASE_URL: upstream.baseUrl }
  const request = { model: claude, messages: [{ role: 'user', content: 'Hello' }] }
  expect(await inputTokens(await count(request, settings))).toBe(1_234)
  await manage(env, 'PATCH', `/keys/${caller.hash}`, { routing: { enforce_zdr: true } })
  expect(await inputTokens(await count(request, settings))).toBeLessThan(100)
  await manage(env, 'PATCH', `/keys/${caller.hash}`, { routing: null })
  expect(await inputTokens(await count(request, settings))).toBe(1_234)
  expect(await upstream.calls()).toHaveLength(2)
})

test('Gemini counts too: the whole request at AI Studio, tools and system included', async () => {
  const upstream = await provider(replyJson(200, { totalTokens: 321 }))
  const request = {
    model: 'google/gemini-2.5-flash',
    system: 'Be brief.',
    max_tokens: 100,
    tools: [{ name: 'a', input_schema: { type: 'object' } }],
    messages: [{ role: 'user', content: 'Hello' }],
  }
  const settings = { GOOGLE_AI_STUDIO_API_KEY: 'operator-key', GOOGLE_AI_STUDIO_BASE_URL: upstream.baseUrl }
  expect(await inputTokens(await count(request, settings))).toBe(321)
  const [call] = await upstream.calls()
  expect(call?.path).toMatch(/\/models\/gemini-2\.5-flash:countTokens$/)
  expect(JSON.parse(call?.body ?? '')).toEqual({
    generateContentRequest: {
      model: 'models/gemini-2.5-flash',
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
      tools: [{ functionDeclarations: [{ name: 'a', parametersJsonSchema: { type: 'object' } }] }],
    },
  })
})

test('Gemini on Vertex counts the parts of a request', async () => {
  const upstream = await provider(replyJson(200, { totalTokens: 12 }))
  const request = { model: 'google/gemini-2.5-flash', messages: [{ role: 'user', content: 'Hello' }] }
  const settings = { GOOGLE_VERTEX_API_KEY: 'operator-key', GOOGLE_VERTEX_BASE_URL: upstream.baseUrl }
  expect(await inputTokens(await count(request, settings))).toBe(12)
  const [call] = await upstream.calls()
  expect(JSON.parse(call?.body ?? '')).toEqual({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] })
})

test('what a provider cannot be asked to count is estimated', async () => {
  const image = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }
  const request = { model: 'google/gemini-2.5-flash', messages: [{ role: 'user', content: [image] }] }
  const upstream = await provider(reply(400, 'no'))
  const settings = { GOOGLE_AI_STUDIO_API_KEY: 'operator-key', GOOGLE_AI_STUDIO_BASE_URL: upstream.baseUrl }
  expect(await inputTokens(await count(request, settings))).toBeGreaterThan(0)
})

/** Counted with the o200k_base vocabulary, without the four tokens that surround a message. */
const known = [
  { name: 'English', content: prose, tokens: 211, within: 0.1 },
  { name: 'code', content: code, tokens: 259, within: 0.1 },
  { name: 'JSON without spaces', content: json, tokens: 79, within: 0.15 },
]

test.each(known)('where nobody counts, $name is estimated closely', async ({ content, tokens, within }) => {
  const request = { model: elsewhere, messages: [{ role: 'user', content }] }
  const estimate = await inputTokens(await count(request, { OPENAI_API_KEY: 'operator-key' }))
  expect(Math.abs((estimate - 4) / tokens - 1)).toBeLessThan(within)
})

test('the system, tools, calls and their results count as well', async () => {
  const request = {
    model: elsewhere,
    system: [{ type: 'text', text: prose }],
    tools: [{ name: 'a', input_schema: { type: 'object', description: prose } }],
    messages: [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'a', input: { text: prose } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: prose }] },
    ],
  }
  const estimate = await inputTokens(await count(request, { OPENAI_API_KEY: 'operator-key' }))
  expect(estimate).toBeGreaterThan(4 * 211 * 0.95)
  expect(estimate).toBeLessThan(4 * 211 * 1.2)
})

test('a count is never zero, and a provider that fails to count is no failure', async () => {
  const upstream = await provider(reply(500, 'oops'))
  const settings = { ANTHROPIC_API_KEY: 'operator-key', ANTHROPIC_BASE_URL: upstream.baseUrl }
  const request = { model: claude, messages: [{ role: 'user', content: '' }] }
  expect(await inputTokens(await count(request, settings))).toBeGreaterThan(0)
})

test('a model nobody knows and a key nobody knows are refused in the shape of the format', async () => {
  const unknown = await count({ model: 'nobody/knows-it', messages: [{ role: 'user', content: 'x' }] }, {})
  expect([unknown.status, await unknown.json()]).toMatchObject([
    400,
    { error: { type: 'invalid_request_error' } },
  ])
  const { response } = await ask(env, {}, { path: '/v1/messages/count_tokens', key: 'sk-nothing' })
  expect([response.status, await response.json()]).toMatchObject([
    401,
    { error: { type: 'authentication_error' } },
  ])
})
