import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { catalogueOf } from '../../src/catalogue/catalogue.ts'
import type { Endpoint } from '../../src/catalogue/model.ts'
import { providerOf } from '../../src/providers/table.ts'
import snapshot from '../../src/catalogue/snapshot.json'

const models = await (await catalogueOf(env)).models()
const endpoints = models.flatMap((model) => model.endpoints)
const isDirect = ({ provider }: Endpoint) => !['openrouter', 'simulator'].includes(provider)

/** The contract's names of parameters. */
const vocabulary = new Set(
  [
    'temperature top_p top_k min_p top_a frequency_penalty presence_penalty repetition_penalty max_tokens',
    'max_completion_tokens logit_bias logprobs top_logprobs prediction seed response_format structured_outputs stop',
    'tools tool_choice parallel_tool_calls include_reasoning reasoning reasoning_effort web_search_options verbosity',
    'encoding_format dimensions input_type',
  ].flatMap((line) => line.split(' ')),
)

test('has hundreds of models, most endpoints at the hosts themselves, and some for nothing', () => {
  const free = models.filter(({ id }) => id.endsWith(':free'))
  const listed = models.filter((model) => !free.includes(model) && !model.id.startsWith('simulator/'))
  const direct = listed.map((model) => model.endpoints.filter((each) => isDirect(each) && !each.unpriced))
  const hosts = direct.map((each) => new Set(each.map(({ provider }) => provider)))
  expect(listed.length).toBeGreaterThanOrEqual(650)
  expect(direct.flat().length).toBeGreaterThanOrEqual(1250)
  expect(hosts.filter(({ size }) => size > 1).length).toBeGreaterThanOrEqual(220)
  expect(new Set(hosts.flatMap((each) => [...each])).size).toBeGreaterThanOrEqual(45)
  expect(free.length).toBeGreaterThanOrEqual(28)
  expect(free.flatMap((model) => model.endpoints).filter(({ price }) => price.promptPicos > 0)).toEqual([])
})

test('has the models of the simulator', () => {
  const simulated = models.filter(({ endpoints: [first] }) => first?.provider === 'simulator')
  expect(simulated.map(({ id }) => id)).toEqual([
    'simulator/echo',
    'simulator/json',
    'simulator/lorem',
    'simulator/thinker',
    'simulator/tools',
    'simulator/unreliable',
  ])
})

/** The endpoints, as `model at provider`, for which something is wrong. */
function wrong(check: (endpoint: Endpoint) => boolean): string[] {
  return endpoints.filter((endpoint) => check(endpoint)).map(({ model, tag }) => `${model.id} at ${tag}`)
}

test('a listed model can be called: every endpoint has a row of the provider table', () => {
  expect([...new Set(endpoints.map(({ provider }) => provider))].filter((slug) => !providerOf(slug))).toEqual(
    [],
  )
})

test('an endpoint that asks for a format has a provider that speaks it', () => {
  const without = endpoints.filter(({ provider, format }) => {
    const row = providerOf(provider)
    const spoken = row && [row, ...(row.also ?? [])].map(({ protocol }) => protocol.format)
    return format !== undefined && spoken?.includes(format) === false
  })
  expect([...new Set(without.map(({ provider, format }) => `${provider} as ${format}`))]).toEqual([])
})

test('every endpoint has a tag of its own among those of its model, which it knows', () => {
  expect(wrong((endpoint) => !endpoint.model.endpoints.includes(endpoint))).toEqual([])
  expect(
    wrong((endpoint) => endpoint.model.endpoints.filter((other) => other.tag === endpoint.tag).length > 1),
  ).toEqual([])
})

function paid({ unpriced, model }: Endpoint): boolean {
  return !unpriced && !model.id.endsWith(':free')
}

/** Vectors are paid for by what is read alone. */
function writes({ model }: Endpoint): boolean {
  return model.outputModalities.includes('text')
}

