import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { generationId } from '../../src/base/ids.ts'
import { dayMs, periodStarts } from '../../src/base/time.ts'
import { makeAccount, refusal, requestOf, send, sendWith } from './front-door.ts'
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

describe('the list of models by what they were used for in the last seven days, and how fast they were', () => {
  const gateway = { ...env, SIMULATOR: 'on' }
  const listed = async (sort: string, key?: null, settings: object = gateway) => {
    const { body } = await sendWith(
      settings,
      requestOf('GET', `/models?sort=${sort}`, key === null ? { key } : {}),
    )
    return body.data.map(({ id }: { id: string }) => id)
  }

  test('[R152] the most used first, the fastest first, and those of which nothing is known last', async () => {
    const usual: string[] = await listed('intelligence-high-to-low')
    const [first = '', second = '', third = '', ...rest] = usual.toReversed()
    const answers: [model: string, daysAgo: number, tokens: number, latency: number | null, total: number][] =
      [
        [first, 1, 100, 300, 1_300],
        [first, 1, 100, 500, 1_500],
        [first, 1, 100, 9_000, 9_500],
        [second, 6, 1_000, 400, 900],
        [third, 0, 10, null, 100],
        [third, 8, 1_000_000, 1, 2],
      ]
    const accounts = [await makeAccount(), await makeAccount()]
    for (const [index, [model, daysAgo, tokens, latency, total]] of answers.entries()) {
      const fields = { model, completion_tokens: tokens, first_token_ms: latency, total_ms: total }
      await record(accounts[index % 2]!.id, Date.now() - daysAgo * dayMs, fields)
    }
    const without = rest.toReversed()
    expect(await listed('top-weekly')).toEqual([second, first, third, ...without])
    expect(await listed('most-popular')).toEqual([second, first, third, ...without])
    // At the median: 400 ms, and of the others 500 ms.
    expect(await listed('latency-low-to-high')).toEqual([second, first, ...without, third])
    // 2,000 tokens a second, and 100.
    expect(await listed('throughput-high-to-low')).toEqual([second, first, ...without, third])
  })

  test('where the database does not tell, the usual order stands', async () => {
    const down = { ...gateway, DB: Object.assign(Object.create(env.DB), { prepare: undefined }) }
    expect(await listed('most-popular', undefined, down)).toEqual(await listed('coding-high-to-low'))
  })

  test('who has no key is told nothing of it', async () => {
    expect(await listed('top-weekly', null)).toEqual(await listed('coding-high-to-low', null))
  })
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
