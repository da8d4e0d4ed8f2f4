import type { AccountSettings, KeyRow } from './contract.ts'
import type { Statement } from './flush.ts'

/** What D1 says of an account and the object only keeps, for the day on which D1 has lost it. */
export interface Registration {
  name: string
  createdAtMs: number
}

/** What one statement takes: far below the 2 MB of one value. */
const keysPerStatement = 500

/**
 * What D1 must have besides the lines, as one transaction. Where it was set back to an older copy it lacks rows, or has
 * them as they were: the larger version wins, here as in the object. Where nothing is missing nothing is written.
 */
export function restoreStatements(
  accountId: string,
  account: AccountSettings & Registration,
  keys: KeyRow[],
  nowMs: number,
): Statement[] {
  const { name, unlimited, markups, routing, version, createdAtMs } = account
  const settings = [
    Number(unlimited),
    JSON.stringify(markups),
    version,
    routing ? JSON.stringify(routing) : null,
  ]
  const statements = [
    { sql: insertAccount, parameters: [accountId, name, createdAtMs, ...settings] },
    { sql: updateAccount, parameters: [accountId, ...settings] },
  ]
  for (let first = 0; first < keys.length; first += keysPerStatement) {
    const rows = keys.slice(first, first + keysPerStatement).map((key) => keyColumns(accountId, key, nowMs))
    for (const sql of [insertKeys, updateKeys]) statements.push({ sql, parameters: [JSON.stringify(rows)] })
  }
  return [...statements, { sql: readAccount, parameters: [accountId] }]
}

/** Meanwhile another account may have been given the name. */
const insertAccount = `insert into accounts (id, name, created_at, unlimited, markups, version, routing)
  select ?1, iif(exists (select 1 from accounts where name = ?2), ?2 || ' ' || ?1, ?2), ?3, ?4, ?5, ?6, coalesce(?7, '{}') where true
  on conflict (id) do nothing`
const updateAccount = `update accounts
  set unlimited = ?2, markups = ?3, version = ?4, routing = coalesce(?5, routing) where id = ?1 and version < ?4`
const readAccount = 'select seq, name, created_at as createdAtMs from accounts where id = ?1'

function keyColumns(accountId: string, row: KeyRow, nowMs: number) {
  const { shown } = row
  return {
    hash: row.hash,
    account_id: accountId,
    name: shown?.name ?? null,
    label: shown?.label ?? null,
    class: row.class,
    disabled: Number(row.disabled),
    limit_nanos: row.limitNanos,
    limit_reset: row.limitReset,
    include_byok_in_limit: shown ? Number(shown.includeByokInLimit) : null,
    requests_per_minute: row.requestsPerMinute,
    requests_per_day: row.requestsPerDay,
    concurrent_requests: row.concurrentRequests,
    routing: row.routing ? JSON.stringify(row.routing) : null,
    expires_at: row.expiresAtMs,
    version: row.version,
    created_at: shown?.createdAtMs ?? null,
    updated_at: shown ? shown.updatedAtMs : nowMs,
    deleted_at: row.deleted ? (shown?.deletedAtMs ?? nowMs) : null,
  }
}

/** In the place of what nobody knows any more: the object may have heard of a key before it kept these. */
const unknown = new Map([
  ['name', "'restored'"],
  ['label', "'unknown'"],
  ['include_byok_in_limit', '0'],
  ['routing', "'{}'"],
  ['created_at', "json_extract(value, '$.updated_at')"],
])

const emptyKey: KeyRow = {
  hash: '',
  class: 'inference',
  disabled: false,
  deleted: false,
  expiresAtMs: null,
  limitNanos: null,
  limitReset: null,
  requestsPerMinute: null,
  requestsPerDay: null,
  concurrentRequests: null,
  version: 0,
}
const columns = Object.keys(keyColumns('', emptyKey, 0))

const insertKeys = `insert into keys (${columns.join(', ')})
  select ${columns.map((name) => given(name, unknown.get(name))).join(', ')} from json_each(?1) where true
  on conflict (hash) do nothing`
const updateKeys = `update keys
  set ${columns.map((name) => `${name} = ${given(name, unknown.has(name) ? `keys.${name}` : undefined)}`).join(', ')}
  from json_each(?1) where keys.hash = ${given('hash')} and keys.version < ${given('version')}`

function given(name: string, otherwise?: string): string {
  const value = `json_extract(value, '$.${name}')`
  return otherwise === undefined ? value : `coalesce(${value}, ${otherwise})`
}