test('no price is zero but of what is free, and none has a slipped decimal point', () => {
  expect(
    wrong(
      (each) =>
        paid(each) && (each.price.promptPicos <= 0 || (writes(each) && each.price.completionPicos <= 0)),
    ),
  ).toEqual([])
  expect(wrong(({ price }) => price.completionPicos > 700_000_000)).toEqual([])
  expect(wrong(({ price }) => price.completionPicos > 100 * price.promptPicos)).toEqual([])
  expect(wrong(({ price }) => (price.cachedPicos ?? 0) >= Math.max(price.promptPicos, 1))).toEqual([])
})

test('a completion fits its context, an endpoint its model, and a parameter the vocabulary', () => {
  expect(wrong((endpoint) => (endpoint.maxCompletionTokens ?? 1) > endpoint.contextLength)).toEqual([])
  expect(wrong((endpoint) => endpoint.contextLength > endpoint.model.contextLength)).toEqual([])
  expect(wrong((endpoint) => !endpoint.supportedParameters.every((name) => vocabulary.has(name)))).toEqual([])
  expect(
    wrong(({ quirks, supportedParameters: able }) => able.some((name) => quirks.drop?.includes(name))),
  ).toEqual([])
})

test('models have an author, dates that were, and a description made of facts', () => {
  for (const model of models) {
    expect(model.id).toMatch(/^[a-z0-9-]+\/[a-z0-9.-]+(:free)?$/)
    expect(model.created).toBeGreaterThan(Date.UTC(2022, 0) / 1000)
    expect(model.created).toBeLessThan(Date.UTC(2026, 11) / 1000)
    expect(model.knowledgeCutoff ?? '2026-01-01').toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(model.description).toMatch(/^[A-Z].*\.$/)
  }
})

test('one model is asked for by its id, and nothing by another', async () => {
  const catalogue = await catalogueOf(env)
  expect((await catalogue.model('openai/gpt-4o-mini'))?.endpoints[0]).toMatchObject({
    provider: 'openai',
    upstreamModel: 'gpt-4o-mini',
    price: { promptPicos: 150_000, completionPicos: 600_000, cachedPicos: 75_000 },
  })
  for (const id of ['openai/gpt-4o-mni', '__proto__', '']) expect(await catalogue.model(id)).toBe(undefined)
})

test('Claude is priced by the length of its prompt, and for what is cached for an hour', async () => {
  const model = await (await catalogueOf(env)).model('anthropic/claude-sonnet-4.5')
  const anthropic = model?.endpoints.find(({ provider }) => provider === 'anthropic')
  expect(anthropic?.price).toEqual({
    promptPicos: 3_000_000,
    completionPicos: 15_000_000,
    cachedPicos: 300_000,
    cacheWritePicos: 3_750_000,
    cacheWriteLongPicos: 6_000_000,
    searchNanos: 10_000_000,
    contextTiers: [
      {
        abovePromptTokens: 200_000,
        promptPicos: 6_000_000,
        completionPicos: 22_500_000,
        cachedPicos: 600_000,
        cacheWritePicos: 7_500_000,
        cacheWriteLongPicos: 12_000_000,
      },
    ],
  })
  const vertex = model?.endpoints.find(({ provider }) => provider === 'google-vertex')
  expect(vertex).toMatchObject({ format: 'anthropic-messages', upstreamModel: 'claude-sonnet-4-5@20250929' })
  const regions = model?.endpoints.filter(({ provider }) => provider === 'amazon-bedrock')
  expect(regions?.map(({ region }) => region)).toContain('eu')
})

test('the fast mode of Claude is a model of its own, for which Anthropic is asked by the usual name', async () => {
  const model = await (await catalogueOf(env)).model('anthropic/claude-opus-4.8-fast')
  expect(model?.endpoints[0]).toMatchObject({
    provider: 'anthropic',
    upstreamModel: 'claude-opus-4-8',
    price: { promptPicos: 10_000_000, completionPicos: 50_000_000, cacheWriteLongPicos: 20_000_000 },
    quirks: { fast: true },
  })
})

test('the snapshot names where its facts come from, and when', () => {
  expect(snapshot.sources.map(({ name }) => name)).toContain('models.dev')
  for (const source of snapshot.sources) expect(source.date).toMatch(/^2026-\d\d-\d\d$/)
})
