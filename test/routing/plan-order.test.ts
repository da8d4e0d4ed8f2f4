import { expect, test } from 'vitest'
import type { SortBy } from '../../src/generation/routing.ts'
import { drawByPrice } from '../../src/routing/draw.ts'
import { abc, candidate, healthBy, modelWith, order, planFor } from './endpoints.ts'
import { seededRandom } from './seeded-random.ts'

const percentiles = (p50: number) => ({ p50, p75: p50, p90: p50, p99: p50 })

test('[R1] the first is drawn by 1/price²: A, B and C at $1, $2 and $3 as 36 to 9 to 4', () => {
  const random = seededRandom('thirty-six')
  const firsts = Map.groupBy(
    Array.from({ length: 20_000 }, () => order({ random })[0] ?? ''),
    (tag) => tag,
  )
  const share = (tag: string) => (firsts.get(tag)?.length ?? 0) / 20_000
  // Three standard deviations of 20,000 draws are at most 0.01.
  expect(Math.abs(share('a') - 36 / 49)).toBeLessThan(0.0095)
  expect(Math.abs(share('b') - 9 / 49)).toBeLessThan(0.0085)
  expect(Math.abs(share('c') - 4 / 49)).toBeLessThan(0.006)
})

test('what was not drawn follows by price', () => {
  expect(order({ random: () => 0.99 })).toEqual(['c', 'a', 'b'])
  expect(order({ random: () => 0 })).toEqual(['a', 'b', 'c'])
})

test('what costs nothing is drawn among its like, before all that costs something', () => {
  const items = [0, 5, 0, 1].map((price, index) => ({ price, index }))
  const firsts = new Set(
    Array.from(
      { length: 50 },
      (_, draw) =>
        drawByPrice(
          items,
          ({ price }) => price,
          () => draw / 50,
        )[0]?.index,
    ),
  )
  expect(firsts).toEqual(new Set([0, 2]))
})

test('[R2] who had an outage in the last 30 s comes last, whatever is drawn', () => {
  for (const drawn of [0, 0.5, 0.99]) {
    expect(order({ health: healthBy({ b: { outage: true } }), random: () => drawn }).at(-1)).toBe('b')
  }
})

test('[R3] once its outage is over an endpoint competes again', () => {
  expect(order({ health: healthBy({ b: { outage: false } }), random: () => 0.8 })[0]).toBe('b')
})

test('[R4] the stable ones are tried before the one that had an outage', () => {
  expect(order({ health: healthBy({ b: { outage: true } }) })).toEqual(['a', 'c', 'b'])
})

test('[R5][R8] a sort by price is the order of prices, with no chance in it, in both spellings', () => {
  for (const random of [() => 0, () => 0.999]) {
    expect(order({ provider: { sort: { by: 'price' } }, random })).toEqual(['a', 'b', 'c'])
  }
})

test('[R6] a sort by throughput is by tokens a second, and who has no figures comes last', () => {
  const health = healthBy({ a: {}, b: { throughput: percentiles(20) }, c: { throughput: percentiles(90) } })
  expect(order({ provider: { sort: { by: 'throughput' } }, health })).toEqual(['c', 'b', 'a'])
})

test('[R7] a sort by latency is by the time to the first token', () => {
  const health = healthBy({
    a: { latencyMs: percentiles(900) },
    b: { latencyMs: percentiles(100) },
    c: { latencyMs: percentiles(400) },
  })
  expect(order({ provider: { sort: { by: 'latency' } }, health })).toEqual(['b', 'c', 'a'])
})

test('[R13][R14] an account has a sort of its own, which a request overrides', () => {
  const settings = [{ preferences: { sort: { by: 'price' } } }] as const
  expect(order({ settings, random: () => 0.999 })).toEqual(['a', 'b', 'c'])
  const health = healthBy({ b: { throughput: percentiles(20) } })
  expect(order({ settings, health, provider: { sort: { by: 'throughput' } } })[0]).toBe('b')
})

test('[R59] who asks for no partition keeps the sort of its account', () => {
  const settings = [{ preferences: { sort: { by: 'price' } } }] as const
  const provider = { sort: { partition: 'none' } } as const
  expect(order({ models: [p, q], settings, provider, random: () => 0.999 })).toEqual(['c', 'a', 'b'])
})

test('[R15] an order comes first, and the others follow', () => {
  expect(order({ provider: { order: ['c'] } })).toEqual(['c', 'a', 'b'])
})

