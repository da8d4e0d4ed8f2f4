import { defaultAccountId, generationIdFloor } from '../base/ids.ts'
import { minuteMs, periodStarts, type LimitReset } from '../base/time.ts'
import type { Env } from '../env.ts'
import type { RoutingSettings } from '../generation/routing.ts'
import { bootstrap } from './bootstrap.ts'
import type { AccountSettings, KeyRow, Markups } from './contract.ts'
import { flushStatements, type Statement } from './flush.ts'
import { freeHorizon } from './free-window.ts'
import { restoreStatements, type Registration } from './restore.ts'
import type { Batch, EntryRow, GenerationRow, KeyRecord } from './rows.ts'
import type { Flush } from './state.ts'

/** What D1 tells of an account. */
export interface BookAccount extends AccountSettings, Registration {
  balanceNanos: number
  seq: number
}

/** A settlement may come so late; of those before, an object built anew need not remember that they are over. */
const fencedMs = 60 * minuteMs
const fencedMax = 5000
/** D1 does not say so, but the model's name does, or the router's. */
const servedForFree = "(model like '%:free' or coalesce(router, '') like '%/free')"

/** One account in D1: the book, which follows the object and from which the object can be built anew. */
export class Book {
  readonly #env: Env
  readonly #accountId: string

  constructor(env: Env, accountId: string) {
    this.#env = env
    this.#accountId = accountId
  }

  async account(): Promise<BookAccount | undefined> {
    const row = await this.#env.DB.prepare(
      'select name, created_at, unlimited, markups, routing, version, balance_nanos, seq from accounts where id = ?',
    )
      .bind(this.#accountId)
      .first<AccountColumns>()
    if (!row) return undefined
    const markups: Markups = JSON.parse(row.markups)
    const routing: RoutingSettings = JSON.parse(row.routing)
    const { name, created_at: createdAtMs, version, balance_nanos: balanceNanos, seq } = row
    return { name, createdAtMs, unlimited: row.unlimited === 1, markups, routing, version, balanceNanos, seq }
  }

