import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { account, type TestAccount } from '../support/account.ts'
import { chatAnswer, chatStream, delta, finish, usage } from '../support/chat-chunks.ts'
import { askWhole, at } from '../support/chat.ts'
import { provider, replyJson, type Provider } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

/** DeepInfra sells it for $0.45 and $2.25, and Novita for $0.60 and $3; both have a price for cached tokens. */
const kimi = 'moonshotai/kimi-k2.5'
/** The same two, in the same order; neither has. */
const llama = 'meta-llama/llama-3.3-70b-instruct'
const greeting = [{ role: 'user', content: 'Hello' }]
const overloaded = replyJson(503, { error: { message: 'busy' } })
const tooLong = replyJson(400, { error: { message: 'too long', code: 'context_length_exceeded' } })

let caller: TestAccount
beforeAll(async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
  caller = await account(env)
})

/** An answer that tells of a cache. */
const cached = chatStream([
  delta('Hi'),
  finish('stop'),
  usage(50, 2, { prompt_tokens_details: { cached_tokens: 40 } }),
])

interface Hosts {
  deepinfra: Provider
  novita: Provider
  ask: (
    request: JsonObject,
    options?: { headers?: Record<string, string>; key?: string },
  ) => Promise<Answered>
}

interface Answered {
  status: number
  body: JsonObject
  headers: Headers
}

/** Two hosts of the same models, which play these in turn; the last one repeats. */
async function hosts(deepinfraPlays: Step[][] = [], novitaPlays: Step[][] = []): Promise<Hosts> {
  const deepinfra = await provider(
    ...(deepinfraPlays.length > 0 ? deepinfraPlays : [chatAnswer('from DeepInfra')]),
  )
  const novita = await provider(...(novitaPlays.length > 0 ? novitaPlays : [chatAnswer('from Novita')]))
  const settings = {
    ...env,
    DEEPINFRA_API_KEY: 'k',
    DEEPINFRA_BASE_URL: deepinfra.baseUrl,
    NOVITA_API_KEY: 'k',
    NOVITA_BASE_URL: novita.baseUrl,
  }
  return {
    deepinfra,
    novita,
    ask: async (request, { headers, key = caller.key } = {}) => {
      const { response, text } = await askWhole(
        settings,
        { model: kimi, messages: greeting, ...request },
        { key, headers: { 'x-openrouter-metadata': 'enabled', ...headers } },
      )
      return { status: response.status, body: JSON.parse(text), headers: response.headers }
    },
  }
}

const availabilityOf = ({ body }: Answered) => at(at(body, 'error'), 'availability')
const providerOf = ({ body }: Answered) => at(body, 'provider')

describe('a request that nobody may serve', () => {
  test('[R20] is told who serves the model and whom it permits', async () => {
    const { ask, deepinfra, novita } = await hosts()
    const answer = await ask({ provider: { only: ['openai'] } })
    expect(answer.status).toBe(404)
    expect(availabilityOf(answer)).toEqual({
      code: 'no_endpoints',
      retryable: false,
      requested_models: [kimi],
      docs_url: expect.stringContaining('no_endpoints'),
      affected_providers: ['DeepInfra', 'Novita'],
      excluded_by: ['allowed_providers'],
    })
    expect(at(at(answer.body, 'error'), 'message')).toBe(
      'No allowed providers are available for the selected model. ' +
        `Providers serving ${kimi}: DeepInfra, Novita, but your request's provider.only preference permits only: openai.`,
    )
    expect([await deepinfra.calls(), await novita.calls()]).toEqual([[], []])
  })

  test('[R35] is told that it was the price, and is not executed', async () => {
    const { ask, deepinfra } = await hosts()
    const answer = await ask({ provider: { max_price: { prompt: 0.1 } } })
    expect(answer.status).toBe(404)
    expect(availabilityOf(answer)).toMatchObject({
      code: 'constraint_filtered',
      excluded_by: ['max_price'],
      constraint: { field: 'max_price' },
    })
    expect(await deepinfra.calls()).toEqual([])
    expect(await caller.heldNanos()).toBe(0)
  })

  test('[R46] is told that it was zero retention', async () => {
    const { response, text } = await askWhole(
      { ...env, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: (await provider(chatAnswer('Hi'))).baseUrl },
      { model: 'openai/gpt-4o-mini', messages: greeting, provider: { zdr: true } },
      { key: caller.key },
    )
    expect(response.status).toBe(404)
    expect(at(at(JSON.parse(text), 'error'), 'availability')).toMatchObject({
      code: 'privacy_restricted',
      excluded_by: ['data_policy:zdr'],
    })
  })

  test('[R172] was tried nowhere, and its metadata says so', async () => {
    const { ask } = await hosts()
    const { body } = await ask({ provider: { ignore: ['deepinfra', 'novita'] } })
    expect(body['openrouter_metadata']).toMatchObject({ attempt: 0, endpoints: { total: 2, available: [] } })
  })

  test('[R79] is told nothing that is empty', async () => {
    const { ask } = await hosts()
    const availability = availabilityOf(await ask({ provider: { only: ['openai'] } }))
    expect(Object.keys(availability ?? {})).not.toContain('fallback_models')
    expect(Object.keys(availability ?? {})).not.toContain('retry_after')
  })
})

