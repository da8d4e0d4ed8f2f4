import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { models } from '../../src/api/models.ts'
import { GatewayError } from '../../src/base/errors.ts'
import { errorResponse } from '../../src/base/http.ts'
import type { Env } from '../../src/env.ts'
import { root } from './front-door.ts'

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
const tokenPrices = {
  prompt: money.optional(),
  completion: money.optional(),
  input_cache_read: money.optional(),
  input_cache_write: money.optional(),
  input_cache_write_1h: money.optional(),
  internal_reasoning: money.optional(),
  image_token: money.optional(),
  image_output: money.optional(),
  audio: money.optional(),
  audio_output: money.optional(),
  input_audio_cache: money.optional(),
}
const pricing = z.strictObject({
  ...tokenPrices,
  prompt: money,
  completion: money,
  request: money.optional(),
  web_search: money.optional(),
  overrides: z.array(z.strictObject({ min_prompt_tokens: z.int(), ...tokenPrices })).optional(),
})
const modality = z.enum(['text', 'image', 'file', 'audio', 'video'])
const tokenizers =
  'Router Media Other GPT Claude Gemini Gemma Grok Cohere Nova Qwen Yi DeepSeek Mistral Llama2 Llama3 Llama4 PaLM RWKV Qwen3'
const architecture = z.strictObject({
  modality: z.string(),
  input_modalities: z.array(modality).min(1),
  output_modalities: z.array(z.enum([...modality.options, 'embeddings'])).min(1),
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
  reasoning: z
    .strictObject({
      mandatory: z.boolean(),
      supported_efforts: z
        .array(z.enum(['max', 'xhigh', 'high', 'medium', 'low', 'minimal', 'none']))
        .optional(),
    })
    .optional(),
  links: z.strictObject({ details: z.string() }),
  alias_target: z.strictObject({ slug: z.string(), name: z.string() }).optional(),
})
const modelList = z.strictObject({
  data: z.array(model),
  total_count: z.int(),
  links: z.strictObject({ next: z.string().nullable() }),
})

test('offline, the list holds the simulator and nothing that cannot be called', async () => {
  const { status, body } = await get('/models')
  expect(status).toBe(200)
  const list = modelList.parse(body)
  expect(list.data.map(({ id }) => id)).toEqual([
    'simulator/echo',
    'simulator/json',
    'simulator/lorem',
    'simulator/thinker',
    'simulator/tools',
    'simulator/unreliable',
  ])
  expect(list.total_count).toBe(6)
  expect(await get('/models/count')).toEqual({ status: 200, body: { data: { count: 6 } } })
})

test('[R154] every model of every provider has the shape the SDK insists on, with prices as text', async () => {
  const { body } = await get('/models', {
    SIMULATOR: 'on',
    OPENAI_API_KEY: 'sk-test',
    OPENROUTER_API_KEY: 'sk-test',
    DEEPSEEK_API_KEY: 'sk-test',
    TOGETHER_API_KEY: 'sk-test',
    FIREWORKS_API_KEY: 'sk-test',
  })
  expect(modelList.parse(body).total_count).toBeGreaterThan(300)
})

test('with one key, the list holds that provider with its own price and limits', async () => {
  const { body } = await get('/models', { GROQ_API_KEY: 'gsk-test' })
  const list = modelList.parse(body)
  const llama = list.data.find(({ id }) => id === 'meta-llama/llama-3.3-70b-instruct')
  expect(llama).toMatchObject({
    pricing: { prompt: '0.00000059', completion: '0.00000079' },
    top_provider: { context_length: 131_072, max_completion_tokens: 32_768 },
  })
  const others = list.data.filter(({ id }) => id === 'openai/gpt-5' || id.startsWith('simulator/'))
  expect(others).toEqual([])
})

test('[R107] the newest of a family is a row of its own, with the price and the limits of its target', async () => {
  const keys = { ANTHROPIC_API_KEY: 'key' }
  const { data, total_count: total } = modelList.parse((await get('/models', keys)).body)
  expect(total).toBe(data.length)
  expect(await get('/models/count', keys)).toEqual({ status: 200, body: { data: { count: total } } })
  const alias = data.find(({ id }) => id === '~anthropic/claude-opus-latest')
  const target = data.find(({ id }) => id === alias?.alias_target?.slug)
  expect(alias).toEqual({
    ...target,
    id: '~anthropic/claude-opus-latest',
    canonical_slug: '~anthropic/claude-opus-latest',
    name: `${target?.name} (latest)`,
    alias_target: { slug: target?.id, name: target?.name },
    links: { details: '/api/v1/models/~anthropic/claude-opus-latest/endpoints' },
  })
  const details = await get('/models/~anthropic/claude-opus-latest/endpoints', keys)
  expect(details.body['data']).toMatchObject({ id: target?.id })
})

