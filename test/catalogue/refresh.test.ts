import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { catalogueOf, seedModels } from '../../src/catalogue/catalogue.ts'
import { modelsDevRows } from '../../src/catalogue/models-dev.ts'
import { refresh } from '../../src/catalogue/refresh.ts'
import { runRefresh, rollBack, type RefreshMemory } from '../../src/catalogue/run-refresh.ts'
import snapshot from '../../src/catalogue/snapshot.json'
import { deployed } from '../../src/catalogue/state.ts'
import { fill, provider, replyJson, silence, streaming } from '../support/provider.ts'
import { listOf, row, type List } from './models-dev-list.ts'

const models = await seedModels(env, deployed)
const hourMs = 3_600_000
const startMs = Date.UTC(2026, 10, 21, 1)

function told(list: List, rowsBefore = 100) {
  const refreshed = refresh(models, modelsDevRows(list), rowsBefore, '2026-11-21')
  if ('refusal' in refreshed) throw new Error(refreshed.refusal)
  return refreshed
}

test('a list that says what is known changes nothing', () => {
  const { changes, counts, models: after } = told(listOf(models))
  expect(changes).toEqual([])
  expect(counts).toMatchObject({ added: 0, removed: 0, changed: 0, refused: 0 })
  expect(after).toEqual(models)
})

test('a new price counts, one that moves too far or goes to zero does not, and others stay', () => {
  const list = listOf(models)
  row(list, 'openai', 'gpt-4o-mini', { input: 0.2, output: 0.8, cache_read: 0.1 })
  row(list, 'openai', 'gpt-4o', { input: 25, output: 100 })
  row(list, 'openai', 'gpt-4.1', { input: 0, output: 0 })
  const { changes, counts } = told(list)
  expect(counts).toMatchObject({ changed: 1, refused: 2, added: 0, removed: 0 })
  expect(changes).toEqual([
    {
      model: 'openai/gpt-4o-mini',
      provider: 'openai',
      upstream: 'gpt-4o-mini',
      price: { prompt: '0.2', completion: '0.8', cached: '0.1' },
    },
  ])
})

test.each([
  ['what is cached', { cache_read: 0.001 }],
  ['a long prompt', { tiers: [{ input: 0.01, output: 0.8, tier: { type: 'context', size: 9 } }] }],
])('a price of %s that moves too far does not count either', (_, moved) => {
  const list = listOf(models)
  row(list, 'openai', 'gpt-4o-mini', { input: 0.2, output: 0.8, cache_read: 0.1 })
  Object.assign(list['openai']?.models['gpt-4o-mini']?.cost ?? {}, moved)
  const { changes, counts } = told(list)
  expect(changes).toEqual([])
  expect(counts).toMatchObject({ changed: 0, refused: 1 })
})

test('the price of a fast mode does not follow that of the usual one, which has the same name there', () => {
  const list = listOf(models)
  row(list, 'anthropic', 'claude-opus-4-8', { input: 4, output: 20, cache_read: 0.4 })
  expect(told(list).changes.map(({ model, upstream }) => [model, upstream])).toEqual([
    ['anthropic/claude-opus-4.8', 'claude-opus-4-8'],
  ])
})

test('a price too small to be written is none, and not zero', () => {
  const list = listOf(models)
  row(list, 'groq', 'deepseek/deepseek-v4-pro', { input: 0.000_000_4, output: 0.000_000_4 })
  row(list, 'anthropic', 'claude-opus-9', { input: 5, output: 25, cache_read: 0.000_000_4, reasoning: -1 })
  const { models: after } = told(list)
  const endpointsOf = (model: string) => after.find(({ id }) => id === model)?.endpoints ?? []
  expect(endpointsOf('deepseek/deepseek-v4-pro').map((each) => each.provider)).not.toContain('groq')
  const opus = endpointsOf('anthropic/claude-opus-9')
  expect(opus).toMatchObject([{ prompt: '5', completion: '25' }])
  expect(opus[0]).not.toHaveProperty('cached')
  expect(opus[0]).not.toHaveProperty('reasoning')
})

test('a new host of a model is an endpoint, and a new model is one', () => {
  const list = listOf(models)
  row(list, 'groq', 'deepseek/deepseek-v4-pro', { input: 1, output: 2 })
  row(list, 'anthropic', 'claude-opus-9', { input: 5, output: 25 })
  const { models: after, counts } = told(list)
  expect(counts).toMatchObject({ added: 2, changed: 0 })
  const deepseek = after.find(({ id }) => id === 'deepseek/deepseek-v4-pro')
  expect(deepseek?.endpoints.at(-1)).toMatchObject({ provider: 'groq', prompt: '1', source: 'models.dev' })
  expect(after.find(({ id }) => id === 'anthropic/claude-opus-9')?.endpoints).toMatchObject([
    { provider: 'anthropic', model: 'claude-opus-9', prompt: '5', completion: '25' },
  ])
})

