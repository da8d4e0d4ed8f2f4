import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { generationId } from '../../src/base/ids.ts'
import { dayMs, minuteMs } from '../../src/base/time.ts'
import type { Env } from '../../src/env.ts'
import { account, manage, type TestAccount } from '../support/account.ts'
import { chatAnswer, delta, finish, sse } from '../support/chat-chunks.ts'
import { askWhole } from '../support/chat.ts'
import { provider, reply, send, streaming, type Provider } from '../support/provider.ts'
import { sampleRecord } from '../ledger/simulation/record.ts'

const body = { model: 'openai/gpt-oss-120b:free', messages: [{ role: 'user', content: 'Hi' }] }
/** Noon, so that no day turns in mid-test. */
const noon = Math.floor(Date.now() / dayMs) * dayMs + dayMs / 2

beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.useFakeTimers({ toFake: ['Date'], now: noon })
})

afterEach(() => {
  vi.useRealTimers()
})

function nvidia(upstream: Provider): Env {
  return { ...env, SIMULATOR: 'on', NVIDIA_API_KEY: 'nvapi-upstream', NVIDIA_BASE_URL: upstream.baseUrl }
}

type Answer = Awaited<ReturnType<typeof askWhole>>

function headersOf({ response }: Answer): Record<string, string> {
  const limits = [...response.headers].filter(([name]) => name.startsWith('x-ratelimit-'))
  return Object.fromEntries(limits)
}

function statuses(answers: Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { response } of answers) counts[response.status] = (counts[response.status] ?? 0) + 1
  return counts
}

async function moreKeys({ id }: TestAccount, count: number): Promise<string[]> {
  const made = Array.from({ length: count }, () =>
    manage(env, 'POST', '/keys', { name: 'more', account: id }),
  )
  return z
    .array(z.object({ key: z.string() }))
    .parse(await Promise.all(made))
    .map(({ key }) => key)
}

async function freeRequests(key: string): Promise<unknown> {
  const { text } = await askWhole(env, undefined, { key, method: 'GET', path: '/api/v1/key' })
  return JSON.parse(text).data.free_model_daily_requests
}

test('[R165][R166] of 200 simultaneous requests by four keys of an account without credit exactly 20 are served', async () => {
  const upstream = await provider(chatAnswer('Free'))
  const payer = await account(env, { credit: 0 })
  const keys = [payer.key, ...(await moreKeys(payer, 3))]
  const ask = async (key: string | undefined) => await askWhole(nvidia(upstream), body, key ? { key } : {})
  const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(keys[index % 4])))
  expect(statuses(answers)).toEqual({ 200: 20, 429: 180 })
  expect(await upstream.calls()).toHaveLength(20)
  const refused = answers.find(({ response }) => response.status === 429)
  expect(refused && headersOf(refused)).toEqual({
    'x-ratelimit-limit': '20',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(noon + minuteMs),
  })
  expect(refused?.response.headers.get('retry-after')).toBe('60')
  expect(JSON.parse(refused?.text ?? '')).toMatchObject({
    error: {
      code: 429,
      message:
        'Rate limit exceeded: free_requests_per_minute of this account is 20. Models that cost something have no such limit.',
      metadata: { error_type: 'rate_limit_exceeded' },
    },
  })
  for (const key of keys) expect(await freeRequests(key)).toEqual({ limit: 50, remaining: 30, used: 20 })
  await evictDurableObject(env.LEDGER.getByName(payer.id))
  expect(statuses([await ask(keys[0]), await ask((await moreKeys(payer, 1))[0])])).toEqual({ 429: 2 })
})

test('[R165] a free request that every provider failed counts, streamed or not; one that was refused does not', async () => {
  const upstream = await provider(reply(500, '{"error":{"message":"down"}}'))
  const { key } = await account(env, { credit: 0 })
  const wrong = { ...body, model: 'openai/none:free' }
  const asked = [body, wrong, { ...body, stream: true }, { ...body, messages: 'x' }]
  for (const each of asked) {
    expect((await askWhole(nvidia(upstream), each, { key })).response.status).not.toBe(200)
  }
  expect(await freeRequests(key)).toEqual({ limit: 50, remaining: 48, used: 2 })
})

test('[R168] an answer carries no rate limits, whole or streamed, free or paid', async () => {
  const upstream = await provider(
    chatAnswer('Free'),
    streaming(send(sse([delta('Free'), finish('stop'), '[DONE]']))),
  )
  const { key } = await account(env)
  const paid = { ...body, model: 'simulator/echo' }
  for (const each of [body, { ...body, stream: true }, paid, { ...paid, stream: true }]) {
    const answer = await askWhole(nvidia(upstream), each, { key })
    expect([answer.response.status, headersOf(answer)]).toEqual([200, {}])
  }
})

