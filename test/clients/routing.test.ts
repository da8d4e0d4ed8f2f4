import { createOpenRouter } from '@openrouter/ai-sdk-provider'
import { HTTPClient, OpenRouter } from '@openrouter/sdk'
import type { ChatRequest, ProviderPreferences } from '@openrouter/sdk/models'
import * as errors from '@openrouter/sdk/models/errors'
import { APICallError, generateText, streamText } from 'ai'
import { beforeEach, describe, expect, test } from 'vitest'
import { chatAnswer } from '../support/chat-chunks.ts'
import { providerAt, replyJson, type Provider } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'
import { baseUrl, keys, newKey } from './gateway.ts'

/** Z.AI sells it for $0.60 and $2.20 per million tokens, and Zhipu AI for less than half of that. */
const glm = 'z-ai/glm-4.7'
/** Both sell these, and the second for the same. */
const [other, alike] = ['z-ai/glm-4.5-air', 'z-ai/glm-4.6']
const free = 'z-ai/glm-4.5-flash:free'
/** Each is asked for in one test that lets it fail, since failures are remembered. */
const [failing, failingAlone, failingHere] = ['z-ai/glm-5', 'z-ai/glm-5.1', 'z-ai/glm-4.5']

const overloaded = replyJson(503, { error: { message: 'busy' } })
const tooLong = replyJson(400, { error: { message: 'too long', code: 'context_length_exceeded' } })

let hosts: { zai: Provider; zhipu: Provider }
beforeEach(async () => await playing({}))

/** What both hosts answer first, with empty logs; after that they are well. */
async function playing({ zai = [], zhipu = [] }: { zai?: Step[][]; zhipu?: Step[][] }): Promise<void> {
  hosts = {
    zai: await providerAt('z-ai', ...zai, chatAnswer('from Z.AI')),
    zhipu: await providerAt('zhipuai', ...zhipu, chatAnswer('from Zhipu AI')),
  }
}

/** Who was asked, one after the other. */
async function asked(): Promise<string[]> {
  const [zai, zhipu] = [await hosts.zai.calls(), await hosts.zhipu.calls()]
  const all = [
    ...zai.map((call) => ({ host: 'z-ai', at: call.requestedAtMs })),
    ...zhipu.map((call) => ({ host: 'zhipuai', at: call.requestedAtMs })),
  ]
  return all.toSorted((left, right) => left.at - right.at).map(({ host }) => host)
}

function clientOf(apiKey: string, httpClient = new HTTPClient()): OpenRouter {
  return new OpenRouter({ apiKey, httpClient, serverURL: baseUrl, retryConfig: { strategy: 'none' } })
}

