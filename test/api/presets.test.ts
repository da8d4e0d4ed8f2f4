import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole } from '../support/chat.ts'
import { provider, replyJson, type Provider } from '../support/provider.ts'
import { makeAccount, makeKey, refusal, root, send } from './front-door.ts'

const user = { role: 'user', content: 'Hi' }
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)

function down(): Promise<never> {
  return Promise.reject(new Error('D1_ERROR: no answer'))
}

/** A key of a new account. */
async function aKey(): Promise<{ accountId: string; key: string }> {
  const { id } = await makeAccount()
  return { accountId: id, key: (await makeKey(id)).key }
}

async function capture(key: string, slug: string, body: object, skin = 'chat/completions') {
  return await send('POST', `/presets/${slug}/${skin}`, { key, body })
}

describe('a request becomes a preset', () => {
  test('the reply has every field of the contract, and nothing is asked of a provider', async () => {
    const { accountId, key } = await aKey()
    const body = {
      model: 'openai/gpt-4o-mini',
      messages: [{ role: 'system', content: 'Be brief.' }, user],
      temperature: 0.7,
      provider: { sort: 'price' },
      top_p: null,
      stream: true,
      user: 'u',
      metadata: { a: 'b' },
      session_id: 's',
      something_else: 1,
    }
    const reply = await capture(key, 'my-preset', body)
    expect([reply.status, reply.body]).toEqual([
      200,
      {
        data: {
          id: expect.stringMatching(uuid),
          slug: 'my-preset',
          name: 'my-preset',
          description: null,
          status: 'active',
          status_updated_at: null,
          workspace_id: accountId,
          creator_user_id: null,
          designated_version_id: reply.body.data.designated_version.id,
          created_at: instant,
          updated_at: instant,
          designated_version: {
            id: expect.stringMatching(uuid),
            preset_id: reply.body.data.id,
            version: 1,
            config: { model: 'openai/gpt-4o-mini', temperature: 0.7, provider: { sort: 'price' } },
            system_prompt: 'Be brief.',
            creator_id: accountId,
            created_at: instant,
            updated_at: instant,
          },
        },
      },
    ])
    expect((await send('GET', '/presets/my-preset', { key })).body).toEqual(reply.body)
  })

  test('[R103] the same again is a version of its own, and the one that counts', async () => {
    const { key } = await aKey()
    const first = (await capture(key, 'x', { model: 'a/b', temperature: 0 })).body.data
    const second = (await capture(key, 'x', { model: 'a/b', temperature: 1 })).body.data
    expect(second).toMatchObject({
      id: first.id,
      created_at: first.created_at,
      designated_version: { version: 2, config: { model: 'a/b', temperature: 1 } },
    })
    expect(second.designated_version_id).not.toBe(first.designated_version_id)
    expect((await send('GET', '/presets/x', { key })).body.data).toEqual(second)

    const { body } = await send('GET', '/presets/x/versions', { key })
    expect(body).toEqual({ data: [first.designated_version, second.designated_version], total_count: 2 })
    const page = await send('GET', '/presets/x/versions?offset=1&limit=1', { key })
    expect(page.body).toEqual({ data: [second.designated_version], total_count: 2 })
    const one = await send('GET', '/presets/x/versions/1', { key })
    expect(one.body).toEqual({ data: first.designated_version })
    expect(refusal(await send('GET', '/presets/x/versions/3', { key }))).toBe(
      '404 This account has no preset "x" with a version "3"',
    )
  })

  test('each format gives its system prompt and keeps its own fields', async () => {
    const { key } = await aKey()
    const kept = async (skin: string, body: object) =>
      (await capture(key, 'f', body, skin)).body.data.designated_version
    const parts = [
      { type: 'text', text: 'One.' },
      { type: 'text', text: 'Two.' },
    ]
    expect(
      await kept('messages', { model: 'a/b', system: parts, max_tokens: 9, messages: [user], top_k: 4 }),
    ).toMatchObject({ system_prompt: 'One.\n\nTwo.', config: { model: 'a/b', max_tokens: 9, top_k: 4 } })
    expect(
      await kept('responses', { model: 'a/b', instructions: 'One.', input: 'Hi', max_output_tokens: 9 }),
    ).toMatchObject({ system_prompt: 'One.', config: { model: 'a/b', max_output_tokens: 9 } })
    expect(
      await kept('chat/completions', {
        messages: [{ role: 'developer', content: parts }, { role: 'system', content: 'Three.' }, user],
      }),
    ).toMatchObject({ system_prompt: 'One.\n\nTwo.\n\nThree.', config: {} })
    expect(await kept('chat/completions', { model: 'a/b' })).toMatchObject({ system_prompt: null })
  })

  test.for<[string, string, object, string]>([
    ['a field out of its bounds', 'x', { temperature: 9 }, 'temperature: Too big: expected number to be <=2'],
    ['no tokens at all', 'x', { max_tokens: 0 }, 'max_tokens: Too small: expected number to be >=1'],
    [
      'a preference that does not exist',
      'x',
      { provider: { onyl: ['a'] } },
      'provider: Unrecognized key: "onyl"',
    ],
    ['another preset', 'x', { model: '@preset/y' }, 'model: a preset cannot name another one'],
    [
      'another preset to fall back to',
      'x',
      { models: ['a/b', '@preset/y'] },
      'models: a preset cannot name another one',
    ],
    [
      'no time to keep answers',
      'x',
      { cache_ttl_seconds: 0 },
      'cache_ttl_seconds: Too small: expected number to be >=1',
    ],
    [
      'too long a time to keep answers',
      'x',
      { cache_ttl_seconds: 86_401 },
      'cache_ttl_seconds: Too big: expected number to be <=86400',
    ],
    [
      'a word for a flag',
      'x',
      { cache_enabled: 'no' },
      'cache_enabled: Invalid input: expected boolean, received string',
    ],
    ['a slug of spaces', '%20', {}, 'slug: must have 1 to 100 letters, digits, hyphens or underscores'],
    ['a long slug', 'a'.repeat(101), {}, 'slug: must have 1 to 100 letters, digits, hyphens or underscores'],
    [
      'a book for a system prompt',
      'x',
      { messages: [{ role: 'system', content: 'a'.repeat(300_000) }] },
      'The preset has more than 262144 characters: keep less of it',
    ],
  ])('%s is refused', async ([, slug, body, message]) => {
    const { key } = await aKey()
    expect(refusal(await capture(key, slug, body))).toBe(`400 ${message}`)
    expect((await send('GET', '/presets', { key })).body.total_count).toBe(0)
  })

  test('of one preset the last hundred versions are kept', async () => {
    const { accountId, key } = await aKey()
    const first = (await capture(key, 'often', { seed: 0 })).body.data
    await env.DB.prepare('update presets set version = 250 where account_id = ?').bind(accountId).run()
    await env.DB.prepare(
      `insert into presets select account_id, slug, id, name, 151, 'old', config, null, created_at, updated_at
       from presets where account_id = ?`,
    )
      .bind(accountId)
      .run()
    const next = (await capture(key, 'often', { seed: 1 })).body.data
    expect(next).toMatchObject({ id: first.id, designated_version: { version: 251 } })
    const versions = (await send('GET', '/presets/often/versions', { key })).body.data
    expect(versions.map(({ version }: { version: number }) => version)).toEqual([250, 251])
  })

  test('an account has at most 500 of them', async () => {
    const { accountId, key } = await aKey()
    await env.DB.prepare(
      `insert into presets with recursive n(i) as (select 1 union all select i + 1 from n where i < 500)
       select ?, 'p' || i, 'id' || i, 'p', 1, 'v' || i, '{}', null, 0, i from n`,
    )
      .bind(accountId)
      .run()
    expect(refusal(await capture(key, 'one-more', {}))).toBe(
      '409 This account has 500 presets, or 64 MiB of them, the most: delete one',
    )
    expect((await capture(key, 'p7', {})).body.data.designated_version.version).toBe(2)
    expect((await send('DELETE', '/presets/p8', { key })).body).toEqual({ deleted: true })
    expect((await capture(key, 'one-more', {})).status).toBe(200)
  })
})

