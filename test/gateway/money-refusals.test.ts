import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { mintKey, rootKeys } from '../../src/base/key-text.ts'
import type { Env } from '../../src/env.ts'
import { account, manage, type TestAccount } from '../support/account.ts'
import { books } from '../support/books.ts'
import { askWhole } from '../support/chat.ts'

beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue()
})

afterEach(() => {
  vi.useRealTimers()
})

const hello = { model: 'simulator/echo', messages: [{ role: 'user', content: 'Hi' }] }

/**
 * Refused before anything is asked: every use of a storage fails the test with a 500, but for the look whether the
 * tables are there, which a D1 that fails does not keep from going on.
 */
const untouchable = {
  get: () => {
    throw new Error('A storage was touched')
  },
}
const withoutStorage: Env = {
  ...env,
  DB: new Proxy(env.DB, untouchable),
  LEDGER: new Proxy(env.LEDGER, untouchable),
}

const hex = '0123456789abcdef'.repeat(4)

describe('a key that is none is refused without touching a storage', () => {
  test.for([
    ['no key', undefined, 'Missing Authentication header'],
    ['an empty one', '', 'Missing Authentication header'],
    ['another word', 'hunter2', 'Invalid API key'],
    ['another provider’s', `sk-proj-${hex}`, 'Invalid API key'],
    ['the right form with a wrong tag', `sk-or-v1-${hex}`, 'Invalid API key'],
    ['capital letters', `sk-or-v1-${hex.toUpperCase()}`, 'Invalid API key'],
    ['one digit too few', `sk-or-v1-${hex.slice(1)}`, 'Invalid API key'],
    ['two in one', `sk-or-v1-${hex} sk-or-v1-${hex}`, 'Invalid API key'],
    ['a very long one', `sk-or-v1-${hex.repeat(500)}`, 'Invalid API key'],
  ] as const)('%s', async ([, key, message]) => {
    for (const [method, path] of [
      ['POST', '/chat/completions'],
      ['GET', '/key'],
      ['GET', '/keys'],
      ['POST', '/credits'],
    ] as const) {
      const { response, text } = await askWhole(withoutStorage, hello, {
        method,
        path: `/api/v1${path}`,
        ...(key !== undefined && { key }),
      })
      expect([path, response.status]).toEqual([path, 401])
      expect(JSON.parse(text)).toMatchObject({
        error: { code: 401, message, metadata: { error_type: 'authentication' } },
      })
      expect(response.headers.get('x-should-retry')).toBe('false')
    }
  })
})

const soon = Date.now() + 60_000

describe('a key that may not be used is refused, and costs and holds nothing', () => {
  test.for([
    [
      'disabled',
      'This API key is disabled',
      async ({ hash }: TestAccount) => manage(env, 'PATCH', `/keys/${hash}`, { disabled: true }),
    ],
    ['deleted', 'Invalid API key', async ({ hash }: TestAccount) => manage(env, 'DELETE', `/keys/${hash}`)],
    [
      'expired',
      'This API key has expired',
      async () => vi.useFakeTimers({ toFake: ['Date'], now: soon + 1 }),
    ],
  ] as const)('%s', async ([, message, end]) => {
    const payer = await account(env, { key: { expires_at: new Date(soon).toISOString() } })
    expect((await askWhole(env, hello, { key: payer.key })).response.status).toBe(200)
    const before = await books(env, payer.id)
    await end(payer)
    const { response, text } = await askWhole(env, hello, { key: payer.key })
    expect(response.status).toBe(401)
    expect(JSON.parse(text)).toMatchObject({ error: { code: 401, message } })
    expect(await books(env, payer.id)).toEqual(before)
  })

  test('minted for this account but never made', async () => {
    const payer = await account(env)
    const key = await mintKey(env, payer.id)
    const { response, text } = await askWhole(env, hello, { key })
    expect(response.status).toBe(401)
    expect(JSON.parse(text)).toMatchObject({ error: { message: 'Invalid API key' } })
  })

  test('minted for an account that does not exist', async () => {
    const key = await mintKey(env, 'feedfeedfeedfeed')
    const { response, text } = await askWhole(env, hello, { key })
    expect(response.status).toBe(401)
    expect(JSON.parse(text)).toMatchObject({ error: { message: 'Invalid API key' } })
  })

  test('minted by another deployment', async () => {
    const key = await mintKey({ MASTER_KEY: '6b'.repeat(32) }, (await account(env)).id)
    expect((await askWhole(withoutStorage, hello, { key })).response.status).toBe(401)
  })

  test('of the wrong class', async () => {
    const payer = await account(env)
    const { management } = await rootKeys(env.MASTER_KEY)
    const generates = await askWhole(env, hello, { key: management })
    expect(generates.response.status).toBe(403)
    expect(generates.text).toContain('POST /api/v1/keys makes one')
    for (const [method, path] of [
      ['GET', '/keys'],
      ['POST', '/keys'],
      ['GET', '/credits'],
      ['POST', '/credits'],
      ['GET', '/accounts'],
      ['GET', '/generations'],
    ] as const) {
      const { response } = await askWhole(env, {}, { key: payer.key, method, path: `/api/v1${path}` })
      expect([path, response.status]).toEqual([path, 403])
    }
    expect((await books(env, payer.id)).generations).toEqual([])
  })
})

test('want of money says in figures what was needed and what there is, and leaves nothing held', async () => {
  const payer = await account(env, { credit: 0.0005 })
  const { response, text } = await askWhole(env, { ...hello, max_tokens: 8_000 }, { key: payer.key })
  expect(response.status).toBe(402)
  const { error } = JSON.parse(text)
  expect(error.metadata).toMatchObject({ error_type: 'payment_required', available_usd: 0.0005 })
  expect(error.metadata.needed_usd).toBeGreaterThan(0.012)
  // What it advises works, and one token more does not.
  const { affordable_tokens: fits } = error.metadata
  expect(fits).toBeGreaterThan(200)
  const more = await askWhole(env, { ...hello, max_tokens: fits + 1 }, { key: payer.key })
  expect(more.response.status).toBe(402)
  const advised = await askWhole(env, { ...hello, max_tokens: fits }, { key: payer.key })
  expect(advised.response.status).toBe(200)
  expect((await books(env, payer.id)).generations).toHaveLength(1)
})

test('an account without any credit is told so before any provider is asked', async () => {
  const payer = await account(env, { credit: 0 })
  for (const body of [hello, { ...hello, stream: true }, { ...hello, max_tokens: 1 }]) {
    const { response, text } = await askWhole(env, body, { key: payer.key })
    expect(response.status).toBe(402)
    expect(text).toContain('the balance of this account has $0')
    expect(text).toContain('POST /api/v1/credits')
  }
  expect(await books(env, payer.id)).toMatchObject({ generations: [], spentNanos: 0 })
})
