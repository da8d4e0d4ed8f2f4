import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { generationId } from '../../src/base/ids.ts'
import { account, manage } from '../support/account.ts'
import { askWhole } from '../support/chat.ts'
import { ledgerWith } from '../support/ledger-with.ts'
import { admit, bookReaches, credit, makeAccount, readBook, settle, type TestAccount } from './object.ts'
import { sampleRecord } from './simulation/record.ts'

afterEach(() => vi.restoreAllMocks())

/** During a rollout Workers of two releases talk to objects of either. What the first release said is kept here. */

test('an object understands all that a Worker of the first release says', async () => {
  const payer = await makeAccount()
  const { id, keyHash } = payer
  const stub = () => payer.stub()
  const key = {
    hash: keyHash,
    class: 'inference',
    disabled: false,
    deleted: false,
    expiresAtMs: null,
    limitNanos: 5000,
    limitReset: 'monthly',
    requestsPerMinute: 60,
    requestsPerDay: null,
    concurrentRequests: null,
    version: 2,
  } as const
  await stub().putKey(key)
  await stub().putAccount({ unlimited: false, markups: { default: '1.05', models: {} }, version: 2 })
  const standing = await stub().standing(keyHash)
  expect(standing).toEqual({
    ok: true,
    profile: {
      version: expect.any(Number),
      keyClass: 'inference',
      markups: { default: '1.05', models: {} },
    },
  })
  const profileVersion = standing.ok ? standing.profile.version : 0
  const start = { reference: 'start', amountNanos: 1000, kind: 'purchase', note: null } as const
  expect(await stub().credit(start)).toEqual({
    ok: true,
    created: true,
    amountNanos: 1000,
    balanceNanos: 1000,
  })

  const [first, second] = [generationId(Date.now()), generationId(Date.now())]
  const ask = { keyHash, profileVersion, holdNanos: 100 }
  const admission = await stub().admit({ ...ask, generationId: first })
  expect(admission).toEqual({ ok: true, admittedAtMs: expect.any(Number), headroomNanos: 900 })
  await stub().admit({ ...ask, generationId: second })
  const claim = (generation: string) => ({ generationId: generation, keyHash, admittedAtMs: Date.now() })
  expect(await stub().beat({ ...claim(first), meteredNanos: 10, holdNanos: 200 })).toEqual({
    ok: true,
    headroomNanos: 700,
  })
  await stub().settle({ ...claim(first), costNanos: 40, record: sampleRecord })
  await stub().void({ ...claim(second), record: sampleRecord })
  expect(await stub().balance()).toMatchObject({ balanceNanos: 960, heldNanos: 0 })
  expect(await stub().keyUsages([keyHash])).toMatchObject({ [keyHash]: { totalNanos: 40 } })
  expect(await stub().generation(first)).toMatchObject({ id: first, accountId: id, costNanos: 40 })
  await bookReaches(payer, 3)
  expect(await readBook(payer)).toMatchObject({ balanceNanos: 960 })
})

test('where an object of the first release has no such call, a key change is a 503 and nothing else is', async () => {
  const payer = await account(env)
  const mixed = { ...env, LEDGER: ledgerWith(() => ({ reconcile: missing })) }
  const change = manage(mixed, 'PATCH', `/keys/${payer.hash}`, { disabled: true })
  await expect(change).rejects.toThrow('503')
  const body = { model: 'simulator/echo', messages: [{ role: 'user', content: 'Hi' }] }
  expect((await askWhole(mixed, body, { key: payer.key })).response.status).toBe(200)
  expect(await manage(mixed, 'GET', `/keys/${payer.hash}`)).toMatchObject({ data: { disabled: false } })
  expect(await manage(mixed, 'POST', '/keys', { name: 'new', account: payer.id })).toMatchObject({
    data: { name: 'new' },
  })
})

