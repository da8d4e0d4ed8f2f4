import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { Outcome } from '../../src/gateway/outcome.ts'
import { readObject } from '../../src/wire/json.ts'
import { account, type TestAccount } from '../support/account.ts'
import {
  messageEnd,
  messageStart,
  messageStream,
  readMessageEvents,
  text,
} from '../support/anthropic-events.ts'
import { chatAnswer, chatStream, delta } from '../support/chat-chunks.ts'
import { ask, at } from '../support/chat.ts'
import { gate, provider, refusingUrl, replyJson } from '../support/provider.ts'
import { readEvents } from '../support/sse.ts'
import type { Step } from '../support/upstream-script.ts'
import { framesOf } from '../wire/responses-answers.ts'

const llama = 'meta-llama/llama-3.3-70b-instruct'
const haiku = 'anthropic/claude-haiku-4.5'
const greeting = [{ role: 'user', content: 'Hello' }]
const overloaded = replyJson(503, { error: { message: 'busy' } })

let caller: TestAccount
beforeAll(async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
  caller = await account(env)
})

/** What the official client (@openrouter/sdk 1.3.19) insists on in it. */
const sdkSchema = z.object({
  requested: z.string(),
  strategy: z.literal('direct'),
  region: z.string().nullable(),
  summary: z.string(),
  attempt: z.int(),
  is_byok: z.boolean(),
  endpoints: z.object({
    total: z.int(),
    available: z.array(z.object({ provider: z.string(), model: z.string(), selected: z.boolean() })),
  }),
  attempts: z.array(z.object({ provider: z.string(), model: z.string(), status: z.int() })).optional(),
})

interface Question {
  path?: string
  headers?: Record<string, string>
  colo?: string
  /** What the hosts of the model play, in the order in which they are asked. Default: DeepInfra answers. */
  deepinfra?: Step[] | 'refused'
  groq?: Step[]
  settings?: Partial<Env>
}

interface Told {
  status: number
  /** The whole body, or the objects of the stream. */
  parts: JsonObject[]
  id: string | null
}

/** Asks for a model that DeepInfra serves, and after it Groq where that is played. */
async function told(request: JsonObject, question: Question = {}): Promise<Told> {
  const { deepinfra = chatAnswer('Hi'), groq, path = 'chat/completions' } = question
  const first = deepinfra === 'refused' ? undefined : await provider(deepinfra)
  const second = groq && (await provider(groq))
  const settings: Env = {
    ...env,
    DEEPINFRA_API_KEY: 'k',
    DEEPINFRA_BASE_URL: first?.baseUrl ?? refusingUrl,
    ...(second && { GROQ_API_KEY: 'k', GROQ_BASE_URL: second.baseUrl }),
    ...question.settings,
  }
  const content = {
    completions: { prompt: 'Hello' },
    responses: { input: 'Hello' },
    embeddings: {},
  }[path] ?? { messages: greeting }
  const { response, settled } = await ask(
    settings,
    { model: llama, ...content, ...request },
    {
      path: `/api/v1/${path}`,
      key: caller.key,
      headers: question.headers ?? { 'x-openrouter-metadata': 'enabled' },
      ...(question.colo !== undefined && { colo: question.colo }),
    },
  )
  const body = await response.text()
  await settled()
  return { status: response.status, parts: partsOf(path, body), id: response.headers.get('x-generation-id') }
}

function partsOf(path: string, body: string): JsonObject[] {
  if (body.startsWith('{')) return [JSON.parse(body)]
  if (path === 'messages') return readMessageEvents(body)
  if (path === 'responses') return framesOf(body)
  const chunks = readEvents(body).map((event) => ('json' in event ? readObject(event.json) : undefined))
  return chunks.filter((chunk) => chunk !== undefined)
}

/** The metadata of an answer as the contract has it. */
function metadataOf(answer: Told): Json | undefined {
  const { explanation: _, ...metadata } = readObject(wholeMetadataOf(answer)) ?? {}
  return Object.keys(metadata).length > 0 ? metadata : undefined
}

/** The same with our own explanation. Only the last part of an answer may hold it. */
function wholeMetadataOf({ parts }: Told): Json | undefined {
  const holders = parts.map(
    (part) => part['openrouter_metadata'] ?? at(part['response'], 'openrouter_metadata'),
  )
  expect(holders.slice(0, -1).filter((holder) => holder !== undefined)).toEqual([])
  return holders.at(-1)
}

const deepinfra = { provider: 'DeepInfra', model: llama }
const groq = { provider: 'Groq', model: llama }
const routed = {
  requested: llama,
  strategy: 'direct',
  region: null,
  summary: 'available=1, selected=DeepInfra',
  attempt: 1,
  is_byok: false,
  endpoints: { total: 1, available: [{ ...deepinfra, selected: true }] },
  attempts: [{ ...deepinfra, status: 200 }],
  pipeline: [],
  dropped: [],
}

