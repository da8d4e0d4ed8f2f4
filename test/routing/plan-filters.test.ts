import { expect, test } from 'vitest'
import type { Preferences } from '../../src/generation/routing.ts'
import { nobodyMay } from '../../src/routing/refusals.ts'
import { abc, asking, candidate, modelWith, order, planFor, removals } from './endpoints.ts'

const keeps = { training: false, retains: true, retentionDays: 30 }
const trains = { training: true, retains: true, retentionDays: null }

test('[R19] only the providers named are ever tried', () => {
  expect(order({ provider: { only: ['b'] } })).toEqual(['b'])
  expect(removals({ provider: { only: ['b'] } })).toEqual({ a: 'allowed_providers', c: 'allowed_providers' })
})

const only = (...slugs: string[]) => [{ preferences: { only: slugs } }]

test('[R21][R22] a request narrows the providers of its account, and cannot add to them', () => {
  expect(order({ settings: only('a', 'b'), provider: { only: ['b', 'c'] } })).toEqual(['b'])
  expect(order({ settings: only('a'), provider: { only: ['c'] } })).toEqual([])
})

test('[R23] what account and request ignore is left out', () => {
  const settings = [{ preferences: { ignore: ['a'] } }]
  expect(order({ settings, provider: { ignore: ['b'] } })).toEqual(['c'])
})

test('[R24] a display name means the same as the slug', () => {
  const model = modelWith('m/n', [
    { provider: 'openai', dollars: 1 },
    { provider: 'azure', dollars: 1 },
  ])
  expect(order({ models: [model], provider: { only: ['OpenAI'] } })).toEqual(['openai'])
})

const clouds = modelWith('m/v', [
  { provider: 'google-vertex', variant: 'us-east5', region: 'us-east5', dollars: 1 },
  { provider: 'google-vertex', variant: 'europe-west1', region: 'europe-west1', dollars: 2 },
  { provider: 'google-vertex', variant: 'flex', tier: 'flex', dollars: 0.5 },
  { provider: 'deepinfra', dollars: 3 },
  { provider: 'deepinfra', variant: 'turbo', dollars: 4 },
])

test('[R25] a base slug means every region', () => {
  expect(order({ models: [clouds], provider: { only: ['google-vertex'] } })).toEqual([
    'google-vertex/us-east5',
    'google-vertex/europe-west1',
  ])
})

test('[R26] a region means itself', () => {
  expect(order({ models: [clouds], provider: { only: ['google-vertex/europe-west1'] } })).toEqual([
    'google-vertex/europe-west1',
  ])
})

test('[R27] a base slug means the variants too, and a variant itself', () => {
  expect(order({ models: [clouds], provider: { only: ['deepinfra'] } })).toEqual([
    'deepinfra',
    'deepinfra/turbo',
  ])
  expect(order({ models: [clouds], provider: { only: ['deepinfra/turbo'] } })).toEqual(['deepinfra/turbo'])
})

test('[R28][I178] a base slug never means a tier', () => {
  expect(order({ models: [clouds], provider: { only: ['google-vertex'] } })).not.toContain(
    'google-vertex/flex',
  )
})

test('[R29] naming a tier is asking for it', () => {
  expect(order({ models: [clouds], provider: { only: ['google-vertex/flex'] } })).toEqual([
    'google-vertex/flex',
  ])
})

test('ignoring a base slug leaves its tiers to who asks for them', () => {
  const provider = { ignore: ['google-vertex', 'deepinfra'] }
  expect(order({ models: [clouds], provider, routing: { serviceTier: 'flex' } })).toEqual([
    'google-vertex/flex',
  ])
})

test('[R86] a list that leaves no flex is served in the usual tier, whether of only or of an order alone', () => {
  for (const provider of [{ only: ['google-vertex'] }, { order: ['google-vertex'], allowFallbacks: false }]) {
    const flex = { models: [clouds], provider, routing: { serviceTier: 'flex' } } as const
    expect(order(flex)).toEqual(['google-vertex/us-east5', 'google-vertex/europe-west1'])
    expect(removals(flex)['google-vertex/flex']).toBe('allowed_providers')
  }
})

