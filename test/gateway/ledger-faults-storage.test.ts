import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { sha256Hex } from '../../src/base/hash.ts'
import { mintKey, rootKeys } from '../../src/base/key-text.ts'
import type { Env } from '../../src/env.ts'
import { account, manage, type TestAccount } from '../support/account.ts'
import { books } from '../support/books.ts'
import { askWhole } from '../support/chat.ts'
import { ledgerWith } from '../support/ledger-with.ts'

/** Faults of what the gateway stands on. Whatever fails, nobody hears that the fault was theirs. */
beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const hello = { model: 'simulator/echo', messages: [{ role: 'user', content: 'Hi' }] }
/** What the simulator's answer to it costs. */
const helloNanos = 26_500

describe('F43: while D1 is down', () => {
  test('known keys go on, unknown ones are a 503, and afterwards D1 is the same as the object', async () => {
    const payer = await account(env)
    const stranger = await unusedKey(payer)
    await books(env, payer.id)
    const down = d1Fails()
    for (let minutes = 0; minutes <= 10; minutes += 5) {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5 * 60_000 })
      const answers = await Promise.all(Array.from({ length: 30 }, () => complete(env, payer.key)))
      expect(new Set(answers)).toEqual(new Set([200]))
      expect(await complete(env, stranger)).toBe(503)
    }
    expect(await payer.usage()).toBeCloseTo((90 * helloNanos) / 1e9, 3)
    down.restore()
    const { generations, spentNanos } = await books(env, payer.id)
    expect(generations).toHaveLength(90)
    expect(spentNanos).toBe(90 * (generations[0]?.cost_nanos ?? 0))
    expect(await complete(env, stranger)).toBe(200)
  })

  test('and when its reply is lost after the commit, every line is in it once', async () => {
    const payer = await account(env)
    await Promise.all(Array.from({ length: 30 }, () => complete(env, payer.key)))
    const lost = d1LosesReplies(2)
    await Promise.all(Array.from({ length: 30 }, () => complete(env, payer.key)))
    await vi.waitFor(() => expect(lost.mock.calls.length).toBeGreaterThan(0), { timeout: 5_000 })
    lost.mockRestore()
    expect((await books(env, payer.id)).generations).toHaveLength(60)
  })

  test('a backlog of large records goes in pieces that D1 takes', async () => {
    const payer = await account(env)
    const down = d1Fails()
    // As much as the contract allows.
    const pairs = Array.from({ length: 16 }, (_, index) => [`${index}`, '漢'.repeat(512)])
    const ask = { ...hello, metadata: Object.fromEntries(pairs) }
    await Promise.all(Array.from({ length: 100 }, () => askWhole(env, ask, { key: payer.key })))
    down.restore()
    const small = d1TakesAtMost(2_000_000)
    await vi.waitFor(async () => expect((await books(env, payer.id)).generations).toHaveLength(100), 5_000)
    small.mockRestore()
  })

  test('what asks D1 says so, what does not goes on', async () => {
    const payer = await account(env)
    const { management } = await rootKeys(env.MASTER_KEY)
    await complete(env, payer.key)
    await manage(env, 'GET', '/credits')
    const down = d1Fails()
    const asked: Record<string, number> = {}
    for (const [method, path, body] of [
      ...managementCalls(payer),
      ['POST', '/chat/completions', hello],
    ] as const) {
      const key = path === '/chat/completions' || path === '/key' ? payer.key : management
      const { response, text } = await askWhole(env, body, { key, method, path: `/api/v1${path}` })
      asked[`${method} ${path.replace(/[0-9a-f]{16,}/, '…')}`] = response.status
      expect(text).not.toMatch(/D1_ERROR|stack|\.ts/)
    }
    down.restore()
    expect(asked).toEqual({
      'GET /key': 503,
      'GET /keys': 503,
      'POST /keys': 503,
      'GET /keys/…': 503,
      'PATCH /keys/…': 503,
      'DELETE /keys/…': 503,
      'GET /credits': 200,
      'GET /credits?account=…': 503,
      'POST /credits': 201,
      'GET /accounts': 503,
      'POST /accounts': 503,
      'GET /generations': 503,
      'GET /activity': 503,
      'POST /chat/completions': 200,
    })
    const health = await askWhole(env, undefined, { method: 'GET', path: '/healthz' })
    expect(health.response.status).toBe(200)
  })
})

