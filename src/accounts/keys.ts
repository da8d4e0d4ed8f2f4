import * as z from 'zod/mini'
import { GatewayError } from '../base/errors.ts'
import { sha256Hex } from '../base/hash.ts'
import { keyLabel, mintKey } from '../base/key-text.ts'
import { answerOf } from '../base/sql.ts'
import type { Env } from '../env.ts'
import { keyOf } from '../ledger/book.ts'
import { ledger } from '../ledger/client.ts'
import type { KeyUsage } from '../ledger/contract.ts'
import { refusedKey, type Caller } from './caller.ts'
import { accountReference, count, line, notYet, offset, usd, utcInstant } from './fields.ts'
import { keyObject, ownKeyObject, type KeyRecord } from './key-record.ts'
import { routing } from './routing-settings.ts'

const pageSize = 100

const settings = z.partial(
  z.strictObject({
    name: line(200),
    limit: z.nullable(usd.check(z.refine((nanos) => nanos >= 0, 'must not be negative'))),
    limit_reset: z.nullable(z.enum(['daily', 'weekly', 'monthly'])),
    include_byok_in_limit: z.boolean(),
    requests_per_minute: z.nullable(count),
    requests_per_day: z.nullable(count),
    concurrent_requests: z.nullable(count),
    routing,
  }),
)

export const newKey = z.extend(z.required(settings, { name: true }), {
  expires_at: z.optional(z.nullable(utcInstant)),
  account: z.optional(accountReference),
  creator_user_id: notYet,
  external: notYet,
  workspace_id: notYet,
})

const fixed = z.optional(z.undefined({ error: 'cannot be changed: make another key' }))

export const keyChange = z.extend(settings, {
  disabled: z.optional(z.boolean()),
  account: fixed,
  creator_user_id: fixed,
  expires_at: fixed,
  workspace_id: fixed,
})

export const keyPage = z.strictObject({
  offset: z._default(offset, 0),
  include_disabled: z.pipe(
    z._default(z.enum(['true', 'false']), 'false'),
    z.transform((text) => text === 'true'),
  ),
  account: z.optional(accountReference),
  workspace_id: notYet,
})

/**
 * Makes an inference key. Its text is in this one reply and nowhere else: where the object fails, what stays behind is
 * the row of a key that nobody has.
 */
export async function createKey(
  env: Env,
  accountId: string,
  input: z.infer<typeof newKey>,
  nowMs: number,
): Promise<object> {
  const { expires_at: expiresAtMs = null } = input
  if (expiresAtMs !== null && expiresAtMs <= nowMs) {
    const advice = 'must be in the future, or null for a key that does not expire'
    throw new GatewayError('invalid_request', `expires_at: ${advice}`)
  }
  const key = await mintKey(env, accountId)
  const columns = {
    hash: await sha256Hex(key),
    account_id: accountId,
    label: keyLabel(key),
    class: 'inference',
    created_at: nowMs,
    expires_at: expiresAtMs,
    ...columnsOf(input),
  }
  const insert = env.DB.prepare(
    `insert into keys (${Object.keys(columns).join(', ')})
     values (${Object.keys(columns).fill('?').join(', ')}) returning *`,
  ).bind(...Object.values(columns))
  const record = await answerOf(insert.first<KeyRecord>())
  if (!record) throw new Error('unreachable: an insert returns its row')
  await ledger(env, accountId).putKey(keyOf(record))
  return { data: { ...keyObject(record, unused), key }, key }
}

/** A page of an account's keys, newest first. */
export async function listKeys(
  env: Env,
  accountId: string,
  page: { offset: number; include_disabled: boolean },
): Promise<object[]> {
  const query = env.DB.prepare(
    `select * from keys where account_id = ? and deleted_at is null and disabled <= ?
     order by created_at desc, hash limit ? offset ?`,
  ).bind(accountId, page.include_disabled ? 1 : 0, pageSize, page.offset)
  const { results } = await answerOf(query.all<KeyRecord>())
  if (results.length === 0) return []
  const usages = await ledger(env, accountId).keyUsages(results.map((record) => record.hash))
  return results.map((record) => keyObject(record, usages[record.hash] ?? unused))
}

export async function getKey(env: Env, hash: string): Promise<object> {
  return await withUsage(env, await recordOf(env, hash))
}

