import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { buildModel } from '../../src/catalogue/build-model.ts'
import { catalogueOf } from '../../src/catalogue/catalogue.ts'
import { overridden } from '../../src/catalogue/override.ts'
import type { SeedEndpoint, SeedModel } from '../../src/catalogue/seed.ts'

const endpoint: SeedEndpoint = {
  provider: 'google-vertex',
  model: 'm',
  prompt: '2',
  completion: '12',
  context: 1000,
  output: null,
  parameters: [],
}
const model: SeedModel = {
  id: 'google/m',
  name: 'M',
  created: 1,
  context: 1000,
  input: ['text'],
  output: ['text', 'image'],
  tokenizer: 'Gemini',
  endpoints: [endpoint],
}

const noOverrides = { hidden: [], prices: [], models: [] }

/** What text and pictures of each endpoint cost, in dollars per million tokens; nothing where nobody knows. */
function pricesOf(output: SeedModel['output'], ...endpoints: Partial<SeedEndpoint>[]): unknown[] {
  const seed = { ...model, output, endpoints: endpoints.map((each) => ({ ...endpoint, ...each })) }
  return buildModel(seed).endpoints.map(({ unpriced, price }) =>
    unpriced ? undefined : [price.completionPicos / 1e6, (price.completionImagePicos ?? 0) / 1e6],
  )
}

const drawn = { provider: 'google-ai-studio', imageOutput: '120' }

test('where pictures have no price, that of an endpoint whose text costs the same is theirs', () => {
  expect(pricesOf(['text', 'image'], {}, drawn)).toEqual([
    [12, 120],
    [12, 120],
  ])
})

test('a list that gives the price of pictures as that of the answer does not make text as dear', () => {
  expect(pricesOf(['text', 'image'], { completion: '120' }, drawn)).toEqual([
    [12, 120],
    [12, 120],
  ])
})

test('pictures of which nobody tells the price are not sold', () => {
  expect(pricesOf(['text', 'image'], {}, { ...drawn, prompt: '3' })).toEqual([undefined, [12, 120]])
})

test("what is free stays so, and so does the operator's word", () => {
  const free = { prompt: '0', completion: '0' }
  expect(pricesOf(['text', 'image'], free, { source: 'operator' })).toEqual([
    [0, 0],
    [12, 0],
  ])
})

test('a price that the operator has pinned is whole', () => {
  const price = { prompt: '1', completion: '5' }
  const overrides = { ...noOverrides, prices: [{ model: model.id, provider: endpoint.provider, price }] }
  const pinned = overridden(model.id, model, overrides)
  expect(pinned && buildModel(pinned).endpoints).toMatchObject([{ price: { completionPicos: 5e6 } }])
  expect(pinned && buildModel(pinned).endpoints[0]?.unpriced).toBeUndefined()
})

test('a model that is said to draw and speak does neither', () => {
  expect(pricesOf(['text', 'image', 'audio'], {})).toEqual([[12, 0]])
})

test("what the operator says of a model's answers stands", () => {
  const own: SeedEndpoint = { ...endpoint, imageOutput: '120', audioOutput: '20', source: 'operator' }
  const seed: SeedModel = { ...model, output: ['text', 'image', 'audio'], endpoints: [own] }
  expect(buildModel(seed).outputModalities).toEqual(['text', 'image', 'audio'])
})

test('every listed endpoint that draws or speaks has a price for it, or is not called', async () => {
  const catalogue = await catalogueOf(env)
  const without = (await catalogue.models()).flatMap(({ id, outputModalities, endpoints }) =>
    endpoints.flatMap(({ tag, unpriced, price }) => {
      const isFree = unpriced ?? price.completionPicos === 0
      const draws = outputModalities.includes('image') && price.completionImagePicos === undefined
      const speaks = outputModalities.includes('audio') && price.completionAudioPicos === undefined
      return !isFree && (draws || speaks) ? [`${id} at ${tag}`] : []
    }),
  )
  expect(without).toEqual([])
})

test('a search of the web costs the same at every model of a provider that sells it', async () => {
  const catalogue = await catalogueOf(env)
  const told = (await catalogue.models()).flatMap(({ endpoints }) =>
    endpoints.flatMap(({ provider, upstreamModel, unpriced, price }) =>
      unpriced ? [] : [{ provider, isClaude: upstreamModel.includes('claude'), usd: price.searchNanos }],
    ),
  )
  const at = (name: string, claude: boolean) => [
    ...new Set(
      told
        .filter(({ provider, isClaude }) => provider === name && isClaude === claude)
        .map(({ usd }) => usd && usd / 1e9),
    ),
  ]
  expect({
    openai: at('openai', false),
    azure: at('azure', false),
    'claude at azure': at('azure', true),
    anthropic: at('anthropic', true),
    xai: at('xai', false),
    'claude at vertex': at('google-vertex', true),
    'others at vertex': at('google-vertex', false),
    'amazon-bedrock': at('amazon-bedrock', true),
  }).toEqual({
    openai: [0.01],
    azure: [0.014],
    'claude at azure': [0.01],
    anthropic: [0.01],
    xai: [0.005],
    'claude at vertex': [0.01],
    'others at vertex': [undefined],
    'amazon-bedrock': [undefined],
  })
})