describe('what a new Worker lays down while the object is of the release before', () => {
  const ofAccount = { zdr: ['openai'] }
  const ofKey = { preferences: { dataCollection: 'deny' } }
  const markups = { default: '1.05', models: {} }

  /** An object that was told of version 2 and kept what it knew of that, and D1 with all there is. */
  async function toldTheOldObject(): Promise<TestAccount> {
    const payer = await makeAccount({ creditNanos: 1000 })
    await payer.stub().standing(payer.keyHash)
    await env.DB.batch([
      env.DB.prepare('update accounts set version = 2, markups = ?, routing = ? where id = ?').bind(
        JSON.stringify(markups),
        JSON.stringify(ofAccount),
        payer.id,
      ),
      env.DB.prepare('update keys set version = 2, routing = ? where hash = ?').bind(
        JSON.stringify(ofKey),
        payer.keyHash,
      ),
    ])
    await credit(payer, 'barrier', 1)
    await bookReaches(payer, 2)
    await asBefore(payer)
    return payer
  }

  /** What the release before leaves: its columns as it knows them, and those it does not know as they were. */
  async function asBefore(payer: TestAccount): Promise<void> {
    await runInDurableObject(payer.stub(), (_, { storage: { sql } }) => {
      sql.exec('update account set version = 2, markups = ?', JSON.stringify(markups))
      sql.exec("update keys set settings = json_set(json_remove(settings, '$.routing'), '$.version', 2)")
    })
    await evictDurableObject(payer.stub())
  }

  const inForce = { ok: true, profile: { version: 3, markups, routing: [ofAccount, ofKey] } }

  test('holds from the first request on that the new object decides', async () => {
    const payer = await toldTheOldObject()
    await runInDurableObject(payer.stub(), (_, { storage: { sql } }) => {
      sql.exec('alter table account drop column routing')
      sql.exec('alter table account drop column routing_version')
    })
    await evictDurableObject(payer.stub())
    expect(await admit(payer, 1, { profileVersion: 2 })).toMatchObject({ ...inForce, ok: false })
    expect(await payer.stub().standing(payer.keyHash)).toMatchObject(inForce)
  })

  test('holds too where the object had been of this release before, and had been told other rules', async () => {
    const payer = await toldTheOldObject()
    expect(await payer.stub().standing(payer.keyHash)).toMatchObject(inForce)
  })

  test('is asked of D1 once, and outlives the object', async () => {
    const payer = await toldTheOldObject()
    await payer.stub().standing(payer.keyHash)
    await credit(payer, 'after', 1)
    await evictDurableObject(payer.stub())
    const prepare = d1Fails()
    expect(await payer.stub().standing(payer.keyHash)).toMatchObject(inForce)
    expect(prepare).not.toHaveBeenCalledWith(expect.stringContaining('from keys'))
  })

  test('is not passed over while D1 is down: nothing new is admitted, and what runs is settled', async () => {
    const payer = await toldTheOldObject()
    const claim = { generationId: generationId(Date.now()), keyHash: payer.keyHash, admittedAtMs: Date.now() }
    d1Fails()
    const standing = async () => await payer.stub().standing(payer.keyHash)
    await expect(standing()).rejects.toThrow('D1_ERROR')
    await expect(admit(payer, 1, { profileVersion: 3 })).rejects.toThrow('D1_ERROR')
    await settle(payer, claim, 40)
    expect(await payer.stub().balance()).toMatchObject({ balanceNanos: 961 })
    vi.restoreAllMocks()
    expect(await standing()).toMatchObject(inForce)
  })

  test('is not taken back by a Worker of the release before that comes after it', async () => {
    const payer = await toldTheOldObject()
    await payer.stub().putAccount({ unlimited: true, markups, version: 3 })
    expect(await payer.stub().standing(payer.keyHash)).toMatchObject({
      profile: { version: 4, routing: [ofAccount, ofKey] },
    })
  })

  test('stays in a D1 that was set back, as long as the object does not know it', async () => {
    const payer = await toldTheOldObject()
    await env.DB.prepare('update accounts set version = 1 where id = ?').bind(payer.id).run()
    await payer.stub().reconcile()
    const row = env.DB.prepare('select version, routing from accounts where id = ?').bind(payer.id)
    expect(await row.first()).toEqual({ version: 2, routing: JSON.stringify(ofAccount) })
  })
})

function d1Fails() {
  const prototype: D1Database = Object.getPrototypeOf(env.DB)
  return vi.spyOn(prototype, 'prepare').mockImplementation(() => {
    throw new Error('D1_ERROR: network connection lost')
  })
}

async function missing(): Promise<never> {
  return await Promise.reject(new TypeError('The RPC receiver does not implement the method "reconcile".'))
}
