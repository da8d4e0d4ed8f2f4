import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { generationId } from '../../src/base/ids.ts'
import { account, manage } from '../support/account.ts'
import { askWhole } from '../support/chat.ts'
import { ledgerWith } from '../support/ledger-with.ts'
import { readBook, bookReaches, makeAccount } from './object.ts'
import { sampleRecord } from './simulation/record.ts'

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
  const credit = { reference: 'start', amountNanos: 1000, kind: 'purchase', note: null } as const
  expect(await stub().credit(credit)).toEqual({
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

async function missing(): Promise<never> {
  return await Promise.reject(new TypeError('The RPC receiver does not implement the method "reconcile".'))
}
