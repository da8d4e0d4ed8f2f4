import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { askWhole } from '../support/chat.ts'
import { headerOf, provider, refusingUrl, replyJson } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

const model = 'openai/text-embedding-3-small'

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

/** Asks for embeddings of a model whose provider plays the given answer. */
async function embed(request: JsonObject, answer: Step[], slug = 'OPENAI', key = caller.key) {
  const upstream = await provider(answer)
  const settings: Env = {
    ...env,
    [`${slug}_API_KEY`]: 'operator-key',
    [`${slug}_BASE_URL`]: upstream.baseUrl,
  }
  const { response, text } = await askWhole(
    settings,
    { model, input: 'Hello', ...request },
    { path: '/api/v1/embeddings', key },
  )
  const calls = await upstream.calls()
  const [call] = calls
  const sent: JsonObject | undefined = call && JSON.parse(call.body)
  return { response, body: JSON.parse(text), sent, call, calls }
}

const vectors = (...all: JsonObject[string][]): JsonObject[] =>
  all.map((embedding, index) => ({ object: 'embedding', index, embedding }))
const answer = (data: JsonObject[], promptTokens = 9): JsonObject => ({
  object: 'list',
  model: 'text-embedding-3-small',
  data,
  usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
})

/** 0.5, -2 and 1 as 32-bit floats, low byte first. */
const floats = [0.5, -2, 1]
const base64 = 'AAAAPwAAAMAAAIA/'

test('[183] [184] three texts are three vectors in their order, billed by the prompt alone', async () => {
  const [first, second, third] = vectors([1, 0], [0, 1], [1, 1])
  const before = await caller.usage()
  const { response, body, sent, call } = await embed(
    { input: ['a', 'b', 'c'], dimensions: 2, user: 'someone' },
    replyJson(200, answer([third!, first!, second!], 1_000)),
  )
  expect(call?.path).toMatch(/\/embeddings$/)
  expect(headerOf(call, 'authorization')).toBe('Bearer operator-key')
  expect(sent).toEqual({ model: 'text-embedding-3-small', input: ['a', 'b', 'c'], dimensions: 2 })
  const cost = 1_000 * 0.000_000_02
  expect(body).toEqual({
    id: response.headers.get('x-generation-id'),
    object: 'list',
    model,
    provider: 'OpenAI',
    data: vectors([1, 0], [0, 1], [1, 1]),
    usage: {
      prompt_tokens: 1_000,
      total_tokens: 1_000,
      cost,
      is_byok: false,
      cost_details: { upstream_inference_cost: null, upstream_inference_prompt_cost: cost },
    },
  })
  expect(await caller.usage()).toBeCloseTo(before + cost, 9)
  expect(await caller.heldNanos()).toBe(0)
  const record = await caller.generation(response.headers.get('x-generation-id'))
  expect(record).toMatchObject({ model, tokens_prompt: 1_000, tokens_completion: 0, usage: cost })
})

test.each([
  ['numbers', 'float', floats],
  ['base64', 'float', base64],
  ['numbers', 'base64', floats],
  ['base64', 'base64', base64],
])('[183] a host that answers in %s is read as %s', async (_, encoding, given) => {
  const { body } = await embed({ encoding_format: encoding }, replyJson(200, answer(vectors(given))))
  expect(body.data).toEqual(vectors(encoding === 'float' ? floats : base64))
})

test.each([
  [[1, 2, 3]],
  [
    [
      [1, 2, 3],
      [4, 5],
    ],
  ],
])('token ids go as they came: %o', async (input) => {
  const { sent } = await embed({ input }, replyJson(200, answer(vectors([1]))))
  expect(sent).toMatchObject({ input })
})

test('many texts together may be longer than one may be', async () => {
  const input = Array.from({ length: 20 }, () => 'word '.repeat(1_000))
  const { response } = await embed({ input }, replyJson(200, answer(vectors(...input.map(() => [1])))))
  expect(response.status).toBe(200)
  const long = await embed({ input: 'word '.repeat(20_000) }, [])
  expect([long.response.status, long.body.error.metadata.error_type]).toEqual([
    400,
    'context_length_exceeded',
  ])
})