  async key(hash: string): Promise<KeyRow | undefined> {
    const row = await this.#env.DB.prepare('select * from keys where hash = ? and account_id = ?')
      .bind(hash, this.#accountId)
      .first<KeyColumns>()
    return row ? keyOf(row) : undefined
  }

  /** Sends lines, and tells where D1 is afterwards; nothing where it does not know the account. */
  async flush(flush: Flush): Promise<number | undefined> {
    const row = await this.#lastRow<{ seq: number }>(flushStatements(this.#accountId, flush))
    return row?.seq
  }

  /** Gives D1 what it lacks of the account and of these keys, and tells where it is with the lines. */
  async restore(
    account: AccountSettings & Registration,
    keys: KeyRow[],
  ): Promise<Registration & { seq: number }> {
    const statements = restoreStatements(this.#accountId, account, keys, Date.now())
    const row = await this.#lastRow<Registration & { seq: number }>(statements)
    if (!row) throw new Error('unreachable: the statements insert the account')
    return row
  }

  /** What the last of some statements reads, all of them in one transaction. */
  async #lastRow<T>(statements: Statement[]): Promise<T | undefined> {
    const results = await this.#env.DB.batch<T>(
      statements.map(({ sql, parameters }) => this.#env.DB.prepare(sql).bind(...parameters)),
    )
    return results.at(-1)?.results[0]
  }

  /**
   * The default account and its two keys are written when they are first used, since nothing else knows MASTER_KEY.
   * True where this is that account.
   */
  async bootstrap(): Promise<boolean> {
    if (this.#accountId !== defaultAccountId) return false
    await bootstrap(this.#env)
    return true
  }

  /** Everything an object needs whose storage was lost: what D1 had by then. Holds are gone; beats bring them back. */
  async rebuild(account: BookAccount): Promise<Batch> {
    const now = Date.now()
    const [entries, usages, recent] = await Promise.all([
      this.#credits(account.balanceNanos),
      this.#keyRecords(now),
      this.#recent(now),
    ])
    return {
      account: {
        postedNanos: account.balanceNanos,
        creditsNanos: entries.reduce((sum, { amountNanos }) => sum + amountNanos, 0),
        purchased: entries.some(({ kind }) => kind === 'purchase'),
        seq: account.seq,
        flushed: account.seq,
        openFrom: generationIdFloor(now - fencedMs),
        unlimited: account.unlimited,
        markups: account.markups,
        routing: account.routing ?? {},
        version: account.version,
      },
      keys: usages,
      generations: recent,
      entries,
    }
  }

  /** Which balance a credit was once answered with is not in D1: today's stands for it. */
  async #credits(balanceNanos: number): Promise<EntryRow[]> {
    const { results } = await this.#env.DB.prepare(
      `select seq, kind, reference, amount_nanos as amountNanos, ?2 as balanceNanos, note, created_at as createdAtMs
       from ledger_entries where account_id = ?1 and kind <> 'adjust' order by seq`,
    )
      .bind(this.#accountId, balanceNanos)
      .all<EntryRow>()
    return results
  }

  async #keyRecords(nowMs: number): Promise<KeyRecord[]> {
    const { day, week, month } = periodStarts(nowMs)
    const { results } = await this.#env.DB.prepare(
      `select key_hash as hash, sum(cost_nanos) as totalNanos,
         sum(iif(created_at >= ?2, cost_nanos, 0)) as dayNanos,
         sum(iif(created_at >= ?3, cost_nanos, 0)) as weekNanos,
         sum(iif(created_at >= ?4, cost_nanos, 0)) as monthNanos
       from generations where account_id = ?1 group by key_hash`,
    )
      .bind(this.#accountId, day, week, month)
      .all<{ hash: string; totalNanos: number; dayNanos: number; weekNanos: number; monthNanos: number }>()
    return results.map(({ hash, ...spent }) => ({ hash, row: null, usage: { day, week, month, ...spent } }))
  }

  async #recent(nowMs: number): Promise<GenerationRow[]> {
    const { results } = await this.#env.DB.prepare(
      `select id, key_hash, seq, posted_nanos, cost_nanos, created_at,
         iif(${servedForFree}, prompt_tokens + completion_tokens, null) as free_tokens
       from generations
       where account_id = ?1 and (id >= ?2 or (id >= ?3 and ${servedForFree})) order by id desc limit ?4`,
    )
      .bind(
        this.#accountId,
        generationIdFloor(nowMs - fencedMs),
        generationIdFloor(freeHorizon(nowMs)),
        fencedMax,
      )
      .all<RecentColumns>()
    return results.map((row) => ({
      id: row.id,
      keyHash: row.key_hash,
      state: row.posted_nanos === null ? 'voided' : 'posted',
      holdNanos: 0,
      meteredNanos: 0,
      admittedAtMs: row.created_at,
      expiresAtMs: row.created_at,
      seq: row.seq,
      postedNanos: row.posted_nanos,
      costNanos: row.cost_nanos,
      model: null,
      freeTokens: row.free_tokens,
      record: null,
    }))
  }
}

interface AccountColumns {
  name: string
  created_at: number
  unlimited: number
  markups: string
  routing: string
  version: number
  balance_nanos: number
  seq: number
}

interface RecentColumns {
  id: string
  key_hash: string
  seq: number
  posted_nanos: number | null
  cost_nanos: number
  created_at: number
  free_tokens: number | null
}

/** A row of the table `keys`, as far as the object keeps it. */
interface KeyColumns {
  hash: string
  name: string
  label: string
  class: 'inference' | 'management'
  disabled: number
  deleted_at: number | null
  expires_at: number | null
  limit_nanos: number | null
  limit_reset: LimitReset | null
  include_byok_in_limit: number
  requests_per_minute: number | null
  requests_per_day: number | null
  concurrent_requests: number | null
  routing: string
  version: number
  created_at: number
  updated_at: number | null
}

/** A key as the object keeps it. */
export function keyOf(row: KeyColumns): KeyRow {
  const routing: RoutingSettings = JSON.parse(row.routing)
  return {
    hash: row.hash,
    class: row.class,
    disabled: row.disabled === 1,
    deleted: row.deleted_at !== null,
    expiresAtMs: row.expires_at,
    limitNanos: row.limit_nanos,
    limitReset: row.limit_reset,
    requestsPerMinute: row.requests_per_minute,
    requestsPerDay: row.requests_per_day,
    concurrentRequests: row.concurrent_requests,
    routing,
    version: row.version,
    shown: {
      name: row.name,
      label: row.label,
      includeByokInLimit: row.include_byok_in_limit === 1,
      createdAtMs: row.created_at,
      updatedAtMs: row.updated_at,
      deletedAtMs: row.deleted_at,
    },
  }
}
