import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { askWhole, at } from '../support/chat.ts'
import { provider, replyJson } from '../support/provider.ts'

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

const message = { max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] }
const claude = { path: '/api/v1/messages', body: { model: 'anthropic/claude-opus-5', ...message } }
const doors = {
  responses: {
    path: '/api/v1/responses',
    slug: 'OPENAI',
    body: { model: 'openai/gpt-5-mini', input: 'Hello' },
  },
  grok: { path: '/api/v1/responses', slug: 'XAI', body: { model: 'x-ai/grok-4.3', input: 'Hello' } },
  messages: { ...claude, slug: 'ANTHROPIC' },
  bedrock: { ...claude, slug: 'AMAZON_BEDROCK' },
} as const

/** What comes of a request at a provider of its own format that gives this answer. */
async function asked(door: keyof typeof doors, request: JsonObject, answer: JsonObject = {}) {
  const { path, slug, body } = doors[door]
  const upstream = await provider(replyJson(200, answer))
  const settings: Env = {
    ...env,
    [`${slug}_API_KEY`]: 'operator-key',
    [`${slug}_BASE_URL`]: upstream.baseUrl,
  }
  const before = await caller.usage()
  const { response: answered, text } = await askWhole(
    settings,
    { ...body, ...request },
    { key: caller.key, path },
  )
  const json = JSON.parse(text)
  return {
    status: answered.status,
    message: at(at(json, 'error'), 'message'),
    cost: at(at(json, 'usage'), 'cost'),
    charged: Math.round(((await caller.usage()) - before) * 1e9) / 1e9,
    held: await caller.heldNanos(),
    calls: (await upstream.calls()).length,
  }
}

const search = (action: string) => ({
  type: 'web_search_call',
  status: 'completed',
  action: { type: action },
})

/** A response of 1,000 prompt and 100 completion tokens that did this before it answered. */
function response(usage: JsonObject, ...items: JsonObject[]): JsonObject {
  const said = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] }
  return {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    model: 'm',
    output: [...items, said].map((item, index) => ({ id: `i_${index}`, ...item })),
    usage: { input_tokens: 1000, output_tokens: 100, total_tokens: 1100, ...usage },
  }
}

describe('searches of the web', () => {
  test('cost what OpenAI asks for a search, at a model whose list has no price of one', async () => {
    const request = { tools: [{ type: 'web_search' }] }
    const answer = response({}, search('search'), search('search'), search('open_page'), search('search'))
    // 1000 × 0.25 + 100 × 2 millionths of a dollar, and a cent for each search: pages are opened for nothing.
    expect(await asked('responses', request, answer)).toMatchObject({
      cost: 0.03045,
      charged: 0.03045,
      held: 0,
    })
  })

  test('are as many as xAI counts', async () => {
    const request = { tools: [{ type: 'web_search' }] }
    const counts = { server_side_tool_usage_details: { web_search_calls: 2 } }
    // 1000 × 1.25 + 100 × 2.5 millionths of a dollar, and half a cent for each search.
    expect(await asked('grok', request, response(counts, search('search')))).toMatchObject({ cost: 0.0115 })
  })

  test('are not asked for where nobody knows what one costs', async () => {
    const tools = [{ type: 'web_search_20250305', name: 'web_search' }]
    expect(await asked('bedrock', { tools })).toEqual({
      status: 400,
      message: expect.stringContaining(
        'tools: what web_search_20250305 costs at this provider is not known here; leave it out',
      ),
      cost: undefined,
      charged: 0,
      held: 0,
      calls: 0,
    })
  })

  test('are left out of a request of Responses to Bedrock, and told', async () => {
    const upstream = await provider(replyJson(200, response({})))
    const shell = { type: 'custom', name: 'shell' }
    const { response: answered, text } = await askWhole(
      { ...env, AMAZON_BEDROCK_API_KEY: 'operator-key', AMAZON_BEDROCK_RESPONSES_BASE_URL: upstream.baseUrl },
      { model: 'openai/gpt-5.6-luna', input: 'Hello', tools: [shell, { type: 'web_search' }] },
      { key: caller.key, path: '/api/v1/responses', headers: { 'x-openrouter-metadata': 'enabled' } },
    )
    expect([answered.status, at(at(JSON.parse(text), 'openrouter_metadata'), 'dropped')]).toEqual([
      200,
      ['tools.web_search'],
    ])
    const [call] = await upstream.calls()
    expect(JSON.parse(call?.body ?? '').tools).toEqual([shell])
  })

  test('are asked of who sells them, however many that do not come first', async () => {
    const bedrock = await provider(replyJson(200, {}))
    const anthropic = await provider(replyJson(200, compacted([{ input_tokens: 1, output_tokens: 1 }])))
    const settings: Env = {
      ...env,
      AMAZON_BEDROCK_API_KEY: 'operator-key',
      AMAZON_BEDROCK_BASE_URL: bedrock.baseUrl,
      ANTHROPIC_API_KEY: 'operator-key',
      ANTHROPIC_BASE_URL: anthropic.baseUrl,
    }
    const body = {
      ...claude.body,
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      provider: { order: ['amazon-bedrock', 'anthropic'] },
    }
    const { response: answered } = await askWhole(settings, body, { key: caller.key, path: claude.path })
    expect(answered.status).toBe(200)
    expect(await bedrock.calls()).toEqual([])
  })

  test('keep nobody from being asked who is asked without them, as for Codex, which offers them each time', async () => {
    const bedrock = await provider(replyJson(503, {}))
    const anthropic = await provider(replyJson(200, compacted([{ input_tokens: 1, output_tokens: 1 }])))
    const settings: Env = {
      ...env,
      AMAZON_BEDROCK_API_KEY: 'operator-key',
      AMAZON_BEDROCK_BASE_URL: bedrock.baseUrl,
      ANTHROPIC_API_KEY: 'operator-key',
      ANTHROPIC_BASE_URL: anthropic.baseUrl,
    }
    const body = {
      model: claude.body.model,
      input: 'Hello',
      tools: [{ type: 'web_search' }],
      provider: { order: ['amazon-bedrock', 'anthropic'] },
    }
    await askWhole(settings, body, { key: caller.key, path: '/api/v1/responses' })
    expect(await bedrock.calls()).not.toEqual([])
  })

  test('by the older tool, which is dearer at models that do not think, are not asked of those', async () => {
    const tools = [{ type: 'web_search_preview' }]
    const answer = response({}, search('search'))
    expect(await asked('responses', { model: 'openai/gpt-4.1', tools }, answer)).toMatchObject({
      status: 400,
    })
    expect(await asked('responses', { tools }, answer)).toMatchObject({
      cost: 0.01045,
    })
  })
})