test('[R16] without fallbacks an order is all there is', () => {
  expect(order({ provider: { order: ['c'], allowFallbacks: false } })).toEqual(['c'])
})

test('[R17] who does not serve the model is passed over in an order', () => {
  expect(order({ provider: { order: ['z', 'b'] } })).toEqual(['b', 'a', 'c'])
})

test('[R18] without fallbacks and without an order there is one attempt', () => {
  expect(order({ provider: { allowFallbacks: false } })).toEqual(['a'])
})

test('[R30] an order counts before a sort', () => {
  expect(order({ provider: { order: ['c', 'b'], sort: { by: 'price' } } })).toEqual(['c', 'b', 'a'])
})

test('an order that nobody is in leaves nobody where there are no fallbacks', () => {
  expect(order({ provider: { order: ['z'], allowFallbacks: false } })).toEqual([])
})

test('[R53][R54] a threshold of latency puts behind all others who misses any part of it', () => {
  const health = healthBy({
    a: { latencyMs: { p50: 1_000, p75: 1_500, p90: 4_000, p99: 9_000 } },
    b: { latencyMs: { p50: 1_900, p75: 2_000, p90: 2_500, p99: 2_900 } },
  })
  expect(order({ provider: { maxLatency: { p50: 2 } }, health })).toEqual(['a', 'b', 'c'])
  expect(order({ provider: { maxLatency: { p50: 2, p90: 3 } }, health })).toEqual(['b', 'a', 'c'])
})

test('[R55] where nobody keeps to a threshold, all are still tried', () => {
  expect(order({ provider: { maxLatency: { p50: 0.001 } } })).toEqual(['a', 'b', 'c'])
})

test('[R56] a threshold of throughput looks at the percentile that it names', () => {
  const health = healthBy({
    a: { throughput: { p50: 90, p75: 70, p90: 40, p99: 10 } },
    b: { throughput: { p50: 60, p75: 58, p90: 55, p99: 50 } },
  })
  expect(order({ provider: { minThroughput: { p90: 50 } }, health })).toEqual(['b', 'a', 'c'])
})

const p = modelWith('m/p', [
  { provider: 'a', dollars: 5 },
  { provider: 'b', dollars: 6 },
])
const q = modelWith('m/q', [{ provider: 'c', dollars: 1 }])

test('[R57] every endpoint of a model comes before any of its fallback', () => {
  expect(order({ models: [p, q] })).toEqual(['a', 'b', 'c'])
})

test('two names of one model are one list, in which nobody comes twice', () => {
  const again = candidate(tiered, { sort: 'price', admits: 'flex' })
  const { ranked, removed } = planFor({ models: [tiered, again] })
  expect(ranked.map(({ endpoint }) => endpoint.tag)).toEqual(['b', 'a', 'a/flex'])
  expect(removed.map(({ endpoint }) => endpoint.tag)).toEqual(['a/priority'])
  expect(order({ models: [tiered, again], provider: { allowFallbacks: false } })).toEqual(['b'])
})

test('[R58] without partition the faster fallback comes first', () => {
  const health = healthBy({ a: { throughput: percentiles(10) }, c: { throughput: percentiles(99) } })
  const sort = { by: 'throughput', partition: 'none' } as const
  expect(order({ models: [p, q], health, provider: { sort } })).toEqual(['c', 'a', 'b'])
})

test('a threshold can put a fallback model before the one asked for', () => {
  const health = healthBy({ c: { latencyMs: percentiles(50) } })
  expect(order({ models: [p, q], health, provider: { maxLatency: { p50: 1 } } })).toEqual(['c', 'a', 'b'])
})

test('without fallbacks among providers each model keeps its best', () => {
  expect(order({ models: [p, q], provider: { allowFallbacks: false } })).toEqual(['a', 'c'])
})

const tiered = modelWith('m/t', [
  { provider: 'a', dollars: 4 },
  { provider: 'a', variant: 'priority', tier: 'priority', dollars: 8 },
  { provider: 'a', variant: 'flex', tier: 'flex', dollars: 2 },
  { provider: 'b', dollars: 3 },
])

test('[R81] who asks for no tier never gets one', () => {
  expect(order({ models: [tiered] }).toSorted()).toEqual(['a', 'b'])
})

test('[R82] priority comes first, and then the others, each by throughput', () => {
  const health = healthBy({ a: { throughput: percentiles(50) }, b: { throughput: percentiles(70) } })
  const routing = { serviceTier: 'priority' } as const
  expect(order({ models: [tiered], health, routing })).toEqual(['a/priority', 'b', 'a'])
})