test('[R167] below zero nothing is served, what is free included; at zero what is free is', async () => {
  const upstream = await provider(chatAnswer('Free'))
  const payer = await account(env, { credit: 0 })
  const { key, hash: keyHash } = payer
  expect((await askWhole(nvidia(upstream), body, { key })).response.status).toBe(200)
  const claim = { generationId: generationId(noon), keyHash, admittedAtMs: noon }
  await env.LEDGER.getByName(payer.id).settle({ ...claim, costNanos: 1_500_000, record: sampleRecord })
  const { response, text } = await askWhole(nvidia(upstream), body, { key })
  expect(response.status).toBe(402)
  expect(JSON.parse(text)).toMatchObject({
    error: {
      code: 402,
      message:
        'Insufficient credits: the balance of this account is at -$0.0015, and below zero not even a free model answers. Add credits with POST /api/v1/credits.',
      metadata: { error_type: 'payment_required' },
    },
  })
  expect(await upstream.calls()).toHaveLength(1)
})

test('[R169] a key is told its usage since Monday in UTC, and nothing is left of no limit', async () => {
  const monday = noon - dayMs / 2 - ((new Date(noon).getUTCDay() + 6) % 7) * dayMs
  const payer = await account(env)
  const spend = async (atMs: number) => {
    vi.setSystemTime(atMs)
    const claim = { generationId: generationId(atMs), keyHash: payer.hash, admittedAtMs: atMs }
    await env.LEDGER.getByName(payer.id).settle({ ...claim, costNanos: 1e9, record: sampleRecord })
  }
  await spend(monday - 1)
  await spend(monday)
  vi.setSystemTime(monday + 7 * dayMs - 1)
  const told = async () => {
    const { text } = await askWhole(env, undefined, { key: payer.key, method: 'GET', path: '/api/v1/key' })
    return JSON.parse(text).data
  }
  expect(await told()).toMatchObject({ usage: 2, usage_weekly: 1, limit: null, limit_remaining: null })
  vi.setSystemTime(monday + 7 * dayMs)
  expect(await told()).toMatchObject({ usage: 2, usage_weekly: 0 })
})

const beside = { ...body, model: undefined, models: [body.model, 'simulator/echo'] }

test('[R165] a paid model beside a free one lifts no limit: it serves, and costs, once the free one may not', async () => {
  const upstream = await provider(chatAnswer('Free'))
  const payer = await account(env)
  const served: Record<string, number> = {}
  for (let asked = 0; asked < 25; asked++) {
    const { response, text } = await askWhole(nvidia(upstream), beside, { key: payer.key })
    const { model, usage } = JSON.parse(text)
    const name = `${response.status} ${model} ${usage.cost > 0 ? 'paid' : 'free'}`
    served[name] = (served[name] ?? 0) + 1
  }
  expect(served).toEqual({ '200 openai/gpt-oss-120b:free free': 20, '200 simulator/echo paid': 5 })
  expect(await upstream.calls()).toHaveLength(20)
  expect(await freeRequests(payer.key)).toEqual({ limit: 50, remaining: 30, used: 20 })
})

test('[R165] a paid model that the request itself rules out lifts no limit either', async () => {
  const upstream = await provider(chatAnswer('Free'))
  const { key } = await account(env, { credit: 0 })
  const asked = { ...beside, provider: { max_price: { prompt: 0, completion: 0 } } }
  const ask = async () => await askWhole(nvidia(upstream), asked, { key })
  expect(statuses(await Promise.all(Array.from({ length: 25 }, ask)))).toEqual({ 200: 20, 429: 5 })
})

test('who served is told, and that the free one was left out for its limit', async () => {
  const upstream = await provider(chatAnswer('Free'))
  const { key } = await account(env)
  const ask = async () =>
    await askWhole(nvidia(upstream), beside, { key, headers: { 'x-openrouter-metadata': 'enabled' } })
  await Promise.all(Array.from({ length: 20 }, ask))
  const { openrouter_metadata: metadata } = JSON.parse((await ask()).text)
  expect(metadata).toMatchObject({
    strategy: 'fallback',
    endpoints: { available: [{ model: 'simulator/echo', selected: true }] },
    explanation: { excluded: [{ model: body.model, by: 'free_limit' }] },
  })
})