test.each([
  [{ stream: true }, /^stream: embeddings are not streamed; leave it out$/],
  [{ input: '' }, /^input: Too small/],
  [{ input: [] }, /^input: /],
  [{ input: [{ content: [{ type: 'text', text: 'a' }] }] }, /^input\[0\]: content that is not text is not/],
  [{ encoding_format: 'int8' }, /^encoding_format: /],
  [{ dimensions: 0 }, /^dimensions: /],
  [{ provider: { only: 'openai' } }, /^provider\.only: /],
])('%o is refused by name', async (request: JsonObject, message) => {
  const { response, body, sent } = await embed(request, [])
  expect([response.status, sent]).toEqual([400, undefined])
  expect(body.error.message).toMatch(message)
})

test('[R76] [65] a model of one kind asked for the other names the right endpoint', async () => {
  const { response, body } = await embed({ model: 'openai/gpt-4o-mini' }, [])
  expect([response.status, body.error.availability]).toMatchObject([
    400,
    {
      code: 'wrong_endpoint',
      retryable: false,
      constraint: { detail: 'openai/gpt-4o-mini writes answers: use POST /api/v1/chat/completions' },
    },
  ])
  const chat = await askWhole(
    { ...env, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: refusingUrl },
    { model, messages: [{ role: 'user', content: 'Hi' }] },
    { key: caller.key },
  )
  expect([chat.response.status, JSON.parse(chat.text).error.availability]).toMatchObject([
    400,
    {
      code: 'wrong_endpoint',
      constraint: { detail: `${model} makes embeddings: use POST /api/v1/embeddings` },
    },
  ])
})

test('a host that fails is replaced by the next', async () => {
  const nebius = await provider(replyJson(503, {}))
  const scaleway = await provider(replyJson(200, answer(vectors([1]))))
  const { text } = await askWhole(
    {
      ...env,
      NEBIUS_API_KEY: 'k',
      NEBIUS_BASE_URL: nebius.baseUrl,
      SCALEWAY_API_KEY: 'k',
      SCALEWAY_BASE_URL: scaleway.baseUrl,
    },
    { model: 'qwen/qwen3-embedding-8b', input: 'Hello' },
    { path: '/api/v1/embeddings', key: caller.key },
  )
  expect(JSON.parse(text)).toMatchObject({ provider: 'Scaleway', usage: { cost: 9 * 0.000_000_1 } })
})

test.each([
  ['no vectors', {}],
  ['an empty vector', answer(vectors([]))],
  ['words for numbers', answer(vectors(['a', 'b']))],
])('an answer with %s is none, and costs nothing', async (_, given) => {
  const { response, body } = await embed({}, replyJson(200, given))
  expect([response.status, body.error.metadata.error_type]).toEqual([503, 'provider_overloaded'])
  expect(await caller.heldNanos()).toBe(0)
})

const [one, two, three] = vectors([1], [2], [3])
test.each([
  ['one too few', [one!, two!]],
  ['one too many', vectors([1], [2], [3], [4])],
  ['a gap', [one!, three!]],
  ['a place left out', [one!, two!, { ...three, index: 3 }]],
  ['a place taken twice', [one!, two!, two!]],
])('of three texts %s among the vectors sends them to another host', async (_, given) => {
  const nebius = await provider(replyJson(200, answer(given)))
  const scaleway = await provider(replyJson(200, answer(vectors([1], [2], [3]))))
  const { text } = await askWhole(
    {
      ...env,
      NEBIUS_API_KEY: 'k',
      NEBIUS_BASE_URL: nebius.baseUrl,
      SCALEWAY_API_KEY: 'k',
      SCALEWAY_BASE_URL: scaleway.baseUrl,
    },
    { model: 'qwen/qwen3-embedding-8b', input: ['a', 'b', 'c'] },
    { path: '/api/v1/embeddings', key: caller.key },
  )
  expect(await nebius.calls()).toHaveLength(1)
  expect(JSON.parse(text)).toMatchObject({
    provider: 'Scaleway',
    data: vectors([1], [2], [3]),
    usage: { cost: 9 * 0.000_000_1 },
  })
  expect(await caller.heldNanos()).toBe(0)
})

test('vectors without an index are in the order of the texts', async () => {
  const given = [{ embedding: [1] }, { embedding: [2] }]
  const { body } = await embed({ input: ['a', 'b'] }, replyJson(200, answer(given)))
  expect(body.data).toEqual(vectors([1], [2]))
})

test('where nobody counts, the gateway does, and says so', async () => {
  const { body } = await embed({}, replyJson(200, { data: vectors([1]) }))
  expect(body.usage).toMatchObject({ prompt_tokens: 2, estimated: true })
})