const formats = modelWith('m/q', [
  { provider: 'a', dollars: 1, quantization: 'fp8' },
  { provider: 'b', dollars: 2, quantization: 'mxfp8' },
  { provider: 'c', dollars: 3, quantization: 'fp4' },
  { provider: 'd', dollars: 4, quantization: 'nvfp4' },
  { provider: 'e', dollars: 5 },
])
const quantized = (...quantizations: string[]) => order({ models: [formats], provider: { quantizations } })

test('[R31] other and unknown quantizations are left out', () => {
  expect(quantized('fp8')).not.toContain('c')
  expect(quantized('fp8')).not.toContain('e')
  expect(quantized('unknown')).toEqual(['e'])
})

test('[R32] a wide name covers the narrow ones, and not the other way round', () => {
  expect(quantized('fp8')).toEqual(['a', 'b'])
  expect(quantized('fp4')).toEqual(['c', 'd'])
  expect(quantized('nvfp4')).toEqual(['d'])
})

const million = 1_000_000

test('[R34] a price that is exactly the ceiling is within it', () => {
  const model = modelWith('m/c', [{ provider: 'a', dollars: 1, price: { completionPicos: 2 * million } }])
  const maxPrice = { promptPicos: 1 * million, completionPicos: 2 * million }
  expect(order({ models: [model], provider: { maxPrice } })).toEqual(['a'])
  expect(
    order({ models: [model], provider: { maxPrice: { ...maxPrice, promptPicos: million - 1 } } }),
  ).toEqual([])
})

test('[R37] a ceiling of the price per request is compared with the price per request', () => {
  const model = modelWith('m/r', [{ provider: 'a', dollars: 1, price: { requestNanos: 5_000_000 } }])
  expect(order({ models: [model], provider: { maxPrice: { requestNanos: 5_000_000 } } })).toEqual(['a'])
  expect(order({ models: [model], provider: { maxPrice: { requestNanos: 4_999_999 } } })).toEqual([])
})

test('the ceiling is compared with what a prompt of this length would cost', () => {
  const price = { contextTiers: [{ abovePromptTokens: 1_000, promptPicos: 9 * million }] }
  const model = modelWith('m/l', [{ provider: 'a', dollars: 1, price }])
  const provider = { maxPrice: { promptPicos: 2 * million } }
  expect(order({ models: [model], provider, promptTokensMax: 1_000 })).toEqual(['a'])
  expect(order({ models: [model], provider, promptTokensMax: 1_001 })).toEqual([])
})

test('a ceiling of the account holds beside a higher one of the request', () => {
  const settings = [{ preferences: { maxPrice: { promptPicos: 2 * million } } }]
  expect(order({ settings, provider: { maxPrice: { promptPicos: 3 * million } } })).toEqual(['a', 'b'])
})

test('[R38] who cannot write as much as is asked for is left out', () => {
  const model = modelWith('m/w', [
    { provider: 'a', dollars: 1, maxCompletionTokens: 4_096 },
    { provider: 'b', dollars: 2, maxCompletionTokens: 32_768 },
  ])
  expect(order({ models: [model], maxTokens: 8_192 })).toEqual(['b'])
  expect(removals({ models: [model], maxTokens: 8_192 })).toEqual({ a: 'context_length' })
})

test('[R38] who has no room for the answer beside the prompt is left out', () => {
  const model = modelWith('m/w', [
    { provider: 'a', dollars: 1, contextLength: 32_000 },
    { provider: 'b', dollars: 2, contextLength: 64_000 },
  ])
  expect(order({ models: [model], promptTokensEstimate: 30_000, maxTokens: 8_000 })).toEqual(['b'])
  expect(order({ models: [model], promptTokensEstimate: 10_000, maxTokens: 8_000 })).toEqual(['a', 'b'])
})

test('a cap that nobody writes is no demand: who comes near to the most is asked', () => {
  const model = modelWith('m/w', [
    { provider: 'a', dollars: 1, maxCompletionTokens: 4_096 },
    { provider: 'b', dollars: 2, maxCompletionTokens: 16_000 },
    { provider: 'c', dollars: 3, maxCompletionTokens: 16_384 },
  ])
  expect(order({ models: [model], maxTokens: 32_000 })).toEqual(['b', 'c'])
})

const knowing = modelWith('m/k', [
  { provider: 'a', dollars: 1, supportedParameters: ['temperature'] },
  { provider: 'b', dollars: 2, supportedParameters: ['temperature', 'top_k', 'tools', 'verbosity'] },
  { provider: 'c', dollars: 3, supportedParameters: ['temperature', 'response_format'] },
])
const asks = (...parameters: string[]) => ({ models: [knowing], routing: { parameters } })

