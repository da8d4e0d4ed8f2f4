import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { models } from '../../src/api/models.ts'
import { GatewayError } from '../../src/base/errors.ts'
import { errorResponse } from '../../src/base/http.ts'
import type { Env } from '../../src/env.ts'

const app = new Hono<{ Bindings: Env }>()
app.onError((error) => errorResponse(GatewayError.from(error)))
app.route('/api/v1', models)

/** As a client without a key asks, of a gateway with these variables set. */
async function get(path: string, variables: Record<string, string> = { SIMULATOR: 'on' }) {
  const response = await app.request(`/api/v1${path}`, {}, { ...env, ...variables })
  return { status: response.status, body: await response.json<Record<string, unknown>>() }
}

/** What the official SDK insists on. */
const money = z.string().regex(/^\d+(\.\d*[1-9])?$/)
const pricing = z.strictObject({
  prompt: money,
  completion: money,
  input_cache_read: money.optional(),
  input_cache_write: money.optional(),
})
const modality = z.enum(['text', 'image', 'file', 'audio', 'video'])
const tokenizers =
  'Router Media Other GPT Claude Gemini Gemma Grok Cohere Nova Qwen Yi DeepSeek Mistral Llama2 Llama3 Llama4 PaLM RWKV Qwen3'
const architecture = z.strictObject({
  modality: z.string(),
  input_modalities: z.array(modality).min(1),
  output_modalities: z.array(modality).min(1),
  tokenizer: z.enum(tokenizers.split(' ')),
  instruct_type: z.null(),
})
const model = z.strictObject({
  id: z.string(),
  canonical_slug: z.string(),
  hugging_face_id: z.string().nullable(),
  name: z.string(),
  created: z.int(),
  description: z.string(),
  context_length: z.int(),
  architecture,
  pricing,
  top_provider: z.strictObject({
    context_length: z.int(),
    max_completion_tokens: z.int().nullable(),
    is_moderated: z.boolean(),
  }),
  per_request_limits: z.null(),
  supported_parameters: z.array(z.string()),
  default_parameters: z.null(),
  supported_voices: z.null(),
  knowledge_cutoff: z.string().nullable(),
  expiration_date: z.null(),
  reasoning: z.strictObject({ mandatory: z.boolean() }).optional(),
  links: z.strictObject({ details: z.string() }),
})
const modelList = z.strictObject({
  data: z.array(model),
  total_count: z.int(),
  links: z.strictObject({ next: z.null() }),
})

test('offline, the list holds the simulator and nothing that cannot be called', async () => {
  const { status, body } = await get('/models')
  expect(status).toBe(200)
  const list = modelList.parse(body)
  expect(list.data.map(({ id }) => id)).toEqual([
    'simulator/echo',
    'simulator/lorem',
    'simulator/tools',
    'simulator/thinker',
    'simulator/json',
    'simulator/unreliable',
  ])
  expect(list.total_count).toBe(6)
  expect(await get('/models/count')).toEqual({ status: 200, body: { data: { count: 6 } } })
})

test('every model of every provider has the shape the SDK insists on', async () => {
  const { body } = await get('/models', {
    SIMULATOR: 'on',
    OPENAI_API_KEY: 'sk-test',
    OPENROUTER_API_KEY: 'sk-test',
    DEEPSEEK_API_KEY: 'sk-test',
    TOGETHER_API_KEY: 'sk-test',
    FIREWORKS_API_KEY: 'sk-test',
  })
  expect(modelList.parse(body).total_count).toBe(54)
})

test('with one key, the list holds that provider with its own price and limits', async () => {
  const { body } = await get('/models', { GROQ_API_KEY: 'gsk-test' })
  const list = modelList.parse(body)
  expect(list.data.map(({ id }) => id)).toEqual([
    'openai/gpt-oss-120b',
    'openai/gpt-oss-20b',
    'meta-llama/llama-3.3-70b-instruct',
    'meta-llama/llama-3.1-8b-instruct',
    'qwen/qwen3.8-27b',
    'qwen/qwen3.6-27b',
  ])
  expect(list.data[2]).toMatchObject({
    pricing: { prompt: '0.00000059', completion: '0.00000079' },
    top_provider: { context_length: 131_072, max_completion_tokens: 32_768 },
  })
})