describe.each(['chat/completions', 'completions', 'messages', 'responses'])('POST /%s', (path) => {
  const request = path === 'messages' ? { max_tokens: 100 } : {}

  test.for([true, false])(
    '[42] [87] tells with the end of the answer how it was routed, stream: %s',
    async (stream) => {
      const answer = await told({ ...request, stream }, { path })
      expect(answer.status).toBe(200)
      expect(metadataOf(answer)).toEqual(routed)
      expect(sdkSchema.safeParse(metadataOf(answer)).error).toBeUndefined()
      // Chat and completions have no types.
      const last = { messages: 'message_stop', responses: 'response.completed' }[path]
      expect(stream ? answer.parts.at(-1)?.['type'] : last).toBe(last)
    },
  )

  test.for([true, false])('tells nothing unasked, stream: %s', async (stream) => {
    const { parts } = await told({ ...request, stream }, { path, headers: {} })
    expect(JSON.stringify(parts)).not.toContain('openrouter_metadata')
  })

  test.for([true, false])(
    'tells a failure before the answer beside the error, stream: %s',
    async (stream) => {
      const answer = await told({ ...request, stream }, { path, deepinfra: overloaded })
      expect(answer.status).toBe(503)
      expect(answer.parts[0]).toHaveProperty('error.message')
      expect(metadataOf(answer)).toEqual({
        ...routed,
        summary: 'available=1',
        endpoints: { total: 1, available: [{ ...deepinfra, selected: false }] },
        attempts: [{ ...deepinfra, status: 503 }],
      })
    },
  )

  test.for([true, false])('tells a failure in the middle with the error, stream: %s', async (stream) => {
    const half = chatStream([delta('Half')], { noDone: true })
    const answer = await told({ ...request, stream }, { path, deepinfra: half })
    expect(wholeMetadataOf(answer)).toMatchObject({
      summary: 'available=1',
      endpoints: { available: [{ ...deepinfra, selected: false }] },
      attempts: [{ ...deepinfra, status: 502 }],
      explanation: { attempts: [{ endpoint: 'deepinfra', error: 'ended_early' }] },
    })
    expect(await caller.generation(answer.id)).toMatchObject({
      provider_responses: [{ provider_name: 'DeepInfra', error: 'ended_early' }],
    })
  })
})

test.for([
  ['x-openrouter-metadata', 'Enabled', true],
  ['x-openrouter-metadata', 'yes', false],
  ['x-openrouter-metadata', 'disabled', false],
  ['X-OpenRouter-Experimental-Metadata', 'enabled', true],
] as const)('[I179] [179] %s: %s tells it: %s', async ([name, value, isTold]) => {
  const answer = await told({}, { headers: { [name]: value } })
  expect(metadataOf(answer) !== undefined).toBe(isTold)
})

test.for([
  ['is overloaded', overloaded, 503],
  ['refuses the connection', 'refused', 502],
  ['answers with nothing', chatStream([]), 502],
] as const)(
  '[I180] [180] after a failover from a host that %s both attempts are told',
  async ([, first, status]) => {
    const answer = await told(
      { stream: true },
      { deepinfra: first === 'refused' ? first : [...first], groq: chatAnswer('Hi') },
    )
    expect(metadataOf(answer)).toEqual({
      ...routed,
      summary: 'available=2, selected=Groq',
      attempt: 2,
      endpoints: {
        total: 2,
        available: [
          { ...deepinfra, selected: false },
          { ...groq, selected: true },
        ],
      },
      attempts: [
        { ...deepinfra, status },
        { ...groq, status: 200 },
      ],
    })
  },
)

test('why it was routed so, what it cost and how long it took is explained', async () => {
  const request = { provider: { ignore: ['groq'] }, service_tier: 'default' }
  const answer = await told(request, { groq: chatAnswer('Hi'), deepinfra: chatAnswer('Hi') })
  const explanation = at(wholeMetadataOf(answer), 'explanation')
  expect(explanation).toEqual({
    plan: [
      {
        endpoint: 'deepinfra',
        model: llama,
        reason: 'lowest price first',
        usd_per_million: { prompt: 0.1, completion: 0.32 },
      },
    ],
    excluded: [{ endpoint: 'groq', model: llama, by: 'allowed_providers' }],
    attempts: [{ endpoint: 'deepinfra', latency_ms: expect.any(Number) }],
    sticky: false,
    cost: {
      prompt_tokens: 5,
      cached_tokens: 0,
      completion_tokens: 2,
      prompt_usd: 0.0000005,
      completion_usd: 0.00000064,
      markup: 1,
      charged_usd: 0.00000114,
    },
    timing_ms: { gateway: expect.any(Number), provider: expect.any(Number) },
  })
  expect(await caller.generation(answer.id)).toMatchObject({
    openrouter_metadata: { strategy: 'direct', explanation: { excluded: [{ by: 'allowed_providers' }] } },
  })
})