describe('fallback models', () => {
  test('[R67][R70] a context that is too short leads to the next model, which is told and paid for', async () => {
    const { ask } = await hosts([tooLong, chatAnswer('from llama')])
    const answer = await ask({ models: [kimi, llama], provider: { order: ['deepinfra'] } })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      model: llama,
      openrouter_metadata: {
        strategy: 'fallback',
        attempt: 2,
        attempts: [
          { model: kimi, status: 400 },
          { model: llama, status: 200 },
        ],
      },
      // 5 prompt tokens at $0.10 and 2 completion tokens at $0.32 per million.
      usage: { cost: 0.00000114 },
    })
    expect(await caller.generation(answer.headers.get('x-generation-id'))).toMatchObject({
      model: llama,
      total_cost: 0.00000114,
    })
  })

  test('[R68] so does an answer that moderation refuses', async () => {
    const flagged = replyJson(403, { error: { message: 'flagged', code: 'content_policy_violation' } })
    const { ask } = await hosts([flagged, chatAnswer('from llama')])
    const answer = await ask({ models: [kimi, llama], provider: { only: ['deepinfra'] } })
    expect([answer.status, answer.body['model']]).toEqual([200, llama])
  })

  test('[R69] where all fail, the error is that of the last', async () => {
    const broken = replyJson(400, { error: { message: 'bad schema', code: 'invalid_value' } })
    const { ask } = await hosts([tooLong, broken])
    const answer = await ask({ models: [kimi, llama], provider: { only: ['deepinfra'] } })
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body['error'])).not.toContain('too long')
  })

  test('[R71] the model comes before its models, each once', async () => {
    const { ask } = await hosts([overloaded], [overloaded])
    const { body } = await ask({ model: llama, models: [llama, kimi], provider: { only: ['deepinfra'] } })
    expect(body['openrouter_metadata']).toMatchObject({ attempts: [{ model: llama }, { model: kimi }] })
  })

  test('of three attempts every model keeps one', async () => {
    const { ask } = await hosts([overloaded], [overloaded])
    const { body } = await ask({ model: kimi, models: [llama] })
    expect(body['openrouter_metadata']).toMatchObject({
      attempts: [{ model: kimi }, { model: kimi }, { model: llama }],
    })
  })

  test('that are the same model by another name, nobody is asked twice for', async () => {
    const { ask, deepinfra } = await hosts([overloaded])
    const models = [kimi, `${kimi}:exacto`, `${kimi}:floor`]
    const answer = await ask({ models, provider: { only: ['deepinfra'] } })
    expect([answer.status, (await deepinfra.calls()).length]).toEqual([503, 1])
  })

  test('no attempt leaves the providers that are allowed', async () => {
    const { ask, deepinfra } = await hosts([overloaded], [overloaded])
    expect((await ask({ model: kimi, models: [llama], provider: { only: ['novita'] } })).status).toBe(503)
    expect(await deepinfra.calls()).toEqual([])
  })

  test('[R78] an account has a model for requests that name none', async () => {
    const settled = await account(env, { account: { routing: { model: llama } } })
    const { ask } = await hosts()
    const answer = await ask({ model: null }, { key: settled.key })
    expect([answer.status, answer.body['model']]).toEqual([200, llama])
  })
})

describe('what an endpoint does not know', () => {
  test('[R40] is not sent to it', async () => {
    const { ask, deepinfra } = await hosts()
    const { body } = await ask({
      model: llama,
      top_a: 0.5,
      temperature: 0.5,
      provider: { only: ['deepinfra'] },
    })
    const [call] = await deepinfra.calls()
    const sent: unknown = JSON.parse(call?.body ?? '{}')
    expect(sent).toMatchObject({ temperature: 0.5 })
    expect(sent).not.toHaveProperty('top_a')
    expect(body['openrouter_metadata']).toMatchObject({ dropped: ['top_a'] })
  })
})

const gpt = 'openai/gpt-5-mini'
const served = (tier: string) =>
  replyJson(200, {
    id: 'x',
    model: 'gpt-5-mini',
    service_tier: tier,
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 },
  })

async function asked(request: JsonObject, ...plays: Step[][]) {
  const openai = await provider(...plays)
  const { response, text } = await askWhole(
    { ...env, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: openai.baseUrl },
    { model: gpt, messages: greeting, max_tokens: 500, ...request },
    { key: caller.key },
  )
  const calls = await openai.calls()
  return {
    status: response.status,
    body: JSON.parse(text),
    sent: calls.map(({ body }) => JSON.parse(body)),
  }
}