test('one model, whole', async () => {
  expect(await get('/model/simulator/thinker')).toEqual({
    status: 200,
    body: {
      data: {
        id: 'simulator/thinker',
        canonical_slug: 'simulator/thinker',
        hugging_face_id: null,
        name: 'Simulator: Thinker',
        created: 1_795_132_800,
        description:
          'No language model: a program inside the gateway that shows made-up reasoning before its answer. ' +
          'Reads text, writes text. Context of 32,768 tokens. Reasons before it answers.',
        context_length: 32_768,
        architecture: {
          modality: 'text->text',
          input_modalities: ['text'],
          output_modalities: ['text'],
          tokenizer: 'Other',
          instruct_type: null,
        },
        pricing: { prompt: '0.000002', completion: '0.000008', input_cache_read: '0.0000002' },
        top_provider: { context_length: 32_768, max_completion_tokens: 8192, is_moderated: false },
        per_request_limits: null,
        supported_parameters: [
          'max_tokens',
          'max_completion_tokens',
          'stop',
          'seed',
          'reasoning',
          'reasoning_effort',
          'include_reasoning',
        ],
        default_parameters: null,
        supported_voices: null,
        knowledge_cutoff: null,
        expiration_date: null,
        reasoning: { mandatory: true },
        links: { details: '/api/v1/models/simulator/thinker/endpoints' },
      },
    },
  })
})

test('the endpoints of one model, cheapest first, each with a tag of its own', async () => {
  const { status, body } = await get('/models/simulator/unreliable/endpoints')
  expect(status).toBe(200)
  const percentiles = z.null()
  const endpoint = z.strictObject({
    name: z.string(),
    model_id: z.string(),
    model_name: z.string(),
    provider_name: z.string(),
    tag: z.string(),
    context_length: z.int(),
    max_completion_tokens: z.int().nullable(),
    max_prompt_tokens: z.null(),
    quantization: z.string().nullable(),
    pricing,
    supported_parameters: z.array(z.string()),
    supports_implicit_caching: z.boolean(),
    supports_tool_choice: z.strictObject({
      auto: z.boolean(),
      function: z.boolean(),
      none: z.boolean(),
      required: z.boolean(),
    }),
    supports_voice_cloning: z.boolean(),
    status: z.int(),
    uptime_last_5m: z.null(),
    uptime_last_30m: z.null(),
    uptime_last_1d: z.null(),
    latency_last_30m: percentiles,
    throughput_last_30m: percentiles,
  })
  const shape = z.strictObject({
    data: z.strictObject({
      id: z.string(),
      name: z.string(),
      created: z.int(),
      description: z.string(),
      architecture,
      endpoints: z.array(endpoint),
    }),
  })
  const { data } = shape.parse(body)
  expect(data.endpoints.map(({ name, tag, pricing: price }) => ({ name, tag, price }))).toEqual([
    {
      name: 'Simulator | simulator/unreliable',
      tag: 'simulator/broken',
      price: { prompt: '0.0000004', completion: '0.0000012' },
    },
    {
      name: 'Simulator | simulator/unreliable',
      tag: 'simulator/steady',
      price: { prompt: '0.0000005', completion: '0.0000015' },
    },
  ])
})

test('a model that is not there, and one whose provider has no key, are 404', async () => {
  const unknown = await get('/model/simulator/ecko')
  expect(unknown).toMatchObject({
    status: 404,
    body: {
      error: {
        code: 404,
        message: 'simulator/ecko is not a valid model ID',
        metadata: { error_type: 'not_found', near: ['simulator/echo'] },
      },
    },
  })
  expect(await get('/models/openai/gpt-4o-mini/endpoints')).toMatchObject({
    status: 404,
    body: { error: { message: 'openai/gpt-4o-mini is known here; set OPENAI_API_KEY to use it' } },
  })
})

test('a filter is refused by name, because to ignore it would lie', async () => {
  for (const [query, name] of [
    ['?supported_parameters=tools', 'supported_parameters'],
    ['?max_price=1', 'max_price'],
    ['?min_coding_index=30', 'min_coding_index'],
    ['?use_rss=true', 'use_rss'],
    ['?output_modalities=image', 'output_modalities'],
    ['?limit=2', 'limit'],
    ['?limit=two', 'limit'],
    ['?offset=5', 'offset'],
  ]) {
    expect(await get(`/models${query}`)).toEqual({
      status: 400,
      body: {
        error: {
          code: 400,
          message: `${name}: filtering and paging models is not supported yet`,
          metadata: { error_type: 'invalid_request' },
        },
      },
    })
  }
  expect((await get('/models/count?output_modalities=image')).status).toBe(400)
})

test('what takes nothing away is served: the default filter, a page that holds all, foreign parameters', async () => {
  for (const query of [
    '?output_modalities=text',
    '?output_modalities=all',
    '?offset=0&limit=500',
    '?client_version=1',
  ]) {
    expect((await get(`/models${query}`)).body['total_count']).toBe(6)
  }
})