test('[R155] an old id leads to the model of today, and one that never was to nothing', async () => {
  const keys = { ANTHROPIC_API_KEY: 'key' }
  const old = await get('/model/anthropic/claude-4.5-sonnet', keys)
  expect(old).toMatchObject({ status: 200, body: { data: { id: 'anthropic/claude-sonnet-4.5' } } })
  expect((await get('/model/anthropic/claude-4.5-sonata', keys)).status).toBe(404)
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
      price: { prompt: '0.00000001', completion: '0.00000003' },
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

const groq = { GROQ_API_KEY: 'x', OPENAI_API_KEY: 'x', ANTHROPIC_API_KEY: 'x', AMAZON_BEDROCK_API_KEY: 'x' }

/** The ids that a query leaves of a list of hundreds. */
async function ids(query: string): Promise<string[]> {
  const { status, body } = await get(`/models${query}`, groq)
  expect(status).toBe(200)
  return modelList.parse(body).data.map(({ id }) => id)
}

test('every filter leaves what it is for, and several leave what all of them leave', async () => {
  const all = await ids('')
  const listed = async (query: string, some: string, none: string) => {
    const left = await ids(query)
    expect(left).toContain(some)
    expect(left).not.toContain(none)
    expect(left.length).toBeLessThan(all.length)
  }
  const [llama, gpt, oss] = ['meta-llama/llama-3.3-70b-instruct', 'openai/gpt-5', 'openai/gpt-oss-120b']
  await listed('?q=GPT%20oss', oss, llama)
  await listed('?model_authors=openai,meta-llama', llama, 'anthropic/claude-sonnet-4.5')
  await listed('?providers=OpenAI', gpt, llama)
  await listed('?arch=llama', llama, gpt)
  await listed('?input_modalities=text,image', gpt, oss)
  await listed('?supported_parameters=reasoning,tools', gpt, llama)
  await listed('?context=200000', gpt, oss)
  await listed('?max_price=0.2', oss, gpt)
  await listed('?min_price=1', gpt, oss)
  await listed('?max_output_price=1', llama, gpt)
  await listed('?min_output_price=5', gpt, llama)
  await listed('?max_age_days=720', gpt, 'openai/gpt-4')
  await listed('?min_age_days=720', 'openai/gpt-4', 'openai/gpt-5.1')
  expect(await ids('?q=gpt&providers=groq&max_price=0.1')).toEqual([
    'openai/gpt-oss-20b',
    'openai/gpt-oss-safeguard-20b',
  ])
})

test('[R147] who asks for nothing gets all models that write text, on one page', async () => {
  const { data, ...rest } = modelList.parse((await get('/models', groq)).body)
  expect(rest).toEqual({ total_count: data.length, links: { next: null } })
  const all = modelList.parse((await get('/models?output_modalities=all', groq)).body).data
  const writesText = all.filter(({ architecture: { output_modalities: outputs } }) =>
    outputs.includes('text'),
  )
  expect(data).toEqual(writesText)
})

test('[R150] all that can be written takes in what is listed without asking, and counts are of what is listed', async () => {
  const [all, usual] = [new Set(await ids('?output_modalities=all')), await ids('')]
  expect(usual.filter((id) => !all.has(id))).toEqual([])
  expect(all.size).toBeGreaterThan(usual.length)
  for (const query of [
    '',
    '?output_modalities=all',
    '?output_modalities=embeddings',
    '?output_modalities=text,image',
  ]) {
    const count = (await ids(query)).length
    expect(count).toBeGreaterThan(0)
    expect(await get(`/models/count${query}`, groq)).toEqual({ status: 200, body: { data: { count } } })
  }
})

test('[R151] who asks for tools gets the models that take them, and no others', async () => {
  const { data } = modelList.parse((await get('/models', groq)).body)
  const able = data.filter(({ supported_parameters: parameters }) => parameters.includes('tools'))
  expect(await ids('?supported_parameters=tools')).toEqual(able.map(({ id }) => id))
  expect(able.length).toBeLessThan(data.length)
})

test('what is not known of any model leaves none: categories, benchmarks', async () => {
  for (const query of [
    '?category=programming',
    '?min_coding_index=30',
    '?max_tool_success_rate=1',
    '?output_modalities=video',
  ]) {
    expect(await ids(query)).toEqual([])
  }
})

function mean({ pricing: { prompt, completion } }: z.output<typeof model>): number {
  return Number(prompt) + Number(completion)
}

function ascending(values: number[]): number[] {
  return values.toSorted((left, right) => left - right)
}

async function priced(sort: string) {
  const { body } = await get(`/models?model_authors=openai&sort=${sort}`, groq)
  return modelList.parse(body).data
}

test('[R152] sorts by price, which every row has, age and context; an order by what is not measured is the usual', async () => {
  const cheap = (await priced('pricing-low-to-high')).map(mean)
  expect(cheap).toEqual(ascending(cheap))
  const dear = (await priced('pricing-high-to-low')).map(mean)
  expect(dear).toEqual(ascending(dear).toReversed())
  const ages = (await priced('newest')).map(({ created }) => created)
  expect(ages).toEqual(ascending(ages).toReversed())
  const contexts = (await priced('context-high-to-low')).map((each) => each.context_length)
  expect(contexts).toEqual(ascending(contexts).toReversed())
  for (const sort of ['most-popular', 'top-weekly', 'latency-low-to-high', 'design-arena-elo-high-to-low']) {
    expect(await ids(`?sort=${sort}`)).toEqual(await ids(''))
  }
})

test('[R148] pages follow each other, keep the filter, and add up to the list', async () => {
  const whole = await ids('?model_authors=openai')
  const seen: string[] = []
  let next: string | null = '/api/v1/models?model_authors=openai&limit=20'
  while (next !== null) {
    const { body } = await get(next.replace('/api/v1', ''), groq)
    const part = modelList.parse(body)
    expect(part.total_count).toBe(whole.length)
    seen.push(...part.data.map(({ id }) => id))
    next = part.links.next
  }
  expect(seen).toEqual(whole)
  expect(await get('/models?limit=2', groq)).toMatchObject({
    body: { data: [{}, {}], links: { next: '/api/v1/models?offset=2&limit=2' } },
  })
  expect((await get('/models?offset=100000', groq)).body).toMatchObject({ data: [], links: { next: null } })
})

test('[R153] RSS has an item for each model that is left', async () => {
  const response = await app.request('/api/v1/models?use_rss=true&q=lorem', {}, { ...env, SIMULATOR: 'on' })
  expect(response.headers.get('content-type')).toBe('application/rss+xml; charset=utf-8')
  expect(await response.text()).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel>
<title>Switchyard Models</title><link>http://localhost</link>
<description>Models that can be called through this gateway</description>
<item><title>Simulator: Lorem</title><link>http://localhost/api/v1/model/simulator/lorem</link><guid isPermaLink="false">simulator/lorem</guid><pubDate>Fri, 20 Nov 2026 00:00:00 GMT</pubDate><description>No language model: a program inside the gateway that writes filler text, the same for the same seed, as long as max_tokens. Reads text, writes text. Context of 32,768 tokens.</description></item>
</channel></rss>
`)
})

test.each([
  ['?limit=two', 'limit'],
  ['?limit=0', 'limit'],
  ['?limit=1001', 'limit'],
  ['?offset=-1', 'offset'],
  ['?sort=cheapest', 'sort'],
  ['?category=cooking', 'category'],
  ['?output_modalities=smell', 'output_modalities'],
  ['?zdr=yes', 'zdr'],
  ['?region=moon', 'region'],
  ['?max_price=much', 'max_price'],
  ['?min_tool_success_rate=2', 'min_tool_success_rate'],
  ['?limit=1&limit=2', 'limit'],
])('[R149] %s is a 400 that names %s', async (query, name) => {
  const { status, body } = await get(`/models${query}`)
  expect(status).toBe(400)
  expect(body).toMatchObject({ error: { message: expect.stringMatching(`^${name}`) } })
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
  expect(await get('/models/count?output_modalities=image')).toEqual({
    status: 200,
    body: { data: { count: 0 } },
  })
})

test('the models of a user need a key', async () => {
  expect(await get('/models/user')).toMatchObject({ status: 401 })
  const response = await app.request(
    '/api/v1/models/user?limit=2',
    { headers: { authorization: `Bearer ${root.inference}` } },
    { ...env, SIMULATOR: 'on' },
  )
  expect(modelList.parse(await response.json())).toMatchObject({
    data: [{ id: 'simulator/echo' }, { id: 'simulator/json' }],
    links: { next: '/api/v1/models/user?offset=2&limit=2' },
  })
})

test('a free model is listed under a name of its own, at nothing', async () => {
  const { body } = await get('/models?q=glm-4.7-flash%3Afree', { Z_AI_API_KEY: 'x' })
  expect(modelList.parse(body).data).toMatchObject([
    { id: 'z-ai/glm-4.7-flash:free', pricing: { prompt: '0', completion: '0' } },
  ])
})

test('a model whose price nobody knows is not listed, and a request for it says why', async () => {
  const nvidia = { NVIDIA_API_KEY: 'x' }
  expect(await get('/model/nvidia/nemotron-mini-4b-instruct', nvidia)).toMatchObject({
    status: 404,
    body: {
      error: {
        message:
          'nvidia/nemotron-mini-4b-instruct has no known price at NVIDIA, so it is not served. ' +
          'The operator can set one: PUT /api/v1/catalogue/prices',
      },
    },
  })
})
