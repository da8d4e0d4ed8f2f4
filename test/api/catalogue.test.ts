import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import { selectModel } from '../../src/catalogue/resolve.ts'
import type { Env } from '../../src/env.ts'
import { account, manage } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole, contentOf } from '../support/chat.ts'
import { headerOf, provider, refusingUrl } from '../support/provider.ts'
import { refusal, root, send } from './front-door.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const live = {
  ...env,
  GROQ_API_KEY: 'x',
  NVIDIA_API_KEY: 'x',
  VLLM_API_KEY: 'x',
  CATALOGUE_HOSTS: '10.0.0.7:8000',
}

/** Who would serve a model, as `provider:upstream at its prompt's price per token in picos`. */
async function servedBy(id: string): Promise<string[] | string> {
  try {
    const { endpoints } = await selectModel(live, id)
    return endpoints.map((each) =>
      [each.provider, each.upstreamModel, each.price.promptPicos, each.baseUrl ?? ''].join(' ').trim(),
    )
  } catch (error) {
    if (error instanceof GatewayError) return error.message
    throw error
  }
}

const llama = 'meta-llama/llama-3.3-70b-instruct'

test('a model that is hidden is not served until it is shown again', async () => {
  expect(await servedBy(llama)).toEqual(['groq llama-3.3-70b-versatile 590000'])
  const hidden = await send('PUT', '/catalogue/hidden', { body: { model: llama } })
  expect({ status: hidden.status, body: hidden.body }).toEqual({
    status: 200,
    body: { data: { model: llama, kind: 'hidden' } },
  })
  expect(await servedBy(llama)).toBe(`${llama} is not a valid model ID`)
  expect((await send('DELETE', `/catalogue/hidden?model=${llama}`)).body).toEqual({ deleted: true })
  expect(await servedBy(llama)).toEqual(['groq llama-3.3-70b-versatile 590000'])
})

test('a pinned price holds whatever the list says, and gives one to what had none', async () => {
  const nemotron = 'nvidia/nemotron-mini-4b-instruct'
  expect(await servedBy(nemotron)).toMatch('has no known price at NVIDIA')
  for (const [model, host, prompt] of [
    [llama, 'groq', '0.5'],
    [nemotron, 'nvidia', '0'],
  ]) {
    const body = { model, provider: host, prompt, completion: '0.7' }
    expect((await send('PUT', '/catalogue/prices', { body })).body).toEqual({
      data: { model, kind: 'price', provider: host, value: { prompt, completion: '0.7' } },
    })
  }
  expect(await servedBy(llama)).toEqual(['groq llama-3.3-70b-versatile 500000'])
  expect(await servedBy(nemotron)).toEqual(['nvidia nvidia/nemotron-mini-4b-instruct 0'])
  expect((await send('DELETE', `/catalogue/prices?model=${llama}&provider=groq`)).status).toBe(200)
  expect(await servedBy(llama)).toEqual(['groq llama-3.3-70b-versatile 590000'])
})

test('a pinned price is whole: of the price on the list nothing is left, and all else stays', async () => {
  const google = { ...env, GOOGLE_AI_STUDIO_API_KEY: 'x' }
  const model = 'google/gemini-2.5-flash-image'
  const [listed] = (await selectModel(google, model)).endpoints
  const price = { prompt: '2', completion: '12', image: '3', imageOutput: '120', audioCached: '1' }
  const body = { model, provider: 'google-ai-studio', ...price }
  expect((await send('PUT', '/catalogue/prices', { body })).status).toBe(200)
  const { endpoints } = await selectModel(google, model)
  await send('DELETE', `/catalogue/prices?model=${model}&provider=google-ai-studio`)
  expect(endpoints).toEqual([
    {
      ...listed,
      model: expect.anything(),
      price: {
        promptPicos: 2_000_000,
        completionPicos: 12_000_000,
        promptImagePicos: 3_000_000,
        completionImagePicos: 120_000_000,
        cachedAudioPicos: 1_000_000,
      },
    },
  ])
})

async function policyOf(id: string) {
  return (await selectModel({ ...env, OPENAI_API_KEY: 'x' }, id)).endpoints[0]?.dataPolicy
}

