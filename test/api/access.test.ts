import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { mintKey } from '../../src/base/key-text.ts'
import {
  makeAccount,
  makeKey,
  refusal,
  requestOf,
  root,
  send,
  sendWith,
  type Reply,
  type Sent,
} from './front-door.ts'

const hash = 'ab'.repeat(32)
const generationId = 'gen-1700000000-0123456789abcdefghijkl'
const managed = [
  ['GET', '/keys'],
  ['POST', '/keys'],
  ['GET', `/keys/${hash}`],
  ['PATCH', `/keys/${hash}`],
  ['DELETE', `/keys/${hash}`],
  ['GET', '/credits'],
  ['POST', '/credits'],
  ['GET', '/accounts'],
  ['POST', '/accounts'],
  ['PATCH', '/accounts/0000000000000000'],
  ['GET', '/activity'],
  ['GET', '/generations'],
] as const
const open = [
  ['GET', '/key'],
  ['GET', `/generation?id=${generationId}`],
  ['GET', '/presets'],
  ['GET', '/presets/x'],
  ['DELETE', '/presets/x'],
] as const
const all = [...managed, ...open]

const junk = [
  'x',
  'sk-or-v1-',
  `sk-or-v1-${'0'.repeat(64)}`,
  `sk-or-v1-${'0'.repeat(63)}`,
  `sk-or-v1-${'F'.repeat(64)}`,
  `sk-or-v1-${'0'.repeat(64)}, Bearer ${root.management}`,
  `${root.management} `.repeat(2),
  root.management.toUpperCase(),
  `${root.management.slice(0, -1)}${root.management.endsWith('0') ? '1' : '0'}`,
  hash,
  'null',
  'undefined',
  '[object Object]',
  "' or 1=1 --",
  '../../etc/passwd',
  '%00',
  '${jndi:ldap://x}',
  '<script>alert(1)</script>',
  '~'.repeat(100),
  'a'.repeat(8_000),
]

/** The gateway with bindings that fail; nothing else differs. */
async function sendTo(
  broken: object,
  [method, path]: readonly [string, string],
  sent: Sent = {},
): Promise<Reply> {
  return await sendWith({ ...env, ...broken }, requestOf(method, path, sent))
}

const fail = () => Promise.reject(new Error('D1_ERROR: out of order'))
const failingStatement = { first: fail, all: fail, run: fail }
const failingDatabase = {
  DB: { prepare: () => ({ bind: () => failingStatement, ...failingStatement }), batch: fail },
}
const failingStub = new Proxy({}, { get: () => () => Promise.reject(new Error('Network connection lost.')) })

afterEach(() => {
  vi.useRealTimers()
})

describe('who may ask', () => {
  test.for(all)('1. %s %s without a key is 401', async ([method, path]) => {
    for (const headers of [{}, { authorization: '' }, { authorization: 'Bearer' }, { 'x-api-key': ' ' }]) {
      const reply = await send(method, path, { key: null, headers })
      expect(refusal(reply)).toBe('401 Missing Authentication header')
      expect(reply.headers.get('x-should-retry')).toBe('false')
    }
  })

  test.for(managed)('2. %s %s with an inference key is 403', async ([method, path]) => {
    const reply = await send(method, path, { key: root.inference, ...(method !== 'GET' && { body: '{' }) })
    expect(refusal(reply)).toBe('403 Only management keys can perform this operation')
    expect(reply.body.error.metadata).toEqual({ error_type: 'permission_denied' })
  })

  test.for(all)('%s %s with junk for a key is the same 401, and no storage is asked', async (route) => {
    const unreachable = new Proxy({}, { get: () => expect.unreachable('storage was asked') })
    for (const key of junk) {
      const reply = await sendTo({ DB: unreachable, LEDGER: unreachable }, route, { key })
      expect(reply.body).toEqual({
        error: { code: 401, message: 'Invalid API key', metadata: { error_type: 'authentication' } },
      })
    }
  })

  test('a key with our tag that nobody made is the same 401', async () => {
    const key = await mintKey(env, (await makeAccount()).id)
    for (const [method, path] of all) {
      expect(refusal(await send(method, path, { key }))).toBe('401 Invalid API key')
    }
  })

  test('the scheme is read in any case, and x-api-key serves as well', async () => {
    for (const headers of [
      { authorization: `bearer ${root.inference}` },
      { authorization: `BEARER   ${root.inference}` },
      { 'x-api-key': root.inference },
      { authorization: 'Bearer', 'x-api-key': root.inference },
    ]) {
      expect((await send('GET', '/key', { key: null, headers })).status).toBe(200)
    }
    for (const authorization of ['Basic dTpw', root.inference, `Token ${root.inference}`]) {
      const headers = { authorization, 'x-api-key': root.inference }
      expect(refusal(await send('GET', '/key', { key: null, headers }))).toBe('401 Invalid API key')
    }
  })

  test('10. a key past its expiry is 401 and says so', async () => {
    const account = await makeAccount()
    const { key } = await makeKey(account.id, { expires_at: '2999-01-01T00:00:00Z' })
    const { key: young } = await makeKey(account.id, { expires_at: '2999-01-01T00:00:00.001+00:00' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2999-01-01T00:00:00Z') })
    expect(refusal(await send('GET', '/key', { key }))).toBe('401 This API key has expired')
    expect((await send('GET', '/key', { key: young })).status).toBe(200)
  })

  test('11. a disabled key is 401 and works again once enabled', async () => {
    const { key, hash: own } = await makeKey((await makeAccount()).id)
    await send('PATCH', `/keys/${own}`, { body: { disabled: true } })
    expect(refusal(await send('GET', '/key', { key }))).toBe('401 This API key is disabled')
    await send('PATCH', `/keys/${own}`, { body: { disabled: false } })
    expect((await send('GET', '/key', { key })).status).toBe(200)
  })
})

describe('when our own storage fails', () => {
  test.for(managed)('%s %s is 503 without D1, never 401', async (route) => {
    const [method, path] = route
    const bodies: Record<string, object> = {
      'POST /keys': { name: 'x', account: 'somebody' },
      'POST /credits': { amount: 1, kind: 'grant', reference: 'r', account: 'somebody' },
      'POST /accounts': { name: 'x' },
      'PATCH /accounts/0000000000000000': { unlimited: false },
      PATCH: { name: 'x' },
    }
    const body = bodies[`${method} ${path}`] ?? bodies[method]
    const reply = await sendTo(
      failingDatabase,
      path === '/credits' && method === 'GET' ? [method, '/credits?account=x'] : route,
      {
        ...(body && { body }),
      },
    )
    expect(refusal(reply)).toBe('503 The database does not answer. Try again.')
    expect(reply.headers.get('x-should-retry')).toBeNull()
  })

  test('what every key may ask is 503 without D1', async () => {
    for (const route of open) expect((await sendTo(failingDatabase, route)).status).toBe(503)
  })

  test.for(all)('%s %s is 503 without the account object, never 401', async (route) => {
    const LEDGER = { getByName: () => failingStub }
    const reply = await sendTo({ LEDGER }, route)
    expect(refusal(reply)).toBe('503 The ledger of this account does not answer. Try again.')
  })
})