/**
 * Changes a key in D1 and then in its account's object, which decides: when the reply is sent the change holds.
 * Where the object fails the caller repeats the change, whose version is then larger still.
 */
export async function changeKey(
  env: Env,
  hash: string,
  change: z.infer<typeof keyChange>,
  nowMs: number,
): Promise<object> {
  const before = await recordOf(env, hash)
  if (change.disabled === true) refuseManagementKey(before, 'disabled')
  // A D1 that was set back to an older copy would take the change on top of what the key was then.
  await ledger(env, before.account_id).reconcile(hash)
  const record = await update(env, hash, { ...columnsOf(change), updated_at: nowMs })
  if (!record) throw noSuchKey()
  await ledger(env, record.account_id).putKey(keyOf(record))
  return await withUsage(env, record)
}

/** The row stays, so that the key's history keeps a name. */
export async function deleteKey(env: Env, hash: string, nowMs: number): Promise<void> {
  const before = await findRecord(env, hash)
  if (!before) throw noSuchKey()
  refuseManagementKey(before, 'deleted')
  await ledger(env, before.account_id).reconcile(hash)
  const deleted = await update(env, hash, { deleted_at: nowMs, updated_at: nowMs })
  // A row deleted before is put again: the object may have failed the first time.
  await ledger(env, before.account_id).putKey(keyOf(deleted ?? before))
  if (!deleted) throw noSuchKey()
}

/** What a key may know of itself; its usage comes from the object, so it is exact right after an answer. */
export async function describeOwnKey(env: Env, caller: Caller): Promise<object> {
  const account = ledger(env, caller.accountId)
  const [record, usages, balance] = await Promise.all([
    findRecord(env, caller.keyHash),
    account.keyUsages([caller.keyHash]),
    account.balance('free_requests'),
  ])
  if (!record) throw refusedKey('unknown_key')
  return ownKeyObject(record, usages[caller.keyHash] ?? unused, balance)
}

async function withUsage(env: Env, record: KeyRecord): Promise<object> {
  const usages = await ledger(env, record.account_id).keyUsages([record.hash])
  return keyObject(record, usages[record.hash] ?? unused)
}

async function recordOf(env: Env, hash: string): Promise<KeyRecord> {
  const record = await findRecord(env, hash)
  if (!record || record.deleted_at !== null) throw noSuchKey()
  return record
}

async function findRecord(env: Env, hash: string): Promise<KeyRecord | null> {
  const query = env.DB.prepare('select * from keys where hash = ?').bind(hash)
  return await answerOf(query.first<KeyRecord>())
}

async function update(env: Env, hash: string, columns: Columns): Promise<KeyRecord | null> {
  const names = Object.keys(columns)
  const query = env.DB.prepare(
    `update keys set ${names.map((name) => `${name} = ?`).join(', ')}, version = version + 1
     where hash = ? and deleted_at is null returning *`,
  ).bind(...Object.values(columns), hash)
  return await answerOf(query.first<KeyRecord>())
}

type Columns = Record<string, string | number | null>
type Settings = z.infer<typeof settings> & { disabled?: boolean | undefined }

/** The columns that an input names. Their names are written here, never taken from the input. */
function columnsOf(input: Settings): Columns {
  const columns = {
    name: input.name,
    disabled: input.disabled === undefined ? undefined : Number(input.disabled),
    limit_nanos: input.limit,
    limit_reset: input.limit_reset,
    include_byok_in_limit:
      input.include_byok_in_limit === undefined ? undefined : Number(input.include_byok_in_limit),
    requests_per_minute: input.requests_per_minute,
    requests_per_day: input.requests_per_day,
    concurrent_requests: input.concurrent_requests,
    routing: input.routing,
  }
  const given: Columns = {}
  for (const [name, value] of Object.entries(columns)) if (value !== undefined) given[name] = value
  return given
}

/** It derives from the master key: without it nobody could manage the deployment any more. */
function refuseManagementKey(record: KeyRecord, verb: 'disabled' | 'deleted'): void {
  if (record.class !== 'management') return
  const message = `The management key derives from MASTER_KEY and cannot be ${verb}: change MASTER_KEY instead`
  throw new GatewayError('conflict', message)
}

function noSuchKey(): GatewayError {
  return new GatewayError('not_found', 'API key not found')
}

const unused: KeyUsage = { totalNanos: 0, dailyNanos: 0, weeklyNanos: 0, monthlyNanos: 0 }