test('what becomes of prompts at a provider is the operator’s to say, of all its models or of one', async () => {
  const published = { training: false, retains: true, retentionDays: null }
  expect(await policyOf('openai/gpt-4o')).toEqual(published)
  const agreed = { provider: 'openai', training: false, retains_prompts: false }
  const put = await send('PUT', '/catalogue/policies', { body: agreed })
  expect([put.status, put.body]).toEqual([
    200,
    {
      data: {
        kind: 'policy',
        provider: 'openai',
        value: { training: false, retains: false, retentionDays: 0 },
      },
    },
  ])
  const but = { ...agreed, model: 'openai/gpt-5', retains_prompts: true, retention_days: 30 }
  expect((await send('PUT', '/catalogue/policies', { body: but })).status).toBe(200)
  expect(await policyOf('openai/gpt-4o')).toEqual({ training: false, retains: false, retentionDays: 0 })
  expect(await policyOf('openai/gpt-5')).toEqual({ training: false, retains: true, retentionDays: 30 })

  const refused = async (body: object) =>
    refusal(await send('PUT', '/catalogue/policies', { body: { ...agreed, ...body } }))
  expect(await refused({ provider: 'nobody' })).toBe('404 provider: nobody is no provider')
  expect(await refused({ model: 'x-ai/grok-4.7' })).toMatch('404 provider: x-ai/grok-4.7 is not at openai')
  expect(await refused({ training: 'no' })).toMatch(/^400 training: /)
  for (const of of ['provider=openai', 'provider=openai&model=openai/gpt-5']) {
    expect((await send('DELETE', `/catalogue/policies?${of}`)).body).toEqual({ deleted: true })
  }
  expect((await send('DELETE', '/catalogue/policies?provider=openai')).status).toBe(404)
  expect(await policyOf('openai/gpt-5')).toEqual(published)
})

test('a model of the operator is served at its own address, for its own price', async () => {
  const endpoint = { provider: 'vllm', model: 'assistant-7b', prompt: '0.1', completion: '0.2' }
  const put = (base_url: string) =>
    send('PUT', '/catalogue/models', {
      body: { id: 'acme/assistant', endpoints: [{ ...endpoint, base_url }] },
    })
  expect((await put('https://llm.acme.example/v1')).status).toBe(200)
  expect(await servedBy('acme/assistant')).toEqual(['vllm assistant-7b 100000 https://llm.acme.example/v1'])

  for (const [url, host] of [
    ['http://llm.acme.example/v1', 'llm.acme.example'],
    ['https://127.0.0.1/v1', '127.0.0.1'],
    ['https://10.0.0.7/v1', '10.0.0.7'],
    ['https://metadata.google.internal/v1', 'metadata.google.internal'],
    ['https://user:word@llm.acme.example/v1', 'llm.acme.example'],
  ] as const) {
    expect(refusal(await put(url))).toBe(
      `400 base_url: ${host} is not a public host over https. Name it in CATALOGUE_HOSTS to approve it`,
    )
  }
  expect((await send('DELETE', '/catalogue/models?model=acme/assistant')).body).toEqual({ deleted: true })
  expect(await servedBy('acme/assistant')).toBe('acme/assistant is not a valid model ID')
})

test('further endpoints of a listed model replace those at the same provider and leave the others', async () => {
  const endpoints = [
    { provider: 'vllm', model: 'llama', prompt: '0', completion: '0', base_url: 'https://gpu.example/v1' },
  ]
  expect((await send('PUT', '/catalogue/models', { body: { id: llama, endpoints } })).status).toBe(200)
  expect(await servedBy(llama)).toEqual([
    'vllm llama 0 https://gpu.example/v1',
    'groq llama-3.3-70b-versatile 590000',
  ])
  await send('DELETE', `/catalogue/models?model=${llama}`)
})

test('the decisions are told with the version of the catalogue', async () => {
  const { body } = await send('GET', '/catalogue')
  expect(body.data).toMatchObject({
    snapshot: expect.stringMatching(/^[0-9a-f]{12}$/),
    refreshed_shards: 0,
    refreshed: null,
    overrides: [
      {
        model: 'nvidia/nemotron-mini-4b-instruct',
        kind: 'price',
        provider: 'nvidia',
        value: { prompt: '0', completion: '0.7' },
      },
    ],
  })
})

test.each([
  ['/catalogue/hidden', { model: 'no/such' }, '404 model: there is no no/such in the catalogue'],
  [
    '/catalogue/prices',
    { model: 'simulator/echo', provider: 'groq', prompt: '1', completion: '1' },
    '404 provider: simulator/echo is not at groq. It is at simulator',
  ],
  [
    '/catalogue/prices',
    { model: 'simulator/echo', provider: 'simulator', prompt: '-1', completion: '1' },
    '400 prompt: is no price: dollars with at most six decimals are',
  ],
  [
    '/catalogue/prices',
    { model: 'simulator/echo', provider: 'simulator', prompt: '1' },
    '400 completion: is required',
  ],
  ['/catalogue/models', { id: 'Acme', endpoints: [] }, expect.stringMatching('^400 id: is author/slug')],
  [
    '/catalogue/models',
    { id: 'acme/x', endpoints: [{ provider: 'nobody', model: 'x', prompt: '1', completion: '1' }] },
    '400 endpoints.0.provider: nobody is no provider',
  ],
  [
    '/catalogue/models',
    {
      id: 'acme/x',
      endpoints: [
        { provider: 'openai', model: 'x', prompt: '1', completion: '1', base_url: 'https://a.example' },
      ],
    },
    "400 endpoints.0.base_url: OpenAI is where it is; an address of one's own is for ollama, vllm and lmstudio",
  ],
])('PUT %s refuses %j', async (path, body, message) => {
  expect(refusal(await send('PUT', path, { body }))).toEqual(message)
})

