import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import type { RoutingSettings } from '../../src/generation/routing.ts'
import { ledger } from '../../src/ledger/client.ts'
import { account } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole } from '../support/chat.ts'
import { provider, replyJson } from '../support/provider.ts'
import { makeAccount, makeKey, refusal, send } from './front-door.ts'

/** What the account's object tells planning of a key. */
async function delivered(accountId: string, hash: string): Promise<readonly RoutingSettings[] | undefined> {
  const standing = await ledger(env, accountId).standing(hash)
  return standing.ok ? standing.profile.routing : undefined
}

/** A key's routing as it is shown, and as it reaches planning. */
async function set(routing: unknown): Promise<{ shown: object; planned: RoutingSettings | undefined }> {
  const { id } = await makeAccount()
  const { hash } = await makeKey(id, { routing })
  const [planned] = (await delivered(id, hash)) ?? []
  return { shown: (await send('GET', `/keys/${hash}`)).body.data.routing, planned }
}

const unset = {
  provider: null,
  model: null,
  models: null,
  allowed_models: null,
  ignored_models: null,
  enforce_zdr_anthropic: false,
  enforce_zdr_openai: false,
  enforce_zdr_google: false,
  enforce_zdr_xai: false,
  enforce_zdr_other: false,
  enable_paid_model_training: null,
  enable_free_model_training: null,
}