describe('@openrouter/sdk', () => {
  const inference = clientOf(keys.inference)

  /** A whole answer, with its metadata. */
  async function ask(request: Partial<ChatRequest>, sdk = inference, headers: Record<string, string> = {}) {
    const messages: ChatRequest['messages'] = [{ role: 'user', content: 'Hello' }]
    const answer = await sdk.chat.send(
      { xOpenRouterMetadata: 'enabled', chatRequest: { model: glm, messages, ...request } },
      { headers },
    )
    if (!('choices' in answer)) throw new Error('a stream, where none was asked for')
    return answer
  }

  const preferences: [string, ProviderPreferences, string][] = [
    ['order', { order: ['z-ai'] }, 'z-ai'],
    ['order without fallbacks', { order: ['Z.AI'], allowFallbacks: false }, 'z-ai'],
    ['only', { only: ['z-ai'] }, 'z-ai'],
    ['ignore', { ignore: ['zhipuai'] }, 'z-ai'],
    ['sort', { sort: 'price' }, 'zhipuai'],
    ['sort and partition', { sort: { by: 'price', partition: 'none' } }, 'zhipuai'],
    ['maxPrice', { maxPrice: { prompt: '0.3', completion: '2' } }, 'zhipuai'],
    ['dataCollection', { dataCollection: 'deny' }, 'z-ai'],
  ]

  test.each(preferences)('%s decides which host is asked', async (_, provider, host) => {
    for (const text of ['once', 'twice', 'thrice']) {
      await ask({ provider, messages: [{ role: 'user', content: text }] })
    }
    expect(await asked()).toEqual([host, host, host])
  })

  test('a host that fails is followed by another, and by none where fallbacks are not allowed', async () => {
    await playing({ zai: [overloaded] })
    const answer = await ask({ model: failing, provider: { order: ['z-ai'] } })
    expect(answer.choices[0]?.message.content).toBe('from Zhipu AI')
    expect(await asked()).toEqual(['z-ai', 'zhipuai'])

    await playing({ zai: [overloaded] })
    const alone = ask({ model: failingAlone, provider: { order: ['z-ai'], allowFallbacks: false } })
    await expect(alone).rejects.toThrow(errors.ServiceUnavailableResponseError)
    expect(await asked()).toEqual(['z-ai'])
  })

  test('a fallback model answers under its own name, at its own price, and tells what was tried', async () => {
    await playing({ zhipu: [tooLong] })
    const answer = await ask({ models: [other], provider: { only: ['zhipuai'] } })
    expect(answer).toMatchObject({
      model: other,
      choices: [{ message: { content: 'from Zhipu AI' } }],
      // 5 prompt tokens at $0.11 and 2 completion tokens at $0.276 per million.
      usage: { cost: 0.000001102 },
      openrouterMetadata: {
        requested: glm,
        strategy: 'fallback',
        attempt: 2,
        attempts: [
          { provider: 'Zhipu AI', model: glm, status: 400 },
          { provider: 'Zhipu AI', model: other, status: 200 },
        ],
      },
    })
    expect(await asked()).toEqual(['zhipuai', 'zhipuai'])
  })

  test('the last chunk of a stream tells how it was routed', async () => {
    const stream = await inference.chat.send({
      xOpenRouterMetadata: 'enabled',
      chatRequest: {
        model: glm,
        messages: [{ role: 'user', content: 'Hello' }],
        provider: { only: ['z-ai'] },
        stream: true,
      },
    })
    if ('choices' in stream) throw new Error('no stream, where one was asked for')
    const chunks = await Array.fromAsync(stream)
    expect(chunks.at(-1)).toMatchObject({
      openrouterMetadata: {
        strategy: 'direct',
        attempt: 1,
        endpoints: { total: 2, available: [{ provider: 'Z.AI', selected: true }] },
      },
    })
  })

  test(':floor goes where it is cheapest', async () => {
    for (const text of ['once', 'twice', 'thrice']) {
      const answer = await ask({ model: `${glm}:floor`, messages: [{ role: 'user', content: text }] })
      expect(answer.model).toBe(glm)
    }
    expect(await asked()).toEqual(['zhipuai', 'zhipuai', 'zhipuai'])
  })

  test(':nitro is served under the name of the model', async () => {
    expect(await ask({ model: `${glm}:nitro` })).toMatchObject({ model: glm })
    expect(await asked()).toHaveLength(1)
  })

  test(':free costs nothing, and is never the paid model', async () => {
    expect(await ask({ model: free })).toMatchObject({ model: free, usage: { cost: 0 } })
    await expect(ask({ model: `${glm}:free` })).rejects.toThrow(`${glm}:free`)
    expect(await asked()).toEqual(['z-ai'])
  })

  test('the web is searched for nobody, and no host is asked', async () => {
    const refused = 'web search is not configured here; leave it out'
    await expect(ask({ model: `${glm}:online` })).rejects.toThrow(`${glm}:online: :online: ${refused}`)
    await expect(ask({ model: `${glm}:online` })).rejects.toThrow(errors.BadRequestResponseError)
    expect(await asked()).toEqual([])
  })

  test('openrouter/auto chooses among the models that its plugin allows, and says why', async () => {
    const allowedModels = ['z-ai/glm-4.7*', 'z-ai/glm-4.6']
    const answer = await ask({ model: 'openrouter/auto', plugins: [{ id: 'auto-router', allowedModels }] })
    expect(answer).toMatchObject({
      model: expect.stringMatching(/^z-ai\/glm-4\.[67]/),
      openrouterMetadata: {
        requested: 'openrouter/auto',
        strategy: 'auto',
        pipeline: [{ name: 'auto-router', data: { task_type: expect.any(String) } }],
      },
    })
    expect(await asked()).toHaveLength(1)
  })

  test('openrouter/free costs nothing', async () => {
    const answer = await ask({ model: 'openrouter/free' })
    expect(answer).toMatchObject({
      model: expect.stringMatching(/^z-ai\/.*:free$/),
      usage: { cost: 0 },
      openrouterMetadata: { strategy: 'free' },
    })
    expect(await asked()).toEqual(['z-ai'])
  })

  test('a session stays at the host that served it first', async () => {
    const [sessions, calls] = [3, 6]
    for (let session = 0; session < sessions; session++) {
      await playing({})
      const sessionId = crypto.randomUUID()
      for (let call = 0; call < calls; call++) await ask({ model: alike, sessionId })
      const hostsAsked = await asked()
      expect(hostsAsked).toEqual(Array.from({ length: calls }, () => hostsAsked[0]))
    }
  })

  test('a request that nobody may serve is an error that tells who would, and what left them out', async () => {
    const error = await ask({ provider: { only: ['openai'] } }).catch((thrown: unknown) => thrown)
    if (!(error instanceof errors.NotFoundResponseError)) throw new Error(`not a 404: ${String(error)}`)
    expect(error.message).toBe(
      'No allowed providers are available for the selected model. ' +
        `Providers serving ${glm}: Zhipu AI, Z.AI, but your request's provider.only preference permits only: openai.`,
    )
    expect(error.error.message).toBe(error.message)
    expect(error.openrouterMetadata).toMatchObject({ attempt: 0, endpoints: { total: 2, available: [] } })
    expect(JSON.parse(error.body)).toMatchObject({
      error: { availability: { code: 'no_endpoints', excluded_by: ['allowed_providers'] } },
    })

    const tooDear = ask({ provider: { maxPrice: { prompt: '0.01' } } })
    await expect(tooDear).rejects.toMatchObject({
      statusCode: 404,
      body: expect.stringContaining('max_price'),
    })
    expect(await asked()).toEqual([])
  })

  test('the second of two equal requests is answered from the cache, for nothing', async () => {
    const seen: (string | null)[] = []
    const httpClient = new HTTPClient().addHook('response', ({ headers }) => {
      seen.push(headers.get('x-openrouter-cache-status'))
    })
    const sdk = clientOf(await newKey(), httpClient)
    const headers = { 'X-OpenRouter-Cache': 'true' }
    const [first, second] = [await ask({}, sdk, headers), await ask({}, sdk, headers)]
    expect(seen).toEqual(['MISS', 'HIT'])
    expect(second.choices).toEqual(first.choices)
    expect(second.id).not.toBe(first.id)
    expect([first.usage?.promptTokens, second.usage?.promptTokens]).toEqual([5, 0])
    expect(await asked()).toHaveLength(1)
  })
})