const advisor = { type: 'advisor_20260301', name: 'advisor', model: 'claude-opus-5' }
const added = [
  { role: 'user', content: 'Hello' },
  {
    role: 'system',
    content: [{ type: 'tool_addition', tool: { type: 'tool_definition', definition: advisor } }],
  },
]

test.each<[string, keyof typeof doors, JsonObject]>([
  ['image_generation', 'responses', { tools: [{ type: 'image_generation' }] }],
  ['file_search', 'responses', { tools: [{ type: 'file_search', vector_store_ids: ['v'] }] }],
  ['x_search', 'grok', { tools: [{ type: 'x_search' }] }],
  ['code_interpreter', 'grok', { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] }],
  ['advisor_20260301', 'messages', { tools: [advisor] }],
  ['advisor_20260301', 'messages', { messages: added }],
])('%s is refused by name, because nobody here knows what it costs', async (type, door, request) => {
  const refused = await asked(door, request)
  expect(refused).toMatchObject({ status: 400, charged: 0, held: 0, calls: 0 })
  expect(refused.message).toContain(`tools: what ${type} costs at this provider is not known here`)
})

/** A message of these turns, which their provider took by itself, and what it ran between them. */
function compacted(turns: JsonObject[], ran?: JsonObject): JsonObject {
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_reason: 'end_turn' }
  const usage = { input_tokens: 1, output_tokens: 1, iterations: turns, ...(ran && { server_tool_use: ran }) }
  return { ...head, content: [{ type: 'text', text: 'Hi' }], usage }
}

/** A large model's context was read as often as it had to be for four calls of this type. */
async function fourTimes(type: string) {
  const counts = { input_tokens: 900_000, output_tokens: 4000, total_tokens: 904_000 }
  const answer = response(counts, ...Array.from({ length: 4 }, () => ({ type })))
  return await asked('responses', { tools: [{ type: 'code_interpreter' }] }, answer)
}

/** What must be set aside for an answer of up to 1,000 tokens beside this tool, in dollars. */
async function needs(tool: JsonObject): Promise<number> {
  const poor = await account(env, { credit: 0.000001 })
  const body = { ...doors.responses.body, max_output_tokens: 1000, tools: [tool] }
  const settings: Env = { ...env, OPENAI_API_KEY: 'operator-key' }
  const { text } = await askWhole(settings, body, { key: poor.key, path: doors.responses.path })
  return Number(at(at(at(JSON.parse(text), 'error'), 'metadata'), 'needed_usd'))
}