test('a page of versions ends where it would be larger than 4 MiB, and the next goes on from there', async () => {
  const { accountId, key } = await aKey()
  await env.DB.prepare(
    `insert into presets with recursive n(i) as (select 1 union all select i + 1 from n where i < 20)
     select ?, 'long', 'id', 'long', i, 'v' || i, '{}', hex(zeroblob(262144)), 0, i from n`,
  )
    .bind(accountId)
    .run()
  const page = async (offset: number) => {
    const path = `/presets/long/versions?limit=100&offset=${offset}`
    const { data, total_count: total } = (await send('GET', path, { key })).body
    const versions: number[] = data.map(({ version }: { version: number }) => version)
    return [versions.at(0), versions.at(-1), total]
  }
  expect(await page(0)).toEqual([1, 8, 20])
  expect(await page(8)).toEqual([9, 16, 20])
  expect(await page(16)).toEqual([17, 20, 20])
})

test('of all its presets an account has at most 64 MiB', async () => {
  const { accountId, key } = await aKey()
  await capture(key, 'small', {})
  await env.DB.prepare(
    `insert into presets with recursive n(i) as (select 1 union all select i + 1 from n where i < 64)
     select ?, 'p' || i, 'id' || i, 'p', 1, 'v' || i, '{}', hex(zeroblob(524288)), 0, i from n`,
  )
    .bind(accountId)
    .run()
  const most = '409 This account has 500 presets, or 64 MiB of them, the most: delete one'
  expect([refusal(await capture(key, 'one-more', {})), refusal(await capture(key, 'small', {}))]).toEqual([
    most,
    most,
  ])
  await send('DELETE', '/presets/p8', { key })
  expect((await capture(key, 'one-more', {})).status).toBe(200)
  await env.DB.prepare('delete from presets where account_id = ?').bind(accountId).run()
})

