import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import { sha256Hex } from '../../src/base/hash.ts'
import { defaultAccountId, generationId } from '../../src/base/ids.ts'
import { keyLabel, rootKeys } from '../../src/base/key-text.ts'
import { ledger } from '../../src/ledger/client.ts'
import {
  admit,
  bookReaches,
  credit,
  hold,
  makeAccount,
  readBook,
  settle,
  type TestAccount,
} from './object.ts'
import { sampleRecord } from './simulation/record.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('what was acknowledged survives the eviction of the object', async () => {
  const account = await makeAccount({ creditNanos: 10_000 })
  const settled = await hold(account, 500)
  const pending = await hold(account, 700)
  await account.stub().beat({ ...pending, meteredNanos: 100, holdNanos: 900 })
  await settle(account, settled, 300)
  const before = await account.stub().balance()
  expect(before).toEqual({
    creditsNanos: 10_000,
    usageNanos: 300,
    balanceNanos: 9700,
    heldNanos: 900,
    unlimited: false,
    purchased: true,
  })

  await evictDurableObject(account.stub())
  expect(await account.stub().balance()).toEqual(before)
  expect(await account.stub().keyUsages([account.keyHash])).toEqual({
    [account.keyHash]: { totalNanos: 300, dailyNanos: 300, weeklyNanos: 300, monthlyNanos: 300 },
  })
  expect(await account.stub().generation(settled.generationId)).toEqual({
    ...sampleRecord,
    createdAtMs: settled.admittedAtMs,
    id: settled.generationId,
    accountId: account.id,
    keyHash: account.keyHash,
    costNanos: 300,
  })
  expect(await account.stub().generation(pending.generationId)).toBeNull()
})

test('1,000 simultaneous calls against a limit of 100 a minute: exactly 100 pass, and none after an eviction', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Math.floor(Date.now() / 60_000) * 60_000 + 59_990 })
  const account = await makeAccount({ creditNanos: 1_000_000, requestsPerMinute: 100 })
  const passed = async () => {
    const stub = account.stub()
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () =>
        stub.admit({
          generationId: generationId(Date.now()),
          keyHash: account.keyHash,
          profileVersion: 1,
          holdNanos: 1,
        }),
      ),
    )
    return answers.filter(({ ok }) => ok).length
  }
  expect(await passed()).toBe(100)

  // Any durable answer tells that the holds before it are written.
  await credit(account, 'barrier', 1)
  await evictDurableObject(account.stub())
  vi.setSystemTime(Date.now() + 20)
  expect(await passed()).toBe(0)
  const refusal = await admit(account, 1)
  expect(refusal).toMatchObject({
    ok: false,
    reason: 'rate',
    limit: { name: 'requests_per_minute', limit: 100 },
  })

  vi.setSystemTime(Date.now() + 60_000)
  expect(await passed()).toBe(100)
})

test('the limits of a day and of concurrent requests hold across an eviction too', async () => {
  const account = await makeAccount({ creditNanos: 1000, requestsPerDay: 3, concurrentRequests: 2 })
  const first = await hold(account, 1)
  await hold(account, 1)
  expect(await admit(account, 1)).toMatchObject({ limit: { name: 'concurrent_requests', limit: 2 } })
  await settle(account, first, 1)
  await evictDurableObject(account.stub())
  const third = await hold(account, 1)
  await settle(account, third, 1)
  expect(await admit(account, 1)).toMatchObject({ limit: { name: 'requests_per_day', limit: 3 } })
})

test('a new limit counts what was admitted before there was one', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Math.floor(Date.now() / 86_400_000) * 86_400_000 + 3_600_000 })
  const account = await makeAccount({ creditNanos: 1000, requestsPerMinute: 100 })
  await hold(account, 1)
  await credit(account, 'barrier', 1)
  await evictDurableObject(account.stub())
  vi.setSystemTime(Date.now() + 61_000)
  await hold(account, 1)
  await account.stub().putKey({
    hash: account.keyHash,
    class: 'inference',
    disabled: false,
    deleted: false,
    expiresAtMs: null,
    limitNanos: null,
    limitReset: null,
    requestsPerMinute: 100,
    requestsPerDay: 2,
    concurrentRequests: null,
    version: 2,
  })
  const refusal = await admit(account, 1, { profileVersion: 2 })
  expect(refusal).toMatchObject({ limit: { name: 'requests_per_day', limit: 2 } })
})

