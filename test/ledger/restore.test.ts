import { createScheduledController, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import * as z from 'zod'
import worker from '../../src/index.ts'
import { account, manage, type TestAccount } from '../support/account.ts'
import { books } from '../support/books.ts'
import { askWhole } from '../support/chat.ts'
import { ledgerWith } from '../support/ledger-with.ts'

/** D1 set back to a backup, under objects that have gone on since. A backup here is a copy of every row. */
const tables = ['accounts', 'keys', 'generations', 'ledger_entries'] as const
type Backup = Record<string, unknown>[][]

async function backUp(): Promise<Backup> {
  const results = await env.DB.batch<Record<string, unknown>>(
    tables.map((name) => env.DB.prepare(`select * from ${name}`)),
  )
  return results.map((result) => result.results)
}

async function putBack(backup: Backup): Promise<void> {
  const inserts = backup.flatMap((rows, index) =>
    rows.map((row) => {
      const marks = Object.keys(row).map(() => '?')
      const sql = `insert into ${tables[index]} (${Object.keys(row).join(', ')}) values (${marks.join(', ')})`
      return env.DB.prepare(sql).bind(...Object.values(row))
    }),
  )
  const empty = tables.toReversed().map((name) => env.DB.prepare(`delete from ${name}`))
  await env.DB.batch([...empty, ...inserts])
}

const hello = { model: 'simulator/echo', messages: [{ role: 'user', content: 'Hi' }] }

async function spend({ key }: { key: string }): Promise<void> {
  expect((await askWhole(env, hello, { key })).response.status).toBe(200)
}

async function credit({ id }: TestAccount, amount: number, reference: string): Promise<void> {
  await manage(env, 'POST', '/credits', { amount, kind: 'purchase', reference, account: id })
}

const madeKey = z.object({ key: z.string(), data: z.object({ hash: z.string() }) })

async function makeKey({ id }: TestAccount, name: string): Promise<{ key: string; hash: string }> {
  const { key, data } = madeKey.parse(await manage(env, 'POST', '/keys', { name, account: id, limit: 3 }))
  return { key, hash: data.hash }
}

async function keyRows({ id }: TestAccount) {
  const query = env.DB.prepare('select * from keys where account_id = ? order by hash')
  return (await query.bind(id).all()).results
}

const reconciled = z.object({
  data: z.object({
    accounts: z.number(),
    lines: z.number(),
    failed: z.array(z.string()),
    next: z.string().nullable(),
  }),
})

test('a restored D1 gets everything again: lines, credits, keys as they are now, and nothing twice', async () => {
  const payer = await account(env)
  const doomed = await makeKey(payer, 'to be disabled')
  const dropped = await makeKey(payer, 'to be deleted')
  await spend(payer)
  await spend(doomed)
  await books(env, payer.id)
  const backup = await backUp()

  const fresh = await makeKey(payer, 'made after the backup')
  await spend(fresh)
  await credit(payer, 7, 'after the backup')
  await manage(env, 'PATCH', `/keys/${doomed.hash}`, { disabled: true, name: 'disabled' })
  await manage(env, 'DELETE', `/keys/${dropped.hash}`)
  const before = await books(env, payer.id)
  const keys = await keyRows(payer)

  await putBack(backup)
  expect(await keyRows(payer)).not.toEqual(keys)
  // The objects sleep, and would not notice.
  await evictDurableObject(env.LEDGER.getByName(payer.id))
  const { data } = reconciled.parse(await manage(env, 'POST', '/accounts/reconcile'))
  expect(data).toMatchObject({ failed: [], next: null })
  expect(data.lines).toBeGreaterThanOrEqual(2)
  expect(await keyRows(payer)).toEqual(keys)
  expect(await books(env, payer.id)).toEqual(before)
  for (const [key, status] of [
    [payer.key, 200],
    [fresh.key, 200],
    [doomed.key, 401],
    [dropped.key, 401],
  ] as const) {
    expect((await askWhole(env, hello, { key })).response.status).toBe(status)
  }
  // Once more finds nothing to do.
  await books(env, payer.id)
  expect(reconciled.parse(await manage(env, 'POST', '/accounts/reconcile')).data.lines).toBe(0)
})

test('an account that the backup does not have comes back with its next request', async () => {
  const backup = await backUp()
  const payer = await account(env, { account: { markup: { default: '1.05', models: {} } } })
  await spend(payer)
  const before = await books(env, payer.id)
  const row = async () => await env.DB.prepare('select * from accounts where id = ?').bind(payer.id).first()
  const was = await row()
  const keys = await keyRows(payer)

  await putBack(backup)
  expect(await row()).toBeNull()
  vi.spyOn(console, 'error').mockReturnValue()
  await spend(payer)
  const after = await books(env, payer.id)
  expect(after.generations.slice(0, 1)).toEqual(before.generations)
  expect(await keyRows(payer)).toEqual(keys)
  expect(await row()).toMatchObject({ id: payer.id, name: was?.['name'], markups: was?.['markups'] })
})

test('a name that was given away meanwhile is told apart by the id', async () => {
  const backup = await backUp()
  const payer = await account(env)
  const nameOf = env.DB.prepare('select name from accounts where id = ?').bind(payer.id)
  const name = await nameOf.first<string>('name')
  await putBack(backup)
  await manage(env, 'POST', '/accounts', { name })
  await spend(payer)
  await books(env, payer.id)
  expect(await nameOf.first<string>('name')).toBe(`${name ?? ''} ${payer.id}`)
})

test('a key changed on a restored D1 keeps what was changed after the backup', async () => {
  const payer = await account(env)
  const doomed = await makeKey(payer, 'before')
  await books(env, payer.id)
  const backup = await backUp()
  await manage(env, 'PATCH', `/keys/${doomed.hash}`, { disabled: true })
  await putBack(backup)
  const changed = await manage(env, 'PATCH', `/keys/${doomed.hash}`, { name: 'after' })
  expect(changed).toMatchObject({ data: { name: 'after', disabled: true } })
  expect((await askWhole(env, hello, { key: doomed.key })).response.status).toBe(401)
})

test('the first release kept no names: what it left comes back without, and what D1 has keeps its own', async () => {
  const payer = await account(env)
  const known = await makeKey(payer, 'known to the backup')
  await books(env, payer.id)
  const backup = await backUp()
  const fresh = await makeKey(payer, 'made after the backup')
  await manage(env, 'PATCH', `/keys/${known.hash}`, { disabled: true })
  await books(env, payer.id)
  await runInDurableObject(env.LEDGER.getByName(payer.id), (_, { storage: { sql } }) => {
    sql.exec("update keys set settings = json_remove(settings, '$.shown')")
    sql.exec('drop table registration')
  })
  await evictDurableObject(env.LEDGER.getByName(payer.id))
  await putBack(backup)
  await env.LEDGER.getByName(payer.id).reconcile()
  const rows = await keyRows(payer)
  expect(rows.find(({ hash }) => hash === known.hash)).toMatchObject({
    name: 'known to the backup',
    disabled: 1,
    limit_nanos: 3e9,
  })
  expect(rows.find(({ hash }) => hash === fresh.hash)).toMatchObject({
    name: 'restored',
    label: 'unknown',
    limit_nanos: 3e9,
  })
})

test('the hourly job does the same, a page of the accounts at a time', async () => {
  const payer = await account(env)
  await books(env, payer.id)
  const backup = await backUp()
  await spend(payer)
  const before = await books(env, payer.id)
  await putBack(backup)
  await makeIdleAccounts('a', 30)
  const hourMs = 3_600_000
  // Two pages, so in two hours everyone had a turn.
  for (const scheduledTime of [1000 * hourMs, 1001 * hourMs]) {
    const job = createScheduledController({ cron: '17 * * * *', scheduledTime: new Date(scheduledTime) })
    await worker.scheduled(job, env)
  }
  const seq = async () =>
    await env.DB.prepare('select seq from accounts where id = ?').bind(payer.id).first('seq')
  await vi.waitFor(async () => expect(await seq()).toBe(before.generations.length + 1), 8_000)
  expect(await books(env, payer.id)).toEqual(before)
})

test('reconciling is for the operator, and says where to go on and whose object did not answer', async () => {
  const payer = await account(env)
  const url = '/api/v1/accounts/reconcile'
  expect((await askWhole(env, undefined, { key: payer.key, path: url })).response.status).toBe(403)
  await makeIdleAccounts('b', 20)
  const broken = { ...env, LEDGER: ledgerWith((stub) => (stub.name === payer.id ? { reconcile: gone } : {})) }
  const failed: string[] = []
  let accounts = 0
  for (let path: string | undefined = '/accounts/reconcile'; path !== undefined;) {
    const { data } = reconciled.parse(await manage(broken, 'POST', path))
    expect(data.accounts).toBeLessThanOrEqual(25)
    accounts += data.accounts
    failed.push(...data.failed)
    path = data.next === null ? undefined : `/accounts/reconcile?after=${data.next}`
  }
  expect(failed).toEqual([payer.id])
  expect(accounts).toBe(await env.DB.prepare('select count(*) as total from accounts').first('total'))
})

async function gone(): Promise<never> {
  return await Promise.reject(new Error('Internal error in the object store'))
}

/** Accounts that nobody uses, whose ids begin with a letter. */
async function makeIdleAccounts(letter: string, count: number): Promise<void> {
  const insert = env.DB.prepare('insert into accounts (id, name, created_at) values (?, ?, 0)')
  const numbers = Array.from({ length: count }, (_, index) => `${letter}${String(index).padStart(15, '0')}`)
  await env.DB.batch(numbers.map((id) => insert.bind(id, `idle ${id}`)))
}
