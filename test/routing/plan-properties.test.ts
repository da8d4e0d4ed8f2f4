import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DataPolicy } from '../../src/catalogue/model.ts'
import type { Preferences } from '../../src/generation/routing.ts'
import { seededRandom } from '../../src/routing/draw.ts'
import { isNamed } from '../../src/routing/slugs.ts'
import { healthBy, modelWith, planFor, type EndpointFacts, type Planning } from './endpoints.ts'

const slugs = ['a', 'b', 'c', 'd', 'e', 'openai', 'azure', 'deepinfra'] as const
const slug = fc.constantFrom(...slugs)
const some = fc.array(slug, { minLength: 1, maxLength: 4 })
const parameter = fc.constantFrom('tools', 'top_k', 'seed', 'response_format', 'verbosity')
const tier = fc.option(fc.constantFrom('flex', 'priority'), { nil: undefined })

const policy: fc.Arbitrary<DataPolicy> = fc.record({
  training: fc.boolean(),
  retains: fc.boolean(),
  retentionDays: fc.constant(null),
})

const endpoint: fc.Arbitrary<EndpointFacts> = fc
  .record({
    provider: slug,
    dollars: fc.constantFrom(0, 0.1, 0.5, 1, 2, 30),
    quantization: fc.constantFrom(null, 'fp8', 'mxfp8', 'bf16'),
    contextLength: fc.constantFrom(50, 8_000, 100_000),
    maxCompletionTokens: fc.constantFrom(null, 1_000, 10_000),
    supportedParameters: fc.uniqueArray(parameter),
    dataPolicy: policy,
    tier,
  })
  .map(({ tier: named, ...facts }) =>
    named === undefined ? facts : { ...facts, variant: named, tier: named },
  )

