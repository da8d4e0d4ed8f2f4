import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { account, type TestAccount } from '../support/account.ts'
import { messageEnd, messageStart, messageStream, text as said } from '../support/anthropic-events.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole } from '../support/chat.ts'
import { provider } from '../support/provider.ts'

let caller: TestAccount
beforeAll(async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  caller = await account(env)
})

const media = [
  { type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAA' } },
  { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
  { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
]

/** What came of a request at one host that sells many models, some for nothing. */
async function served(model: string, more: object = {}, path?: string) {
  const host = await provider(chatAnswer('Hello.'))
  const settings = {
    ...env,
    TOGETHER_API_KEY: 'k',
    TOGETHER_BASE_URL: host.baseUrl,
    NVIDIA_API_KEY: 'k',
    NVIDIA_BASE_URL: host.baseUrl,
  }
  const { response, text } = await askWhole(
    settings,
    { model, messages: [{ role: 'user', content: 'What is the capital of Mongolia?' }], ...more },
    { key: caller.key, headers: { 'x-openrouter-metadata': 'enabled' }, ...(path !== undefined && { path }) },
  )
  const [call] = await host.calls()
  return {
    status: response.status,
    body: JSON.parse(text),
    upstream: call && JSON.parse(call.body),
    record: () => caller.generation(response.headers.get('x-generation-id')),
  }
}

test('[R104] an alias is answered by the newest of its family, which the answer and the bill name', async () => {
  const { status, body, record } = await served('~moonshotai/kimi-latest:floor')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    model: expect.stringMatching(/^moonshotai\/kimi-k[\d.]+$/),
    openrouter_metadata: { requested: '~moonshotai/kimi-latest:floor', strategy: 'latest' },
  })
  expect(await record()).toMatchObject({ model: body.model, router: null })
})

test('[R105] a model that always reasons does so at its least behind an alias, and refuses by its own name', async () => {
  const rest = { reasoning: { effort: 'none' } }
  const alias = await served('~moonshotai/kimi-code-latest', rest)
  expect([alias.status, alias.body.model]).toEqual([200, 'moonshotai/kimi-k2.7-code'])
  expect(JSON.stringify(alias.upstream)).not.toContain('none')
  const concrete = await served('moonshotai/kimi-k2.7-code', rest)
  expect([concrete.status, concrete.body.error.message]).toEqual([
    400,
    expect.stringMatching(/^reasoning\.effort: this model always reasons/),
  ])
  expect(concrete.upstream).toBeUndefined()
})

test('[R106] a family without a model is an error, and nobody is asked in its place', async () => {
  const { status, body, upstream } = await served('~moonshotai/kiwi-latest')
  expect([status, body.error.message]).toEqual([404, '~moonshotai/kiwi-latest is not a valid model ID'])
  expect(upstream).toBeUndefined()
})

test('[R108][R127] the free router costs nothing, and its record names it and the model', async () => {
  const { status, body, record } = await served('openrouter/free')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    model: expect.stringMatching(/:free$/),
    usage: { cost: 0 },
    openrouter_metadata: { requested: 'openrouter/free', strategy: 'free' },
  })
  expect(await record()).toMatchObject({ model: body.model, router: 'openrouter/free', total_cost: 0 })
})

test('[R116][R127] the auto router tells its choice with the answer, and its record names it', async () => {
  const plugins = [{ id: 'auto-router', excluded_models: ['openai/*'] }]
  const { status, body, record } = await served('switchyard/auto', { plugins })
  expect(status).toBe(200)
  expect(body).toMatchObject({
    model: expect.not.stringMatching(/^openai|auto/),
    openrouter_metadata: {
      strategy: 'auto',
      pipeline: [{ type: 'plugin', name: 'auto-router', data: { task_type: 'qa:fact', tier: 1 } }],
    },
  })
  expect(await record()).toMatchObject({ model: body.model, router: 'switchyard/auto' })
})

test('[R110] the auto router with nothing left to choose from says so', async () => {
  const { status, body } = await served('openrouter/auto', {
    plugins: [{ id: 'auto-router', allowed_models: ['nobody/*'] }],
  })
  expect([status, body.error.message]).toEqual([404, 'No models match your request and model restrictions'])
})

test.for([
  ['openrouter/free', 'free', { zdr: true }, 'privacy_restricted', 'data_policy:zdr'],
  ['openrouter/free', 'free', { only: ['nope'] }, 'no_endpoints', 'allowed_providers'],
  ['openrouter/auto', 'auto', { only: ['nope'] }, 'no_endpoints', 'allowed_providers'],
  ['switchyard/auto:floor', 'auto', { max_price: { prompt: 0 } }, 'constraint_filtered', 'max_price'],
  [
    'openrouter/auto',
    'auto',
    { order: ['anthropic'], allow_fallbacks: false },
    'no_endpoints',
    'allowed_providers',
  ],
] as const)(
  '[R79] %s tells which preference leaves it nobody: %s %o',
  async ([model, strategy, preferences, code, by]) => {
    const asked = model.startsWith('switchyard')
      ? { plugins: [{ id: 'auto-router', excluded_models: ['*:free'] }] }
      : {}
    const { status, body, upstream } = await served(model, { provider: preferences, ...asked })
    expect([status, upstream]).toEqual([404, undefined])
    const isNobody = body.error.message.startsWith('No models match your request and model restrictions. ')
    expect(isNobody).toBe(strategy === 'auto')
    expect(body.error.availability).toMatchObject({
      code,
      requested_models: [model.split(':')[0]],
      affected_providers: expect.arrayContaining(['NVIDIA']),
      excluded_by: [by],
    })
    const { explanation, ...told } = body.openrouter_metadata
    expect(told).toMatchObject({ requested: model, strategy, attempt: 0, endpoints: { available: [] } })
    expect(told.endpoints.total).toBeGreaterThan(explanation.plan.length)
    expect(explanation.excluded).toContainEqual({
      endpoint: 'nvidia',
      model: expect.any(String),
      by,
    })
  },
)

