import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { generationId } from '../../src/base/ids.ts'
import { dayMs, periodStarts } from '../../src/base/time.ts'
import { makeAccount, refusal, send } from './front-door.ts'
import { activitySchema } from './sdk-schemas.ts'

const today = periodStarts(Date.now()).day
const day = (daysAgo: number) => new Date(today - daysAgo * dayMs).toISOString().slice(0, 10)

let seq = 0

/** A row of the book as the ledger writes it, on another day. */
async function record(accountId: string, atMs: number, fields: object = {}): Promise<void> {
  const row = {
    account_id: accountId,
    id: generationId(atMs),
    key_hash: 'a'.repeat(64),
    seq: ++seq,
    posted_nanos: 1_000,
    cost_nanos: 1_000,
    upstream_cost_nanos: 1_000,
    created_at: atMs,
    status: 200,
    model: 'openai/gpt-4o-mini',
    requested_model: 'openai/gpt-4o-mini',
    provider: 'openai',
    provider_name: 'OpenAI',
    upstream_model: 'gpt-4o-mini',
    streamed: 0,
    cancelled: 0,
    prompt_tokens: 10,
    completion_tokens: 5,
    cached_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: 2,
    usage_estimated: 0,
    total_ms: 1,
    attempts: '[]',
    ...fields,
  }
  const names = Object.keys(row)
  await env.DB.prepare(
    `insert into generations (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
  )
    .bind(...Object.values(row))
    .run()
}

test('47. the last 30 completed days, a row for each day, model and endpoint; today is not among them', async () => {
  const { id } = await makeAccount()
  const other = await makeAccount()
  await record(id, today - 1)
  await record(id, today - dayMs, { cost_nanos: 500 })
  await record(id, today - dayMs, { provider: 'groq', provider_name: 'Groq' })
  await record(id, today - 30 * dayMs, { model: 'simulator/echo' })
  for (const outside of [today, Date.now(), today - 30 * dayMs - 1]) await record(id, outside)
  // Nobody served it.
  await record(id, today - dayMs, { provider: null, provider_name: null, upstream_model: null, status: 502 })
  await record(other.id, today - dayMs)
  const reply = await send('GET', `/activity?account=${id}`)
  const item = {
    date: day(1),
    model: 'openai/gpt-4o-mini',
    model_permaslug: 'openai/gpt-4o-mini',
    endpoint_id: 'openai/gpt-4o-mini',
    provider_name: 'OpenAI',
    requests: 1,
    prompt_tokens: 10,
    completion_tokens: 5,
    reasoning_tokens: 2,
    usage: 0.000001,
    byok_usage_inference: 0,
    upstream_inference_cost: 0.000001,
    wasted_cost: 0,
  }
  expect(reply.body).toEqual({
    data: [
      {
        ...item,
        requests: 2,
        prompt_tokens: 20,
        completion_tokens: 10,
        reasoning_tokens: 4,
        usage: 0.0000015,
        upstream_inference_cost: 0.000002,
      },
      { ...item, endpoint_id: 'groq/gpt-4o-mini', provider_name: 'Groq' },
      { ...item, date: day(30), model: 'simulator/echo', model_permaslug: 'simulator/echo' },
    ],
  })
  for (const row of reply.body.data) expect(activitySchema.parse(row)).toBeTruthy()
})

test('one day and one key are picked out', async () => {
  const { id } = await makeAccount()
  const hash = 'b'.repeat(64)
  await record(id, today - 2 * dayMs)
  await record(id, today - 2 * dayMs, { key_hash: hash, cost_nanos: 7 })
  await record(id, today - 3 * dayMs, { key_hash: hash })
  const ask = async (query: string) => (await send('GET', `/activity?account=${id}${query}`)).body.data
  expect(await ask(`&date=${day(2)}`)).toMatchObject([{ date: day(2), requests: 2 }])
  expect(await ask(`&date=${day(2)}&api_key_hash=${hash}`)).toMatchObject([
    { requests: 1, usage: 0.000000007 },
  ])
  expect(await ask(`&api_key_hash=${'c'.repeat(64)}`)).toEqual([])
})

test('today so far is told to whoever asks for it', async () => {
  const { id } = await makeAccount()
  await record(id, today - 1)
  await record(id, today, { cost_nanos: 3 })
  await record(id, Date.now(), { cost_nanos: 4 })
  const { body } = await send('GET', `/activity?account=${id}&date=today`)
  expect(body.data).toMatchObject([{ date: day(0), requests: 2, usage: 0.000000007 }])
})

const range = `must be one of the last 30 completed UTC days, ${day(30)} to ${day(1)}`

test.for([
  [`date=${day(0)}`, `date: ${range}`],
  [`date=${day(31)}`, `date: ${range}`],
  ['date=2999-01-01', `date: ${range}`],
  ['date=2025-02-30', 'date: must be a UTC day as YYYY-MM-DD, or today'],
  ['date=yesterday', 'date: must be a UTC day as YYYY-MM-DD, or today'],
  ['api_key_hash=ABC', 'api_key_hash: must be the hash of a key: 64 hex digits'],
  ['group_by=workspace', 'group_by: not supported yet'],
  ['user_id=u', 'user_id: not supported yet'],
  ['workspace_id=w', 'workspace_id: not supported yet'],
  ['limit=5', 'Unknown parameter: limit'],
])('49. ?%s is 400', async ([query, message]) => {
  expect(refusal(await send('GET', `/activity?${query}`))).toBe(`400 ${message}`)
})