test('an object that has lost lines D1 needs says so, and goes on answering', async () => {
  const failed = vi.spyOn(console, 'error').mockReturnValue()
  const account = await makeAccount({ creditNanos: 1000 })
  await bookReaches(account, 1)
  await settle(account, await hold(account, 10), 10)
  await runInDurableObject(account.stub(), (_, { storage }) => storage.sql.exec('delete from generations'))
  await evictDurableObject(account.stub())
  await runInDurableObject(account.stub(), (object) => object.alarm())
  expect(failed).toHaveBeenCalledWith(expect.stringContaining('"event":"flush_failed","lines":1'))
  expect(await account.stub().balance()).toMatchObject({ balanceNanos: 990 })
  failed.mockRestore()
})

test('what a dead Worker held is free again from its time on, before any alarm', async () => {
  const account = await makeAccount({ creditNanos: 1000 })
  await hold(account, 1000)
  // Any durable answer tells that no write is under way, which would expire holds as well.
  await credit(account, 'barrier', 1)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 59_000 })
  expect(await admit(account, 1000)).toMatchObject({ ok: false, reason: 'balance' })
  vi.setSystemTime(Date.now() + 1_100)
  expect(await admit(account, 1000)).toMatchObject({ ok: true })
})

test('a settlement told three times is posted once', async () => {
  const account = await makeAccount({ creditNanos: 1000 })
  const claim = await hold(account, 500)
  await Promise.all([settle(account, claim, 400), settle(account, claim, 400)])
  await settle(account, claim, 400)
  expect(await account.stub().balance()).toMatchObject({ balanceNanos: 600, heldNanos: 0 })
  await bookReaches(account, 2)
  expect(await readBook(account)).toEqual({
    balanceNanos: 600,
    seq: 2,
    lines: [
      { seq: 1, amount: 1000, name: 'start' },
      { seq: 2, amount: -400, name: claim.generationId },
    ],
  })
})

test('the same credit again is the same answer; another amount is a conflict; more than there is cannot be taken', async () => {
  const account = await makeAccount()
  const answer = { ok: true, amountNanos: 1000, balanceNanos: 1000 }
  expect(await credit(account, 'invoice', 1000)).toEqual({ ...answer, created: true })
  await credit(account, 'other', 50)
  await evictDurableObject(account.stub())
  expect(await credit(account, 'invoice', 1000)).toEqual({ ...answer, created: false })
  expect(await credit(account, 'invoice', 999)).toEqual({ ok: false, reason: 'conflict', amountNanos: 1000 })
  expect(await credit(account, 'refund', -2000)).toEqual({
    ok: false,
    reason: 'insufficient',
    availableNanos: 1050,
  })
})

test('refusals say what is missing, and a changed key or account decides at once', async () => {
  const account = await makeAccount({ creditNanos: 1000, limitNanos: 600, limitReset: 'daily' })
  expect(await admit(account, 601)).toEqual({
    ok: false,
    reason: 'key_limit',
    neededNanos: 601,
    availableNanos: 600,
  })
  expect(await admit(account, 500)).toMatchObject({ ok: true, headroomNanos: 100 })
  await account.stub().putAccount({
    unlimited: true,
    markups: { default: '21/20', models: {} },
    version: 2,
  })
  const profile = { version: 2, keyClass: 'inference', markups: { default: '21/20', models: {} } }
  expect(await admit(account, 1)).toEqual({ ok: false, reason: 'stale_profile', profile })
  expect(await account.stub().standing(account.keyHash)).toEqual({ ok: true, profile })

  const row = {
    hash: account.keyHash,
    class: 'inference',
    disabled: true,
    deleted: false,
    expiresAtMs: null,
    limitNanos: null,
    limitReset: null,
    requestsPerMinute: null,
    requestsPerDay: null,
    concurrentRequests: null,
    version: 2,
  } as const
  await account.stub().putKey(row)
  expect(await admit(account, 1)).toEqual({ ok: false, reason: 'disabled_key' })
  await account.stub().putKey({ ...row, disabled: false, expiresAtMs: Date.now() - 1, version: 3 })
  expect(await admit(account, 1)).toEqual({ ok: false, reason: 'expired_key' })
  await account.stub().putKey({ ...row, deleted: true, version: 4 })
  expect(await admit(account, 1)).toEqual({ ok: false, reason: 'unknown_key' })
  expect(await account.stub().standing('0'.repeat(64))).toEqual({ ok: false, reason: 'unknown_key' })
})

