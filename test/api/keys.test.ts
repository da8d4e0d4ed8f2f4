import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { sha256Hex } from '../../src/base/hash.ts'
import { ledger } from '../../src/ledger/client.ts'
import { makeAccount, makeKey, refusal, requestOf, root, send, sendWith } from './front-door.ts'
import { keySchema } from './sdk-schemas.ts'
import { spend } from './spend.ts'

const unknown = 'ab'.repeat(32)

describe('making a key', () => {
  test('4. 5. the reply has the key once, its hash is the SHA-256 of it, and every field of the contract', async () => {
    const account = await makeAccount()
    const reply = await send('POST', '/keys/', { body: { name: 'Production', account: account.name } })
    expect(reply.status).toBe(201)
    const { key, data } = reply.body
    expect(key).toMatch(/^sk-or-v1-[0-9a-f]{64}$/)
    expect(data).toEqual({
      hash: await sha256Hex(key),
      name: 'Production',
      label: `${key.slice(0, 12)}...${key.slice(-3)}`,
      disabled: false,
      limit: null,
      limit_remaining: null,
      limit_reset: null,
      include_byok_in_limit: false,
      usage: 0,
      usage_daily: 0,
      usage_weekly: 0,
      usage_monthly: 0,
      byok_usage: 0,
      byok_usage_daily: 0,
      byok_usage_weekly: 0,
      byok_usage_monthly: 0,
      requests_per_minute: null,
      requests_per_day: null,
      concurrent_requests: null,
      expires_at: null,
      routing: null,
      creator_user_id: null,
      external_user: null,
      workspace_id: account.id,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      updated_at: null,
      key,
    })
    expect(keySchema.parse(data)).toBeTruthy()
    expect((await send('GET', '/key', { key })).status).toBe(200)
  })

  test('6. the key is in no later reply', async () => {
    const account = await makeAccount()
    const { key, hash } = await makeKey(account.id)
    for (const path of [`/keys/${hash}`, `/keys?account=${account.id}`]) {
      const reply = await send('GET', path)
      expect(reply.status).toBe(200)
      expect(JSON.stringify(reply.body)).toContain(hash)
      expect(JSON.stringify(reply.body)).not.toContain(key.slice(12, -3))
    }
    const row = await env.DB.prepare('select * from keys where hash = ?').bind(hash).first()
    expect(JSON.stringify(row)).not.toContain(key.slice(12, -3))
  })

  test('every setting is kept', async () => {
    const settings = {
      limit: 0.000000001,
      limit_reset: 'weekly',
      include_byok_in_limit: true,
      requests_per_minute: 100,
      requests_per_day: 1_000,
      concurrent_requests: 8,
    }
    const { hash } = await makeKey((await makeAccount()).id, {
      ...settings,
      expires_at: '2030-01-31T12:00:00.5Z',
    })
    const { data } = (await send('GET', `/keys/${hash}`)).body
    expect(data).toMatchObject({
      ...settings,
      limit_remaining: 0.000000001,
      expires_at: '2030-01-31T12:00:00.500Z',
    })
  })

  test.for<[string, unknown, string]>([
    ['7. no name', {}, 'name: is required'],
    ['7. an empty name', { name: '' }, 'name: must not be empty'],
    ['a name that is no text', { name: 7 }, 'name: Invalid input: expected string, received number'],
    ['a long name', { name: 'x'.repeat(201) }, 'name: must have at most 200 characters'],
    ['a name of two lines', { name: 'a\nb' }, 'name: must not have control characters'],
    [
      '8. another offset',
      { name: 'x', expires_at: '2030-01-01T00:00:00+02:00' },
      'expires_at: must be in UTC: end it with Z or +00:00',
    ],
    [
      'no offset',
      { name: 'x', expires_at: '2030-01-01T00:00:00' },
      'expires_at: must be an ISO 8601 date and time in UTC, such as 2030-01-31T00:00:00Z',
    ],
    [
      'a number as expiry',
      { name: 'x', expires_at: 1_900_000_000 },
      'expires_at: must be an ISO 8601 date and time in UTC, such as 2030-01-31T00:00:00Z',
    ],
    [
      'an expiry that is over',
      { name: 'x', expires_at: '2020-01-01T00:00:00Z' },
      'expires_at: must be in the future, or null for a key that does not expire',
    ],
    [
      '9. an unknown reset',
      { name: 'x', limit_reset: 'yearly' },
      'limit_reset: Invalid option: expected one of "daily"|"weekly"|"monthly"',
    ],
    ['a negative limit', { name: 'x', limit: -1 }, 'limit: must not be negative'],
    [
      'a limit beyond nine decimals',
      { name: 'x', limit: 1e-10 },
      'limit: must be an amount of dollars with at most 9 decimals, within ±9,000,000',
    ],
    [
      'a limit beyond the largest',
      { name: 'x', limit: 1e300 },
      'limit: must be an amount of dollars with at most 9 decimals, within ±9,000,000',
    ],
    ['a limit that is no amount', { name: 'x', limit: true }, 'limit: must be an amount of dollars'],
    ['no requests at all', { name: 'x', requests_per_minute: 0 }, 'requests_per_minute: must be at least 1'],
    ['half a request', { name: 'x', requests_per_day: 1.5 }, 'requests_per_day: must be a whole number'],
    [
      'a text of requests',
      { name: 'x', concurrent_requests: '3' },
      'concurrent_requests: must be a whole number',
    ],
    ['an unknown field', { name: 'x', limits: 3 }, 'Unknown field: limits'],
    [
      'two mistakes',
      { limit: -1, foo: 1 },
      'name: is required; limit: must not be negative; Unknown field: foo',
    ],
    ['a workspace', { name: 'x', workspace_id: 'w' }, 'workspace_id: not supported yet'],
    ['a creator', { name: 'x', creator_user_id: 'u' }, 'creator_user_id: not supported yet'],
    ['an external user', { name: 'x', external: { user: 'u' } }, 'external: not supported yet'],
    ['a list', [], 'The request body must be a JSON object.'],
    ['no JSON', '{"name":', 'The request body is not valid JSON: it ends too early.'],
    [
      'a prototype',
      '{"name":"x","__proto__":{"disabled":true}}',
      'The request body has a key named __proto__: remove it.',
    ],
  ])('%s is 400', async ([, body, message]) => {
    const reply = await send('POST', '/keys', { body })
    expect(refusal(reply)).toBe(`400 ${message}`)
    expect(reply.body.error.metadata.error_type).toBe('invalid_request')
  })

  test('a body above 64 KiB is 413', async () => {
    expect((await send('POST', '/keys', { body: { name: 'x'.repeat(70_000) } })).status).toBe(413)
  })

  test('an unknown account is 404', async () => {
    const reply = await send('POST', '/keys', { body: { name: 'x', account: 'nobody' } })
    expect(refusal(reply)).toBe('404 There is no account with the id or name nobody')
  })
})