describe('whose presets they are', () => {
  test('they are listed in pages, the one that was changed last, first', async () => {
    const { accountId, key } = await aKey()
    for (const slug of ['a', 'b', 'c']) await capture(key, slug, {})
    await env.DB.prepare(`update presets set updated_at = unicode(slug) where account_id = ?`)
      .bind(accountId)
      .run()
    await capture(key, 'a', {})
    const slugsOf = async (query: string) => {
      const { body } = await send('GET', `/presets${query}`, { key })
      expect(body.total_count).toBe(3)
      return body.data.map(({ slug }: { slug: string }) => slug)
    }
    expect(await slugsOf('')).toEqual(['a', 'c', 'b'])
    expect(await slugsOf('?offset=1&limit=1')).toEqual(['c'])
    expect(await slugsOf('?offset=3')).toEqual([])
    expect((await send('GET', '/presets?limit=101', { key })).status).toBe(400)
  })

  test('any key of the account has them, and no other account knows of them', async () => {
    const { accountId, key } = await aKey()
    await capture(key, 'mine', { model: 'a/b' })
    const { key: second } = await makeKey(accountId)
    expect((await send('GET', '/presets/mine', { key: second })).status).toBe(200)

    const { key: stranger } = await aKey()
    for (const [method, path] of [
      ['GET', '/presets/mine'],
      ['GET', '/presets/mine/versions'],
      ['DELETE', '/presets/mine'],
    ] as const) {
      expect(refusal(await send(method, path, { key: stranger }))).toBe(
        '404 This account has no preset "mine"',
      )
    }
    expect((await send('GET', '/presets', { key: root.management })).body.total_count).toBe(0)
    expect((await capture(stranger, 'mine', {})).body.data.designated_version.version).toBe(1)
    await send('DELETE', '/presets/mine', { key: stranger })
    expect((await send('GET', '/presets/mine', { key })).body.data.designated_version.config).toEqual({
      model: 'a/b',
    })
    expect(refusal(await send('GET', '/presets', { key: null }))).toBe('401 Missing Authentication header')
  })
})