test('who could serve and is not tried is told why as well', async () => {
  const settings = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: (await provider(chatAnswer('Hi'))).baseUrl }
  const excluded = async (request: JsonObject) => {
    const answer = await told(request, { settings, deepinfra: chatAnswer('Hi'), groq: chatAnswer('Hi') })
    return at(at(wholeMetadataOf(answer), 'explanation'), 'excluded')
  }
  expect(await excluded({ provider: { allow_fallbacks: false } })).toEqual([
    { endpoint: 'groq', model: llama, by: 'allow_fallbacks' },
  ])
  const mini = 'openai/gpt-5-mini'
  expect(await excluded({ model: mini, service_tier: 'flex' })).toEqual([
    { endpoint: 'openai/priority', model: mini, by: 'tier' },
    { endpoint: 'openai', model: mini, by: 'others_fit_better' },
  ])
})

test("the header Server-Timing tells the gateway's own share", async () => {
  const upstream = await provider(chatAnswer('Hi'), chatAnswer('Hi'))
  const settings = { ...env, DEEPINFRA_API_KEY: 'k', DEEPINFRA_BASE_URL: upstream.baseUrl }
  for (const stream of [true, false]) {
    const { response, settled } = await ask(
      settings,
      { model: llama, messages: greeting, stream },
      { key: caller.key },
    )
    await response.text()
    await settled()
    expect(response.headers.get('server-timing')).toMatch(/^gateway;dur=\d+, provider;dur=\d+$/)
  }
})

test('a failure behind a keep-alive tells it in the stream that has begun', async () => {
  const upstream = await provider([gate('late'), ...overloaded])
  const { response, settled } = await ask(
    {
      ...env,
      DEEPINFRA_API_KEY: 'k',
      DEEPINFRA_BASE_URL: upstream.baseUrl,
      LIMITS: JSON.stringify({ keepAliveMs: 50 }),
    },
    { model: llama, messages: greeting, stream: true },
    { key: caller.key, headers: { 'x-openrouter-metadata': 'enabled' } },
  )
  await upstream.open('late')
  const body = await response.text()
  await settled()
  const parts = partsOf('', body)
  expect(parts).toMatchObject([
    { error: { code: 503 }, openrouter_metadata: { attempt: 1, attempts: [{ ...deepinfra, status: 503 }] } },
  ])
})

test('the region is that of the data centre', async () => {
  expect(metadataOf(await told({}, { colo: 'HKG' }))).toMatchObject({ region: 'hkg' })
})

test('[79] a refusal by the provider is told with the attempt, and a 400 too', async () => {
  const refused = replyJson(400, { error: { message: 'bad', code: 'invalid_value' } })
  const answer = await told({}, { deepinfra: refused })
  expect(answer.status).toBe(400)
  expect(metadataOf(answer)).toMatchObject({ attempt: 1, attempts: [{ ...deepinfra, status: 400 }] })
})

describe('a request that nobody may serve', () => {
  const unrouted = {
    requested: llama,
    strategy: 'direct',
    region: 'hkg',
    summary: 'available=0',
    attempt: 0,
    is_byok: false,
    endpoints: { total: 1, available: [] },
    pipeline: [],
    dropped: [],
    explanation: { plan: [], attempts: [], sticky: false },
  }
  const excluded = (by: string) => [{ endpoint: 'deepinfra', model: llama, by }]

  test('is told whom each filter removed, in all that the contract has', async () => {
    const answer = await told({ provider: { only: ['nobody'] } }, { colo: 'HKG' })
    expect(answer.status).toBe(404)
    expect(sdkSchema.safeParse(metadataOf(answer)).error).toBeUndefined()
    const explanation = { ...unrouted.explanation, excluded: excluded('allowed_providers') }
    expect(wholeMetadataOf(answer)).toEqual({ ...unrouted, explanation })
  })

  test('is told that its model takes no such input', async () => {
    const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }
    const answer = await told({ messages: [{ role: 'user', content: [picture] }] }, { colo: 'HKG' })
    expect(answer.status).toBe(404)
    const explanation = { ...unrouted.explanation, excluded: excluded('image_input') }
    expect(wholeMetadataOf(answer)).toEqual({ ...unrouted, explanation })
  })

  test('is told how its name led to the model', async () => {
    const model = '~meta-llama/llama-latest'
    const answer = await told({ model, provider: { only: ['nobody'] } })
    expect([answer.status, metadataOf(answer)]).toMatchObject([404, { requested: model, strategy: 'latest' }])
  })
})