test('[R39] with require_parameters, who does not know one is left out', () => {
  expect(order({ ...asks('top_k'), provider: { requireParameters: true } })).toEqual(['b'])
})

test('[R40] without it, who does not know one may serve', () => {
  expect(order(asks('top_k'))).toEqual(['a', 'b', 'c'])
})

test('[R41] tools go to who knows tools', () => {
  expect(order(asks('tools'))).toEqual(['b'])
})

test('[R42][R44] where nobody knows what is asked for, all may serve', () => {
  expect(order({ models: [abc], routing: { parameters: ['tools', 'verbosity'] } })).toEqual(['a', 'b', 'c'])
})

test('[R43] a form of the answer and verbosity are preferred alike, and a seed is not', () => {
  expect(order(asks('response_format'))).toEqual(['c'])
  expect(order(asks('verbosity'))).toEqual(['b'])
  expect(order(asks('seed'))).toEqual(['a', 'b', 'c'])
})

const policies = modelWith('m/p', [
  { provider: 'a', dollars: 1, dataPolicy: trains },
  { provider: 'b', dollars: 2, dataPolicy: keeps },
  { provider: 'c', dollars: 3 },
])

test('[R45] denying collection leaves out who trains, and allowing it does not', () => {
  expect(order({ models: [policies], provider: { dataCollection: 'deny' } })).toEqual(['b', 'c'])
  expect(order({ models: [policies], provider: { dataCollection: 'allow' } })).toEqual(['a', 'b', 'c'])
})

test('an account that allows no training is not overruled by a request that does', () => {
  const settings = [{ trainingOnPaid: false }]
  expect(order({ models: [policies], settings, provider: { dataCollection: 'allow' } })).toEqual(['b', 'c'])
})

test('whether free endpoints may train is a setting of its own', () => {
  const free = modelWith('m/p:free', [{ provider: 'a', dollars: 0, dataPolicy: trains }])
  expect(order({ models: [free], settings: [{ trainingOnPaid: false }] })).toEqual(['a'])
  expect(order({ models: [free], settings: [{ trainingOnFree: false }] })).toEqual([])
})

test('[R46] zero retention leaves who keeps nothing', () => {
  expect(order({ models: [policies], provider: { zdr: true } })).toEqual(['c'])
  expect(removals({ models: [policies], provider: { zdr: true } })['a']).toBe('data_policy:zdr')
})

test('[R47] zero retention of the account holds against a request without', () => {
  expect(
    order({ models: [policies], settings: [{ preferences: { zdr: true } }], provider: { zdr: false } }),
  ).toEqual(['c'])
})

test('[R48] zero retention of one maker is about its own endpoints', () => {
  const claude = modelWith('anthropic/x', [
    { provider: 'anthropic', dollars: 1, dataPolicy: keeps },
    { provider: 'amazon-bedrock', dollars: 2, dataPolicy: keeps },
    { provider: 'google-vertex', dollars: 3 },
  ])
  expect(order({ models: [claude], settings: [{ zdr: ['anthropic'] }] })).toEqual([
    'amazon-bedrock',
    'google-vertex',
  ])
  expect(order({ models: [claude], settings: [{ zdr: ['anthropic', 'other'] }] })).toEqual(['google-vertex'])
})

test('[R50] text that may be trained on comes from models whose weights anyone may have', () => {
  const open = modelWith('m/o', [{ provider: 'a', dollars: 1 }], { huggingFaceId: 'maker/o' })
  expect(order({ models: [open], provider: { distillable: true } })).toEqual(['a'])
  expect(order({ models: [abc], provider: { distillable: true } })).toEqual([])
  expect(order({ models: [abc], provider: { distillable: false } })).toEqual(['a', 'b', 'c'])
})

test('[R52] an endpoint that caches by itself keeps nothing all the same', () => {
  const model = modelWith('m/i', [{ provider: 'a', dollars: 1, price: { cachedPicos: 100_000 } }])
  expect(order({ models: [model], provider: { zdr: true } })).toEqual(['a'])
})

