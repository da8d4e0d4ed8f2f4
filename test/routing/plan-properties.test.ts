import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DataPolicy, Endpoint } from '../../src/catalogue/model.ts'
import type { Preferences } from '../../src/generation/routing.ts'
import { candidate, healthBy, modelWith, planFor, type EndpointFacts, type Planning } from './endpoints.ts'
import { seededRandom } from './seeded-random.ts'

const slugs = ['a', 'b', 'c', 'd', 'e', 'openai', 'azure', 'deepinfra'] as const
const slug = fc.constantFrom(...slugs)
const tag = fc.tuple(slug, fc.constantFrom('', '', '/flex', '/priority')).map((parts) => parts.join(''))
const some = fc.array(tag, { minLength: 1, maxLength: 4 })
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

const variants = [{}, { sort: 'throughput', admits: 'priority' }, { sort: 'price', admits: 'flex' }] as const

interface Drawn {
  models: ReturnType<typeof modelWith>[]
  variant: (typeof variants)[number]
  serviceTier: 'default' | 'flex' | 'priority' | undefined
  provider: Preferences
  account: Preferences
  health: NonNullable<Planning['health']>
  parameters: string[]
  seed: string
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  models: catalogue,
  variant: fc.constantFrom(...variants),
  serviceTier: fc.constantFrom(undefined, 'default', 'flex', 'priority'),
  provider: preferences,
  account: preferences,
  health,
  parameters: fc.uniqueArray(parameter),
  seed: fc.string(),
})

function planned(
  { models, variant, serviceTier, provider, account, health: known, parameters, seed }: Drawn,
  more: Preferences = {},
) {
  return planFor({
    models: models.map((model) => candidate(model, variant)),
    provider: { ...provider, ...more },
    settings: [{ preferences: account }],
    health: known,
    routing: { parameters, ...(serviceTier && { serviceTier }) },
    random: seededRandom(seed),
  })
}

/** By tags alone: a base slug means what has no tier, and where tiers are meant too, all of its provider. */
function means(list: readonly string[], { tag: own }: Endpoint, tiersToo = false): boolean {
  const [base = '', named] = own.split('/')
  return list.includes(own) || (list.includes(base) && (tiersToo || named === undefined))
}

/** What of a demand an endpoint leaves. */
function broken(
  demand: Preferences,
  each: Endpoint,
  { parameters, isLaidDown }: { parameters: readonly string[]; isLaidDown: boolean },
): string[] {
  const quantization = each.quantization === 'mxfp8' ? 'fp8' : (each.quantization ?? 'unknown')
  const holds = {
    only: demand.only === undefined || means(demand.only, each),
    lock: demand.allowFallbacks !== false || demand.order === undefined || means(demand.order, each),
    ignore: demand.ignore === undefined || !means(demand.ignore, each, isLaidDown),
    zdr: demand.zdr !== true || !each.dataPolicy.retains,
    dataCollection: demand.dataCollection !== 'deny' || !each.dataPolicy.training,
    maxPrice: each.price.promptPicos <= (demand.maxPrice?.promptPicos ?? Infinity),
    quantizations: demand.quantizations?.includes(quantization) ?? true,
    requireParameters:
      demand.requireParameters !== true ||
      parameters.every((name) => each.supportedParameters.includes(name)),
    context: each.contextLength > 80,
  }
  return Object.entries(holds).flatMap(([name, isKept]) => (isKept ? [] : [`${each.tag} leaves ${name}`]))
}

/** A tier is there for who asks for it, names it, or has it let in by a suffix; a key's list of who may serve permits. */
function isOptedIn({ provider, account, variant, serviceTier }: Drawn, each: Endpoint): boolean {
  const order = provider.order ?? account.order
  if (each.tier === undefined || each.tier === serviceTier) return true
  if ([...(order ?? []), ...(provider.only ?? [])].includes(each.tag)) return true
  return 'admits' in variant && variant.admits === each.tier && !order && serviceTier !== 'default'
}

test('[P11] no endpoint of a plan ever leaves what request and account demand', () => {
  fc.assert(
    fc.property(drawn, (input) => {
      const { provider, account, parameters } = input
      const left = planned(input).ranked.flatMap(({ endpoint: each }) => [
        ...broken(provider, each, { parameters, isLaidDown: false }),
        ...broken(account, each, { parameters, isLaidDown: true }),
        ...(isOptedIn(input, each) ? [] : [`${each.tag} was not asked for`]),
      ])
      expect(left).toEqual([])
    }),
    { numRuns: 2_000 },
  )
})

test('[P11] without fallbacks a model has one endpoint, or those that are listed', () => {
  fc.assert(
    fc.property(drawn, (input) => {
      const { ranked, rules } = planned(input, { allowFallbacks: false })
      const { order, sort } = rules
      const { account } = input
      const unlisted = ranked.filter(({ endpoint: each }) => order && !means(order, each))
      const isListed = order && !(account.allowFallbacks === false && !account.order)
      const groups =
        sort?.partition === 'none' ? 1 : new Set(ranked.map(({ endpoint: each }) => each.model)).size
      expect(unlisted).toEqual([])
      expect(isListed || ranked.length <= groups).toBeTruthy()
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