const catalogue = fc
  .array(
    fc.uniqueArray(endpoint, {
      minLength: 1,
      maxLength: 8,
      selector: ({ provider, variant = '' }) => `${provider}/${variant}`,
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((models) => models.map((endpoints, index) => modelWith(`m/${index}`, endpoints)))

const preferences: fc.Arbitrary<Preferences> = fc.record(
  {
    order: some,
    only: some,
    ignore: some,
    allowFallbacks: fc.boolean(),
    requireParameters: fc.boolean(),
    dataCollection: fc.constantFrom('allow', 'deny'),
    zdr: fc.boolean(),
    quantizations: fc.array(fc.constantFrom('fp8', 'bf16', 'unknown'), { minLength: 1 }),
    sort: fc.record(
      {
        by: fc.constantFrom('price', 'throughput', 'latency', 'exacto'),
        partition: fc.constantFrom('model', 'none'),
      },
      { requiredKeys: [] },
    ),
    maxPrice: fc.record({ promptPicos: fc.constantFrom(0, 500_000, 2_000_000) }),
    maxLatency: fc.record({ p50: fc.constantFrom(0.1, 5) }),
  },
  { requiredKeys: [] },
)

const health = fc
  .array(
    fc.record({
      outage: fc.boolean(),
      ejected: fc.boolean(),
      cooling: fc.boolean(),
      uptime: fc.constantFrom('normal', 'degraded', 'down'),
    }),
    { minLength: slugs.length, maxLength: slugs.length },
  )
  .map((facts) => healthBy(Object.fromEntries(slugs.map((name, index) => [name, facts[index] ?? {}]))))

interface Drawn {
  models: ReturnType<typeof modelWith>[]
  provider: Preferences
  account: Preferences
  health: NonNullable<Planning['health']>
  parameters: string[]
  seed: string
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  models: catalogue,
  provider: preferences,
  account: preferences,
  health,
  parameters: fc.uniqueArray(parameter),
  seed: fc.string(),
})

function planned(
  { models, provider, account, health: known, parameters, seed }: Drawn,
  more: Preferences = {},
) {
  return planFor({
    models,
    provider: { ...provider, ...more },
    settings: [{ preferences: account }],
    health: known,
    routing: { parameters },
    random: seededRandom(seed),
  })
}

test('[P11] no endpoint of a plan ever leaves what request and account demand', () => {
  fc.assert(
    fc.property(drawn, (input) => {
      for (const { endpoint: each } of planned(input).ranked) {
        for (const demand of [input.provider, input.account]) {
          if (demand.only) expect(isNamed(demand.only, each)).toBe(true)
          if (demand.ignore) expect(isNamed(demand.ignore, each)).toBe(false)
          if (demand.zdr) expect(each.dataPolicy.retains).toBe(false)
          if (demand.dataCollection === 'deny') expect(each.dataPolicy.training).toBe(false)
          const { promptPicos = Infinity } = demand.maxPrice ?? {}
          expect(each.price.promptPicos).toBeLessThanOrEqual(promptPicos)
          if (demand.quantizations) {
            const given = each.quantization === 'mxfp8' ? 'fp8' : (each.quantization ?? 'unknown')
            expect(demand.quantizations).toContain(given)
          }
          if (demand.requireParameters) {
            expect(input.parameters.filter((name) => !each.supportedParameters.includes(name))).toEqual([])
          }
        }
        expect(each.contextLength).toBeGreaterThan(80)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('[P11] without fallbacks a model has one endpoint, or those that are listed', () => {
  fc.assert(
    fc.property(drawn, (input) => {
      const { ranked, rules } = planned(input, { allowFallbacks: false })
      const listed = rules.order
      if (listed) expect(ranked.every(({ endpoint: each }) => isNamed(listed, each))).toBe(true)
      else if (rules.sort?.partition === 'none') expect(ranked.length).toBeLessThanOrEqual(1)
      else {
        const models = ranked.map(({ endpoint: each }) => each.model.id)
        expect(new Set(models).size).toBe(models.length)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('[P11] the same seed makes the same plan, and every endpoint is planned or explained once', () => {
  fc.assert(
    fc.property(drawn, (input) => {
      const { ranked, removed } = planned(input)
      const tags = (plan: ReturnType<typeof planned>) => plan.ranked.map(({ endpoint: each }) => each.tag)
      expect(tags(planned(input))).toEqual(ranked.map(({ endpoint: each }) => each.tag))
      const named = [...ranked, ...removed].map(({ endpoint: each }) => each)
      expect(new Set(named).size).toBe(named.length)
    }),
    { numRuns: 1_000 },
  )
})

const constraints: readonly Preferences[] = [
  { zdr: true },
  { dataCollection: 'deny' },
  { requireParameters: true },
]

test('[P11] a further demand never adds an endpoint', () => {
  fc.assert(
    fc.property(drawn, fc.constantFrom(...constraints), (input, further) => {
      // Soft preferences look at who is left, so what is compared are the filters.
      const bare = { ...input, parameters: [], provider: { ...input.provider, allowFallbacks: true } }
      const endpoints = (more: Preferences) => planned(bare, more).ranked.map(({ endpoint: each }) => each)
      const before = endpoints({})
      expect(endpoints(further).filter((each) => !before.includes(each))).toEqual([])
    }),
    { numRuns: 1_000 },
  )
})

test('[P11] the share of the first is 1/price², for any prices', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 4 }),
      fc.string(),
      (prices, seed) => {
        const names = ['a', 'b', 'c', 'd']
        const model = modelWith(
          'm/w',
          prices.map((dollars, index) => ({ provider: names[index] ?? '', dollars })),
        )
        const random = seededRandom(seed)
        const draws = 3_000
        const firsts = Array.from(
          { length: draws },
          () => planFor({ models: [model], random }).ranked[0]?.endpoint,
        )
        const weights = prices.map((price) => 1 / price ** 2)
        const sum = weights.reduce((left, right) => left + right, 0)
        for (const [index, weight] of weights.entries()) {
          const share = weight / sum
          const count = firsts.filter((first) => first?.provider === names[index]).length
          // Five standard deviations: one in two million draws of this kind is further away.
          expect(Math.abs(count / draws - share)).toBeLessThan(
            5 * Math.sqrt((share * (1 - share)) / draws) + 1e-3,
          )
        }
      },
    ),
    { numRuns: 20, seed: 1 },
  )
})