test('long prompts that cost something else are a new price, though short ones do not', () => {
  const list = listOf(models)
  const cost = list['openai']?.models['gpt-5.4']?.cost
  expect(cost?.tiers).toEqual([
    { input: 5, output: 22.5, cache_read: 0.5, tier: { type: 'context', size: 272_000 } },
  ])
  for (const tier of cost?.tiers ?? []) tier.input = 6
  const { changes, counts, models: after } = told(list)
  expect(counts).toMatchObject({ changed: 1, refused: 0 })
  expect(changes).toMatchObject([
    { model: 'openai/gpt-5.4', price: { prompt: '2.5', tiers: [{ above: 272_000, prompt: '6' }] } },
  ])
  const [openai] = after.find(({ id }) => id === 'openai/gpt-5.4')?.endpoints ?? []
  expect(openai?.serviceTiers).toEqual({ flex: '0.5', priority: '2' })
})

test('what Claude keeps for an hour costs twice the prompt, whatever that comes to cost, and at whom it comes to be', () => {
  const list = listOf(models)
  const dearer = { input: 4, output: 20, cache_read: 0.4, cache_write: 5 }
  row(list, 'amazon-bedrock', 'us.anthropic.claude-sonnet-4-6', dearer)
  row(list, 'anthropic', 'claude-sonnet-9', {
    ...dearer,
    tiers: [{ ...dearer, input: 8, cache_write: 10, tier: { type: 'context', size: 200_000 } }],
  })
  const { models: after } = told(list)
  const found = (model: string) =>
    after.flatMap(({ endpoints }) => endpoints).filter((each) => each.model === model)
  expect(found('us.anthropic.claude-sonnet-4-6')).toEqual([
    expect.objectContaining({ prompt: '4', cacheWrite: '5', cacheWriteLong: '8' }),
  ])
  expect(found('claude-sonnet-9')).toEqual([
    expect.objectContaining({
      cacheWriteLong: '8',
      tiers: [expect.objectContaining({ cacheWrite: '10', cacheWriteLong: '16' })],
    }),
  ])
})

test('a threshold of xAI already belongs to the long prompts', () => {
  const list = listOf(models)
  row(list, 'xai', 'grok-9', {
    input: 1,
    output: 2,
    tiers: [{ input: 2, output: 4, tier: { type: 'context', size: 200_000 } }],
  })
  const grok = told(list).models.find(({ id }) => id === 'x-ai/grok-9')
  expect(grok?.endpoints).toMatchObject([{ tiers: [{ above: 199_999, prompt: '2' }] }])
})

test('a new host far from what the others ask is held back, and told', () => {
  const list = listOf(models)
  row(list, 'groq', 'deepseek/deepseek-v4-pro', { input: 0.02, output: 2 })
  row(list, 'cerebras', 'deepseek/deepseek-v4-pro', { input: 90, output: 200 })
  const { models: after, counts } = told(list)
  expect(counts).toMatchObject({ added: 0, held: 2, refused: 0 })
  const endpoints = after.find(({ id }) => id === 'deepseek/deepseek-v4-pro')?.endpoints ?? []
  const held = endpoints.filter((each) => ['groq', 'cerebras'].includes(each.provider))
  expect(held.map((each) => [each.provider, each.prompt])).toEqual([
    ['groq', undefined],
    ['cerebras', undefined],
  ])
  // The next list says the same: it is not believed then either.
  const again = refresh(after, modelsDevRows(list), 100, '2026-11-21')
  expect(again).toMatchObject({ counts: { changed: 0, held: 0, refused: 2 } })
})

test('what only this list had goes with it; what another source has stays', () => {
  const list = listOf(models)
  delete list['vultr']
  delete list['openai']?.models['gpt-4o-mini']
  const { models: after, changes } = told(list)
  const providers = new Set(after.flatMap(({ endpoints }) => endpoints.map((each) => each.provider)))
  expect(providers.has('vultr')).toBe(false)
  expect(changes.every((each) => each.provider === 'vultr' && each.price === null)).toBe(true)
  expect(after.find(({ id }) => id === 'openai/gpt-4o-mini')?.endpoints[0]?.provider).toBe('openai')
})

test('a list that lost a fifth of its rows, or whose prices all jump, is refused whole', () => {
  const list = listOf(models)
  const rows = modelsDevRows(list).length
  expect(refresh(models, modelsDevRows(list), Math.ceil(rows * 1.3), '2026-11-21')).toEqual({
    refusal: `The list has ${rows} rows, and had ${Math.ceil(rows * 1.3)}.`,
  })
  for (const { models: entries } of Object.values(list)) {
    for (const entry of Object.values(entries)) {
      if (entry.cost) entry.cost = { input: entry.cost.input * 1000, output: entry.cost.output * 1000 }
    }
  }
  expect(refresh(models, modelsDevRows(list), rows, '2026-11-21')).toMatchObject({
    refusal: expect.stringMatching('moved further than they do'),
  })
})

