import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/routing/candidate.ts'
import { idsOf, refusal, selected } from './asked.ts'

/** What a name asks for besides its model. */
async function wishesOf(name: string): Promise<Omit<Candidate, 'endpoints' | 'model'> & { model: string }> {
  const [first] = (await selected(name)).candidates
  if (!first) throw new Error(`${name} has no candidate`)
  const { model, endpoints: _, ...wishes } = first
  return { ...wishes, model: model.id }
}

describe('a name of a model', () => {
  test.each([
    ['openai/gpt-5.4', { via: 'direct' }],
    ['gpt-5.4', { via: 'direct' }],
    ['anthropic/claude-4.5-sonnet', { via: 'alias', model: 'anthropic/claude-sonnet-4.5' }],
    ['openai/gpt-5.4:nitro', { via: 'direct', sort: 'throughput', admits: 'priority' }],
    ['openai/gpt-5.4:floor', { via: 'direct', sort: 'price', admits: 'flex' }],
    ['openai/gpt-5.4:exacto', { via: 'direct', sort: 'exacto' }],
    ['openai/gpt-5.4:nitro:nitro', { via: 'direct', sort: 'throughput', admits: 'priority' }],
    ['gpt-5.4:floor', { via: 'direct', sort: 'price', admits: 'flex' }],
    ['openai/gpt-5.4:thinking', { via: 'direct', thinks: true }],
    [
      'openai/gpt-5.4:nitro:thinking',
      { via: 'direct', thinks: true, sort: 'throughput', admits: 'priority' },
    ],
    ['ollama/llama3.2:nitro', { via: 'direct', model: 'ollama/llama3.2:nitro' }],
    ['poolside/laguna-s-2.1:exacto', { via: 'direct', sort: 'exacto' }],
  ])('%s asks for %o', async (name, wishes) => {
    expect(await wishesOf(name)).toEqual({
      model: expect.stringMatching(/^(?:openai\/gpt-5.4|poolside)/),
      ...wishes,
    })
  })

  test('[R97] has static and dynamic variants in any order, behind an alias too', async () => {
    const nvidia = 'nvidia/nemotron-3-ultra-550b-a55b:free'
    for (const name of [`${nvidia}:nitro`, 'nvidia/nemotron-3-ultra-550b-a55b:nitro:free']) {
      expect(await wishesOf(name)).toEqual({
        model: nvidia,
        via: 'direct',
        sort: 'throughput',
        admits: 'priority',
      })
    }
    expect(await wishesOf('~anthropic/claude-sonnet-latest:nitro')).toEqual({
      model: expect.stringMatching(/^anthropic\/claude-sonnet-[\d.]+$/),
      via: 'latest',
      sort: 'throughput',
      admits: 'priority',
    })
    // It parses: what is missing is the search.
    expect((await refusal(`${nvidia}:online`))['message']).toMatch('web search is not configured')
  })

  test.each([
    ['openai/gpt-5.4:nitro:floor', ':nitro and :floor are two orders. Send one'],
    ['openai/gpt-5.4:exacto:price:nitro', ':exacto and :nitro are two orders. Send one'],
    ['openai/gpt-5.4:batch', ':batch is for batches. Leave it out'],
    ['openai/gpt-4o-mini:thinking', ':thinking: openai/gpt-4o-mini cannot reason. Leave it out'],
    ['@preset/mine', 'name a preset in model alone, or in preset'],
    ['openrouter/free:free', 'a router has no :free. Leave it out'],
  ])('%s is refused: %s', async (name, why) => {
    expect(await refusal(name)).toMatchObject({ code: 400, message: `model ${name}: ${why}` })
  })

  test.each(['openai/gpt-5.4:extended', 'openai/gpt-5.4:cheap', 'openai/no-such:nitro', 'openrouter/none'])(
    '%s means nothing, by its whole name',
    async (name) => {
      expect(await refusal(name)).toMatchObject({ code: 400, message: `${name} is not a valid model ID` })
    },
  )

  test('[R98] with :free is never the paid model, whatever else it has', async () => {
    expect(await refusal('openai/gpt-5.4:free:nitro')).toMatchObject({
      code: 404,
      availability: { code: 'free_variant_ended', fallback_models: ['openai/gpt-5.4'] },
    })
  })
})

