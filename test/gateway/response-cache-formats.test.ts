import { env } from 'cloudflare:workers'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { readArray, readObject } from '../../src/wire/json.ts'
import { account } from '../support/account.ts'
import {
  messageEnd,
  messageStart,
  messageStream,
  readMessageEvents,
  text,
  thinking,
  toolUse,
} from '../support/anthropic-events.ts'
import { chatAnswer, chatStream, delta, finish, usage } from '../support/chat-chunks.ts'
import { replyJson, send, streaming } from '../support/provider.ts'
import { call, completed, created, message, responsesSse, thought } from '../support/responses-frames.ts'
import { readEvents } from '../support/sse.ts'
import type { Step } from '../support/upstream-script.ts'
import { framesOf } from '../wire/responses-answers.ts'
import { cached, deployment, llama } from './response-cache.ts'

const haiku = 'anthropic/claude-haiku-4.5'
const mini = 'openai/gpt-5-mini'

let key: string
beforeAll(async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  key = (await account(env)).key
})

interface Case {
  path: string
  model: string
  slug: string
  answer: Step[]
  fields?: JsonObject
}

/** The same question twice: the fresh answer, and the one from the cache. */
async function twice({ path, model, slug, answer, fields }: Case, stream: boolean) {
  const { ask, callsCount } = await deployment([answer], slug)
  const content = `Hello ${crypto.randomUUID()}`
  const body = {
    model,
    ...(path === 'responses' || path === 'embeddings'
      ? { input: content }
      : { messages: [{ role: 'user', content }] }),
    ...(path === 'messages' && { max_tokens: 100 }),
    ...(stream && { stream }),
    ...fields,
  }
  const miss = await ask(body, { key, path })
  const hit = await ask(body, { key, path })
  expect([miss.response.status, miss.told.status, hit.told.status]).toEqual([200, 'MISS', 'HIT'])
  expect(hit.response.headers.get('content-type')).toBe(miss.response.headers.get('content-type'))
  expect(await callsCount()).toBe(1)
  return { miss, hit }
}

const tool = { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }
const callDelta = (fields: JsonObject): JsonObject => delta({ tool_calls: [{ index: 0, ...fields }] })
const chatCalls = chatStream([
  delta({ role: 'assistant', content: null }),
  callDelta({ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }),
  callDelta({ function: { arguments: '{"city":' } }),
  callDelta({ function: { arguments: '"Paris"}' } }),
  finish('tool_calls'),
  usage(20, 9),
])
const claude = messageStream(
  messageStart({ input_tokens: 25, output_tokens: 1, cache_read_input_tokens: 7 }),
  ...thinking(0, 'Hm.', 'c2lnbmF0dXJl'),
  ...text(1, 'Hel', 'lo'),
  ...toolUse(2, { id: 'toolu_1', name: 'weather' }, '{"city":', '"Paris"}'),
  ...messageEnd('tool_use', { output_tokens: 12 }),
)
const gpt = streaming(
  send(
    responsesSse([
      created,
      ...thought(0, 'rs_1', 'ZW5jcnlwdGVk'),
      ...message(1, 'Hel', 'lo'),
      ...call(2, 'call_1', 'weather', '{"city":', '"Paris"}'),
      completed(100, 20),
    ]),
  ),
)

const cases: Record<string, Case> = {
  'chat completions': {
    path: 'chat/completions',
    model: llama,
    slug: 'DEEPINFRA',
    answer: chatAnswer('Hel', 'lo'),
  },
  'chat completions with a tool call': {
    path: 'chat/completions',
    model: llama,
    slug: 'DEEPINFRA',
    answer: chatCalls,
    fields: { tools: [tool] },
  },
  'chat completions over Claude': {
    path: 'chat/completions',
    model: haiku,
    slug: 'ANTHROPIC',
    answer: claude,
    fields: { tools: [tool] },
  },
  messages: {
    path: 'messages',
    model: haiku,
    slug: 'ANTHROPIC',
    answer: claude,
    fields: { tools: [{ name: 'weather', input_schema: { type: 'object' } }] },
  },
  'messages over chat completions': {
    path: 'messages',
    model: llama,
    slug: 'DEEPINFRA',
    answer: chatAnswer('Hel', 'lo'),
  },
  responses: {
    path: 'responses',
    model: mini,
    slug: 'OPENAI',
    answer: gpt,
    fields: { tools: [{ type: 'function', name: 'weather', parameters: { type: 'object' } }] },
  },
  'responses over chat completions': {
    path: 'responses',
    model: llama,
    slug: 'DEEPINFRA',
    answer: chatAnswer('Hel', 'lo'),
  },
}

/** The JSON of a stream of any format, event by event. */
const eventsOf: Record<string, (received: string) => Json[]> = {
  'chat/completions': (received) =>
    readEvents(received).map((event) => ('json' in event ? event.json : JSON.stringify(event))),
  messages: readMessageEvents,
  responses: framesOf,
}

/** What differs between two answers that say the same: ids, times, and what they cost. */
const changing = new Set(['id', 'item_id', 'created', 'created_at', 'completed_at', 'usage'])

function said(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map(said)
  const fields = readObject(value)
  if (!fields) return value ?? null
  const isCall = fields['type'] === 'function' || fields['type'] === 'tool_use'
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => !changing.has(name) || (isCall && name === 'id'))
      .map(([name, field]): [string, Json] => [name, said(field)]),
  )
}