interface Fixture {
  gateway: Env
  upstream: Provider
  caller: TestAccount
}

async function fixture(preset: object, skin = 'chat/completions'): Promise<Fixture> {
  const upstream = await provider(chatAnswer('Hello'))
  const caller = await account(env)
  const reply = await capture(caller.key, 'x', preset, skin)
  expect(reply.body).toHaveProperty('data')
  const gateway = {
    ...env,
    OPENAI_API_KEY: 'sk-upstream',
    OPENAI_BASE_URL: upstream.baseUrl,
    GROQ_API_KEY: 'gsk-upstream',
    GROQ_BASE_URL: upstream.baseUrl,
  }
  return { gateway, upstream, caller }
}

/** What the provider was asked for a request of the client. */
async function sent({ gateway, upstream, caller }: Fixture, body: object, path = '/chat/completions') {
  const { response, text } = await askWhole(gateway, body, { key: caller.key, path: `/api/v1${path}` })
  if (response.status !== 200) throw new Error(text)
  const asked: Record<string, Json> = JSON.parse((await upstream.calls()).at(-1)?.body ?? '{}')
  return { asked, response }
}

const fn = (name: string, description: string) => ({
  type: 'function',
  function: { name, description, parameters: { type: 'object' } },
})

describe('a request that names a preset', () => {
  const preset = {
    model: 'openai/gpt-4o-mini',
    messages: [{ role: 'system', content: 'Be brief.' }],
    temperature: 0.2,
    top_p: 0.5,
    max_tokens: 50,
  }
  const told = [{ role: 'system', content: 'Be brief.' }, user]

  test('[R99][R101] has its model, system prompt and fields, and its own before them', async () => {
    const world = await fixture(preset)
    const { asked } = await sent(world, { model: '@preset/x', messages: [user], temperature: 1 })
    expect(asked).toMatchObject({
      model: 'gpt-4o-mini',
      temperature: 1,
      top_p: 0.5,
      max_completion_tokens: 50,
    })
    expect(asked['messages']).toEqual(told)
    expect(asked).not.toHaveProperty('preset')
  })

  test('[R100] may name another model beside it, in both ways', async () => {
    const world = await fixture(preset)
    for (const ask of [
      { model: 'openai/gpt-4o@preset/x' },
      { model: 'openai/gpt-4o', preset: 'x' },
      { model: 'openai/gpt-4o@preset/x', preset: 'x' },
    ]) {
      const { asked } = await sent(world, { ...ask, messages: [user] })
      expect(asked).toMatchObject({ model: 'gpt-4o', temperature: 0.2, messages: told })
      expect(asked).not.toHaveProperty('preset')
    }
  })

  test('what it leaves out or sets to null is the preset’s, a system prompt of its own counts', async () => {
    const world = await fixture(preset)
    const own = [{ role: 'developer', content: 'Be long.' }, user]
    const { asked } = await sent(world, { preset: 'x', messages: own, temperature: null, top_p: 0.9 })
    expect(asked).toMatchObject({ temperature: 0.2, top_p: 0.9 })
    expect(JSON.stringify(asked['messages'])).not.toContain('Be brief.')
  })

  test('one of several fields that mean the same is enough to overrule the preset’s', async () => {
    const world = await fixture({ ...preset, reasoning: { effort: 'high' } })
    const { asked } = await sent(world, {
      preset: 'x',
      messages: [user],
      max_completion_tokens: 500,
      reasoning_effort: 'low',
    })
    expect(asked).toMatchObject({ max_completion_tokens: 500 })
  })

  test('[R102] its tools take the place of the preset’s of the same name, others follow', async () => {
    const world = await fixture({ ...preset, tools: [fn('a', 'old'), fn('b', 'old')] })
    const { asked } = await sent(world, {
      model: '@preset/x',
      messages: [user],
      tools: [fn('c', 'new'), fn('a', 'new')],
    })
    expect(asked['tools']).toMatchObject([fn('a', 'new'), fn('b', 'old'), fn('c', 'new')])
    const alone = await sent(world, { model: '@preset/x', messages: [user] })
    expect(alone.asked['tools']).toMatchObject([fn('a', 'old'), fn('b', 'old')])
  })

  test('[R103] has the newest version at once', async () => {
    const world = await fixture(preset)
    const ask = { model: '@preset/x', messages: [user] }
    expect((await sent(world, ask)).asked).toMatchObject({ temperature: 0.2 })
    await capture(world.caller.key, 'x', { ...preset, temperature: 0.9 })
    expect((await sent(world, ask)).asked).toMatchObject({ temperature: 0.9 })
    await capture(world.caller.key, 'x', { model: preset.model })
    expect((await sent(world, ask)).asked).not.toHaveProperty('temperature')
  })

  test('one format may use what another captured', async () => {
    const world = await fixture(
      {
        model: 'meta-llama/llama-3.3-70b-instruct',
        system: 'Be brief.',
        max_tokens: 77,
        stop_sequences: ['END'],
      },
      'messages',
    )
    const chat = await sent(world, { model: '@preset/x', messages: [user] })
    expect(chat.asked).toMatchObject({ messages: told, stop: ['END'] })
    expect(JSON.stringify(chat.asked)).toContain(':77')
    const responses = await sent(world, { model: '@preset/x', input: 'Hi' }, '/responses')
    expect(JSON.stringify(responses.asked)).toMatch(/Be brief\..*:77|:77.*Be brief\./)
    const messages = await sent(world, { model: '@preset/x', messages: [user], max_tokens: 5 }, '/messages')
    expect(JSON.stringify(messages.asked)).toContain('Be brief.')
    expect(JSON.stringify(messages.asked)).not.toContain(':77')
    const counted = await askWhole(
      world.gateway,
      { model: '@preset/x', messages: [user] },
      { key: world.caller.key, path: '/api/v1/messages/count_tokens' },
    )
    expect(JSON.parse(counted.text)).toEqual({ input_tokens: expect.any(Number) })
  })

  test('of vectors it takes what they have a field for', async () => {
    const world = await fixture({ ...preset, model: 'openai/text-embedding-3-small' })
    const vectors = await provider(
      replyJson(200, { data: [{ index: 0, embedding: [1] }], usage: { prompt_tokens: 1, total_tokens: 1 } }),
    )
    const gateway = { ...world.gateway, OPENAI_BASE_URL: vectors.baseUrl }
    const ask = { model: '@preset/x', input: 'Hi' }
    const { asked } = await sent({ ...world, gateway, upstream: vectors }, ask, '/embeddings')
    expect(asked).toEqual({ model: 'text-embedding-3-small', input: 'Hi' })
  })

  test('its generation tells which preset it was', async () => {
    const world = await fixture(preset)
    const { response } = await sent(world, { model: '@preset/x', messages: [user] })
    const { id } = (await send('GET', '/presets/x', { key: world.caller.key })).body.data
    expect(await world.caller.generation(response.headers.get('x-generation-id'))).toMatchObject({
      preset_id: id,
    })
  })

  test('[I161] a preset that allows no cache is not overruled by a header, one that wants it needs none', async () => {
    const ask = { model: '@preset/x', messages: [user] }
    const status = async (config: object, headers: Record<string, string>) => {
      const { gateway, caller } = await fixture({ ...preset, ...config })
      const options = { key: caller.key, headers }
      await askWhole(gateway, ask, options)
      const { response, text } = await askWhole(gateway, ask, options)
      if (response.status !== 200) throw new Error(text)
      return ['status', 'ttl'].map((name) => response.headers.get(`x-openrouter-cache-${name}`))
    }
    const on = { 'x-openrouter-cache': 'true' }
    expect(await status({ cache_enabled: false }, on)).toEqual([null, null])
    expect(await status({ cache_enabled: true, cache_ttl_seconds: 60 }, {})).toEqual([
      'HIT',
      expect.stringMatching(/^(60|59)$/),
    ])
    expect(await status({}, {})).toEqual([null, null])
  })

  test.for<[object, string]>([
    [{ model: '@preset/none' }, 'This account has no preset "none": GET /api/v1/presets lists those it has'],
    [
      { preset: 'none', model: 'a/b' },
      'This account has no preset "none": GET /api/v1/presets lists those it has',
    ],
    [{ model: '@preset/' }, 'This account has no preset "": GET /api/v1/presets lists those it has'],
    [{ model: '@preset/x', preset: 'y' }, 'preset: is "y", but model names "x"; send one of them'],
    [{ preset: 7 }, 'preset: must be the slug of a preset'],
    [{ preset: '' }, 'preset: must be the slug of a preset'],
  ])('%j is 400', async ([fields, message]) => {
    const { key } = await account(env)
    const { response, text } = await askWhole(env, { ...fields, messages: [user] }, { key })
    expect([response.status, JSON.parse(text).error.message]).toEqual([400, message])
  })

  test('a preset of another account is as unknown as one that nobody has', async () => {
    const { caller } = await fixture(preset)
    const stranger = await account(env)
    const ask = { model: '@preset/x', messages: [user] }
    const { response, text } = await askWhole(env, ask, { key: stranger.key })
    expect([response.status, text]).toEqual([400, expect.stringContaining('has no preset \\"x\\"')])
    expect((await send('GET', '/presets/x', { key: caller.key })).status).toBe(200)
  })

  test('a prompt without messages has no place for a system prompt, and is told so', async () => {
    const { caller, gateway } = await fixture(preset)
    const ask = { model: '@preset/x', prompt: 'Once' }
    const { response, text } = await askWhole(gateway, ask, { key: caller.key, path: '/api/v1/completions' })
    expect([response.status, JSON.parse(text).error.message]).toEqual([
      400,
      'preset: has a system prompt, which goes before messages; ask POST /chat/completions',
    ])
  })

  test('is what it was last while D1 does not answer; where it is not known here, the request may be tried again', async () => {
    const { gateway, upstream, caller } = await fixture(preset)
    const statement = { bind: () => statement, first: down }
    const failing = { ...gateway, DB: new Proxy(env.DB, { get: () => () => statement }) }
    const ask = async (from: Env) =>
      await askWhole(from, { preset: 'x', messages: [user] }, { key: caller.key })
    expect((await ask(failing)).response.status).toBe(503)
    expect((await ask(gateway)).response.status).toBe(200)
    expect((await ask(failing)).response.status).toBe(200)
    const [before, meanwhile] = (await upstream.calls()).map(({ body }) => body)
    expect(meanwhile).toBe(before)
    await send('DELETE', '/presets/x', { key: caller.key })
    expect((await ask(gateway)).response.status).toBe(400)
    expect((await ask(failing)).response.status).toBe(503)
  })

  test('no storage is asked of a request that names none', async () => {
    const { gateway, upstream, caller } = await fixture(preset)
    const failing = new Proxy(env.DB, { get: () => expect.unreachable('D1 was asked') })
    const body = { model: 'openai/gpt-4o-mini', messages: [user], preset: null }
    const { response, text } = await askWhole({ ...gateway, DB: failing }, body, { key: caller.key })
    if (response.status !== 200) throw new Error(text)
    expect((await upstream.calls()).at(-1)?.body).not.toContain('preset')
  })
})