test('a limit lowered in mid-stream ends the stream at its next beat, once more was delivered than it allows', async () => {
  const account = await makeAccount({ creditNanos: 1000, limitNanos: 600 })
  const claim = await hold(account, 500)
  await account.stub().putKey({
    hash: account.keyHash,
    class: 'inference',
    disabled: false,
    deleted: false,
    expiresAtMs: null,
    limitNanos: 100,
    limitReset: null,
    requestsPerMinute: null,
    requestsPerDay: null,
    concurrentRequests: null,
    version: 2,
  })
  const beat = (meteredNanos: number) => account.stub().beat({ ...claim, meteredNanos, holdNanos: 500 })
  expect(await beat(90)).toEqual({ ok: true, headroomNanos: -400 })
  expect(await beat(110)).toEqual({ ok: false, reason: 'key_limit' })
  await settle(account, claim, 110)
  expect(await account.stub().balance()).toMatchObject({ balanceNanos: 890, heldNanos: 0 })
})

test('a hold nobody settles is charged by its last beat when the alarm comes, and a late settlement adjusts it', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const account = await makeAccount({ creditNanos: 1000 })
  const metered = await hold(account, 500)
  const silent = await hold(account, 300)
  await account.stub().beat({ ...metered, meteredNanos: 120, holdNanos: 500, model: 'a/b' })
  await evictDurableObject(account.stub())

  vi.setSystemTime(Date.now() + 61_000)
  expect(await runDurableObjectAlarm(account.stub())).toBe(true)
  expect(await account.stub().balance()).toMatchObject({ balanceNanos: 880, heldNanos: 0 })
  expect(await account.stub().beat({ ...metered, meteredNanos: 130, holdNanos: 500 })).toEqual({
    ok: false,
    reason: 'fenced',
  })
  await bookReaches(account, 2)
  const row = await env.DB.prepare(
    'select status, model, cost_nanos, usage_estimated from generations where id = ?',
  )
    .bind(metered.generationId)
    .first()
  expect(row).toEqual({ status: 500, model: 'unknown', cost_nanos: 120, usage_estimated: 1 })

  await settle(account, metered, 150)
  await settle(account, silent, 40)
  expect(await account.stub().balance()).toMatchObject({ balanceNanos: 810 })
  await bookReaches(account, 4)
  expect((await readBook(account)).lines).toEqual([
    { seq: 1, amount: 1000, name: 'start' },
    { seq: 2, amount: -120, name: metered.generationId },
    { seq: 3, amount: -30, name: `adjust:${metered.generationId}` },
    { seq: 4, amount: -40, name: silent.generationId },
  ])
  const adjusted = await env.DB.prepare(
    'select status, model, posted_nanos, cost_nanos from generations where id = ?',
  )
    .bind(metered.generationId)
    .first()
  expect(adjusted).toEqual({ status: 200, model: 'simulator/echo', posted_nanos: 120, cost_nanos: 150 })
})

