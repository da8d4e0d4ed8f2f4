import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import type { RoutingSettings } from '../../src/generation/routing.ts'
import type { Profile } from '../../src/ledger/contract.ts'
import { admit, credit, makeAccount, type TestAccount } from './object.ts'

const ofAccount: RoutingSettings = { zdr: ['openai'], preferences: { dataCollection: 'deny' } }
const ofKey: RoutingSettings = { allowedModels: ['anthropic/*'] }
const markups = { default: '1', models: {} }

async function layDown(account: TestAccount, column: 'account' | 'key', routing: RoutingSettings) {
  const [table, id] = column === 'account' ? ['accounts', account.id] : ['keys', account.keyHash]
  await env.DB.prepare(`update ${table} set routing = ? where ${column === 'account' ? 'id' : 'hash'} = ?`)
    .bind(JSON.stringify(routing), id)
    .run()
}

async function profile(account: TestAccount): Promise<Profile> {
  const standing = await account.stub().standing(account.keyHash)
  if (!standing.ok) throw new Error(standing.reason)
  return standing.profile
}

function keyRow({ keyHash }: TestAccount, version: number, routing?: RoutingSettings) {
  return {
    hash: keyHash,
    class: 'inference',
    disabled: false,
    deleted: false,
    expiresAtMs: null,
    limitNanos: null,
    limitReset: null,
    requestsPerMinute: null,
    requestsPerDay: null,
    concurrentRequests: null,
    version,
    ...(routing && { routing }),
  } as const
}

test('a profile tells what the account lays down and then what the key does, also after an eviction', async () => {
  const account = await makeAccount()
  await layDown(account, 'account', ofAccount)
  await layDown(account, 'key', ofKey)
  const expected = { version: 1, keyClass: 'inference', markups, routing: [ofAccount, ofKey] }
  expect(await profile(account)).toEqual(expected)
  await credit(account, 'barrier', 1)
  await evictDurableObject(account.stub())
  expect(await profile(account)).toEqual(expected)
})

test('what lays nothing down is left out', async () => {
  const [account, plain] = [await makeAccount(), await makeAccount()]
  await layDown(account, 'key', ofKey)
  expect(await profile(account)).toMatchObject({ routing: [ofKey] })
  expect(await profile(plain)).not.toHaveProperty('routing')
})

test('a change of the account and one of the key each make the profile another version', async () => {
  const account = await makeAccount({ creditNanos: 1000 })
  const first = (await profile(account)).version
  expect(await admit(account, 1, { profileVersion: first })).toMatchObject({ ok: true })

  await account.stub().putKey(keyRow(account, 2, ofKey))
  const stale = await admit(account, 1, { profileVersion: first })
  expect(stale).toMatchObject({ ok: false, reason: 'stale_profile', profile: { routing: [ofKey] } })
  const second = (await profile(account)).version

  await account.stub().putAccount({ unlimited: false, markups, routing: ofAccount, version: 2 })
  expect(await admit(account, 1, { profileVersion: second })).toMatchObject({
    reason: 'stale_profile',
    profile: { routing: [ofAccount, ofKey] },
  })
  const third = (await profile(account)).version
  expect(new Set([first, second, third]).size).toBe(3)
  expect(await admit(account, 1, { profileVersion: third })).toMatchObject({ ok: true })
})

test('a Worker of a release before, which knows nothing of routing, takes none of it back', async () => {
  const account = await makeAccount()
  await account.stub().putKey(keyRow(account, 2, ofKey))
  await account.stub().putAccount({ unlimited: false, markups, routing: ofAccount, version: 2 })
  await account.stub().putKey(keyRow(account, 3))
  await account.stub().putAccount({ unlimited: true, markups, version: 3 })
  expect(await profile(account)).toMatchObject({ routing: [ofAccount, ofKey] })
  await account.stub().putKey(keyRow(account, 4, {}))
  await account.stub().putAccount({ unlimited: true, markups, routing: {}, version: 4 })
  expect(await profile(account)).not.toHaveProperty('routing')
})

test('an object that a release before made gets the columns it lacks, and keeps what it has', async () => {
  const account = await makeAccount({ creditNanos: 1000 })
  await admit(account, 10)
  await credit(account, 'barrier', 1)
  await runInDurableObject(account.stub(), (_, { storage: { sql } }) => {
    sql.exec('alter table account drop column routing')
    sql.exec('alter table generations drop column free_tokens')
  })
  await evictDurableObject(account.stub())
  expect(await account.stub().balance()).toMatchObject({ balanceNanos: 1001, heldNanos: 10 })
  await account.stub().putAccount({ unlimited: false, markups, routing: ofAccount, version: 2 })
  expect(await admit(account, 0, { profileVersion: 2, free: true })).toMatchObject({ ok: true })
  await credit(account, 'another barrier', 1)
  await evictDurableObject(account.stub())
  expect(await profile(account)).toMatchObject({ routing: [ofAccount] })
  expect(await account.stub().balance('free_requests')).toMatchObject({ freeRequests: { used: 1 } })
})

test('D1 takes no settings that are not a JSON object, so none can stop an account', async () => {
  const account = await makeAccount()
  const tables = { accounts: account.id, keys: account.keyHash }
  for (const [table, id] of Object.entries(tables)) {
    for (const text of ['', '{', 'null', '[]', '"x"']) {
      const column = table === 'keys' ? 'hash' : 'id'
      const update = env.DB.prepare(`update ${table} set routing = ? where ${column} = ?`)
        .bind(text, id)
        .run()
      await expect(update).rejects.toThrow(/CHECK constraint failed|malformed JSON/)
    }
  }
  expect(await profile(account)).not.toHaveProperty('routing')
})

test('a D1 that was set back gets the settings of the account and its keys again', async () => {
  const account = await makeAccount()
  await account.stub().putKey(keyRow(account, 2, ofKey))
  await account.stub().putAccount({ unlimited: false, markups, routing: ofAccount, version: 2 })
  await account.stub().reconcile()
  const routing = async () => {
    const row = await env.DB.prepare(
      `select accounts.routing as account, keys.routing as key from accounts join keys on account_id = id
       where id = ?`,
    )
      .bind(account.id)
      .first<{ account: string; key: string }>()
    return [JSON.parse(row?.account ?? ''), JSON.parse(row?.key ?? '')]
  }
  expect(await routing()).toEqual([ofAccount, ofKey])
  await env.DB.batch([
    env.DB.prepare('delete from keys where account_id = ?').bind(account.id),
    env.DB.prepare('delete from accounts where id = ?').bind(account.id),
  ])
  await account.stub().reconcile()
  expect(await routing()).toEqual([ofAccount, ofKey])
})
