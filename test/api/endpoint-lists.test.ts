import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { models } from '../../src/api/models.ts'
import { providers } from '../../src/api/providers.ts'
import { GatewayError } from '../../src/base/errors.ts'
import { errorResponse } from '../../src/base/http.ts'
import { catalogueOf } from '../../src/catalogue/catalogue.ts'
import type { Env } from '../../src/env.ts'
import { noUsage } from '../../src/generation/usage.ts'
import { cost, holdNanos } from '../../src/ledger/cost.ts'
import { factorUnit, pricesAt } from '../../src/ledger/tariff.ts'
import { openModel } from '../../src/catalogue/open-model.ts'

const app = new Hono<{ Bindings: Env }>()
app.onError((error) => errorResponse(GatewayError.from(error)))
app.route('/api/v1', models).route('/api/v1', providers)

const endpoint = z.object({
  tag: z.string(),
  provider_name: z.string(),
  model_id: z.string(),
  pricing: z.looseObject({ prompt: z.string(), completion: z.string() }),
})

async function get(path: string, variables: Record<string, string>): Promise<unknown> {
  const response = await app.request(`/api/v1${path}`, {}, { ...env, ...variables })
  return await response.json()
}

async function endpointsOf(id: string, variables: Record<string, string>) {
  const answer = z.object({ data: z.object({ endpoints: z.array(endpoint) }) })
  return answer.parse(await get(`/models/${id}/endpoints`, variables)).data.endpoints
}

async function keptNowhere(variables: Record<string, string>) {
  const answer = z.object({ data: z.array(endpoint) })
  const { data } = answer.parse(await get('/endpoints/zdr', variables))
  return [...new Set(data.map((each) => each.provider_name))]
}

const keys = {
  OPENAI_API_KEY: 'x',
  ANTHROPIC_API_KEY: 'x',
  GROQ_API_KEY: 'x',
  DEEPSEEK_API_KEY: 'x',
  XAI_API_KEY: 'x',
}

test('[R157] a service tier is an endpoint of its own, at its own price and under its own tag', async () => {
  const listed = await endpointsOf('openai/gpt-5', keys)
  expect(listed.map(({ tag, pricing }) => [tag, pricing.prompt, pricing['input_cache_read']])).toEqual([
    ['openai', '0.00000125', '0.000000125'],
    ['openai/flex', '0.000000625', '0.0000000625'],
    ['openai/priority', '0.0000025', '0.00000025'],
  ])
  const mini = await endpointsOf('openai/gpt-4o-mini', keys)
  expect(mini.map(({ tag, pricing }) => [tag, pricing.prompt, pricing.completion])).toEqual([
    ['openai', '0.00000015', '0.0000006'],
    ['openai/priority', '0.00000025', '0.000001'],
  ])
})

test('the price that a list of models shows is that of the usual service', async () => {
  const answer = z.object({ data: z.array(z.object({ id: z.string(), pricing: endpoint.shape.pricing })) })
  const { data } = answer.parse(await get('/models?q=openai/gpt-5', keys))
  expect(data.find(({ id }) => id === 'openai/gpt-5')?.pricing.prompt).toBe('0.00000125')
})

test('[R158] a price of long prompts holds beyond its threshold, which is what is listed', async () => {
  const [xai] = await endpointsOf('x-ai/grok-4.7', keys)
  expect(xai?.pricing['overrides']).toEqual([
    { min_prompt_tokens: 199_999, prompt: '0.000004', completion: '0.000012', input_cache_read: '0.000001' },
  ])
  const [openai] = await endpointsOf('openai/gpt-5.4', keys)
  expect(openai?.pricing['overrides']).toMatchObject([{ min_prompt_tokens: 272_000, prompt: '0.000005' }])
  const model = await (await catalogueOf(env)).model('openai/gpt-5.4')
  const [first] = model?.endpoints ?? []
  if (!first) throw new Error('There is no endpoint')
  expect([first.tag, first.contextLength]).toEqual(['openai', 1_050_000])
  const billed = (promptTokens: number) =>
    cost({ ...noUsage, promptTokens }, first.price, { numerator: 1n, denominator: 1n }, 0).upstreamNanos
  expect([billed(272_000), billed(272_001)]).toEqual([272_000 * 2_500, 272_001 * 5_000])
})

test('[R160] of two prices of long prompts the later holds, each that it has, and what neither has is the usual', () => {
  const price = {
    promptPicos: 10,
    completionPicos: 20,
    cachedPicos: 1,
    contextTiers: [
      { abovePromptTokens: 100, promptPicos: 11, completionPicos: 21 },
      { abovePromptTokens: 200, promptPicos: 12 },
    ],
  }
  const { prices } = pricesAt(price, { ...noUsage, promptTokens: 201 }, 0)
  expect(prices).toMatchObject({ promptPicos: 12, completionPicos: 21, cachedPicos: 1 })
})