test.for(["Robert'); drop table keys;--", '🐈‍⬛ café', '\u202Eright to left', 'a'.repeat(200), 'null', ' '])(
  'a key may be named %j',
  async (name) => {
    const account = await makeAccount()
    const { hash } = await makeKey(account.id, { name })
    expect((await send('GET', `/keys/${hash}`)).body.data.name).toBe(name)
  },
)

describe('listing keys', () => {
  test('18. 150 keys come as the 100 newest and 50 more, without a total', async () => {
    const account = await makeAccount()
    const statement = env.DB.prepare(
      `insert into keys (hash, account_id, name, label, class, created_at) values (?, ?, ?, '', 'inference', ?)`,
    )
    const rows = Array.from({ length: 150 }, (_, index) =>
      statement.bind(
        `${account.id}${String(index).padStart(48, '0')}`,
        account.id,
        `key ${index}`,
        1_000 + index,
      ),
    )
    await env.DB.batch(rows)
    const first = await send('GET', `/keys?account=${account.id}`)
    const second = await send('GET', `/keys/?account=${account.id}&offset=100`)
    const names = [...first.body.data, ...second.body.data].map(({ name }) => name)
    expect(first.body.data).toHaveLength(100)
    expect(names).toEqual(Array.from({ length: 150 }, (_, index) => `key ${149 - index}`))
    expect(Object.keys(first.body)).toEqual(['data'])
    expect((await send('GET', `/keys?account=${account.id}&offset=150`)).body).toEqual({ data: [] })
  })

  test('19. keys of other accounts are not listed', async () => {
    const [mine, other] = [await makeAccount(), await makeAccount()]
    const { hash } = await makeKey(mine.id)
    await makeKey(other.id)
    const listed = (await send('GET', `/keys?account=${encodeURIComponent(mine.name)}`)).body.data
    expect(listed.map((key: { hash: string }) => key.hash)).toEqual([hash])
    const ofDefault = (await send('GET', '/keys')).body.data
    expect(ofDefault.map((key: { hash: string }) => key.hash)).not.toContain(hash)
    expect(ofDefault.map((key: { hash: string }) => key.hash)).toContain(await sha256Hex(root.inference))
  })

  test('disabled keys are hidden unless asked for, deleted ones always', async () => {
    const { id } = await makeAccount()
    const [shown, disabled, deleted] = [await makeKey(id), await makeKey(id), await makeKey(id)]
    await send('PATCH', `/keys/${disabled.hash}`, { body: { disabled: true } })
    await send('DELETE', `/keys/${deleted.hash}`)
    const hashes = async (query: string) =>
      (await send('GET', `/keys?account=${id}${query}`)).body.data
        .map(({ hash }: { hash: string }) => hash)
        .toSorted()
    expect(await hashes('')).toEqual([shown.hash])
    expect(await hashes('&include_disabled=false')).toEqual([shown.hash])
    expect(await hashes('&include_disabled=true')).toEqual([shown.hash, disabled.hash].toSorted())
  })

  test.for([
    ['offset=-1', 'offset: must be a whole number from 0 to 999999999'],
    ['offset=x', 'offset: must be a whole number from 0 to 999999999'],
    ['offset=1&offset=2', 'offset: given more than once'],
    ['include_disabled=yes', 'include_disabled: Invalid option: expected one of "true"|"false"'],
    ['limit=10', 'Unknown parameter: limit'],
    ['workspace_id=w', 'workspace_id: not supported yet'],
    ['__proto__=w', 'Unknown parameter: __proto__'],
  ])('116. ?%s is 400', async ([query, message]) => {
    expect(refusal(await send('GET', `/keys?${query}`))).toBe(`400 ${message}`)
  })
})

