import { expect, test } from 'vitest'
import { bundledCatalogue, buildCatalogue } from '../../src/catalogue/catalogue.ts'
import type { Endpoint } from '../../src/catalogue/model.ts'
import { parseSeed } from '../../src/catalogue/seed.ts'
import seed from '../../src/catalogue/seed.json'
import simulator from '../../src/catalogue/simulator.json'
import { providers } from '../../src/providers/table.ts'

const models = bundledCatalogue().ids.map((id) => bundledCatalogue().model(id)!)
const endpoints = models.flatMap((model) => model.endpoints)

/** The contract's names of parameters. */
const vocabulary = new Set(
  [
    'temperature top_p top_k min_p top_a frequency_penalty presence_penalty repetition_penalty max_tokens',
    'max_completion_tokens logit_bias logprobs top_logprobs prediction seed response_format structured_outputs stop',
    'tools tool_choice parallel_tool_calls include_reasoning reasoning reasoning_effort web_search_options verbosity',
  ].flatMap((line) => line.split(' ')),
)

test('the catalogue has some forty models, most at several providers, and the simulator', () => {
  const real = models.filter((model) => !model.id.startsWith('simulator/'))
  const providersOf = real.map((model) => new Set(model.endpoints.map((endpoint) => endpoint.provider)).size)
  expect({
    models: real.length,
    endpoints: real.flatMap((model) => model.endpoints).length,
    atSeveralProviders: providersOf.filter((count) => count > 1).length,
  }).toEqual({ models: 48, endpoints: 106, atSeveralProviders: 41 })
  expect(models.filter((model) => !real.includes(model)).map((model) => model.id)).toEqual([
    'simulator/echo',
    'simulator/lorem',
    'simulator/tools',
    'simulator/thinker',
    'simulator/json',
    'simulator/unreliable',
  ])
})

/** The endpoints, as `model at provider`, for which something is wrong. */
function wrong(check: (endpoint: Endpoint) => boolean): string[] {
  return endpoints
    .filter((endpoint) => check(endpoint))
    .map(({ model, provider }) => `${model.id} at ${provider}`)
}

test('every endpoint is at a provider of the table, has a tag of its own, and knows its model', () => {
  expect(wrong(({ provider }) => !providers.some(({ slug }) => slug === provider))).toEqual([])
  expect(wrong((endpoint) => !endpoint.model.endpoints.includes(endpoint))).toEqual([])
  expect(
    wrong((endpoint) => endpoint.model.endpoints.filter((other) => tag(other) === tag(endpoint)).length > 1),
  ).toEqual([])
})

function tag({ provider, variant }: Endpoint): string {
  return `${provider}/${variant ?? ''}`
}

test('prices are positive integers, and what is read from a cache never costs more than what is not', () => {
  expect(wrong(({ price }) => price.promptPicos <= 0 || price.completionPicos <= 0)).toEqual([])
  expect(wrong(({ price }) => !Object.values(price).every((picos) => Number.isSafeInteger(picos)))).toEqual(
    [],
  )
  expect(wrong(({ price }) => (price.cachedPicos ?? 0) > price.promptPicos)).toEqual([])
})

test('no price has a slipped decimal point: the dearest completion is $30 per million tokens', () => {
  expect(Math.max(...endpoints.map(({ price }) => price.completionPicos))).toBe(30_000_000)
  expect(wrong(({ price }) => price.promptPicos > price.completionPicos)).toEqual([])
  expect(wrong(({ price }) => price.completionPicos > 20 * price.promptPicos)).toEqual([])
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
    expect(model.id).toMatch(/^[a-z0-9-]+\/[a-z0-9.-]+$/)
    expect(model.created).toBeGreaterThan(Date.UTC(2023, 0) / 1000)
    expect(model.created).toBeLessThan(Date.UTC(2026, 11) / 1000)
    expect(model.knowledgeCutoff ?? '2026-01-01').toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(model.description).toMatch(/^[A-Z].*\.$/)
  }
})

test('gpt-4o-mini costs $0.15 and $0.60 per million tokens, half of it from the cache', () => {
  const { endpoints: own, ...model } = bundledCatalogue().model('openai/gpt-4o-mini')!
  expect(model).toEqual({
    id: 'openai/gpt-4o-mini',
    name: 'OpenAI: GPT-4o mini',
    description:
      'Reads text, images and files, writes text. Context of 128,000 tokens. Knowledge up to October 2023.',
    created: 1_721_260_800,
    contextLength: 128_000,
    inputModalities: ['text', 'image', 'file'],
    outputModalities: ['text'],
    tokenizer: 'GPT',
    knowledgeCutoff: '2023-10-31',
    huggingFaceId: null,
    reasoning: false,
    reasoningMandatory: false,
  })
  expect(own.map(({ provider, upstreamModel, price }) => ({ provider, upstreamModel, price }))).toEqual([
    {
      provider: 'openai',
      upstreamModel: 'gpt-4o-mini',
      price: { promptPicos: 150_000, completionPicos: 600_000, cachedPicos: 75_000 },
    },
    {
      provider: 'openrouter',
      upstreamModel: 'openai/gpt-4o-mini',
      price: { promptPicos: 150_000, completionPicos: 600_000, cachedPicos: 75_000 },
    },
  ])
})

test('reasoning models of OpenAI are capped by max_completion_tokens and get no sampling parameters', () => {
  const gpt5 = bundledCatalogue().model('openai/gpt-5')!
  expect(gpt5.endpoints[0]?.quirks).toEqual({
    maxTokensField: 'max_completion_tokens',
    efforts: ['minimal', 'low', 'medium', 'high'],
    drop: [
      'temperature',
      'top_p',
      'logprobs',
      'top_logprobs',
      'logit_bias',
      'presence_penalty',
      'frequency_penalty',
      'stop',
    ],
  })
})

test('the files name where their facts come from, and when', () => {
  for (const file of [seed, simulator]) {
    expect(parseSeed(file).models.length).toBeGreaterThan(0)
    for (const source of file.sources) expect(source.date).toMatch(/^2026-\d\d-\d\d$/)
  }
})

test('a seed with a price that does not fit, a negative one, or the same model twice is refused', () => {
  expect(() => buildCatalogue([seedWith('0.0000001')]).model('a/b')).toThrow('0.0000001 is no price')
  expect(() => buildCatalogue([seedWith('-1')]).model('a/b')).toThrow('-1 is no price')
  expect(() => buildCatalogue([seedWith('1e-3')]).model('a/b')).toThrow('1e-3 is no price')
  expect(() => buildCatalogue([seedWith('1', 2)])).toThrow('The catalogue has a/b twice.')
  expect(buildCatalogue([seedWith('0.000001')]).model('a/b')?.endpoints[0]?.price.promptPicos).toBe(1)
})

function seedWith(prompt: string, copies = 1) {
  const endpoint = {
    provider: 'openai',
    model: 'b',
    prompt,
    completion: '1',
    context: 10,
    output: null,
    parameters: [],
  }
  const model = {
    id: 'a/b',
    name: 'B',
    created: 1,
    context: 10,
    input: ['text'],
    output: ['text'],
    tokenizer: 'Other',
    endpoints: [endpoint],
  }
  return parseSeed({ sources: [], parameterGroups: {}, models: Array.from({ length: copies }, () => model) })
}