describe('turns that the provider takes by itself', () => {
  const request = { model: 'anthropic/claude-haiku-4.5', max_tokens: 1000 }
  /** A prompt of more than 100,000 tokens costs more. */
  const haiku = { ...request, model: 'anthropic/claude-haiku-5.5' }

  test('are billed as it lists them, though their answers together are beyond the cap', async () => {
    const answer = compacted([
      { type: 'compaction', input_tokens: 180_000, output_tokens: 3500 },
      { type: 'message', input_tokens: 23_000, output_tokens: 900 },
    ])
    // 203,000 × 1 + 4,400 × 5 millionths of a dollar.
    expect(await asked('messages', request, answer)).toMatchObject({ cost: 0.225, charged: 0.225, held: 0 })
  })

  test('are long as each of them is, and not as all together are', async () => {
    const turn = { input_tokens: 90_000, output_tokens: 10 }
    const short = await asked('messages', haiku, compacted([turn]))
    expect(await asked('messages', haiku, compacted([turn, turn]))).toMatchObject({
      cost: 2 * Number(short.cost),
    })
  })

  test('are as many as what it ran between them, code as well', async () => {
    // 900,000 × 0.25 + 4,000 × 2 millionths of a dollar.
    expect(await fourTimes('code_interpreter_call')).toMatchObject({ cost: 0.233, charged: 0.233 })
    // What the client is to run ends the turn: then such a count is impossible.
    for (const type of ['custom_tool_call', 'shell_call', 'computer_call']) {
      expect(Number((await fourTimes(type)).cost)).toBeLessThan(0.001)
    }
  })

  test('are as many as the blocks of what it ran, where no counter tells', async () => {
    const tools = [{ type: 'code_execution_20250825', name: 'code_execution' }]
    const block = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'bash_code_execution', input: {} }
    const whole = compacted([])
    const answer = {
      ...whole,
      content: [block, { type: 'text', text: 'Hi' }],
      usage: { input_tokens: 400_000, output_tokens: 100 },
    }
    // 400,000 × 1 + 100 × 5 millionths of a dollar.
    expect(await asked('messages', { ...request, tools }, answer)).toMatchObject({ cost: 0.4005 })
  })

  test('cost as much as each is long', async () => {
    const long = { input_tokens: 110_000, output_tokens: 10 }
    const short = { input_tokens: 90_000, output_tokens: 20 }
    const alone = [await asked('messages', haiku, compacted([long]))]
    alone.push(await asked('messages', haiku, compacted([short])))
    const sum = alone.reduce((total, { cost }) => total + Number(cost), 0)
    const both = await asked('messages', haiku, compacted([long, short]))
    expect(Number(both.cost)).toBeCloseTo(sum, 9)
  })

  test('may each fill the context', async () => {
    const tools = [{ type: 'web_fetch_20250910', name: 'web_fetch' }]
    const answer = compacted([{ input_tokens: 390_000, output_tokens: 2000 }], { web_fetch_requests: 1 })
    expect(await asked('messages', { ...request, tools }, answer)).toMatchObject({ cost: 0.4 })
  })

  test('are set aside for, five of them, where the provider may run something', async () => {
    const own = await needs({ type: 'custom', name: 'apply' })
    // The answer alone costs 0.002.
    expect(own).toBeGreaterThan(0.002)
    expect(own).toBeLessThan(0.0025)
    for (const tool of [
      { type: 'mcp', server_label: 's', server_url: 'https://mcp.example' },
      { type: 'code_interpreter', container: { type: 'auto' } },
      { type: 'shell', environment: { type: 'container_auto' } },
    ]) {
      expect(await needs(tool)).toBeGreaterThan(4.9 * own)
    }
    expect(await needs({ type: 'shell', environment: { type: 'local' } })).toBeLessThan(1.1 * own)
  })

  test('are not believed without a bound', async () => {
    const endless = compacted(
      Array.from({ length: 102 }, () => ({ input_tokens: 1, output_tokens: 100_000 })),
    )
    const { cost } = await asked('messages', request, endless)
    expect(Number(cost)).toBeLessThan(0.001)
  })
})

test('tools that cost their tokens alone are asked for, and code in a container', async () => {
  const tools = [
    { type: 'function', name: 'f', parameters: {} },
    { type: 'custom', name: 'apply' },
    { type: 'computer_use_preview', display_width: 1, display_height: 1, environment: 'browser' },
    { type: 'shell', environment: { type: 'local' } },
    { type: 'local_shell' },
    { type: 'apply_patch' },
    { type: 'mcp', server_label: 's', server_url: 'https://mcp.example' },
    { type: 'code_interpreter', container: { type: 'auto' } },
  ]
  expect(await asked('responses', { tools }, response({}))).toMatchObject({
    cost: 0.00045,
  })
})
