import { env } from 'cloudflare:workers'
import { beforeEach, expect, test, vi } from 'vitest'
import { account } from '../support/account.ts'
import { books } from '../support/books.ts'
import { chatAnswer, delta, finish, sse } from '../support/chat-chunks.ts'
import { ask, askWhole } from '../support/chat.ts'
import { gate, provider, send, streaming, type Provider } from '../support/provider.ts'

beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue()
})

const hello = { model: 'simulator/echo', messages: [{ role: 'user', content: 'Hi' }] }

/** An isolate that takes in whoever comes. */
const crowded = { ...env, LIMITS: JSON.stringify({ inFlightMax: 20_000 }) }

type Answer = Awaited<ReturnType<typeof askWhole>>

async function simultaneously(times: number, request: () => Promise<Answer>): Promise<Answer[]> {
  return await Promise.all(Array.from({ length: times }, request))
}

function statuses(answers: Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { response } of answers) counts[response.status] = (counts[response.status] ?? 0) + 1
  return counts
}

test('of 1,000 simultaneous calls exactly the 100 of requests_per_minute pass', async () => {
  const payer = await account(env, { key: { requests_per_minute: 100 } })
  const startedAtMs = Date.now()
  const answers = await simultaneously(1_000, () => askWhole(crowded, hello, { key: payer.key }))
  expect(Date.now() - startedAtMs).toBeLessThan(60_000)
  expect(statuses(answers)).toEqual({ 200: 100, 429: 900 })
  const refused = answers.find(({ response }) => response.status === 429)
  expectRefusal(refused, { name: 'requests_per_minute', limit: 100, withinMs: 60_000 })
  expect((await books(env, payer.id)).generations).toHaveLength(100)
})

test('of simultaneous calls exactly those of requests_per_day pass, until midnight in UTC', async () => {
  const payer = await account(env, { key: { requests_per_day: 7 } })
  const answers = await simultaneously(50, () => askWhole(env, hello, { key: payer.key }))
  expect(statuses(answers)).toEqual({ 200: 7, 429: 43 })
  const refused = answers.find(({ response }) => response.status === 429)
  expectRefusal(refused, { name: 'requests_per_day', limit: 7, withinMs: 24 * 60 * 60_000 })
  expect(Number(refused?.response.headers.get('x-ratelimit-reset')) % (24 * 60 * 60_000)).toBe(0)
})

test('concurrent_requests counts what is running: as one ends, one may begin', async () => {
  const upstream = await provider(
    streaming(send(sse([delta('Go')])), gate('on'), send(sse([finish('stop'), '[DONE]']))),
  )
  const body = { ...hello, model: 'openai/gpt-4o-mini', stream: true }
  const payer = await account(env, { key: { concurrent_requests: 3 } })
  const running = Promise.all(
    Array.from({ length: 3 }, () => ask(openai(upstream), body, { key: payer.key })),
  )
  await upstream.until((calls) => calls.length === 3)
  const answers = await simultaneously(20, () => askWhole(openai(upstream), body, { key: payer.key }))
  expect(statuses(answers)).toEqual({ 429: 20 })
  expectRefusal(answers[0], { name: 'concurrent_requests', limit: 3, withinMs: 2_000 })
  await upstream.open('on')
  for (const { response, settled } of await running) {
    await response.text()
    await settled()
  }
  const next = await askWhole(openai(upstream), body, { key: payer.key })
  expect(next.response.status).toBe(200)
  expect((await books(env, payer.id)).generations).toHaveLength(4)
})

test('a refusal for want of money or of a model does not count', async () => {
  const upstream = await provider(chatAnswer('ok'))
  const payer = await account(env, { credit: 0.001, key: { requests_per_minute: 1 } })
  const body = { ...hello, model: 'openai/gpt-4o-mini' }
  const answers = [
    await askWhole(openai(upstream), { ...body, max_tokens: 16_000 }, { key: payer.key }),
    await askWhole(openai(upstream), { ...body, model: 'openai/none' }, { key: payer.key }),
    await askWhole(openai(upstream), body, { key: payer.key }),
    await askWhole(openai(upstream), body, { key: payer.key }),
  ]
  expect(answers.map(({ response }) => response.status)).toEqual([402, 400, 200, 429])
})

function openai(upstream: Provider) {
  return { ...env, OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: upstream.baseUrl }
}

function expectRefusal(
  answer: Answer | undefined,
  { name, limit, withinMs }: { name: string; limit: number; withinMs: number },
): void {
  const headers = Object.fromEntries(answer?.response.headers ?? [])
  expect(headers).toMatchObject({ 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': '0' })
  const resetInMs = Number(headers['x-ratelimit-reset']) - Date.now()
  expect(resetInMs).toBeGreaterThan(-5_000)
  expect(resetInMs).toBeLessThanOrEqual(withinMs)
  const retryAfter = Number(headers['retry-after'])
  expect(Number.isInteger(retryAfter) && retryAfter > 0 && retryAfter * 1_000 <= withinMs + 1_000).toBe(true)
  expect(JSON.parse(answer?.text ?? '')).toMatchObject({
    error: {
      code: 429,
      message: `Rate limit exceeded: ${name} of this key is ${limit}.`,
      metadata: { error_type: 'rate_limit_exceeded' },
    },
  })
}