test('nobody but the operator decides', async () => {
  for (const key of [root.inference, null]) {
    const reply = await send('PUT', '/catalogue/hidden', { key, body: { model: llama } })
    expect([401, 403]).toContain(reply.status)
  }
  expect((await send('DELETE', '/catalogue/hidden?model=simulator/echo')).status).toBe(404)
  expect(await servedBy(llama)).toHaveLength(1)
})

test('a model at a host that was approved is called there, and paid for at its own price', async () => {
  const upstream = await provider(chatAnswer('From the cellar.'))
  const { host } = new URL(upstream.baseUrl)
  const here = { ...env, CATALOGUE_HOSTS: host, VLLM_API_KEY: 'cellar-key' }
  const endpoint = { provider: 'vllm', model: 'own-7b', prompt: '1', completion: '1' }
  await manage(here, 'PUT', '/catalogue/models', {
    id: 'acme/cellar',
    endpoints: [{ ...endpoint, base_url: upstream.baseUrl }],
  })
  const { key, generation } = await account(here)
  const body = { model: 'acme/cellar', stream: true, messages: [{ role: 'user', content: 'Hi' }] }
  const answer = await askWhole(here, body, { key })
  expect(contentOf(answer)).toBe('From the cellar.')
  const [call] = await upstream.calls()
  expect(headerOf(call, 'authorization')).toBe('Bearer cellar-key')
  expect(JSON.parse(call?.body ?? '')).toMatchObject({ model: 'own-7b' })
  const record = await generation(answer.response.headers.get('x-generation-id'))
  expect(record['total_cost']).toBeGreaterThan(0)
})

test("a provider's key and headers go to its own host and to approved ones, and to no other", async () => {
  const own = await provider(chatAnswer('Mine.'))
  const stranger = await provider(chatAnswer('Hello.'))
  const here = { ...env, VLLM_API_KEY: 'cellar-key', VLLM_HEADERS: '{"x-tunnel":"tunnel-canary"}' }
  const { key } = await account(here)
  const sentTo = async (upstream: typeof own, settings: Env, baseUrl = upstream.baseUrl) => {
    const endpoint = { provider: 'vllm', model: 'own-7b', prompt: '1', completion: '1' }
    await manage({ ...here, CATALOGUE_HOSTS: new URL(upstream.baseUrl).host }, 'PUT', '/catalogue/models', {
      id: 'acme/attic',
      endpoints: [{ ...endpoint, base_url: baseUrl }],
    })
    const body = { model: 'acme/attic', stream: true, messages: [{ role: 'user', content: 'Hi' }] }
    expect((await askWhole(settings, body, { key })).response.status).toBe(200)
    const call = (await upstream.calls()).at(-1)
    return [headerOf(call, 'authorization'), headerOf(call, 'x-tunnel')]
  }
  const keyed = ['Bearer cellar-key', 'tunnel-canary']
  expect(await sentTo(own, { ...here, VLLM_BASE_URL: own.baseUrl })).toEqual(keyed)
  const { host } = new URL(stranger.baseUrl)
  expect(await sentTo(stranger, { ...here, CATALOGUE_HOSTS: host })).toEqual(keyed)
  // A public name, behind which the same stranger listens.
  const { fetch: outside } = globalThis
  const publicUrl = 'https://gpu.example/v1'
  vi.spyOn(globalThis, 'fetch').mockImplementation((url, init) =>
    outside(typeof url === 'string' ? url.replace(publicUrl, stranger.baseUrl) : url, init),
  )
  expect(await sentTo(stranger, { ...here, VLLM_BASE_URL: refusingUrl }, publicUrl)).toEqual([
    undefined,
    undefined,
  ])
})

test('a host that is approved no more is not called', async () => {
  const upstream = await provider(chatAnswer('From the cellar.'))
  const here = { ...env, VLLM_API_KEY: 'cellar-key' }
  const approving = { ...here, CATALOGUE_HOSTS: new URL(upstream.baseUrl).host }
  const endpoint = { provider: 'vllm', model: 'own-7b', prompt: '1', completion: '1' }
  await manage(approving, 'PUT', '/catalogue/models', {
    id: 'acme/shed',
    endpoints: [{ ...endpoint, base_url: upstream.baseUrl }],
  })
  const { key } = await account(here)
  const body = { model: 'acme/shed', messages: [{ role: 'user', content: 'Hi' }] }
  expect((await askWhole(here, body, { key })).response.status).toBe(503)
  expect(await upstream.calls()).toEqual([])
})
