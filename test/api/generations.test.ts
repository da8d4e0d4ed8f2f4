import { env } from 'cloudflare:workers'
import { describe, expect, test, vi } from 'vitest'
import { makeAccount, makeKey, refusal, requestOf, root, send, sendWith } from './front-door.ts'
import { generationSchema } from './sdk-schemas.ts'
import { spend } from './spend.ts'

const unknown = `gen-1700000000-${'0'.repeat(22)}`

async function makeSpender() {
  const account = await makeAccount({ unlimited: true })
  return { account, ...(await makeKey(account.id)) }
}

async function refusalOf(query: string): Promise<string> {
  return refusal(await send('GET', `/generation${query}`, { key: root.inference }))
}

async function inBook(ids: string[]): Promise<void> {
  await vi.waitFor(
    async () => {
      const { count } = (await env.DB.prepare(
        'select count(*) as count from generations where id in (select value from json_each(?))',
      )
        .bind(JSON.stringify(ids))
        .first<{ count: number }>()) ?? { count: 0 }
      expect(count).toBe(ids.length)
    },
    { timeout: 10_000, interval: 50 },
  )
}

const withoutBook = {
  ...env,
  DB: { prepare: () => ({ bind: () => ({ first: () => Promise.reject(new Error('D1_ERROR')) }) }) },
}

describe('one generation', () => {
  test('42. 43. every field is there, right after the answer and the same once D1 has it', async () => {
    const { account, key, hash } = await makeSpender()
    const id = await spend(account.id, hash, 1_500)
    const fresh = await send('GET', `/generation?id=${id}`, { key })
    expect(fresh.body.data).toEqual({
      id,
      upstream_id: 'chatcmpl-1',
      request_id: null,
      session_id: 'session-1',
      api_type: 'completions',
      created_at: expect.stringMatching(/Z$/),
      status: 200,
      error_type: null,
      model: 'openai/gpt-4o-mini',
      requested_model: 'openai/gpt-4o-mini',
      provider_name: 'OpenAI',
      provider_responses: [
        {
          status: 503,
          endpoint_id: 'groq/mini',
          provider_name: 'Groq',
          model_permaslug: 'mini',
          latency: 30,
          is_byok: false,
          error: 'overloaded',
        },
        {
          status: 200,
          endpoint_id: 'openai/gpt-4o-mini-2024-07-18',
          provider_name: 'OpenAI',
          model_permaslug: 'gpt-4o-mini-2024-07-18',
          latency: 90,
          is_byok: false,
        },
      ],
      router: null,
      service_tier: null,
      preset_id: null,
      data_region: 'global',
      response_cache_source_id: null,
      openrouter_metadata: null,
      total_cost: 0.0000015,
      usage: 0.0000015,
      upstream_inference_cost: 0.0000005,
      cache_discount: null,
      is_byok: false,
      usage_estimated: false,
      tokens_prompt: 100,
      tokens_completion: 20,
      native_tokens_prompt: 100,
      native_tokens_completion: 20,
      native_tokens_completion_images: null,
      native_tokens_reasoning: 7,
      native_tokens_cached: 40,
      native_tokens_cache_write: 3,
      num_media_prompt: null,
      num_input_audio_prompt: null,
      num_media_completion: null,
      num_search_results: null,
      num_fetches: null,
      web_search_engine: null,
      latency: 900,
      generation_time: 780,
      time_to_first_token: 120,
      moderation_latency: null,
      streamed: true,
      cancelled: false,
      finish_reason: 'stop',
      native_finish_reason: 'end',
      origin: 'https://app.example',
      http_referer: 'https://app.example/path',
      app_title: 'App',
      app_id: null,
      user_agent: 'agent/1',
      external_user: 'user-1',
      metadata: { order: '7' },
      workspace_id: account.id,
      api_key_hash: hash,
    })
    expect(generationSchema.parse(fresh.body.data)).toBeTruthy()
    await inBook([id])
    expect((await send('GET', `/generation?id=${id}`, { key })).body).toEqual(fresh.body)
    expect((await send('GET', `/generation?id=${id}`)).body).toEqual(fresh.body)
  })

  test('how it was routed is there, from the object as from D1', async () => {
    const { account, key, hash } = await makeSpender()
    const routing = { requested: 'openrouter/auto', strategy: 'auto', attempt: 1 }
    const id = await spend(account.id, hash, 1, {
      router: 'openrouter/auto',
      serviceTier: 'priority',
      cacheSourceId: unknown,
      preset: 'a9e8d400-592a-494f-908c-375efa66cafd',
      routing: JSON.stringify(routing),
      attempts: [
        {
          provider: 'openai',
          providerName: 'OpenAI',
          upstreamModel: 'gpt-5-2025-08-07',
          status: 200,
          error: null,
          latencyMs: 90,
          model: 'openai/gpt-5',
          tag: 'openai/priority',
          serviceTier: 'priority',
        },
      ],
    })
    const fresh = await send('GET', `/generation?id=${id}`, { key })
    expect(fresh.body.data).toMatchObject({
      router: 'openrouter/auto',
      service_tier: 'priority',
      response_cache_source_id: unknown,
      preset_id: 'a9e8d400-592a-494f-908c-375efa66cafd',
      openrouter_metadata: routing,
      provider_responses: [
        {
          status: 200,
          endpoint_id: 'openai/gpt-5-2025-08-07',
          provider_name: 'OpenAI',
          model_permaslug: 'openai/gpt-5',
          latency: 90,
          is_byok: false,
          tag: 'openai/priority',
          routed_service_tier: 'priority',
        },
      ],
    })
    expect(generationSchema.parse(fresh.body.data)).toBeTruthy()
    await inBook([id])
    expect((await send('GET', `/generation?id=${id}`, { key })).body).toEqual(fresh.body)
  })

  test('while D1 is down the object still answers; what neither tells is 503, not 404', async () => {
    const { account, key, hash } = await makeSpender()
    const id = await spend(account.id, hash, 1)
    const found = await sendWith(withoutBook, requestOf('GET', `/generation?id=${id}`, { key }))
    expect([found.status, found.body.data.id]).toEqual([200, id])
    const missing = await sendWith(withoutBook, requestOf('GET', `/generation?id=${unknown}`, { key }))
    expect(missing.status).toBe(503)
  })

  test('44. an id that is unknown, malformed or of another account gives the same 404', async () => {
    const [mine, other] = [await makeSpender(), await makeSpender()]
    const fresh = await spend(other.account.id, other.hash, 1)
    const settled = await spend(other.account.id, other.hash, 1)
    await inBook([settled])
    const expected = {
      error: { code: 404, message: 'Generation not found', metadata: { error_type: 'not_found' } },
    }
    for (const key of [mine.key, root.inference]) {
      for (const id of [
        unknown,
        fresh,
        settled,
        'x',
        '',
        `${settled} `,
        settled.toLowerCase(),
        "' or 1=1 --",
        '\u0000',
        'x'.repeat(5_000),
      ]) {
        const reply = await send('GET', `/generation?id=${encodeURIComponent(id)}`, { key })
        expect([reply.status, reply.body]).toEqual([404, expected])
      }
    }
    expect((await send('GET', `/generation?id=${settled}`)).status).toBe(200)
  })

  test('the id is required, once, and nothing else is taken', async () => {
    expect(await refusalOf('')).toBe('400 id: is required')
    expect(await refusalOf(`?id=${unknown}&id=${unknown}`)).toBe('400 id: given more than once')
    expect(await refusalOf(`?id=${unknown}&account=x`)).toBe('400 Unknown parameter: account')
  })
})