describe('@openrouter/ai-sdk-provider', () => {
  type Settings = NonNullable<Parameters<ReturnType<typeof createOpenRouter>['chat']>[1]>
  const callOf = (id: string, settings: Settings = {}, headers: Record<string, string> = {}) => ({
    model: createOpenRouter({ apiKey: keys.inference, baseURL: baseUrl, headers }).chat(id, settings),
    prompt: 'Hello',
    maxRetries: 0,
  })

  test.each<[string, NonNullable<Settings['provider']>, string]>([
    ['order', { order: ['z-ai'], allow_fallbacks: false }, 'z-ai'],
    ['only', { only: ['z-ai'] }, 'z-ai'],
    ['ignore', { ignore: ['zhipuai'] }, 'z-ai'],
    ['max_price', { max_price: { prompt: 0.3 } }, 'zhipuai'],
    ['data_collection', { data_collection: 'deny' }, 'z-ai'],
  ])('%s decides which host is asked', async (_, provider, host) => {
    const { providerMetadata } = await generateText(callOf(glm, { provider }))
    expect(providerMetadata?.['openrouter']).toMatchObject({
      provider: host === 'z-ai' ? 'Z.AI' : 'Zhipu AI',
    })
    expect(await asked()).toEqual([host])
  })

  test('a fallback model answers under its own name, whole and streamed', async () => {
    const settings: Settings = { models: [other], provider: { only: ['zhipuai'] } }
    await playing({ zhipu: [tooLong] })
    const whole = await generateText(callOf(glm, settings))
    expect([whole.text, whole.response.modelId]).toEqual(['from Zhipu AI', other])
    await playing({ zhipu: [tooLong] })
    const streamed = streamText(callOf(glm, settings))
    expect(await streamed.text).toBe('from Zhipu AI')
    expect((await streamed.response).modelId).toBe(other)
    expect(await asked()).toEqual(['zhipuai', 'zhipuai'])
  })

  test('routers, variants and sessions go through', async () => {
    const plugins: Settings['plugins'] = [{ id: 'auto-router', allowed_models: [alike] }]
    const auto = await generateText(callOf('openrouter/auto', { plugins }))
    expect(auto.response.modelId).toBe(alike)
    await expect(generateText(callOf(`${glm}:online`))).rejects.toThrow('web search is not configured here')

    await playing({})
    const session = { extraBody: { session_id: crypto.randomUUID() } }
    for (let call = 0; call < 8; call++) await generateText(callOf(alike, session))
    expect(new Set(await asked()).size).toBe(1)
  })

  test('the second of two equal requests is answered from the cache', async () => {
    const prompt = crypto.randomUUID()
    const ask = async () =>
      await generateText({ ...callOf(glm, {}, { 'X-OpenRouter-Cache': 'true' }), prompt })
    const answers = [await ask(), await ask()]
    expect(answers.map(({ response }) => response.headers?.['x-openrouter-cache-status'])).toEqual([
      'MISS',
      'HIT',
    ])
    expect(answers[1]?.text).toBe(answers[0]?.text)
    expect(await asked()).toHaveLength(1)
  })

  test('a host that fails alone is an error of the library’s own type', async () => {
    await playing({ zai: [overloaded] })
    const provider = { order: ['z-ai'], allow_fallbacks: false }
    const error = await generateText(callOf(failingHere, { provider })).catch((thrown: unknown) => thrown)
    expect(APICallError.isInstance(error) && [error.statusCode, error.message]).toEqual([
      503,
      expect.any(String),
    ])
    expect(await asked()).toEqual(['z-ai'])
  })

  test('a request that nobody may serve says who would', async () => {
    const call = callOf(glm, { provider: { only: ['openai'] } })
    const error = await generateText(call).catch((thrown: unknown) => thrown)
    if (!APICallError.isInstance(error)) throw new Error(`not an error of a call: ${String(error)}`)
    expect(error.statusCode).toBe(404)
    expect(error.message).toContain(`Providers serving ${glm}: Zhipu AI, Z.AI`)
    expect(JSON.parse(error.responseBody ?? '')).toMatchObject({
      error: { availability: { code: 'no_endpoints', excluded_by: ['allowed_providers'] } },
    })
  })
})