test('a prompt that fills the context is left to who has more room', () => {
  const model = modelWith('m/x', [
    { provider: 'a', dollars: 1, contextLength: 1_000 },
    { provider: 'b', dollars: 2, contextLength: 8_000 },
  ])
  expect(order({ models: [model], promptTokensEstimate: 1_000 })).toEqual(['b'])
})

test('a prompt that is too long is told the longest context of those that may serve', () => {
  const model = modelWith('m/m', [
    { provider: 'a', dollars: 1, contextLength: 50 },
    { provider: 'b', dollars: 1, contextLength: 100_000 },
  ])
  const ask = { provider: { only: ['a'] }, promptTokensEstimate: 80 }
  const { rules, removed } = planFor({ models: [model], ...ask })
  const { message } = nobodyMay({ candidates: [candidate(model)] }, removed, { rules, asked: asking(ask) })
  expect(message).toBe('The prompt has about 80 tokens, but the context of m/m is 50 tokens.')
})

function refusalOf(ask: Parameters<typeof planFor>[0]): string {
  const { rules, removed } = planFor(ask)
  return nobodyMay({ candidates: [candidate(abc)] }, removed, { rules, asked: asking(ask) }).message
}

test('a list without fallbacks that names nobody is what the refusal speaks of', () => {
  const start =
    'No allowed providers are available for the selected model. Providers serving m/m: a, b, c, but ' +
    "your request's provider.order preference, with allow_fallbacks false, permits only: "
  expect(refusalOf({ provider: { order: ['z', 'y'], allowFallbacks: false } })).toBe(`${start}z, y.`)
  expect(refusalOf({ provider: { order: [], allowFallbacks: false } })).toBe(`${start}none.`)
})

test.each([
  [{ only: ['z'] }, 12, ', p12, but'],
  [{ only: ['z'] }, 14, ', p12 and 2 more, but'],
  [{ quantizations: ['fp8'] }, 14, ', p12 and 2 more. Change'],
])('of those that would serve, a dozen are told: %o of %i', (preferences, count, end) => {
  const providers = Array.from({ length: count }, (_, index) => `p${index + 1}`)
  const model = modelWith(
    'm/m',
    providers.map((provider) => ({ provider, dollars: 1 })),
  )
  const ask = { models: [model], provider: preferences }
  const { rules, removed } = planFor(ask)
  const { message, details } = nobodyMay({ candidates: [candidate(model)] }, removed, {
    rules,
    asked: asking(ask),
  })
  expect(message).toContain(`p11${end}`)
  expect(details.availability?.affected_providers).toEqual(providers.slice(0, 12))
})

test('of a list without fallbacks and a filter together, what left nobody is told', () => {
  const ask = { models: [policies], provider: { order: ['b'], allowFallbacks: false, zdr: true } }
  const { rules, removed } = planFor(ask)
  const error = nobodyMay({ candidates: [candidate(policies)] }, removed, { rules, asked: asking(ask) })
  expect(error.details.availability).toMatchObject({
    code: 'privacy_restricted',
    excluded_by: ['allowed_providers', 'data_policy:zdr'],
  })
})

const laidDown = (preferences: Preferences, provider: Preferences = {}) =>
  refusalOf({ settings: [{ preferences }], provider })

test('a rule of the key or its account is told as theirs, unless the request demands the same', () => {
  const refused =
    'No allowed providers are available for the selected model. Providers serving m/m: a, b, c, but '
  expect(laidDown({ only: ['z'] })).toBe(
    `${refused}the provider.only preference of this key or its account permits only: z.`,
  )
  expect(laidDown({ only: ['z'] }, { only: ['a'] })).toBe(
    `${refused}your request's provider.only preference permits only: z; and of these: a.`,
  )
  expect(laidDown({ ignore: ['a', 'b', 'c'] })).toBe(
    `${refused}the provider.ignore preference of this key or its account leaves out: a, b, c.`,
  )
  expect(laidDown({ order: ['z'], allowFallbacks: false })).toBe(
    `${refused}the provider.order preference of this key or its account, with allow_fallbacks false, permits only: z.`,
  )
  const served = 'No provider of m/m serves it with text that may be trained on. It is served by a, b, c. '
  expect(laidDown({ distillable: true }, { distillable: false })).toBe(
    `${served}This key or its account demands that: change its settings, or choose another model.`,
  )
  expect(laidDown({ distillable: true }, { distillable: true })).toBe(
    `${served}Change provider.enforce_distillable_text, or choose another model.`,
  )
})