/** What of a generation's id is in the ids of all formats. */
const token = (id: string) => id.slice(-22)

/** Every number in any `usage`, however deep. */
function counts(value: Json | undefined, within = false): number[] {
  if (typeof value === 'number') return within ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, field]) => counts(field, within || name === 'usage'))
}

test.each(Object.entries(cases))(
  '[I164] %s: a stream is replayed as a stream, under a new id',
  async (_, each) => {
    const { miss, hit } = await twice(each, true)
    const read = eventsOf[each.path] ?? (() => [])
    const [before, after] = [read(miss.text), read(hit.text)]
    expect(after.length).toBeGreaterThan(4)
    expect(said(after)).toEqual(said(before))
    expect(hit.text.slice(-40).includes('[DONE]')).toBe(miss.text.slice(-40).includes('[DONE]'))
    expect(miss.text).toContain(token(miss.told.id))
    expect(hit.text).toContain(token(hit.told.id))
    expect(hit.text).not.toContain(token(miss.told.id))
    expect(counts(before).some((count) => count > 0)).toBe(true)
    expect(counts(after).length).toBeGreaterThan(2)
    expect(counts(after).every((count) => count === 0)).toBe(true)
  },
)

test.each(Object.entries(cases))(
  '[I155] %s: a whole answer is repeated whole, with zero usage',
  async (_, each) => {
    const { miss, hit } = await twice(each, false)
    const [before, after]: JsonObject[] = [JSON.parse(miss.text), JSON.parse(hit.text)]
    expect(said(after)).toEqual(said(before))
    expect(after?.['id']).not.toBe(before?.['id'])
    expect(counts(before).some((count) => count > 0)).toBe(true)
    expect(counts(after).length).toBeGreaterThan(2)
    expect(counts(after).every((count) => count === 0)).toBe(true)
  },
)

/** Every word on the tier it was served in, however deep. */
function tiers(value: Json | undefined): Json[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, field]) => (name === 'service_tier' ? [field] : tiers(field)))
}

const flexible = chatStream([
  ...['Hel', 'lo'].map((word) => delta({ content: word })),
  finish('stop'),
  { ...usage(5, 2), service_tier: 'flex' },
])
const urgent = messageStream(
  messageStart({ input_tokens: 25, output_tokens: 1, service_tier: 'priority' }),
  ...text(0, 'Hi'),
  ...messageEnd('end_turn', { output_tokens: 12 }),
)

test.each<[string, string, Case]>([
  ...['chat/completions', 'messages', 'responses'].map((path): [string, string, Case] => [
    'flex',
    path,
    { path, model: llama, slug: 'DEEPINFRA', answer: flexible },
  ]),
  ...['chat/completions', 'messages'].map((path): [string, string, Case] => [
    'priority',
    path,
    { path, model: haiku, slug: 'ANTHROPIC', answer: urgent },
  ]),
])('what was served in the tier %s is repeated so at /%s', async (tier, _, each) => {
  for (const stream of [true, false]) {
    const { miss, hit } = await twice(each, stream)
    const read = (stream && eventsOf[each.path]) || ((whole: string): Json[] => [JSON.parse(whole)])
    expect(tiers(read(miss.text))).toContain(tier)
    expect(tiers(read(hit.text))).toEqual(tiers(read(miss.text)))
  }
})

test('[I155] embeddings are repeated, with zero usage', async () => {
  const data = [{ object: 'embedding', index: 0, embedding: [0.5, -2, 1] }]
  const answer = replyJson(200, { object: 'list', data, usage: { prompt_tokens: 9, total_tokens: 9 } })
  const model = 'openai/text-embedding-3-small'
  const { hit } = await twice({ path: 'embeddings', model, slug: 'OPENAI', answer }, false)
  expect(JSON.parse(hit.text)).toEqual({
    id: hit.told.id,
    object: 'list',
    model,
    provider: 'OpenAI',
    data,
    usage: {
      prompt_tokens: 0,
      total_tokens: 0,
      cost: 0,
      is_byok: false,
      cost_details: { upstream_inference_cost: null, upstream_inference_prompt_cost: 0 },
    },
  })
})

test('the same body is another question at another endpoint', async () => {
  const { ask } = await deployment([chatAnswer('Hi')])
  const body = {
    model: llama,
    max_tokens: 50,
    messages: [{ role: 'user', content: `Hello ${crypto.randomUUID()}` }],
  }
  expect((await ask(body, { key, path: 'chat/completions' })).told.status).toBe('MISS')
  expect((await ask(body, { key, path: 'messages' })).told.status).toBe('MISS')
  const { text: received, told } = await ask(body, { key, path: 'messages' })
  expect(told.status).toBe('HIT')
  const answer: JsonObject = JSON.parse(received)
  expect(readArray(answer['content'])).toEqual([expect.objectContaining({ type: 'text', text: 'Hi' })])
})

test.each(['completions', 'chat/completions'])(
  'legacy completions are not kept, at /%s either',
  async (path) => {
    const { ask, callsCount } = await deployment([chatAnswer('Hi')])
    const body = { model: llama, prompt: `Hello ${crypto.randomUUID()}` }
    for (const _ of [1, 2]) expect((await ask(body, { key, path, headers: cached })).told.status).toBeNull()
    expect(await callsCount()).toBe(2)
  },
)