test('a sort of the request orders what its tier leaves, and one of its account does not', () => {
  const two = modelWith('m/t', [
    { provider: 'a', dollars: 4 },
    { provider: 'b', dollars: 3 },
    ...['a', 'b'].flatMap((provider, index) =>
      (['priority', 'flex'] as const).map((tier) => ({
        provider,
        variant: tier,
        tier,
        dollars: (tier === 'flex' ? 2 : 8) - index,
      })),
    ),
  ])
  const fast = { throughput: percentiles(70), latencyMs: percentiles(100) }
  const health = healthBy({ a: fast, 'a/priority': fast, 'a/flex': fast })
  const asked = (serviceTier: 'priority' | 'flex', by?: SortBy, accountBy?: SortBy) =>
    order({
      models: [two],
      health,
      routing: { serviceTier },
      ...(by && { provider: { sort: { by } } }),
      ...(accountBy && { settings: [{ preferences: { sort: { by: accountBy } } }] }),
    })
  expect(asked('priority')).toEqual(['a/priority', 'b/priority', 'a', 'b'])
  expect(asked('priority', 'price')).toEqual(['b/priority', 'a/priority', 'b', 'a'])
  expect(asked('priority', undefined, 'price')).toEqual(['a/priority', 'b/priority', 'a', 'b'])
  expect(asked('flex')).toEqual(['b/flex', 'a/flex'])
  expect(asked('flex', 'latency')).toEqual(['a/flex', 'b/flex'])
  expect(asked('flex', undefined, 'latency')).toEqual(['b/flex', 'a/flex'])
})

test('[R85] flex is served by flex alone, where there is any', () => {
  expect(order({ models: [tiered], routing: { serviceTier: 'flex' } })).toEqual(['a/flex'])
})

test('[R86] flex is served as usual where nobody has it', () => {
  expect(order({ models: [abc], routing: { serviceTier: 'flex' } })).toEqual(['a', 'b', 'c'])
})

test('[R81] a key that lets a tier serve asks for it no more than its requests do', () => {
  const settings = [{ preferences: { only: ['a', 'a/flex', 'b'] } }]
  expect(order({ models: [tiered], settings }).toSorted()).toEqual(['a', 'b'])
  expect(order({ models: [tiered], settings, provider: { only: ['a/flex'] } })).toEqual(['a/flex'])
  expect(order({ models: [tiered], settings, routing: { serviceTier: 'flex' } })).toEqual(['a/flex'])
})

const nitro = candidate(tiered, { sort: 'throughput', admits: 'priority' })
const floor = candidate(tiered, { sort: 'price', admits: 'flex' })

test('[R90] nitro is by throughput, with the priority tier in the pool', () => {
  const health = healthBy({
    'a/priority': { throughput: percentiles(80) },
    b: { throughput: percentiles(90) },
  })
  expect(order({ models: [nitro], health })).toEqual(['b', 'a/priority', 'a'])
})

test('[R91] floor is by price, with the flex tier in the pool', () => {
  expect(order({ models: [floor] })).toEqual(['a/flex', 'b', 'a'])
})

test('[R92] the usual tier is kept to by nitro where the request asks for it', () => {
  expect(order({ models: [nitro], routing: { serviceTier: 'default' } }).toSorted()).toEqual(['a', 'b'])
})

test('[R93] an order of its own lets no tier in that it does not name', () => {
  expect(order({ models: [nitro], provider: { order: ['a'] } })).toEqual(['a', 'b'])
  expect(order({ models: [nitro], provider: { order: ['a/priority'] } })).toEqual(['a/priority', 'b', 'a'])
})

const tools = {
  needs: { tools: true, imageInput: false, audioInput: false, fileInput: false, videoInput: false },
}
const four = modelWith('m/f', [
  { provider: 'a', dollars: 1 },
  { provider: 'b', dollars: 2 },
  { provider: 'c', dollars: 3 },
  { provider: 'd', dollars: 4 },
  { provider: 'e', dollars: 5 },
])
const busy = { requests: 500, toolRequests: 400, throughput: percentiles(50) }
const erring = healthBy({
  a: { ...busy, toolErrors: 200 },
  b: { ...busy, toolErrors: 4 },
  c: { ...busy, toolErrors: 4 },
  d: { ...busy, toolErrors: 5 },
})