describe('what a key lays down', () => {
  test('every setting reaches planning, is shown, and means the same when it is given back', async () => {
    const routing = {
      provider: {
        order: ['openai'],
        only: ['openai', 'azure'],
        ignore: ['groq'],
        allow_fallbacks: false,
        require_parameters: true,
        data_collection: 'deny',
        zdr: true,
        enforce_distillable_text: false,
        quantizations: ['fp8'],
        sort: { by: 'price', partition: 'none' },
        preferred_min_throughput: { p50: 40 },
        preferred_max_latency: { p90: 2.5 },
        max_price: { prompt: 0.1, completion: 2, request: 0.01, image: 0.5, audio: 3 },
      },
      model: 'openai/gpt-5-mini',
      models: ['anthropic/claude-haiku-4.5'],
      allowed_models: ['openai/*', 'anthropic/claude-haiku-4.5'],
      ignored_models: ['openai/gpt-4*'],
      enforce_zdr_anthropic: true,
      enforce_zdr_openai: false,
      enforce_zdr_google: false,
      enforce_zdr_xai: false,
      enforce_zdr_other: true,
      enable_paid_model_training: false,
      enable_free_model_training: true,
    }
    const { shown, planned } = await set(routing)
    expect(shown).toEqual(routing)
    expect(planned).toEqual({
      preferences: {
        order: ['openai'],
        only: ['openai', 'azure'],
        ignore: ['groq'],
        allowFallbacks: false,
        requireParameters: true,
        dataCollection: 'deny',
        zdr: true,
        distillable: false,
        quantizations: ['fp8'],
        sort: { by: 'price', partition: 'none' },
        minThroughput: { p50: 40 },
        maxLatency: { p90: 2.5 },
        maxPrice: {
          promptPicos: 100_000,
          completionPicos: 2_000_000,
          requestNanos: 10_000_000,
          imageNanos: 500_000_000,
          audioPicos: 3_000_000,
        },
      },
      model: 'openai/gpt-5-mini',
      models: ['anthropic/claude-haiku-4.5'],
      allowedModels: ['openai/*', 'anthropic/claude-haiku-4.5'],
      ignoredModels: ['openai/gpt-4*'],
      zdr: ['anthropic', 'other'],
      trainingOnPaid: false,
      trainingOnFree: true,
    })
  })

  test('[R13][R14] a default order of providers is one that a request may override', async () => {
    const { shown, planned } = await set({ default_provider_sort: 'price' })
    expect(planned).toEqual({ preferences: { sort: { by: 'price' } } })
    expect(shown).toEqual({ ...unset, provider: { sort: { by: 'price' } } })
  })

  test('[R21][R22][R23] lists of providers are kept as they were written', async () => {
    const { planned } = await set({ provider: { only: ['DeepInfra/turbo', 'a'], ignore: ['b'] } })
    expect(planned).toEqual({ preferences: { only: ['DeepInfra/turbo', 'a'], ignore: ['b'] } })
  })

  test('[R47][R48] what may not be kept is said of each maker', async () => {
    expect((await set({ enforce_zdr_anthropic: true })).planned).toEqual({ zdr: ['anthropic'] })
    expect((await set({ provider: { zdr: true } })).planned).toEqual({ preferences: { zdr: true } })
  })

  test.for<[object, string[] | undefined]>([
    [{ enforce_zdr: true }, ['anthropic', 'openai', 'google', 'xai', 'other']],
    [{ enforce_zdr: true, enforce_zdr_openai: false }, ['anthropic', 'google', 'xai', 'other']],
    [{ enforce_zdr: true, enforce_zdr_openai: null }, ['anthropic', 'openai', 'google', 'xai', 'other']],
    [{ enforce_zdr: false, enforce_zdr_xai: true }, ['xai']],
    [{ enforce_zdr: false }, undefined],
  ])('[R49] %j is copied into the scopes that are not set: %j', async ([routing, zdr]) => {
    expect((await set(routing)).planned?.zdr).toEqual(zdr)
  })

  test('[R78] a model for requests that name none, and others to fall back to', async () => {
    const { planned } = await set({ model: 'a/b', models: ['c/d', 'e/f'] })
    expect(planned).toEqual({ model: 'a/b', models: ['c/d', 'e/f'] })
  })

  test('nothing is set by null, by an empty object, and where it is left out', async () => {
    for (const routing of [null, {}, { provider: {}, models: [], model: null }, undefined]) {
      expect(await set(routing)).toEqual({ shown: null, planned: undefined })
    }
  })

  test('a change replaces the whole, holds with the next look, and leaves all else as it was', async () => {
    const { id } = await makeAccount()
    const { hash } = await makeKey(id, { limit: 3, routing: { model: 'a/b', provider: { zdr: true } } })
    const before = await ledger(env, id).standing(hash)
    const change = { routing: { allowed_models: ['a/*'] } }
    const reply = await send('PATCH', `/keys/${hash}`, { body: change })
    expect(reply.body.data).toMatchObject({ limit: 3, routing: { ...unset, allowed_models: ['a/*'] } })
    expect(await delivered(id, hash)).toEqual([{ allowedModels: ['a/*'] }])
    const after = await ledger(env, id).standing(hash)
    expect([before, after].map((standing) => standing.ok && standing.profile.version)).toSatisfy(
      ([first, second]) => first !== second,
    )
    await send('PATCH', `/keys/${hash}`, { body: { name: 'renamed' } })
    expect(await delivered(id, hash)).toEqual([{ allowedModels: ['a/*'] }])
    expect((await send('PATCH', `/keys/${hash}`, { body: { routing: null } })).body.data.routing).toBeNull()
    expect(await delivered(id, hash)).toBeUndefined()
  })

  test.for<[object, string]>([
    [{ allow: [] }, 'Unknown field: routing.allow'],
    [{ provider: { onyl: ['a'] } }, 'Unknown field: routing.provider.onyl'],
    [{ provider: { options: { openai: {} } } }, 'Unknown field: routing.provider.options'],
    [{ provider: { zdr: 'yes' } }, 'routing.provider.zdr: Invalid input: expected boolean, received string'],
    [
      { allowed_models: ['gpt-5'] },
      'routing.allowed_models.0: must be the id of a model, or a pattern such as anthropic/*',
    ],
    [{ allowed_models: [] }, 'routing.allowed_models: must name at least one; null allows all'],
    [
      { ignored_models: ['a b/c'] },
      'routing.ignored_models.0: must be the id of a model, or a pattern such as anthropic/*',
    ],
    [
      { ignored_models: Array.from({ length: 201 }, () => 'a/b') },
      'routing.ignored_models: Too big: expected array to have <=200 items',
    ],
    [
      { models: Array.from({ length: 21 }, () => 'a/b') },
      'routing.models: Too big: expected array to have <=20 items',
    ],
    [{ model: '' }, 'routing.model: Too small: expected string to have >=1 characters'],
    [{ model: 'x'.repeat(201) }, 'routing.model: Too big: expected string to have <=200 characters'],
    [{ enforce_zdr_meta: true }, 'Unknown field: routing.enforce_zdr_meta'],
    [
      { default_provider_sort: 'cheapest' },
      'routing.default_provider_sort: Invalid option: expected one of "price"|"throughput"|"latency"|"exacto"',
    ],
    [
      { default_provider_sort: 'price', provider: { sort: 'latency' } },
      'routing.default_provider_sort: is provider.sort by another name: set one of them',
    ],
  ])('%j is 400', async ([routing, message]) => {
    const { id } = await makeAccount()
    const { hash } = await makeKey(id)
    const refused = `400 ${message}`
    expect(refusal(await send('POST', '/keys', { body: { name: 'k', account: id, routing } }))).toBe(refused)
    expect(refusal(await send('PATCH', `/keys/${hash}`, { body: { routing } }))).toBe(refused)
    expect(refusal(await send('PATCH', `/accounts/${id}`, { body: { routing } }))).toBe(refused)
  })
})