describe('the last generations', () => {
  test('they come newest first, in pages that neither repeat nor leave out, from one account', async () => {
    const [mine, other] = [await makeSpender(), await makeSpender()]
    const ids: string[] = []
    for (let index = 0; index < 7; index++) ids.push(await spend(mine.account.id, mine.hash, index))
    await inBook([...ids, await spend(other.account.id, other.hash, 1)])
    const seen: string[] = []
    let before = ''
    for (const length of [3, 3, 1]) {
      const { data, next } = (await send('GET', `/generations?account=${mine.account.id}&limit=3${before}`))
        .body
      expect(data).toHaveLength(length)
      seen.push(...data.map(({ id }: { id: string }) => id))
      expect(next).toBe(length === 3 ? seen.at(-1) : null)
      before = `&before=${next}`
    }
    expect(seen).toEqual(ids.toSorted().toReversed())
  })

  test('they are narrowed by key, model, provider and status, and show the operator every attempt', async () => {
    const { account, hash } = await makeSpender()
    const { hash: second } = await makeKey(account.id)
    const ids = {
      plain: await spend(account.id, hash, 1),
      key: await spend(account.id, second, 1),
      model: await spend(account.id, hash, 1, { model: 'simulator/echo' }),
      provider: await spend(account.id, hash, 1, { provider: 'groq' }),
      status: await spend(account.id, hash, 0, { status: 502 }),
    }
    await inBook(Object.values(ids))
    const ask = async (query: string) =>
      (await send('GET', `/generations?account=${encodeURIComponent(account.name)}${query}`)).body.data
    const found = async (query: string) => (await ask(query)).map(({ id }: { id: string }) => id)
    expect(await found(`&api_key_hash=${second}`)).toEqual([ids.key])
    expect(await found('&model=simulator/echo')).toEqual([ids.model])
    expect(await found('&provider=groq')).toEqual([ids.provider])
    expect(await found('&status=502')).toEqual([ids.status])
    expect(await found('&status=502&provider=groq')).toEqual([])
    expect((await ask('&status=502'))[0]).toMatchObject({
      provider: 'openai',
      upstream_model: 'gpt-4o-mini-2024-07-18',
      attempts: [
        { provider: 'groq', upstream_model: 'mini', status: 503, error: 'overloaded', latency: 30 },
        {
          provider: 'openai',
          upstream_model: 'gpt-4o-mini-2024-07-18',
          status: 200,
          error: null,
          latency: 90,
        },
      ],
    })
  })

  test.for([
    ['limit=0', 'limit: must be a whole number from 1 to 100'],
    ['limit=101', 'limit: must be a whole number from 1 to 100'],
    ['status=99', 'status: must be a whole number from 100 to 599'],
    ['status=ok', 'status: must be a whole number from 100 to 599'],
    ['before=x', 'before: must be the id of a generation'],
    ['api_key_hash=x', 'api_key_hash: must be the hash of a key: 64 hex digits'],
    ['offset=1', 'Unknown parameter: offset'],
    ['user=x', 'Unknown parameter: user'],
  ])('116. ?%s is 400', async ([query, message]) => {
    expect(refusal(await send('GET', `/generations?${query}`))).toBe(`400 ${message}`)
  })
})
