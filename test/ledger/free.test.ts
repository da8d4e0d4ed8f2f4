import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import { generationId, randomHex } from '../../src/base/ids.ts'
import { dayMs, minuteMs } from '../../src/base/time.ts'
import type { Admission, CreditKind } from '../../src/ledger/contract.ts'
import { freeLimitsOf } from '../../src/ledger/free-limits.ts'
import { admit, bookReaches, makeAccount, type TestAccount } from './object.ts'
import { sampleRecord } from './simulation/record.ts'

/** Noon, so that no day turns unless a test turns it. */
const noon = Math.floor(Date.now() / dayMs) * dayMs + dayMs / 2

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function setClock(nowMs: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: nowMs })
}

async function askFree(account: TestAccount, keyHash = account.keyHash): Promise<Admission> {
  return await admit(account, 0, { keyHash, free: true })
}

/** So many requests, a minute after each twenty; how many of them passed. */
async function askOverTime(account: TestAccount, count: number): Promise<number> {
  let passed = 0
  for (let asked = 0; asked < count; asked += 20) {
    vi.setSystemTime(Date.now() + minuteMs)
    const answers = await Promise.all(
      Array.from({ length: Math.min(20, count - asked) }, async () => askFree(account)),
    )
    passed += answers.filter(({ ok }) => ok).length
  }
  return passed
}

async function give(account: TestAccount, kind: CreditKind, usd: number): Promise<void> {
  const reference = randomHex(8)
  await account.stub().credit({ reference, amountNanos: usd * 1e9, kind, note: null })
}

async function addKey(account: TestAccount): Promise<string> {
  const hash = randomHex(32)
  await env.DB.prepare(
    `insert into keys (hash, account_id, name, label, class, created_at) values (?, ?, 'more', 'sk-...', 'inference', 0)`,
  )
    .bind(hash, account.id)
    .run()
  return hash
}

function refused(name: string, limit: number, resetAtMs: number): object {
  return { ok: false, reason: 'rate', limit: expect.objectContaining({ name, limit, resetAtMs }) }
}

test('[R165][R166] of 200 simultaneous requests with four keys exactly 20 pass, and none after an eviction', async () => {
  setClock(noon)
  const account = await makeAccount()
  const keys = [account.keyHash, await addKey(account), await addKey(account), await addKey(account)]
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => askFree(account, keys[index % keys.length])),
  )
  expect(answers.filter(({ ok }) => ok)).toHaveLength(20)
  expect(answers.find(({ ok }) => !ok)).toEqual(refused('free_requests_per_minute', 20, noon + minuteMs))

  // Any durable answer tells that the holds before it are written.
  await give(account, 'grant', 1)
  await evictDurableObject(account.stub())
  for (const key of keys) expect(await askFree(account, key)).toMatchObject({ ok: false, reason: 'rate' })
  vi.setSystemTime(noon + minuteMs)
  expect(await askFree(account, keys[3])).toMatchObject({ ok: true })
})

test('what costs is not counted, and passes where nothing free does', async () => {
  setClock(noon)
  const account = await makeAccount({ creditNanos: 1000 })
  for (let paid = 0; paid < 30; paid++) expect(await admit(account, 1)).toMatchObject({ ok: true })
  expect(await askOverTime(account, 20)).toBe(20)
  expect(await askFree(account)).toMatchObject({ ok: false })
  expect(await admit(account, 1)).toMatchObject({ ok: true })
})

test('[R165] the 51st request of a day is refused, across evictions, until midnight in UTC', async () => {
  setClock(noon)
  const account = await makeAccount()
  expect(await askOverTime(account, 30)).toBe(30)
  await give(account, 'grant', 1)
  await evictDurableObject(account.stub())
  expect(await askOverTime(account, 30)).toBe(20)
  const midnight = noon + dayMs / 2
  expect(await askFree(account)).toEqual(refused('free_requests_per_day', 50, midnight))
  expect(await account.stub().balance('free_requests')).toMatchObject({
    freeRequests: { limit: 50, used: 50 },
  })

  vi.setSystemTime(midnight - 1)
  expect(await askFree(account)).toEqual(refused('free_requests_per_day', 50, midnight))
  vi.setSystemTime(midnight)
  expect(await askFree(account)).toMatchObject({ ok: true })
  expect(await account.stub().balance('free_requests')).toMatchObject({
    freeRequests: { limit: 50, used: 1 },
  })
})

test('[R165] once ten dollars were purchased it is the 1,001st; grants and less do not count', async () => {
  setClock(noon)
  const account = await makeAccount()
  await give(account, 'grant', 100)
  await give(account, 'purchase', 9.99)
  expect(await askOverTime(account, 60)).toBe(50)
  await give(account, 'purchase', 0.01)
  // What is paid back later changes nothing.
  await give(account, 'correction', -50)
  await evictDurableObject(account.stub())
  expect(await account.stub().balance('free_requests')).toMatchObject({
    freeRequests: { limit: 1000, used: 50 },
  })
  vi.setSystemTime(noon + 10 * minuteMs)
  expect(await askOverTime(account, 1000)).toBe(950)
  expect(await askFree(account)).toMatchObject({ limit: { name: 'free_requests_per_day', limit: 1000 } })
}, 60_000)

