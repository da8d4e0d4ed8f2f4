import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import { ledger } from '../../src/ledger/client.ts'
import { bookReaches, credit, hold, makeAccount, readBook, settle, type TestAccount } from './object.ts'

/** D1 is tried again after 3 s at the earliest. */
vi.setConfig({ testTimeout: 20_000 })

afterEach(() => {
  vi.restoreAllMocks()
})

/** The binding's class: the object's binding is another instance of it. */
function d1Prototype(): D1Database {
  const prototype: D1Database = Object.getPrototypeOf(env.DB)
  return prototype
}

/** Shows the results of each batch once it is committed, before its caller sees them. */
function watchBatches(see: (results: D1Result[]) => void) {
  const batch: (this: D1Database, statements: D1PreparedStatement[]) => Promise<D1Result[]> = Reflect.get(
    d1Prototype(),
    'batch',
  )
  return vi.spyOn(d1Prototype(), 'batch').mockImplementation(async function watched(
    this: D1Database,
    statements: D1PreparedStatement[],
  ) {
    const results = await batch.call(this, statements)
    see(results)
    return results
  })
}

async function evict(account: TestAccount): Promise<void> {
  await evictDurableObject(account.stub())
}

test('while D1 fails no request waits, and afterwards D1 is the same as the object', async () => {
  const account = await makeAccount({ creditNanos: 1_000_000 })
  await bookReaches(account, 1)
  vi.spyOn(console, 'error').mockReturnValue()
  const down = vi
    .spyOn(d1Prototype(), 'batch')
    .mockRejectedValue(new Error('D1_ERROR: network connection lost'))
  const charge = async () => settle(account, await hold(account, 100), 60)
  await Promise.all(Array.from({ length: 150 }, charge))
  await vi.waitFor(() => expect(down.mock.calls.length).toBeGreaterThan(0), { timeout: 5000 })
  expect(await account.stub().balance()).toMatchObject({ balanceNanos: 1_000_000 - 150 * 60, heldNanos: 0 })
  expect(await readBook(account)).toMatchObject({ seq: 1 })

  down.mockRestore()
  // The memory of the object may go with it: what is not in D1 is found again by its rows.
  await evict(account)
  await account.stub().balance()
  await bookReaches(account, 151)
  const { balanceNanos, lines } = await readBook(account)
  expect(balanceNanos).toBe(1_000_000 - 150 * 60)
  expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 151 }, (_, index) => index + 1))
  expect(lines.reduce((sum, { amount }) => sum + (amount ?? 0), 0)).toBe(balanceNanos)
})

test('a key that the object does not know is not "unknown" while D1 fails: it is a 503', async () => {
  const account = await makeAccount({ creditNanos: 1000 })
  await account.stub().standing(account.keyHash)
  const down = vi.spyOn(d1Prototype(), 'prepare').mockImplementation(() => {
    throw new Error('D1_ERROR: overloaded')
  })
  const client = ledger(env, account.id)
  expect(await client.standing(account.keyHash)).toMatchObject({ ok: true })
  const refusal = await client.standing('1'.repeat(64)).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(GatewayError)
  expect(refusal).toMatchObject({ type: 'service_unavailable', details: { headers: { 'retry-after': '1' } } })
  down.mockRestore()
  expect(await client.standing('1'.repeat(64))).toEqual({ ok: false, reason: 'unknown_key' })
})

test('a reply lost after its commit does no harm', async () => {
  const account = await makeAccount({ creditNanos: 1000 })
  await bookReaches(account, 1)
  vi.spyOn(console, 'error').mockReturnValue()
  let lost = 0
  const spy = watchBatches(() => {
    lost++
    throw new Error('D1_ERROR: reply lost')
  })
  await settle(account, await hold(account, 100), 60)
  await vi.waitFor(() => expect(lost).toBe(1), { timeout: 5000 })
  spy.mockRestore()
  await settle(account, await hold(account, 100), 30)
  await bookReaches(account, 3)
  expect(await readBook(account)).toMatchObject({
    balanceNanos: 910,
    lines: [{ amount: 1000 }, { amount: -60 }, { amount: -30 }],
  })
})

test('an object whose storage is lost is built anew from D1, and what is over stays over', async () => {
  const account = await makeAccount({ creditNanos: 10_000 })
  const claim = await hold(account, 500)
  await settle(account, claim, 300)
  await credit(account, 'invoice', 77)
  await bookReaches(account, 3)
  const before = await account.stub().balance()
  const usage = await account.stub().keyUsages([account.keyHash])
  await runInDurableObject(account.stub(), (_, state) => state.storage.deleteAll())
  await evict(account)

  expect(await account.stub().balance()).toEqual(before)
  expect(await account.stub().keyUsages([account.keyHash])).toEqual(usage)
  await settle(account, claim, 300)
  expect(await credit(account, 'invoice', 77)).toMatchObject({ created: false })
  expect(await account.stub().balance()).toEqual(before)

  await settle(account, await hold(account, 500), 100)
  await bookReaches(account, 4)
  expect(await readBook(account)).toMatchObject({ balanceNanos: before.balanceNanos - 100 })
})

test('an object whose storage is an older copy than D1 is built anew from D1', async () => {
  const account = await makeAccount({ creditNanos: 10_000 })
  await bookReaches(account, 1)
  vi.spyOn(console, 'error').mockReturnValue()
  // Lines that this storage never had.
  await env.DB.batch([
    env.DB.prepare('update accounts set seq = 7, balance_nanos = 4000 where id = ?').bind(account.id),
  ])
  await settle(account, await hold(account, 500), 100)
  await vi.waitFor(async () => expect(await account.stub().balance()).toMatchObject({ balanceNanos: 4000 }), {
    timeout: 8000,
    interval: 200,
  })
})

test('a D1 that was set back to an older copy gets its lines again', async () => {
  const account = await makeAccount({ creditNanos: 1000 })
  const charge = async (nanos: number) => settle(account, await hold(account, 100), nanos)
  await charge(10)
  await bookReaches(account, 2)
  const older = await readBook(account)
  await charge(20)
  await charge(30)
  await bookReaches(account, 4)
  await env.DB.batch([
    env.DB.prepare('update accounts set seq = 2, balance_nanos = ? where id = ?').bind(
      older.balanceNanos ?? null,
      account.id,
    ),
    env.DB.prepare('delete from generations where account_id = ? and seq > 2').bind(account.id),
  ])
  await evict(account)
  await charge(40)
  await bookReaches(account, 5)
  const { balanceNanos, lines } = await readBook(account)
  expect(balanceNanos).toBe(900)
  expect(lines.map(({ amount }) => amount)).toEqual([1000, -10, -20, -30, -40])
})

test('D1 writes about one row per request', async () => {
  const account = await makeAccount({ creditNanos: 1_000_000 })
  await bookReaches(account, 1)
  let rows = 0
  watchBatches((results) => {
    for (const { meta } of results) rows += meta.rows_written
  })
  await Promise.all(Array.from({ length: 100 }, async () => settle(account, await hold(account, 10), 10)))
  await bookReaches(account, 101)
  expect(rows / 100).toBeLessThan(1.1)
})