describe('what an account lays down', () => {
  test('it reaches planning before what its key lays down', async () => {
    const { id, ...shown } = await makeAccount({ routing: { provider: { only: ['a', 'b'] } } })
    expect(shown).toMatchObject({ routing: { ...unset, provider: { only: ['a', 'b'] } } })
    const { hash } = await makeKey(id, { routing: { provider: { only: ['b'] } } })
    expect(await delivered(id, hash)).toEqual([
      { preferences: { only: ['a', 'b'] } },
      { preferences: { only: ['b'] } },
    ])
  })

  test('it is changed by id or name, beside mark-up and credit, for all of its keys', async () => {
    const { id, name } = await makeAccount({ markup: '2', routing: { model: 'a/b' } })
    const { hash } = await makeKey(id)
    const before = await ledger(env, id).standing(hash)
    const reply = await send('PATCH', `/accounts/${encodeURIComponent(name)}`, {
      body: { routing: { enforce_zdr_openai: true } },
    })
    expect([reply.status, reply.body.data]).toMatchObject([
      200,
      { id, name, unlimited: false, markup: { default: '2' }, routing: { enforce_zdr_openai: true } },
    ])
    const after = await ledger(env, id).standing(hash)
    expect(after).toMatchObject({ ok: true, profile: { routing: [{ zdr: ['openai'] }] } })
    expect(before.ok && after.ok && after.profile.version !== before.profile.version).toBe(true)

    await send('PATCH', `/accounts/${id}`, { body: { markup: '3/2', unlimited: true } })
    expect(await ledger(env, id).standing(hash)).toMatchObject({
      profile: { markups: { default: '3/2' }, routing: [{ zdr: ['openai'] }] },
    })
    expect(await ledger(env, id).balance()).toMatchObject({ unlimited: true })
    await send('PATCH', `/accounts/${id}`, { body: { routing: null } })
    expect(await delivered(id, hash)).toBeUndefined()
  })

  test('an account that is not there is 404, and a field that cannot be changed is 400', async () => {
    expect(refusal(await send('PATCH', '/accounts/nobody', { body: {} }))).toBe(
      '404 There is no account with the id or name nobody',
    )
    const { id } = await makeAccount()
    expect(refusal(await send('PATCH', `/accounts/${id}`, { body: { balance: 5 } }))).toBe(
      '400 Unknown field: balance',
    )
  })
})