test('[R159] hours over midnight hold on both sides of it, and end before their last minute', () => {
  const days = [0, 1, 2, 3, 4, 5, 6]
  const peak = [
    { days, fromMinute: 16 * 60 + 30, toMinute: 24 * 60 },
    { days, fromMinute: 0, toMinute: 30 },
  ]
  const price = { promptPicos: 10, completionPicos: 20, offPeak: { factorMillionths: 500_000, peak } }
  const isPeak = (hour: number, minute: number) =>
    pricesAt(price, noUsage, Date.UTC(2026, 10, 21, hour, minute)).factor === factorUnit
  expect([isPeak(16, 29), isPeak(16, 30), isPeak(23, 59), isPeak(0, 29), isPeak(0, 30)]).toEqual([
    false,
    true,
    true,
    true,
    false,
  ])
})

test('[R83][R89] a tier that a provider has no room in is billed as the usual one, and held for the dearer', async () => {
  const endpoints = (await (await catalogueOf(env)).model('openai/gpt-5'))?.endpoints ?? []
  const one = { numerator: 1n, denominator: 1n }
  const billed = (tag: string, serviceTier?: string) => {
    const found = endpoints.find((each) => each.tag === tag)
    if (!found) throw new Error(`There is no ${tag}`)
    const usage = { ...noUsage, promptTokens: 1_000, ...(serviceTier !== undefined && { serviceTier }) }
    const caps = { promptTokensMax: 1_000, completionTokensMax: 0, hasSound: false, webSearchesMax: 0 }
    return [cost(usage, found.price, one, 0).upstreamNanos, holdNanos(caps, found.price, one)]
  }
  expect(billed('openai')).toEqual([1_250_000, 1_250_000])
  expect(billed('openai/flex', 'flex')).toEqual([625_000, 1_250_000])
  expect(billed('openai/flex', 'default')).toEqual([1_250_000, 1_250_000])
  expect(billed('openai/priority', 'priority')).toEqual([2_500_000, 2_500_000])
  expect(billed('openai/priority', 'default')).toEqual([1_250_000, 2_500_000])
  // What does not say in which tier it served was asked for in this one.
  expect(billed('openai/priority')).toEqual([2_500_000, 2_500_000])
  // A project of the operator's may be served in a tier without a word from us.
  expect(billed('openai', 'priority')[0]).toBe(2_500_000)
})

test('[R162] endpoints that keep nothing are listed, and no others', async () => {
  expect(await keptNowhere(keys)).toEqual(['Groq'])
  expect(await keptNowhere({ OPENAI_API_KEY: 'x', XAI_API_KEY: 'x' })).toEqual([])
  expect(await keptNowhere({ SIMULATOR: 'on' })).toEqual(['Simulator'])
})

test('[R51] what becomes of what a provider is sent is told, and where nobody knows it is the worst', async () => {
  const told = z.object({ data: z.array(z.looseObject({ slug: z.string(), data_policy: z.unknown() })) })
  const { data } = told.parse(
    await get('/providers', { ...keys, VULTR_API_KEY: 'x', OLLAMA_BASE_URL: 'http://10.0.0.1/v1' }),
  )
  const policies = Object.fromEntries(data.map(({ slug, data_policy: policy }) => [slug, policy]))
  expect(policies).toEqual({
    openai: { training: false, retains_prompts: true, retention_days: null, as_of: '2026-07' },
    anthropic: { training: false, retains_prompts: true, retention_days: 30, as_of: '2026-07' },
    deepseek: { training: true, retains_prompts: true, retention_days: null, as_of: '2026-07' },
    groq: { training: false, retains_prompts: false, retention_days: 0, as_of: '2026-07' },
    xai: { training: false, retains_prompts: true, retention_days: 30, as_of: '2026-07' },
    vultr: { training: true, retains_prompts: true, retention_days: null, as_of: '2026-07' },
    ollama: { training: false, retains_prompts: false, retention_days: 0, as_of: '2026-07' },
  })
  expect(openModel('ollama/llama')?.endpoints[0]?.dataPolicy).toMatchObject({ training: false })
})

test('models whose weights are open may be learnt from', async () => {
  const answer = z.object({ data: z.array(z.object({ id: z.string(), hugging_face_id: z.unknown() })) })
  const list = async (distillable: string) =>
    answer.parse(await get(`/models?distillable=${distillable}`, keys)).data
  const [open, closed] = [await list('true'), await list('false')]
  expect(open.map(({ id }) => id)).toContain('openai/gpt-oss-120b')
  expect(closed.map(({ id }) => id)).toContain('openai/gpt-5')
  expect(open.every((each) => each.hugging_face_id !== null)).toBe(true)
})