describe('changing a key', () => {
  test('what is left out stays, and null clears', async () => {
    const { hash } = await makeKey((await makeAccount()).id, {
      limit: 5,
      limit_reset: 'daily',
      requests_per_minute: 10,
    })
    const renamed = await send('PATCH', `/keys/${hash}`, { body: { name: 'renamed' } })
    expect(renamed.body.data).toMatchObject({
      name: 'renamed',
      limit: 5,
      limit_reset: 'daily',
      requests_per_minute: 10,
    })
    expect(renamed.body.data.updated_at).toMatch(/Z$/)
    const cleared = await send('PATCH', `/keys/${hash}`, {
      body: { limit: null, limit_reset: null, requests_per_minute: null },
    })
    expect(cleared.body.data).toMatchObject({
      name: 'renamed',
      limit: null,
      limit_remaining: null,
      limit_reset: null,
      requests_per_minute: null,
    })
    expect(keySchema.parse(cleared.body.data)).toBeTruthy()
    expect((await send('GET', `/keys/${hash}`)).body).toEqual(cleared.body)
    expect((await send('PATCH', `/keys/${hash}`, { body: {} })).body.data.name).toBe('renamed')
  })

  test('12. the limit of the very next request is the new one', async () => {
    const account = await makeAccount({ unlimited: true })
    const { hash } = await makeKey(account.id, { limit: 1 })
    await spend(account.id, hash, 750_000_000)
    expect((await send('GET', `/keys/${hash}`)).body.data).toMatchObject({
      usage: 0.75,
      limit_remaining: 0.25,
    })
    const lowered = await send('PATCH', `/keys/${hash}`, { body: { limit: 0.5 } })
    expect(lowered.body.data).toMatchObject({ limit: 0.5, limit_remaining: 0 })
    await expect(spend(account.id, hash, 1)).rejects.toThrow('key_limit')
    const cleared = await send('PATCH', `/keys/${hash}`, { body: { limit: null } })
    expect(cleared.body.data).toMatchObject({ limit: null, limit_remaining: null })
    await spend(account.id, hash, 1)
  })

  test.for([
    [{ expires_at: null }, 'expires_at: cannot be changed: make another key'],
    [{ expires_at: '2030-01-01T00:00:00Z' }, 'expires_at: cannot be changed: make another key'],
    [{ workspace_id: 'w' }, 'workspace_id: cannot be changed: make another key'],
    [{ creator_user_id: 'u' }, 'creator_user_id: cannot be changed: make another key'],
    [{ account: 'a' }, 'account: cannot be changed: make another key'],
    [{ hash: unknown }, 'Unknown field: hash'],
    [{ class: 'management' }, 'Unknown field: class'],
    [{ name: '' }, 'name: must not be empty'],
    [{ name: null }, 'name: Invalid input: expected string, received null'],
    [{ disabled: 'true' }, 'disabled: Invalid input: expected boolean, received string'],
  ] as const)('%j is 400', async ([body, message]) => {
    const hash = await sha256Hex(root.inference)
    expect(refusal(await send('PATCH', `/keys/${hash}`, { body }))).toBe(`400 ${message}`)
  })

  test('changes at the same time all hold', async () => {
    const account = await makeAccount()
    const { hash } = await makeKey(account.id)
    const changes = [
      { name: 'new' },
      { limit: 3 },
      { limit_reset: 'daily' },
      { requests_per_day: 4 },
      { disabled: true },
    ]
    await Promise.all(changes.map((body) => send('PATCH', `/keys/${hash}`, { body })))
    expect((await send('GET', `/keys/${hash}`)).body.data).toMatchObject(Object.assign({}, ...changes))
    expect(await ledger(env, account.id).standing(hash)).toEqual({ ok: false, reason: 'disabled_key' })
  })

  test('where the object fails the reply is 503, and the change holds once it is repeated', async () => {
    const account = await makeAccount()
    const { key, hash } = await makeKey(account.id)
    const change = requestOf('PATCH', `/keys/${hash}`, { body: { disabled: true } })
    const failed = await sendWith({ ...env, LEDGER: withoutPutKey() }, change)
    expect(failed.status).toBe(503)
    expect((await send('PATCH', `/keys/${hash}`, { body: { disabled: true } })).status).toBe(200)
    expect(refusal(await send('GET', '/key', { key }))).toBe('401 This API key is disabled')
  })
})