test('who cannot pay is told what it would have cost', async () => {
  const poor = await account(env, { credit: 0 })
  const { response, body, sent } = await embed({}, [], 'OPENAI', poor.key)
  expect([response.status, sent]).toEqual([402, undefined])
  expect(body.error.message).toMatch(/0 completion tokens of openai\/text-embedding-3-small/)
})

test("Cohere is asked in Cohere's words", async () => {
  const { body, sent, call } = await embed(
    { model: 'cohere/embed-v4.0', input: ['a', 'b'], dimensions: 256, input_type: 'search_query' },
    replyJson(200, {
      id: 'e1',
      embeddings: { float: [[1], [2]] },
      meta: { billed_units: { input_tokens: 50 } },
    }),
    'COHERE',
  )
  expect(call?.path).toMatch(/\/embed$/)
  expect(sent).toEqual({
    model: 'embed-v4.0',
    texts: ['a', 'b'],
    input_type: 'search_query',
    embedding_types: ['float'],
    output_dimension: 256,
  })
  expect(body).toMatchObject({
    data: vectors([1], [2]),
    usage: { prompt_tokens: 50, cost: 0.000_006 },
  })
})

test('Gemini is asked in its words, and counts nothing', async () => {
  const { body, sent, call } = await embed(
    { model: 'google/gemini-embedding-001', dimensions: 128, input_type: 'search_document' },
    replyJson(200, { embeddings: [{ values: [1, 2] }] }),
    'GOOGLE_AI_STUDIO',
  )
  expect(call?.path).toMatch(/\/models\/gemini-embedding-001:batchEmbedContents$/)
  expect(headerOf(call, 'x-goog-api-key')).toBe('operator-key')
  expect(sent).toEqual({
    requests: [
      {
        model: 'models/gemini-embedding-001',
        content: { parts: [{ text: 'Hello' }] },
        outputDimensionality: 128,
        taskType: 'RETRIEVAL_DOCUMENT',
      },
    ],
  })
  expect(body).toMatchObject({ data: vectors([1, 2]), usage: { estimated: true } })
})

test.each(['cohere/embed-v4.0', 'google/gemini-embedding-001'])(
  '%s takes no token ids, and says so',
  async (id) => {
    const slug = id.startsWith('cohere') ? 'COHERE' : 'GOOGLE_AI_STUDIO'
    const { response, body, sent } = await embed({ model: id, input: [1, 2] }, [], slug)
    expect([response.status, body.error.message, sent]).toEqual([
      400,
      "input: this model's provider takes no token ids; send the text",
      undefined,
    ])
  },
)

test('whatever a machine of your own serves makes embeddings too', async () => {
  const { body, sent } = await embed(
    { model: 'ollama/nomic-embed-text' },
    replyJson(200, answer(vectors([1]))),
    'OLLAMA',
  )
  expect(sent).toEqual({ model: 'nomic-embed-text', input: 'Hello' })
  expect(body.usage.cost).toBe(0)
})

test('they have a list of their own', async () => {
  const settings = { ...env, OPENAI_API_KEY: 'k', COHERE_API_KEY: 'k' }
  const list = async (path: string) => {
    const { text } = await askWhole(settings, undefined, { path: `/api/v1${path}`, method: 'GET' })
    return JSON.parse(text)
  }
  const { data, total_count: count } = await list('/embeddings/models')
  expect(data.map(({ id }: { id: string }) => id)).toEqual([
    'cohere/embed-v4.0',
    'openai/text-embedding-3-large',
    'openai/text-embedding-3-small',
    'openai/text-embedding-ada-002',
  ])
  expect(data[2]).toMatchObject({
    architecture: { input_modalities: ['text'], output_modalities: ['embeddings'] },
    pricing: { prompt: '0.00000002', completion: '0' },
  })
  expect(count).toBe(4)
  expect(await list('/embeddings/models?limit=1&offset=1')).toMatchObject({
    data: [{ id: 'openai/text-embedding-3-large' }],
    links: { next: '/api/v1/embeddings/models?offset=2&limit=1' },
  })
  const chat = await list('/models')
  expect(JSON.stringify(chat)).not.toContain('text-embedding')
})

test.each(['not base64!', 'AAA'])(
  'a vector that is none, %j, is a failure of its host and costs nothing',
  async (text) => {
    const before = await caller.usage()
    const { response } = await embed({ encoding_format: 'float' }, replyJson(200, answer(vectors(text))))
    expect(response.status).toBe(503)
    expect(await caller.usage()).toBe(before)
  },
)