test('a hold that a crash lost is opened again by a beat and charged by a settlement', async () => {
  const account = await makeAccount({ creditNanos: 1000 })
  const claim = (admittedAtMs: number) => ({
    generationId: generationId(admittedAtMs),
    keyHash: account.keyHash,
    admittedAtMs,
  })
  const [beaten, settled] = [claim(Date.now() - 5000), claim(Date.now() - 5000)]
  expect(await account.stub().beat({ ...beaten, meteredNanos: 100, holdNanos: 400 })).toEqual({
    ok: true,
    headroomNanos: 600,
  })
  await settle(account, settled, 50)
  expect(await account.stub().balance()).toMatchObject({ balanceNanos: 950, heldNanos: 400 })
})

test('the first use of a root key writes the default account and both keys', async () => {
  const keys = await rootKeys(env.MASTER_KEY)
  const hashes = { inference: await sha256Hex(keys.inference), management: await sha256Hex(keys.management) }
  const stub = env.LEDGER.getByName(defaultAccountId)
  expect(await stub.standing(hashes.management)).toMatchObject({
    ok: true,
    profile: { keyClass: 'management' },
  })
  expect(await stub.standing(hashes.inference)).toMatchObject({
    ok: true,
    profile: { keyClass: 'inference' },
  })
  expect(await stub.standing('0'.repeat(64))).toEqual({ ok: false, reason: 'unknown_key' })
  const { results } = await env.DB.prepare(
    'select hash, name, label, class, limit_nanos from keys where account_id = ? order by name',
  )
    .bind(defaultAccountId)
    .all()
  expect(results).toEqual([
    {
      hash: hashes.inference,
      name: 'default',
      label: keyLabel(keys.inference),
      class: 'inference',
      limit_nanos: null,
    },
    {
      hash: hashes.management,
      name: 'management',
      label: keyLabel(keys.management),
      class: 'management',
      limit_nanos: null,
    },
  ])
})

test('a write that fails takes back what was decided, and the next try succeeds on a fresh object', async () => {
  const account = await makeAccount({ creditNanos: 1000 })
  const claim = await hold(account, 100)
  await credit(account, 'barrier', 5)
  await runInDurableObject(account.stub(), (_, state) => {
    state.storage.sql.exec('drop table keys')
  })
  await ledger(env, account.id).settle({ ...claim, costNanos: 70, record: sampleRecord })
  expect(await account.stub().balance()).toMatchObject({ balanceNanos: 935, heldNanos: 0 })
})

test('a request writes at most four rows in the object, and fewer when others share its batch', async () => {
  const account = await makeAccount({ creditNanos: 1_000_000 })
  await settle(account, await hold(account, 10), 10)
  const alone = await rowsOf(account, async () => {
    const claim = await hold(account, 10)
    await credit(account, 'barrier', 1)
    await settle(account, claim, 10)
  })
  // Beside the request's four rows: the credit that ends the first batch (its entry, its reference, the account).
  expect(alone).toBe(4 + 3)
  // What is free is counted in the rows that are written anyway.
  const free = await rowsOf(account, async () => {
    const claim = { ...(await hold(account, 0, { free: true })), free: true }
    await credit(account, 'another barrier', 1)
    await settle(account, claim, 0)
  })
  expect(free).toBe(4 + 3)
  const together = await rowsOf(account, () =>
    Promise.all(Array.from({ length: 50 }, async () => settle(account, await hold(account, 10), 10))),
  )
  expect(together / 50).toBeLessThan(3)
})

type Exec = (
  this: SqlStorage,
  query: string,
  ...bindings: unknown[]
) => SqlStorageCursor<Record<string, SqlStorageValue>>

/** Rows that the object's SQL wrote while something was done. */
async function rowsOf(account: TestAccount, act: () => Promise<unknown>): Promise<number> {
  let rows = 0
  const prototype = await runInDurableObject(account.stub(), (_, state): object =>
    Object.getPrototypeOf(state.storage.sql),
  )
  const exec: Exec = Reflect.get(prototype, 'exec')
  const counted: Exec = function counted(query, ...bindings) {
    const cursor = exec.call(this, query, ...bindings)
    rows += cursor.rowsWritten
    return cursor
  }
  Reflect.set(prototype, 'exec', counted)
  await act()
  Reflect.set(prototype, 'exec', exec)
  return rows
}