describe('deleting a key', () => {
  test('20. it is gone at once and for good, and its row keeps its name', async () => {
    const account = await makeAccount()
    const { key, hash } = await makeKey(account.id, { name: 'short-lived' })
    const reply = await send('DELETE', `/keys/${hash}`)
    expect([reply.status, reply.body]).toEqual([200, { deleted: true }])
    expect(refusal(await send('GET', '/key', { key }))).toBe('401 Invalid API key')
    const row = await env.DB.prepare('select name from keys where hash = ?').bind(hash).first()
    expect(row).toEqual({ name: 'short-lived' })
    const other = await send('GET', `/keys/${unknown}`)
    for (const method of ['DELETE', 'GET', 'PATCH']) {
      const again = await send(method, `/keys/${hash}`, {
        ...(method === 'PATCH' && { body: { disabled: false } }),
      })
      expect([again.status, again.body]).toEqual([404, other.body])
    }
  })

  test('where the object fails the reply is 503, and repeating it takes the key away', async () => {
    const { key, hash } = await makeKey((await makeAccount()).id)
    const failed = await sendWith(
      { ...env, LEDGER: withoutPutKey() },
      requestOf('DELETE', `/keys/${hash}`, {}),
    )
    expect(failed.status).toBe(503)
    expect((await send('DELETE', `/keys/${hash}`)).status).toBe(404)
    expect(refusal(await send('GET', '/key', { key }))).toBe('401 Invalid API key')
  })

  test('the management key can be neither disabled nor deleted', async () => {
    const hash = await sha256Hex(root.management)
    const disabled = await send('PATCH', `/keys/${hash}`, { body: { disabled: true } })
    expect(refusal(disabled)).toBe(
      '409 The management key derives from MASTER_KEY and cannot be disabled: change MASTER_KEY instead',
    )
    expect((await send('DELETE', `/keys/${hash}`)).status).toBe(409)
    expect((await send('GET', '/key')).status).toBe(200)
  })
})

test.for(['x', unknown, unknown.toUpperCase(), "' or 1=1 --", '%00', 'ÿ', '..%2f..'])(
  'the hash %s of no key is the same 404 for every method',
  async (hash) => {
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const reply = await send(method, `/keys/${hash}`, {
        ...(method === 'PATCH' && { body: { name: 'x' } }),
      })
      expect(refusal(reply)).toBe('404 API key not found')
    }
  },
)

/** The real objects, except that they cannot be told of a changed key. */
function withoutPutKey(): typeof env.LEDGER {
  return new Proxy(env.LEDGER, {
    get(namespace, name) {
      if (name !== 'get' && name !== 'getByName') return Reflect.get(namespace, name).bind(namespace)
      return (...args: unknown[]) => {
        const stub = Reflect.apply(Reflect.get(namespace, name), namespace, args)
        return new Proxy(stub, {
          get: (target, method) =>
            method === 'putKey'
              ? () => Promise.reject(new Error('Network connection lost.'))
              : (...values: unknown[]) => Reflect.apply(Reflect.get(target, method), target, values),
        })
      }
    },
  })
}

test('the object knows a new key before its reply is sent', async () => {
  const account = await makeAccount()
  const { hash } = await makeKey(account.id)
  expect(await ledger(env, account.id).standing(hash)).toMatchObject({
    ok: true,
    profile: { keyClass: 'inference' },
  })
})
