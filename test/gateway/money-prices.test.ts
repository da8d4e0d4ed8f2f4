import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account } from '../support/account.ts'
import { askWhole } from '../support/chat.ts'
import { chatStream, completion, delta, finish, usage } from '../support/chat-chunks.ts'
import { gate, provider, replyJson } from '../support/provider.ts'

afterEach(() => {
  vi.useRealTimers()
})

const greeting = [{ role: 'user', content: 'Hello' }]

/** What the answer says it cost, in dollars. */
function costIn(body: JsonObject | undefined): unknown {
  const counts = body?.['usage']
  return typeof counts === 'object' && counts !== null && !Array.isArray(counts) ? counts['cost'] : undefined
}

const totals = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 }

/** A Monday to come: when tests run is no matter, and no clock goes back. */
const date = new Date(Date.now() + 7 * 24 * 3600_000)
date.setUTCDate(date.getUTCDate() + ((8 - date.getUTCDay()) % 7))
function monday(time: string): number {
  return Date.parse(`${date.toISOString().slice(0, 10)}T${time}Z`)
}

test('DeepSeek costs half outside its peak, by when the request came in and not by when it ended', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: monday('03:59') })
  const caller = await account(env)
  const counted = { ...usage(1000, 500), usage: { ...totals, prompt_tokens_details: { cached_tokens: 400 } } }
  const answer = chatStream([delta('Hi'), finish('stop'), counted])
  const upstream = await provider([gate('call-1'), ...answer], [gate('call-2'), ...answer])
  const settings: Env = { ...env, DEEPSEEK_API_KEY: 'operator-key', DEEPSEEK_BASE_URL: upstream.baseUrl }
  const askAt = async (time: string, calls: number) => {
    vi.setSystemTime(monday(time))
    const asked = askWhole(
      settings,
      { model: 'deepseek/deepseek-v4-flash', messages: greeting },
      { key: caller.key },
    )
    await upstream.until(({ length }) => length === calls)
    // The peak is over before the answer is.
    vi.setSystemTime(monday('04:01'))
    await upstream.open(`call-${calls}`)
    return costIn(JSON.parse((await asked).text))
  }
  // 400 × 0.006 + 600 × 0.3 + 500 × 1.2 millionths of a dollar, and half of that.
  expect([await askAt('03:59', 1), await askAt('04:00', 2)]).toEqual([0.0007824, 0.0003912])
})

test('searches of the web and caches that are kept for an hour are on the bill', async () => {
  const caller = await account(env)
  const counts = {
    input_tokens: 100,
    cache_creation_input_tokens: 3000,
    cache_read_input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 1000, ephemeral_1h_input_tokens: 2000 },
    output_tokens: 50,
    server_tool_use: { web_search_requests: 2 },
  }
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_reason: 'end_turn' }
  const answer = { ...message, content: [{ type: 'text', text: 'Hi' }], usage: counts }
  const upstream = await provider(replyJson(200, answer))
  const settings: Env = { ...env, ANTHROPIC_API_KEY: 'operator-key', ANTHROPIC_BASE_URL: upstream.baseUrl }
  const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 3 }
  const body = { model: 'anthropic/claude-haiku-4.5', max_tokens: 100, messages: greeting, tools: [search] }
  const costKept = async (marks: JsonObject) => {
    const { text } = await askWhole(
      settings,
      { ...body, ...marks },
      { key: caller.key, path: '/api/v1/messages' },
    )
    return costIn(JSON.parse(text))
  }
  const cached = { type: 'ephemeral' }
  // 100 × 1 + 1000 × 1.25 + 2000 × 2 + 50 × 5 millionths of a dollar, and a cent for each search.
  expect(await costKept({ cache_control: { ...cached, ttl: '1h' } })).toBe(0.0256)
  // What a host says that it wrote is on its invoice, asked or not.
  expect([await costKept({ cache_control: cached }), await costKept({})]).toEqual([0.0256, 0.0256])
})

test('what is set aside for Claude grows with how long its prompt is asked to be kept', async () => {
  const caller = await account(env)
  const asks = [
    {},
    { cache_control: { type: 'ephemeral' } },
    { system: [{ type: 'text', text: 'Be kind', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
  ]
  const answer = replyJson(200, {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    stop_reason: 'end_turn',
    content: [{ type: 'text', text: 'Hi' }],
    usage: { input_tokens: 1, output_tokens: 1 },
  })
  const upstream = await provider(...asks.map((_, index) => [gate(`call-${index}`), ...answer]))
  const settings: Env = { ...env, ANTHROPIC_API_KEY: 'operator-key', ANTHROPIC_BASE_URL: upstream.baseUrl }
  const held: number[] = []
  for (const [index, marks] of asks.entries()) {
    const body = {
      model: 'anthropic/claude-haiku-4.5',
      max_tokens: 1,
      system: [{ type: 'text', text: 'Be kind' }],
      messages: [{ role: 'user', content: 'word '.repeat(10_000) }],
      ...marks,
    }
    const asked = askWhole(settings, body, { key: caller.key, path: '/api/v1/messages' })
    await upstream.until(({ length }) => length === index + 1)
    held.push((await caller.heldNanos()) - 5_000)
    await upstream.open(`call-${index}`)
    await asked
  }
  const [plain = 0, minutes, hour] = held
  expect([minutes, hour]).toEqual([1.25 * plain, 2 * plain])
})

test('what is served in another tier than the usual is billed by the usual price where the tier has none', async () => {
  const caller = await account(env)
  const upstream = await provider(replyJson(200, completion('Hi', { service_tier: 'scale' })))
  const settings: Env = { ...env, OPENAI_API_KEY: 'operator-key', OPENAI_BASE_URL: upstream.baseUrl }
  const body = { model: 'openai/gpt-4o-mini', max_tokens: 100, messages: greeting }
  const { text } = await askWhole(settings, body, { key: caller.key })
  // 5 × 0.15 + 2 × 0.6 millionths of a dollar.
  expect(costIn(JSON.parse(text))).toBe(0.00000195)
})