test.each(['openrouter/auto', 'openrouter/free'])(
  'what is named beside %s serves as its fallback where preferences leave the router nobody',
  async (router) => {
    const named = 'moonshotai/kimi-k2.6'
    const { status, body, record } = await served(router, {
      models: [router, named],
      provider: { only: ['together'] },
      plugins: [{ id: 'auto-router', allowed_models: ['nvidia/*:free'] }],
    })
    expect([status, body.model]).toEqual([200, named])
    expect(body.openrouter_metadata).toMatchObject({ strategy: 'fallback', pipeline: [] })
    expect(body.openrouter_metadata.endpoints).toMatchObject({ available: [{ model: named }] })
    expect(body.openrouter_metadata.endpoints.total).toBeLessThan(5)
    expect(await record()).toMatchObject({ model: named, router: null })
  },
)

test.each([
  ['openrouter/auto', 'auto', { plugins: [{ id: 'auto-router', allowed_models: ['nobody/*'] }] }],
  ['openrouter/free', 'free', { messages: [{ role: 'user', content: media }] }],
])('%s with nobody to choose tells how it was routed as well', async (model, strategy, request) => {
  const { status, body } = await served(model, request)
  expect([status, body.error.availability]).toMatchObject([
    404,
    { code: 'no_endpoints', requested_models: [model] },
  ])
  expect(body.openrouter_metadata).toMatchObject({
    requested: model,
    strategy,
    region: null,
    summary: 'available=0',
    attempt: 0,
    is_byok: false,
    endpoints: { total: 0, available: [] },
  })
})

test('the auto router chooses among the providers that its client lists, where others may not serve', async () => {
  const { status, body } = await served('openrouter/auto', {
    provider: { order: ['nvidia'], allow_fallbacks: false },
  })
  expect([status, body.provider]).toEqual([200, 'NVIDIA'])
})

/** What is chosen after so many requests for one of them. */
async function chosenAfter(used: string, allowed: string[]) {
  const openai = await provider(chatAnswer('Hello.'))
  const anthropic = await provider(messageStream(messageStart(), ...said(0, 'Hi'), ...messageEnd('end_turn')))
  const settings = {
    ...env,
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: openai.baseUrl,
    ANTHROPIC_API_KEY: 'k',
    ANTHROPIC_BASE_URL: anthropic.baseUrl,
  }
  const ask = async (model: string) => {
    const plugins = [{ id: 'auto-router', allowed_models: allowed }]
    const messages = [{ role: 'user', content: 'What is the capital of Mongolia?' }]
    const headers = { 'x-openrouter-metadata': 'enabled' }
    const { text } = await askWhole(settings, { model, messages, plugins }, { key: caller.key, headers })
    return JSON.parse(text)
  }
  for (let request = 0; request < 3; request++) expect((await ask(used)).model).toBe(used)
  const answer = await ask('openrouter/auto')
  return [answer.model, answer.openrouter_metadata.pipeline[0].data.reasons.at(-1)]
}

describe('of what the auto router may choose', () => {
  /** Haiku 5.5 and GPT-6 Luna cost the same for a short question, and GPT-5 Nano a fifth less. */
  const [haiku, luna, nano] = ['anthropic/claude-haiku-5.5', 'openai/gpt-6-luna', 'openai/gpt-5-nano']

  test('the more used one is taken where prices are much the same, and that is told', async () => {
    expect(await chosenAfter(haiku, [haiku, luna])).toEqual([haiku, 'qa:fact: usually 1'])
    expect(await chosenAfter(luna, [haiku, luna])).toEqual([luna, 'much used here, at about the least price'])
  })

  test('the cheaper one is taken else, however much the other is used', async () => {
    expect(await chosenAfter(haiku, [haiku, nano])).toEqual([nano, 'qa:fact: usually 1'])
  })
})

test('[R114] the auto router takes messages and no prompt', async () => {
  const { status, body } = await served(
    'openrouter/auto',
    { messages: undefined, prompt: 'Hi' },
    '/api/v1/completions',
  )
  expect([status, body.error.message]).toEqual([400, expect.stringMatching('takes messages')])
})

test('[R96] :online asks for a search of the web, which is told to be missing', async () => {
  const { status, body } = await served('moonshotai/kimi-k2.6:online')
  expect([status, body.error.message]).toEqual([
    400,
    'model moonshotai/kimi-k2.6:online: :online: web search is not configured here; leave it out',
  ])
})

test(':thinking turns reasoning on, unless the request says how much', async () => {
  const model = 'moonshotai/kimi-k2.6:thinking'
  const { upstream: usual } = await served('moonshotai/kimi-k2.6')
  const { upstream: thinking } = await served(model)
  expect(thinking).not.toEqual(usual)
  const asked = { reasoning: { effort: 'high' } }
  const { upstream: own } = await served(model, asked)
  expect(own).toEqual((await served('moonshotai/kimi-k2.6', asked)).upstream)
})