describe('fallbacks', () => {
  test('[R71] are in the order of the list, each model once', async () => {
    const names = ['openai/gpt-5.4', 'anthropic/claude-opus-4.8', 'gpt-5.4', 'openai/gpt-4o:nitro']
    expect(await idsOf(names)).toEqual(['openai/gpt-5.4', 'anthropic/claude-opus-4.8', 'openai/gpt-4o'])
  })

  test('[R75] that mean nothing are refused by name', async () => {
    expect(await refusal(['openai/gpt-5.4', 'openai/gpt-nein'])).toMatchObject({
      code: 400,
      message: 'openai/gpt-nein is not a valid model ID',
      availability: { code: 'model_not_found' },
    })
  })

  test('stand in for a model without a provider; where all have none, the first is told', async () => {
    const names = ['mistralai/codestral-2501', 'qwen/qwen-long']
    expect(await idsOf([...names, 'openai/gpt-5.4'])).toEqual(['openai/gpt-5.4'])
    expect((await refusal(names))['message']).toMatch('mistralai/codestral-2501 is known here; set AZURE')
  })
})

describe('the settings of an account and a key', () => {
  const account = { model: 'openai/gpt-4o', models: ['openai/gpt-5.4', 'openai/gpt-gone'] }

  test('[R78] name the model of a request that names none, the key before the account', async () => {
    expect(await idsOf([], { settings: [account] })).toEqual(['openai/gpt-4o', 'openai/gpt-5.4'])
    expect(await idsOf([], { settings: [account, { model: 'openai/gpt-4.1' }] })).toEqual([
      'openai/gpt-4.1',
      'openai/gpt-5.4',
    ])
    expect((await refusal([]))['message']).toBe('model: name the model to use, such as openai/gpt-4o-mini')
  })

  test('add fallbacks to one name and none to a list, and never fail a request', async () => {
    const settings = [account]
    expect(await idsOf('openai/gpt-4.1', { settings })).toEqual(['openai/gpt-4.1', 'openai/gpt-5.4'])
    expect(await idsOf(['openai/gpt-4.1', 'openai/gpt-4o'], { settings })).toEqual([
      'openai/gpt-4.1',
      'openai/gpt-4o',
    ])
  })

  test('let only some models serve: both must, by patterns, and a variant is its model', async () => {
    const settings = [
      { allowedModels: ['openai/*', 'anthropic/claude-opus-4.8'] },
      { ignoredModels: ['*/GPT-4*'] },
    ]
    expect(await idsOf(['google/gemini-2.5-pro', 'openai/gpt-4o', 'openai/gpt-5.4'], { settings })).toEqual([
      'openai/gpt-5.4',
    ])
    expect(await refusal('google/gemini-2.5-pro', { settings })).toMatchObject({
      code: 403,
      message:
        'model google/gemini-2.5-pro: the allowed_models of this key or its account leave it out. ' +
        'Ask for another model, or have them changed',
    })
    expect((await refusal('openai/gpt-4o', { settings }))['message']).toMatch(
      'the ignored_models of this key',
    )
    const big = 'ollama/Qwen3:32B'
    expect(await idsOf(big, { settings: [{ allowedModels: ['ollama/qwen3'] }] })).toEqual([big])
    expect(await refusal(big, { settings: [{ ignoredModels: [big] }] })).toMatchObject({ code: 403 })
  })
})

describe('a tier or a mode that is sold as a model', () => {
  test('[R87] is that model, where it can be called', async () => {
    const opus = 'anthropic/claude-opus-4.8'
    expect(await idsOf(opus, { serviceTier: 'priority' })).toEqual([`${opus}-fast`])
    expect(await idsOf(opus, { serviceTier: 'flex' })).toEqual([opus])
    // Nobody sells an older one in a hurry.
    const older = 'anthropic/claude-opus-4.5'
    expect(await idsOf(older, { serviceTier: 'priority' })).toEqual([older])
    expect(await idsOf('openai/gpt-5.4', { serviceTier: 'priority' })).toEqual(['openai/gpt-5.4'])
  })

  test('of pro reasoning is the pro model', async () => {
    expect(await idsOf('openai/gpt-5.4', { body: { reasoning: { mode: 'pro' } } })).toEqual([
      'openai/gpt-5.4-pro',
    ])
    expect(await idsOf('openai/gpt-4o', { body: { reasoning: { mode: 'pro' } } })).toEqual(['openai/gpt-4o'])
  })
})

test.each(['pareto-code', 'fusion', 'fusion-flash', 'bodybuilder'])(
  'the router %s comes later',
  async (slug) => {
    for (const router of [`openrouter/${slug}`, `switchyard/${slug}`]) {
      expect(await refusal(router)).toMatchObject({
        code: 400,
        message: `model ${router}: this router comes later. Name a model, or openrouter/auto`,
      })
    }
  },
)