test('of several names the first is the one that was asked for, where no other field says it', async () => {
  const answer = await told({ model: null, models: [llama, haiku] })
  expect(metadataOf(answer)).toMatchObject({ requested: llama, strategy: 'direct' })
  expect(await caller.generation(answer.id)).toMatchObject({ requested_model: llama })
})

test('of a request that one model is not fit for, its endpoints are told among the excluded', async () => {
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }
  const models = [llama, 'google/gemma-3-27b-it']
  const answer = await told({ models, messages: [{ role: 'user', content: [picture] }] })
  expect(wholeMetadataOf(answer)).toMatchObject({
    strategy: 'direct',
    endpoints: { total: 2 },
    explanation: { excluded: [{ endpoint: 'deepinfra', model: llama, by: 'image_input' }] },
  })
})

test('what is refused before it is routed has none: a body, a key, an unknown model, money', async () => {
  const poor = await account(env, { credit: 0 })
  for (const [key, request, status] of [
    [caller.key, { model: llama }, 400],
    ['sk-or-v1-x', { model: llama, messages: greeting }, 401],
    [caller.key, { model: 'no/such', messages: greeting }, 400],
    [poor.key, { model: llama, messages: greeting }, 402],
  ] as const) {
    const { response } = await ask({ ...env, DEEPINFRA_API_KEY: 'k' }, request, {
      key,
      headers: { 'x-openrouter-metadata': 'enabled' },
    })
    expect([response.status, await response.json()]).toEqual([status, { error: expect.anything() }])
  }
})

test('[78] of a fault of ours nothing is told', async () => {
  const bug = vi.spyOn(Outcome.prototype, 'add').mockImplementation(() => {
    throw new RangeError('a bug')
  })
  const answer = await told({})
  bug.mockRestore()
  expect(answer.status).toBe(500)
  expect(answer.parts).toEqual([{ error: expect.objectContaining({ code: 500 }) }])
})

describe('what the serving endpoint could not be asked', () => {
  test('is told by name, for a client of another format, and kept with the attempt', async () => {
    const request = { max_tokens: 100, context_management: { edits: [] }, top_k: 5 }
    const answer = await told({ ...request, service_tier: 'auto' }, { path: 'messages' })
    expect(metadataOf(answer)).toMatchObject({ dropped: ['context_management'] })
    expect(await caller.generation(answer.id)).toMatchObject({
      provider_responses: [{ provider_name: 'DeepInfra', dropped: ['context_management'] }],
    })
  })

  test('is told of chat over Messages', async () => {
    const upstream = await provider(
      messageStream(messageStart(), ...text(0, 'Hi'), ...messageEnd('end_turn')),
    )
    const request = { model: haiku, seed: 7, logit_bias: { 5: 1 } }
    const settings = { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: upstream.baseUrl }
    expect(metadataOf(await told(request, { settings }))).toMatchObject({ dropped: ['logit_bias', 'seed'] })
  })

  test('is that of the endpoint that serves, not of one that failed', async () => {
    const answer = await told({ top_k: 5 }, { deepinfra: overloaded, groq: chatAnswer('Hi') })
    expect(metadataOf(answer)).toMatchObject({ attempt: 2, dropped: ['top_k'] })
    const { id } = answer
    const attempts = at(JSON.parse(JSON.stringify(await caller.generation(id))), 'provider_responses')
    expect(attempts).toEqual([
      expect.not.objectContaining({ dropped: expect.anything() }),
      expect.objectContaining({ dropped: ['top_k'] }),
    ])
  })

  test('is told of embeddings too', async () => {
    const vector = { object: 'list', data: [{ index: 0, embedding: [0.5] }], usage: { prompt_tokens: 1 } }
    const upstream = await provider(replyJson(200, vector))
    const settings = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: upstream.baseUrl }
    const request = { model: 'openai/text-embedding-3-small', input: 'Hi', input_type: 'search_query' }
    const answer = await told(request, { path: 'embeddings', settings })
    expect(metadataOf(answer)).toMatchObject({ attempt: 1, dropped: ['input_type'] })
  })

  test('is told of no more names than a record has room for', async () => {
    const names = Array.from({ length: 80 }, (_, index) => [`${index}${'x'.repeat(120)}`, 1])
    const request = { max_tokens: 100, ...Object.fromEntries(names) }
    const dropped = at(metadataOf(await told(request, { path: 'messages' })), 'dropped')
    expect(dropped).toEqual(names.slice(0, 50).map(([name]) => String(name).slice(0, 100)))
  })
})