test('[R141] requests with tools go by quality, and others by price', () => {
  expect(order({ models: [four], health: erring, ...tools })).toEqual(['b', 'c', 'd', 'e', 'a'])
  expect(order({ models: [four], health: erring })).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('[R94][R95] floor, or a sort by price, turns quality off', () => {
  const cheap = candidate(four, { sort: 'price', admits: 'flex' })
  expect(order({ models: [cheap], health: erring, ...tools })[0]).toBe('a')
  const exacto = candidate(four, { sort: 'exacto' })
  expect(order({ models: [exacto], health: erring, provider: { sort: { by: 'price' } } })[0]).toBe('a')
})

test('[R9] exacto asks for quality without tools too', () => {
  expect(order({ models: [four], health: erring, provider: { sort: { by: 'exacto' } } }).at(-1)).toBe('a')
})

test('[R142] among three providers no one is put back for its figures', () => {
  expect(order({ health: erring, ...tools })).toEqual(['a', 'b', 'c'])
})

test('[R2][R146] with tools too, who is in an outage or down comes after all who are not', () => {
  for (const failing of [{ outage: true }, { uptime: 'down' }, { uptime: 'degraded' }] as const) {
    const health = healthBy({
      a: { ...busy, toolErrors: 200 },
      b: { ...busy, ...failing, toolErrors: 4 },
      c: { ...busy, toolErrors: 4 },
      d: { ...busy, toolErrors: 5 },
    })
    expect(order({ models: [four], health, ...tools })).toEqual(['c', 'd', 'e', 'a', 'b'])
  }
})

test('[R143] who had few requests stands between the good and the bad', () => {
  const ranks = order({ models: [four], health: erring, ...tools })
  expect(ranks.indexOf('e')).toBeGreaterThan(ranks.indexOf('d'))
  expect(ranks.indexOf('e')).toBeLessThan(ranks.indexOf('a'))
})

test('[R146] degraded uptime is a lower priority, and one that is down is the last', () => {
  const health = healthBy({ a: { uptime: 'down' }, b: { uptime: 'degraded' } })
  expect(order({ health })).toEqual(['c', 'b', 'a'])
})

test('who is given up, or asked us to wait, is tried after all others in every order', () => {
  const health = healthBy({ a: { ejected: true } })
  expect(order({ health })).toEqual(['b', 'c', 'a'])
  expect(order({ health, provider: { sort: { by: 'price' } } })).toEqual(['b', 'c', 'a'])
  expect(order({ health: healthBy({ b: { cooling: true } }), provider: { order: ['b'] } })).toEqual([
    'a',
    'c',
    'b',
  ])
})

test('[P11] where more than half are given up, all are used again', () => {
  const health = healthBy({ a: { ejected: true }, b: { ejected: true } })
  const { panics, ranked } = planFor({ health })
  expect(panics).toBe(true)
  expect(ranked.map(({ endpoint }) => endpoint.tag)).toEqual(['a', 'b', 'c'])
})

test('who sells what others host comes after the hosts', () => {
  const sold = modelWith('m/s', [
    { provider: 'openrouter', dollars: 1 },
    { provider: 'deepinfra', dollars: 9 },
  ])
  expect(order({ models: [sold] })).toEqual(['deepinfra', 'openrouter'])
})

test('an open tool loop goes on where its thoughts can be read, if that can be had', () => {
  expect(order({ readsLoop: ({ tag }) => tag === 'c' })).toEqual(['c'])
  expect(order({ readsLoop: () => false })).toEqual(['a', 'b', 'c'])
})

test('an open tool loop does not go on at a fallback model that cannot read its thoughts', () => {
  const other = modelWith('m/other', [{ provider: 'deepinfra', dollars: 1 }])
  expect(order({ models: [abc, other], readsLoop: ({ tag }) => tag === 'c' })).toEqual(['c'])
  expect(order({ models: [abc, other], readsLoop: ({ tag }) => tag === 'deepinfra' })).toEqual(['deepinfra'])
})

test('who is given up or told to wait is tried last, whatever it was known to reach before', () => {
  const provider = { maxLatency: { p50: 1 } }
  const fast = { latencyMs: percentiles(100) }
  for (const state of [{ ejected: true }, { cooling: true }]) {
    const health = healthBy({ a: { ...fast, ...state }, b: {}, c: { latencyMs: percentiles(5_000) } })
    expect(order({ provider, health })).toEqual(['b', 'c', 'a'])
  }
})

test('without fallbacks the one endpoint is one that keeps to the thresholds', () => {
  const health = healthBy({ b: { latencyMs: percentiles(100) } })
  const provider = { allowFallbacks: false, maxLatency: { p50: 1 } }
  expect(order({ provider, health })).toEqual(['b'])
})
