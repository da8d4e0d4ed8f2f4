import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { ranked, type Contender } from '../../src/routing/routers/rank.ts'
import { callableModels } from '../../src/catalogue/callable.ts'
import type { Tier } from '../../src/routing/routers/classify.ts'
import { idsOf, live, refusal, selected, type Asked } from './asked.ts'

const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }
const tool = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: {} } },
}

function saying(content: unknown, more: object = {}): Asked {
  return { body: { messages: [{ role: 'user', content }], ...more } }
}

describe('the free router', () => {
  const free: Asked = { env: { ...env, NVIDIA_API_KEY: 'key', WORKERS_AI: 'off' } }

  test('[R108] draws three of the models that cost nothing, each as likely', async () => {
    const { candidates, router } = await selected('openrouter/free', free)
    expect(router).toBe('openrouter/free')
    expect(candidates).toHaveLength(3)
    for (const { via, endpoints } of candidates) {
      expect(via).toBe('free')
      for (const { price } of endpoints) expect(price).toEqual({ promptPicos: 0, completionPicos: 0 })
    }
    const drawn = new Set<string>()
    for (let draw = 0; draw < 200; draw++) {
      const [first = ''] = await idsOf('switchyard/free', { ...free, random: () => (draw + 0.5) / 200 })
      drawn.add(first)
    }
    // Models that judge or transcribe are no answer to anybody's question.
    expect([...drawn].filter((id) => /guard|safety|pii|voice/.test(id))).toEqual([])
    expect(drawn.size).toBeGreaterThan(40)
  })

  test('[R108] draws for a picture of those that see, and for tools of those that call them', async () => {
    for (const random of [() => 0, () => 0.5, () => 0.99]) {
      const seeing = await selected('openrouter/free', { ...free, ...saying([picture]), random })
      for (const { model } of seeing.candidates) expect(model.inputModalities).toContain('image')
      const calling = await selected('openrouter/free', {
        ...free,
        ...saying('Hi', { tools: [tool] }),
        random,
      })
      for (const { endpoints } of calling.candidates) {
        for (const { supportedParameters } of endpoints) expect(supportedParameters).toContain('tools')
      }
    }
  })

  test('never names a model that costs', async () => {
    const settings = [{ allowedModels: ['openai/*'] }]
    expect(await refusal('openrouter/free', { env: { ...env, ANTHROPIC_API_KEY: 'key' } })).toMatchObject({
      code: 404,
      message:
        'openrouter/free: no free model here can serve this request. ' +
        'Ask for less (inputs, tools, length), or name a model',
    })
    expect(await idsOf('openrouter/free', { ...free, settings })).toEqual(
      expect.arrayContaining(['openai/gpt-oss-120b:free', 'openai/gpt-oss-20b:free']),
    )
  })
})

/** The one stage that the router tells of. */
async function stageOf(asked: Asked, router = 'openrouter/auto') {
  const { pipeline = [] } = await selected(router, asked)
  expect(pipeline).toHaveLength(1)
  return pipeline[0]
}