describe('service tiers', () => {
  // 1,000 prompt tokens at $0.25 and 100 completion tokens at $2 per million.
  const usual = 0.00045

  test('[R82] priority is asked for, and paid for at its own price', async () => {
    const { body, sent } = await asked({ service_tier: 'priority' }, served('priority'))
    expect(sent).toMatchObject([{ service_tier: 'priority' }])
    expect(body).toMatchObject({ service_tier: 'priority', usage: { cost: usual * 1.8 } })
  })

  test('[R83] what fails over to the usual tier costs the usual', async () => {
    const { body, sent } = await asked({ service_tier: 'priority' }, overloaded, served('default'))
    expect(sent[1]).not.toHaveProperty('service_tier', 'priority')
    expect(body).toMatchObject({ service_tier: 'default', usage: { cost: usual } })
  })

  test('[R84] fast is another word for priority', async () => {
    const { body, sent } = await asked({ service_tier: 'fast' }, served('priority'))
    expect(sent).toMatchObject([{ service_tier: 'priority' }])
    expect(body).toMatchObject({ service_tier: 'priority' })
  })

  test('[R85][I177] flex that is full is an error, and no other tier is tried', async () => {
    const { status, sent } = await asked({ service_tier: 'flex' }, overloaded)
    expect([status, sent.length]).toEqual([503, 1])
  })

  test('[R89] what is served in the usual tier costs the usual, whatever was asked for', async () => {
    const { body } = await asked({ service_tier: 'priority' }, served('default'))
    expect(body).toMatchObject({ service_tier: 'default', usage: { cost: usual } })
  })

  test('[R81] who asks for none is never sent to one', async () => {
    const { sent } = await asked({}, overloaded)
    expect(sent.map((body) => at(body, 'service_tier'))).toEqual([undefined])
  })
})

const fresh = () => crypto.randomUUID()

describe('a conversation', () => {
  let chatty: TestAccount
  beforeAll(async () => {
    chatty = await account(env, { account: { routing: null } })
  })

  /** Who served each of so many requests, one after the other. */
  async function servers(
    { ask }: Hosts,
    count: number,
    request: JsonObject,
    headers: Record<string, string> = {},
  ) {
    const names = []
    for (let index = 0; index < count; index++) {
      names.push(providerOf(await ask(request, { key: chatty.key, headers })))
    }
    return new Set(names)
  }

  test('[R128][I166] that names itself stays where it was served', async () => {
    const both = await hosts()
    for (const session of [fresh(), fresh(), fresh()]) {
      expect((await servers(both, 8, { session_id: session })).size).toBe(1)
    }
  })

  test('stays there without fallbacks too, which then is the one endpoint', async () => {
    const both = await hosts()
    for (const session of [fresh(), fresh(), fresh()]) {
      const request = { session_id: session, provider: { allow_fallbacks: false } }
      expect((await servers(both, 8, request)).size).toBe(1)
    }
  })

  test('[I167] so does one with a prompt_cache_key', async () => {
    expect((await servers(await hosts(), 12, { prompt_cache_key: fresh() })).size).toBe(1)
  })

  test('[R129] one that does not stays only once a cache was told of', async () => {
    const messages = [{ role: 'user', content: `Tell me of ${fresh()}` }]
    // With 36 to 64 for the two, all of them going to one is no chance.
    expect((await servers(await hosts(), 25, { messages })).size).toBe(2)
    expect((await servers(await hosts([cached], [cached]), 12, { messages })).size).toBe(1)
  })

  test('[R133] that has to move goes on where it moved to', async () => {
    const session = fresh()
    const both = await hosts()
    const first = providerOf(await both.ask({ session_id: session }, { key: chatty.key }))
    const isDeepinfra = first === 'DeepInfra'
    const other = isDeepinfra ? 'Novita' : 'DeepInfra'
    const moved = await hosts(isDeepinfra ? [overloaded] : [], isDeepinfra ? [] : [overloaded])
    expect(providerOf(await moved.ask({ session_id: session }, { key: chatty.key }))).toBe(other)
    expect(await servers(await hosts(), 8, { session_id: session })).toEqual(new Set([other]))
  })

  test('[R134] stays nowhere where nothing is saved by it', async () => {
    // Both cost much the same, and neither has a price for cached tokens.
    const model = 'qwen/qwen-2.5-72b-instruct'
    expect((await servers(await hosts(), 25, { model, session_id: fresh() })).size).toBe(2)
  })

  test('[R135] goes where provider.order says', async () => {
    const session = fresh()
    const both = await hosts()
    for (const host of ['Novita', 'DeepInfra', 'Novita']) {
      const answer = await both.ask({ session_id: session, provider: { order: [host] } }, { key: chatty.key })
      expect(providerOf(answer)).toBe(host)
    }
  })

  test('is told as such in the metadata', async () => {
    const session = fresh()
    const both = await hosts()
    const explained = async () =>
      (await both.ask({ session_id: session }, { key: chatty.key })).body['openrouter_metadata']
    expect(await explained()).toMatchObject({ explanation: { sticky: false } })
    expect(await explained()).toMatchObject({
      explanation: { sticky: true, plan: [{ reason: 'served this conversation before' }, {}] },
    })
  })
})