describe('what is laid down holds for requests', () => {
  const messages = [{ role: 'user', content: 'Hi' }]

  async function fixture(settings: { account?: object; key?: object }) {
    const upstream = await provider(chatAnswer('Hello'))
    const gateway = { ...env, OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: upstream.baseUrl }
    const caller = await account(env, {
      account: { routing: settings.account ?? null },
      key: { routing: settings.key ?? null },
    })
    const asked = async (body: object) => {
      const { response, text } = await askWhole(gateway, { messages, ...body }, { key: caller.key })
      const model: unknown = JSON.parse((await upstream.calls()).at(-1)?.body ?? '{}').model
      return response.status === 200 ? model : `${response.status} ${JSON.parse(text).error.message}`
    }
    return { caller, asked }
  }

  test('[R78] a request that names no model is for the key’s, else for the account’s', async () => {
    const { caller, asked } = await fixture({ account: { model: 'openai/gpt-4o' } })
    expect(await asked({})).toBe('gpt-4o')
    await send('PATCH', `/keys/${caller.hash}`, { body: { routing: { model: 'openai/gpt-4o-mini' } } })
    expect(await asked({})).toBe('gpt-4o-mini')
    expect(await asked({ model: 'openai/gpt-4.1' })).toBe('gpt-4.1')
    expect(await asked({ models: ['openai/gpt-4.1-mini'] })).toBe('gpt-4.1-mini')
  })

  test.for([
    ['/chat/completions', 'openai/gpt-4o', { messages }],
    ['/responses', 'openai/gpt-4o', { input: 'Hi' }],
    ['/messages', 'anthropic/claude-sonnet-4.5', { messages, max_tokens: 5 }],
    ['/embeddings', 'openai/text-embedding-3-small', { input: 'Hi' }],
  ] as const)(
    '[R78] at %s a provider is told the model that its client left out',
    async ([path, model, body]) => {
      const upstream = await provider(replyJson(400, { error: { message: 'no' } }))
      const keys = { OPENAI_API_KEY: 'sk-upstream', ANTHROPIC_API_KEY: 'sk-upstream' }
      const urls = { OPENAI_BASE_URL: upstream.baseUrl, ANTHROPIC_BASE_URL: upstream.baseUrl }
      const { key } = await account(env, { key: { routing: { model } } })
      await askWhole({ ...env, ...keys, ...urls }, body, { key, path: `/api/v1${path}` })
      const [call] = await upstream.calls()
      expect(JSON.parse(call?.body ?? '{}')).toMatchObject({
        model: expect.stringContaining(model.replace(/.*\//, '').slice(0, 8)),
      })
    },
  )

  test('a change holds for the next request, though this isolate knew the key before', async () => {
    const refused = /^40[34] .*openai\/gpt-4o/
    for (const scope of ['keys', 'accounts']) {
      const { caller, asked } = await fixture({})
      expect(await asked({ model: 'openai/gpt-4o' })).toBe('gpt-4o')
      const path = `/${scope}/${scope === 'keys' ? caller.hash : caller.id}`
      await send('PATCH', path, { body: { routing: { ignored_models: ['openai/*'] } } })
      expect(await asked({ model: 'openai/gpt-4o' })).toMatch(refused)
      await send('PATCH', path, { body: { routing: null } })
      expect(await asked({ model: 'openai/gpt-4o' })).toBe('gpt-4o')
    }
    const { caller, asked } = await fixture({})
    expect(await asked({})).toMatch(/^400 .*name the model/)
    await send('PATCH', `/keys/${caller.hash}`, { body: { routing: { model: 'openai/gpt-4o' } } })
    expect(await asked({})).toBe('gpt-4o')
  })

  test('[R22][R47] a request cannot take back what its account demands', async () => {
    const kept = await fixture({ account: { provider: { zdr: true } } })
    expect(await kept.asked({ model: 'openai/gpt-4o', provider: { zdr: false } })).toMatch(/^404 /)
    const only = await fixture({ account: { provider: { only: ['azure'] } } })
    expect(await only.asked({ model: 'openai/gpt-4o', provider: { only: ['openai'] } })).toMatch(/^404 /)
  })
})