describe('the auto router', () => {
  test('[R116] says what it took the request for, and why it chose whom', async () => {
    const { candidates, router } = await selected(
      'openrouter/auto',
      saying('What is the capital of Mongolia?'),
    )
    expect(router).toBe('openrouter/auto')
    expect(candidates).toHaveLength(3)
    expect(candidates.map(({ via }) => via)).toEqual(['auto', 'auto', 'auto'])
    const models = candidates.map(({ model }) => ({
      model: model.id,
      tier: expect.any(Number),
      estimated_cost: expect.any(Number),
    }))
    expect(await stageOf(saying('What is the capital of Mongolia?'))).toEqual({
      type: 'plugin',
      name: 'auto-router',
      summary: expect.stringMatching(/^qa:fact of tier 1: \S+ of \d+ models$/),
      data: { task_type: 'qa:fact', skill: 'text', tier: 1, reasons: ['qa:fact: usually 1'], models },
    })
    const open =
      'I have been thinking a lot about my garden and the way the light falls on it during those long evenings'
    const stage = await stageOf(saying(open))
    expect(stage).toMatchObject({ data: { tier: 2, reasons: ['no known task: usually 2'] } })
    expect(stage).not.toHaveProperty('data.task_type')
  })

  test('takes a dearer model for harder work, and one that calls tools for an agent', async () => {
    const cost = async (text: string) => {
      const [first] = (await selected('openrouter/auto', saying(text))).candidates
      return first?.endpoints[0]?.price.completionPicos ?? 0
    }
    const easy = await cost('Translate to French: good night')
    expect(
      await cost('Prove that there are infinitely many primes congruent to 3 modulo 4.'),
    ).toBeGreaterThan(easy)
    expect(await stageOf(saying('Continue', { tools: [tool] }))).toMatchObject({
      data: { skill: 'agent', tier: 2 },
    })
  })

  test('reads a short word with what was said before', async () => {
    const messages = [
      { role: 'user', content: 'Prove that the square root of two is irrational.' },
      { role: 'assistant', content: 'Suppose not.' },
      { role: 'user', content: 'Go on.' },
    ]
    expect(await stageOf({ body: { messages } })).toMatchObject({
      data: { task_type: 'math:proof', tier: 3 },
    })
  })

  test('[R109] keeps to the models that are allowed, and exclusion wins', async () => {
    const auto = { allowedModels: ['anthropic/*', '*/gemini-*-flash'], excludedModels: ['*/claude-haiku*'] }
    const ids = await idsOf('openrouter/auto', { auto })
    expect(ids).toHaveLength(3)
    for (const id of ids) expect(id).toMatch(/^(?:anthropic\/claude-(?!haiku)|google\/gemini-.*-flash$)/)
    expect(
      await refusal('openrouter/auto', {
        auto: { allowedModels: ['openai/gpt-5'], excludedModels: ['openai/*'] },
      }),
    ).toMatchObject({ code: 404 })
    const settings = [{ ignoredModels: ['anthropic/*'] }]
    for (const id of await idsOf('openrouter/auto', { auto, settings })) expect(id).toMatch(/^google/)
  })

  test('chooses among those that the preferences leave', async () => {
    const preferences = { only: ['google-ai-studio'] }
    const { candidates } = await selected('openrouter/auto', { preferences })
    expect(candidates).toHaveLength(3)
    for (const { model } of candidates) expect(model.id).toMatch(/^google/)
    const listed = { order: ['google-ai-studio'], allowFallbacks: false }
    for (const id of await idsOf('openrouter/auto', { preferences: listed })) expect(id).toMatch(/^google/)
  })

  test('[R110] with nothing left is a 404 in the words of the contract', async () => {
    expect(await refusal('openrouter/auto', { auto: { allowedModels: ['nobody/*'] } })).toEqual({
      code: 404,
      message: 'No models match your request and model restrictions',
      metadata: { error_type: 'not_found' },
      error_type: 'not_found',
      http_status: 404,
      availability: {
        code: 'no_endpoints',
        retryable: false,
        requested_models: ['openrouter/auto'],
        docs_url: 'https://openrouter.ai/docs/errors#no_endpoints',
      },
    })
  })

  test('[R111] heeds its own plugin and not that of the other', async () => {
    const ask = { auto: { allowedModels: ['anthropic/*'] }, autoBeta: { allowedModels: ['openai/*'] } }
    for (const name of ['openrouter/auto', 'switchyard/auto']) {
      for (const id of await idsOf(name, ask)) expect(id).toMatch(/^anthropic/)
    }
    for (const id of await idsOf('openrouter/auto-beta', ask)) expect(id).toMatch(/^openai/)
    const off = { auto: { enabled: false, allowedModels: ['nobody/*'] } }
    expect(await idsOf('openrouter/auto', off)).toHaveLength(3)
  })

  test('[R113] serves where nothing is known: no text, no model that it has a judgement of, tools that nobody has', async () => {
    expect(await idsOf('openrouter/auto', saying([picture]))).toHaveLength(3)
    const alone = { ...env, SIMULATOR: 'on' }
    expect(await idsOf('openrouter/auto', { env: alone })).toHaveLength(3)
    const settings = [{ allowedModels: ['simulator/echo'] }]
    const asked = { env: alone, settings, ...saying('Hi', { tools: [tool] }) }
    expect(await idsOf('openrouter/auto', asked)).toEqual(['simulator/echo'])
  })

  test('goes on with the model of the last answer where that is asked for and may be', async () => {
    const pinnedModel = 'anthropic/claude-opus-4.8'
    const [first] = await idsOf('openrouter/auto', { auto: { pinModel: true, pinnedModel } })
    expect(first).toBe(pinnedModel)
    for (const auto of [
      { pinModel: false, pinnedModel },
      { pinModel: true, pinnedModel, excludedModels: ['*opus*'] },
    ]) {
      expect((await idsOf('openrouter/auto', { auto }))[0]).not.toBe(pinnedModel)
    }
  })

  test('orders the endpoints as its name says', async () => {
    for (const { sort, admits } of (await selected('openrouter/auto:nitro')).candidates) {
      expect({ sort, admits }).toEqual({ sort: 'throughput', admits: 'priority' })
    }
  })

  test('is one of several names, and tells that it was it', async () => {
    const { candidates, router } = await selected(['openai/gpt-5.4', 'openrouter/auto'])
    expect(candidates.map(({ via }) => via)).toEqual(['direct', 'auto', 'auto', 'auto'])
    expect(router).toBe('openrouter/auto')
  })
})