test('while no object answers every route that asks one is a 503', async () => {
  const payer = await account(env)
  const { management } = await rootKeys(env.MASTER_KEY)
  const methods = [
    'standing',
    'admit',
    'balance',
    'credit',
    'keyUsages',
    'putKey',
    'putAccount',
    'generation',
  ]
  const broken = { ...env, LEDGER: ledgerWith(() => Object.fromEntries(methods.map((name) => [name, gone]))) }
  const calls = [...managementCalls(payer), ['POST', '/chat/completions', hello]] as const
  for (const [method, path, body] of calls) {
    const key = path === '/chat/completions' || path === '/key' ? payer.key : management
    const { response, text } = await askWhole(broken, body, { key, method, path: `/api/v1${path}` })
    expect([method, path, response.status]).toEqual([method, path, 503])
    expect(response.headers.get('retry-after')).toBe('1')
    expect(text).not.toContain('object store')
  }
})

async function gone(): Promise<never> {
  return await Promise.reject(new Error('Internal error in the object store'))
}

async function complete(gateway: Env, key: string): Promise<number> {
  return (await askWhole(gateway, hello, { key })).response.status
}

function managementCalls({ id, hash }: TestAccount) {
  return [
    ['GET', '/key', undefined],
    ['GET', '/keys', undefined],
    ['POST', '/keys', { name: 'another' }],
    ['GET', `/keys/${hash}`, undefined],
    ['PATCH', `/keys/${hash}`, { name: 'changed' }],
    ['DELETE', `/keys/${'0'.repeat(64)}`, undefined],
    ['GET', '/credits', undefined],
    ['GET', `/credits?account=${id}`, undefined],
    ['POST', '/credits', { amount: 1, kind: 'grant', reference: crypto.randomUUID() }],
    ['GET', '/accounts', undefined],
    ['POST', '/accounts', { name: crypto.randomUUID() }],
    ['GET', '/generations', undefined],
    ['GET', '/activity', undefined],
  ] as const
}

/** A key that the account's object has never heard of. */
async function unusedKey({ id }: TestAccount): Promise<string> {
  const key = await mintKey(env, id)
  await env.DB.prepare(
    "insert into keys (hash, account_id, name, label, class, created_at) values (?, ?, 'new', 'new', 'inference', 0)",
  )
    .bind(await sha256Hex(key), id)
    .run()
  return key
}

/** The class of the binding: the object's binding is another instance of it. */
function d1Prototype(): D1Database {
  const prototype: D1Database = Object.getPrototypeOf(env.DB)
  return prototype
}

function d1Fails(): { restore: () => void } {
  const batch = vi
    .spyOn(d1Prototype(), 'batch')
    .mockRejectedValue(new Error('D1_ERROR: network connection lost'))
  const prepare = vi.spyOn(d1Prototype(), 'prepare').mockImplementation((sql) => {
    const fail = async (): Promise<never> => await Promise.reject(new Error(`D1_ERROR: overloaded: ${sql}`))
    const statement: object = { bind: () => statement, first: fail, all: fail, run: fail, raw: fail }
    const failing: D1PreparedStatement = Object.create(statement)
    return failing
  })
  return {
    restore: () => {
      batch.mockRestore()
      prepare.mockRestore()
    },
  }
}

const encoder = new TextEncoder()

/** The platform's limit on one value, which the local D1 does not have. */
function d1TakesAtMost(bytesMax: number) {
  const batch: D1Database['batch'] = Reflect.get(d1Prototype(), 'batch')
  return vi.spyOn(d1Prototype(), 'batch').mockImplementation(async function limited(
    this: D1Database,
    statements: D1PreparedStatement[],
  ) {
    const values = z.array(z.object({ params: z.array(z.unknown()) })).parse(statements)
    const bytes = values.flatMap(({ params }) =>
      params.map((value) => encoder.encode(String(value)).byteLength),
    )
    if (Math.max(...bytes) > bytesMax) throw new Error('D1_ERROR: string or blob too big: SQLITE_TOOBIG')
    return await batch.call(this, statements)
  })
}

/** So many batches are committed, and nobody hears of it. */
function d1LosesReplies(times: number) {
  const batch: D1Database['batch'] = Reflect.get(d1Prototype(), 'batch')
  let lost = 0
  return vi.spyOn(d1Prototype(), 'batch').mockImplementation(async function losing(
    this: D1Database,
    statements: D1PreparedStatement[],
  ) {
    const results = await batch.call(this, statements)
    if (++lost <= times) throw new Error('D1_ERROR: the reply was lost')
    return results
  })
}