test('a request that its provider failed counts, and one that was refused does not', async () => {
  setClock(noon)
  const account = await makeAccount()
  for (let failed = 0; failed < 20; failed++) {
    const id = generationId(noon)
    const admission = await admit(account, 0, { generationId: id, free: true })
    if (!admission.ok) throw new Error(admission.reason)
    const { admittedAtMs } = admission
    const claim = { generationId: id, keyHash: account.keyHash, admittedAtMs }
    await account.stub().void({ ...claim, record: { ...sampleRecord, status: 502 } })
  }
  for (let more = 0; more < 40; more++) expect(await askFree(account)).toMatchObject({ ok: false })
  expect(await account.stub().balance('free_requests')).toMatchObject({
    freeRequests: { limit: 50, used: 20 },
  })
})

test('the answer that reaches the tokens of a day is the last one, wherever its object was meanwhile', async () => {
  setClock(noon)
  const account = await makeAccount()
  const claim = { generationId: generationId(noon), keyHash: account.keyHash, admittedAtMs: noon, free: true }
  await admit(account, 0, { generationId: claim.generationId, free: true })
  const settle = async (id: string, promptTokens: number, completionTokens: number) =>
    await account.stub().settle({
      ...claim,
      generationId: id,
      costNanos: 0,
      record: { ...sampleRecord, promptTokens, completionTokens },
    })
  await settle(claim.generationId, 4_000_000, 999_999)
  await settle(claim.generationId, 4_000_000, 999_999)
  expect(await askFree(account)).toMatchObject({ ok: true })
  // Its admission was lost in a crash: the settlement brings it back.
  await settle(generationId(noon), 1, 0)
  const expected = refused('free_tokens_per_day', 5_000_000, noon + dayMs / 2)
  expect(await askFree(account)).toEqual(expected)
  await evictDurableObject(account.stub())
  expect(await askFree(account)).toEqual(expected)
  vi.setSystemTime(noon + dayMs / 2)
  expect(await askFree(account)).toMatchObject({ ok: true })
})

test('tokens that cost something are none of those that are free', async () => {
  setClock(noon)
  const account = await makeAccount({ creditNanos: 1000 })
  const id = generationId(noon)
  await admit(account, 10, { generationId: id, free: true })
  const record = { ...sampleRecord, promptTokens: 5_000_000, completionTokens: 0 }
  const claim = { generationId: id, keyHash: account.keyHash, admittedAtMs: noon, free: true }
  await account.stub().settle({ ...claim, costNanos: 1, record })
  expect(await askFree(account)).toMatchObject({ ok: true })
})

test('an object that lost its storage counts from what D1 has', async () => {
  setClock(noon)
  const account = await makeAccount()
  for (let index = 0; index < 3; index++) {
    const id = generationId(noon)
    await admit(account, 0, { generationId: id, free: true })
    await account.stub().settle({
      generationId: id,
      keyHash: account.keyHash,
      admittedAtMs: noon,
      costNanos: 0,
      record: { ...sampleRecord, createdAtMs: noon, model: 'a/b:free' },
    })
  }
  await bookReaches(account, 3)
  await runInDurableObject(account.stub(), async (_, { storage }) => storage.deleteAll())
  await evictDurableObject(account.stub())
  vi.setSystemTime(noon + 3 * 60 * minuteMs)
  expect(await account.stub().balance('free_requests')).toMatchObject({
    freeRequests: { limit: 50, used: 3 },
  })
})

test('[R167] a zero balance admits what is free, a negative one nothing', async () => {
  const account = await makeAccount()
  expect(await askFree(account)).toMatchObject({ ok: true, headroomNanos: 0 })
  const claim = { generationId: generationId(Date.now()), keyHash: account.keyHash, admittedAtMs: Date.now() }
  await account.stub().settle({ ...claim, costNanos: 1, record: sampleRecord })
  expect(await askFree(account)).toEqual({
    ok: false,
    reason: 'balance',
    neededNanos: 0,
    availableNanos: -1,
  })
})

test('where the operator turned them off, all pass, and a key is told of no limit', async () => {
  setClock(noon)
  const account = await makeAccount()
  expect(await askOverTime(account, 51)).toBe(50)
  await give(account, 'grant', 1)
  await runInDurableObject(account.stub(), (object) => {
    Reflect.set(Reflect.get(object, 'env'), 'FREE_LIMITS', 'off')
  })
  await evictDurableObject(account.stub())
  expect(await askOverTime(account, 60)).toBe(60)
  expect(await account.stub().balance('free_requests')).not.toHaveProperty('freeRequests')
  await runInDurableObject(account.stub(), (object) => {
    Reflect.deleteProperty(Reflect.get(object, 'env'), 'FREE_LIMITS')
  })
})

test('the variable changes single limits, turns all off, and has no say where it cannot be read', () => {
  const limits = {
    perMinute: 20,
    perDay: 50,
    perDayAfterPurchase: 1000,
    purchaseUsd: 10,
    tokensPerDay: 5_000_000,
  }
  const complaint = vi.spyOn(console, 'error').mockReturnValue()
  expect(freeLimitsOf({})).toEqual(limits)
  expect(freeLimitsOf({ FREE_LIMITS: '{"perDay":7,"purchaseUsd":0.5}' })).toEqual({
    ...limits,
    perDay: 7,
    purchaseUsd: 0.5,
  })
  expect(freeLimitsOf({ FREE_LIMITS: 'off' })).toBeUndefined()
  expect(complaint).not.toHaveBeenCalled()
  for (const text of ['', 'on', '[]', '{"perDay":-1}', '{"perYear":1}']) {
    expect(freeLimitsOf({ FREE_LIMITS: text })).toEqual(limits)
    expect(complaint).toHaveBeenLastCalledWith(expect.stringContaining('free_limits_unreadable'))
  }
})