function names(list: readonly Contender[]): string {
  return list.map(({ model }) => model.id).join(' ')
}

describe('the order of contenders', async () => {
  const [selection] = await callableModels(live)
  if (!selection) throw new Error('nobody is live')
  const contender = (id: string, costPicos: number, ability?: Tier): Contender => ({
    ...selection,
    able: selection.endpoints,
    model: { ...selection.model, id },
    ability,
    costPicos,
  })
  const ten = Array.from({ length: 10 }, (_, index) =>
    contender(`m${index}`, index + 1, index < 4 ? 1 : index < 7 ? 2 : 3),
  )

  test('is the cheapest that is able, and then whoever falls short least', () => {
    expect(names(ranked(ten, 1, {}))).toBe('m0 m1 m2 m3 m4 m5 m6 m7 m8 m9')
    expect(names(ranked(ten, 2, {}))).toBe('m4 m5 m6 m7 m8 m9 m0 m1 m2 m3')
    expect(names(ranked(ten, 3, {}))).toBe('m7 m8 m9 m4 m5 m6 m0 m1 m2 m3')
  })

  test.each([
    ['low', 'm0 m1'],
    ['medium', 'm2 m3'],
    ['high', 'm4 m5'],
    ['xhigh', 'm6 m7'],
    ['max', 'm8 m9'],
  ] as const)('has a fifth of all for the cost tier %s', (costTier, expected) => {
    expect(names(ranked(ten, 1, { costTier }))).toBe(expected)
    expect(names(ranked(ten.slice(0, 1), 1, { costTier }))).toBe('m0')
  })

  test('[R112] has a ceiling by the tradeoff, which a cost tier overrules', () => {
    expect(names(ranked(ten, 1, { costQualityTradeoff: 10 }))).toBe('m0')
    expect(names(ranked(ten, 1, { costQualityTradeoff: 5 }))).toBe('m0 m1 m2 m3 m4')
    expect(names(ranked(ten, 1, { costQualityTradeoff: 0 }))).toBe('m7 m8 m4 m5 m6 m0 m1 m2 m3')
    expect(names(ranked(ten, 1, { costQualityTradeoff: 0, costTier: 'low' }))).toBe('m0 m1')
  })

  test('is by price alone where nothing is known: cheap for easy work, dear for hard', () => {
    const unknown = ten.map(({ model, costPicos }) => contender(model.id, costPicos))
    expect(names(ranked(unknown, 1, {}).slice(0, 1))).toBe('m0')
    expect(names(ranked(unknown, 2, {}).slice(0, 2))).toBe('m4 m5')
    expect(names(ranked(unknown, 3, {}).slice(0, 3))).toBe('m8 m9 m7')
  })

  test('prefers of two at a price the one that is used more', () => {
    const even = [contender('a', 10, 2), contender('b', 10, 2), contender('c', 9, 2)]
    expect(names(ranked(even, 2, {}, new Map([['b', 0.05]])))).toBe('c b a')
    const close = [contender('a', 10, 2), contender('b', 10.9, 2), contender('c', 11.1, 2)]
    expect(names(ranked(close, 2, {}, new Map([['b', 1]])))).toBe('b a c')
    expect(names(ranked(close, 2, {}, new Map([['c', 1]])))).toBe('a c b')
  })

  test('has the same models for a cost tier, whichever are used', () => {
    const shares = new Map([['m2', 1]])
    expect(names(ranked(ten, 1, { costTier: 'low' }, shares))).toBe('m0 m1')
    expect(names(ranked(ten, 1, { costQualityTradeoff: 10 }, new Map([['m1', 1]])))).toBe('m0')
  })
})