test('rows that are not what they should be are left out, whatever they are', () => {
  const junk = {
    openai: { models: { a: null, b: 7, c: { id: 'c' }, d: { id: 'd', name: 'D', cost: { input: 'x' } } } },
  }
  const rows = modelsDevRows({ ...junk, groq: [], anthropic: null, other: 'x' })
  expect(rows.map((each) => [each.upstream, each.price])).toEqual([['d', undefined]])
  expect(() => modelsDevRows([])).toThrow('no list of providers')
})

/** Refreshes in order, each with what the one before it remembered. */
async function refreshes(url: string, hours: readonly number[], memory?: RefreshMemory) {
  const results = []
  let before = memory
  for (const hour of hours) {
    const { result, memory: after } = await runRefresh(env, url, before, startMs + hour * hourMs)
    results.push(result)
    before = after
  }
  return { results, memory: before }
}

/** What the first endpoint of a model costs now, in picos for each token of the prompt. */
async function price(id: string): Promise<number | undefined> {
  return (await (await catalogueOf(env)).model(id))?.endpoints[0]?.price.promptPicos
}

test('a refresh reaches requests in one step, keeps a history, and can be taken back', async () => {
  const list = listOf(models)
  row(list, 'openai', 'gpt-4o-mini', { input: 0.2, output: 0.8, cache_read: 0.1 })
  row(list, 'anthropic', 'claude-opus-9', { input: 5, output: 25 })
  const upstream = await provider(replyJson(200, list))

  expect(await price('openai/gpt-4o-mini')).toBe(150_000)
  const { results, memory } = await refreshes(upstream.baseUrl, [0, 1])
  expect(results).toEqual([
    {
      kind: 'refreshed',
      version: expect.stringMatching(`^${snapshot.version}\\.1-`),
      shards: 2,
      counts: { rows: expect.any(Number), added: 1, removed: 0, changed: 1, refused: 0, held: 0 },
    },
    { kind: 'unchanged' },
  ])
  expect(memory).toMatchObject({ writes: 3 })
  expect(await price('openai/gpt-4o-mini')).toBe(200_000)
  expect(await price('anthropic/claude-opus-9')).toBe(5_000_000)
  expect(await price('openai/gpt-4o')).toBe(2_500_000)

  const history = await env.DB.prepare('select * from catalogue_prices order by provider').all()
  expect(history.results).toMatchObject([
    { provider: 'anthropic', model: 'anthropic/claude-opus-9', effective_from: startMs },
    {
      provider: 'openai',
      upstream: 'gpt-4o-mini',
      price: '{"prompt":"0.2","completion":"0.8","cached":"0.1"}',
    },
  ])

  row(list, 'openai', 'gpt-4o-mini', { input: 0.3, output: 0.8, cache_read: 0.1 })
  const later = await provider(replyJson(200, list))
  expect((await refreshes(later.baseUrl, [2], memory)).results).toMatchObject([
    { kind: 'refreshed', shards: 1 },
  ])
  expect(await price('openai/gpt-4o-mini')).toBe(300_000)
  expect(await rollBack(env, 1, startMs + 3 * hourMs)).toMatch(`${snapshot.version}.1`)
  expect(await price('openai/gpt-4o-mini')).toBe(200_000)
  expect(await rollBack(env, 99, startMs)).toBe(undefined)
})

test('a day has so many writes: what would take more waits for the next', async () => {
  const list = listOf(models)
  row(list, 'openai', 'gpt-4o-mini', { input: 0.25, output: 0.9, cache_read: 0.1 })
  const upstream = await provider(replyJson(200, list))
  const memory = { base: snapshot.version, rows: 100, day: Math.floor(startMs / 86_400_000), writes: 199 }
  const { results } = await refreshes(upstream.baseUrl, [0, 24], memory)
  expect(results).toMatchObject([{ kind: 'postponed' }, { kind: 'refreshed' }])
})

test.each([
  ['an error', replyJson(500, { error: 'x' }), 'The list answered 500.'],
  ['no list', replyJson(200, []), 'no list of providers'],
  ['a list without end', streaming(fill('a', 17 * 1024 * 1024), silence), 'The list is too long.'],
])('a source that answers with %s changes nothing', async (_, steps, message) => {
  const before = (await catalogueOf(env)).version
  const upstream = await provider(steps)
  await expect(refreshes(upstream.baseUrl, [0])).rejects.toThrow(message)
  expect((await catalogueOf(env)).version).toBe(before)
})
