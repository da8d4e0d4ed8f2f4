import { generationIdFloor } from '../base/ids.ts'
import { minuteMs } from '../base/time.ts'
import type { RoutingSettings } from '../generation/routing.ts'
import type * as contract from './contract.ts'
import type { Registration } from './restore.ts'
import type {
  AccountRow,
  Batch,
  EntryRow,
  FreeAdmission,
  GenerationRow,
  GenerationState,
  KeyRecord,
  Line,
  Loaded,
  Storage,
} from './rows.ts'

/**
 * Tables are added here and none is ever altered but by a further column, so that this text is the whole migration, of a
 * new object as of an old one. A Worker of the release before, to which a rollout may give the object back, passes over
 * a table or column it does not know.
 *
 * `generations` has no second index: every index would be one more written row per request. What is open is found by
 * a range of ids, which sort by time.
 */
const tables = `
  create table if not exists account (
    one integer primary key check (one = 1), id text not null,
    posted_nanos integer not null, credits_nanos integer not null, purchased integer not null,
    seq integer not null, flushed integer not null, open_from text not null,
    unlimited integer not null, markups text not null, version integer not null
  ) strict;
  create table if not exists keys (
    hash text primary key, settings text,
    day integer not null, day_nanos integer not null, week integer not null, week_nanos integer not null,
    month integer not null, month_nanos integer not null, total_nanos integer not null
  ) strict, without rowid;
  create table if not exists generations (
    id text primary key, key_hash text not null,
    state text not null check (state in ('pending', 'posted', 'voided', 'estimated')),
    hold_nanos integer not null, metered_nanos integer not null,
    admitted_at integer not null, expires_at integer not null,
    seq integer, posted_nanos integer, cost_nanos integer not null, model text, record text
  ) strict, without rowid;
  create table if not exists entries (
    seq integer primary key, kind text not null, reference text not null, amount_nanos integer not null,
    balance_nanos integer not null, note text, created_at integer not null
  ) strict;
  create unique index if not exists credits_by_reference on entries (reference) where kind <> 'adjust';
  create table if not exists registration (
    one integer primary key check (one = 1), name text not null, created_at integer not null
  ) strict;
`

/** Columns that a release added to a table of one before. */
const addedColumns = [
  ['account', 'routing', 'text'],
  ['account', 'routing_version', 'integer'],
  ['generations', 'free_tokens', 'integer'],
] as const

/** A generation's id is made before its admission: so much earlier at most, as far as counting rates goes. */
const idSlackMs = 5 * minuteMs

/** The object's own SQLite. */
export class SqlStorage implements Storage {
  readonly #storage: DurableObjectStorage
  /** Whose money it is. */
  readonly accountId: string

  /** `name`: what the object is called, if the platform says; the stored row says it too. */
  constructor(storage: DurableObjectStorage, name: string | undefined) {
    this.#storage = storage
    storage.sql.exec(tables)
    for (const [table, column, type] of addedColumns) {
      const { columnNames } = storage.sql.exec(`select * from ${table} limit 0`)
      if (!columnNames.includes(column)) storage.sql.exec(`alter table ${table} add column ${column} ${type}`)
    }
    const [row] = this.#all<{ id: string }>('select id from account')
    const accountId = row?.id ?? name
    if (accountId === undefined) throw new Error('A ledger is called by the name of its account')
    this.accountId = accountId
  }

  /** Whether anything was ever written here. */
  get isNew(): boolean {
    return this.#all('select 1 from account').length === 0
  }

  /** Unknown to an object of the first release until D1 has told it. */
  get registration(): Registration | undefined {
    const [row] = this.#all<RegistrationColumns>('select name, created_at from registration')
    return row && { name: row.name, createdAtMs: row.created_at }
  }

  register(registration: Registration): void {
    const { name, createdAtMs } = registration
    if (this.registration?.name === name) return
    this.#upsert('registration', 'one', { one: 1, name, created_at: createdAtMs })
  }

  /** The settings of the keys it was told of; of one key, where a hash is given. */
  keyRows(hash?: string): contract.KeyRow[] {
    const rows = this.#all<KeyColumns>('select * from keys where ?1 is null or hash = ?1', hash ?? null)
    return rows.flatMap((columns) => keyOf(columns).row ?? [])
  }

  load(): Loaded | undefined {
    const [row] = this.#all<AccountColumns>('select * from account')
    if (!row) return undefined
    const account = accountOf(row)
    const open = this.#all<GenerationColumns>(
      `select ${withoutRecord} from generations where id >= ? and (state = 'pending' or seq > ?)`,
      account.openFrom,
      account.flushed,
    )
    const pending = open.filter(({ state }) => state === 'pending').map((columns) => generationOf(columns))
    return { account, pending, lines: inOrder(open, this.#entriesAfter(account.flushed), account.flushed) }
  }

  key(hash: string): KeyRecord | undefined {
    const [row] = this.#all<KeyColumns>('select * from keys where hash = ?', hash)
    return row && keyOf(row)
  }

  generation(id: string): GenerationRow | undefined {
    const [row] = this.#all<GenerationColumns>('select * from generations where id = ?', id)
    return row && generationOf(row)
  }

  credit(reference: string): EntryRow | undefined {
    const query = "select * from entries where reference = ? and kind <> 'adjust'"
    const [row] = this.#all<EntryColumns>(query, reference)
    return row && entryOf(row)
  }

  admissions(keyHash: string, sinceMs: number): { id: string; admittedAtMs: number }[] {
    const rows = this.#all<{ id: string; admitted_at: number }>(
      'select id, admitted_at from generations where id >= ? and key_hash = ? and admitted_at >= ?',
      generationIdFloor(sinceMs - idSlackMs),
      keyHash,
      sinceMs,
    )
    return rows.map(({ id, admitted_at: admittedAtMs }) => ({ id, admittedAtMs }))
  }

  freeAdmissions(sinceMs: number): FreeAdmission[] {
    const rows = this.#all<{ id: string; admitted_at: number; free_tokens: number }>(
      `select id, admitted_at, free_tokens from generations
       where id >= ? and admitted_at >= ? and free_tokens is not null`,
      generationIdFloor(sinceMs - idSlackMs),
      sinceMs,
    )
    return rows.map((row) => ({ id: row.id, admittedAtMs: row.admitted_at, tokens: row.free_tokens }))
  }

  purchasedNanos(): number {
    const query =
      "select coalesce(sum(amount_nanos), 0) as nanos from entries where kind = 'purchase' and amount_nanos > 0"
    return this.#all<{ nanos: number }>(query)[0]?.nanos ?? 0
  }

  /** Reads every generation there is: needed only where D1 has lost what it had. */
  linesAfter(seq: number): Line[] {
    const query = `select ${withoutRecord} from generations where seq > ?`
    return inOrder(this.#all<GenerationColumns>(query, seq), this.#entriesAfter(seq), seq)
  }

  write(batch: Batch): void {
    this.#storage.transactionSync(() => {
      if (batch.account) this.#writeAccount(batch.account)
      for (const key of batch.keys) this.#writeKey(key)
      for (const generation of batch.generations) this.#writeGeneration(generation)
      for (const entry of batch.entries) this.#writeEntry(entry)
    })
  }

  #writeAccount(account: AccountRow): void {
    this.#upsert('account', 'one', {
      one: 1,
      id: this.accountId,
      posted_nanos: account.postedNanos,
      credits_nanos: account.creditsNanos,
      purchased: Number(account.purchased),
      seq: account.seq,
      flushed: account.flushed,
      open_from: account.openFrom,
      unlimited: Number(account.unlimited),
      markups: JSON.stringify(account.markups),
      routing: account.routing ? JSON.stringify(account.routing) : null,
      routing_version: account.routing ? account.version : null,
      version: account.version,
    })
  }

  #writeKey({ hash, row, usage }: KeyRecord): void {
    this.#upsert('keys', 'hash', {
      hash,
      settings: row && JSON.stringify(row),
      day: usage.day,
      day_nanos: usage.dayNanos,
      week: usage.week,
      week_nanos: usage.weekNanos,
      month: usage.month,
      month_nanos: usage.monthNanos,
      total_nanos: usage.totalNanos,
    })
  }

  #writeGeneration(generation: GenerationRow): void {
    this.#upsert('generations', 'id', {
      id: generation.id,
      key_hash: generation.keyHash,
      state: generation.state,
      hold_nanos: generation.holdNanos,
      metered_nanos: generation.meteredNanos,
      admitted_at: generation.admittedAtMs,
      expires_at: generation.expiresAtMs,
      seq: generation.seq,
      posted_nanos: generation.postedNanos,
      cost_nanos: generation.costNanos,
      model: generation.model,
      free_tokens: generation.freeTokens,
      record: generation.record && JSON.stringify(generation.record),
    })
  }

  #writeEntry(entry: EntryRow): void {
    this.#upsert('entries', 'seq', {
      seq: entry.seq,
      kind: entry.kind,
      reference: entry.reference,
      amount_nanos: entry.amountNanos,
      balance_nanos: entry.balanceNanos,
      note: entry.note,
      created_at: entry.createdAtMs,
    })
  }

  /** Table and column names are this file's own. */
  #upsert(table: string, id: string, columns: Record<string, string | number | null>): void {
    const names = Object.keys(columns)
    this.#storage.sql.exec(
      `insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})
       on conflict (${id}) do update set ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`,
      ...Object.values(columns),
    )
  }

  #entriesAfter(seq: number): EntryColumns[] {
    return this.#all<EntryColumns>('select * from entries where seq > ?', seq)
  }

  #all<Columns extends Row = Row>(query: string, ...bindings: (string | number | null)[]): Columns[] {
    return this.#storage.sql.exec<Columns>(query, ...bindings).toArray()
  }
}

type Row = Record<string, SqlStorageValue>

type AccountColumns = {
  posted_nanos: number
  credits_nanos: number
  purchased: number
  seq: number
  flushed: number
  open_from: string
  unlimited: number
  markups: string
  routing: string | null
  routing_version: number | null
  version: number
}

type RegistrationColumns = { name: string; created_at: number }

type KeyColumns = {
  hash: string
  settings: string | null
  day: number
  day_nanos: number
  week: number
  week_nanos: number
  month: number
  month_nanos: number
  total_nanos: number
}

type GenerationColumns = {
  id: string
  key_hash: string
  state: GenerationState
  hold_nanos: number
  metered_nanos: number
  admitted_at: number
  expires_at: number
  seq: number | null
  posted_nanos: number | null
  cost_nanos: number
  model: string | null
  free_tokens: number | null
  record: string | null
}

/** A record is the largest part of a row, and no scan needs it. */
const withoutRecord = `id, key_hash, state, hold_nanos, metered_nanos, admitted_at, expires_at, seq, posted_nanos,
  cost_nanos, model, free_tokens, null as record`

type EntryColumns = {
  seq: number
  kind: EntryRow['kind']
  reference: string
  amount_nanos: number
  balance_nanos: number
  note: string | null
  created_at: number
}

function accountOf(row: AccountColumns): AccountRow {
  const markups: contract.Markups = JSON.parse(row.markups)
  // A release that does not know them sets a version without its rules: then these are of one before.
  const isKnown = row.routing !== null && row.routing_version === row.version
  const routing: RoutingSettings | undefined = isKnown ? JSON.parse(row.routing ?? '') : undefined
  return {
    postedNanos: row.posted_nanos,
    creditsNanos: row.credits_nanos,
    purchased: row.purchased === 1,
    seq: row.seq,
    flushed: row.flushed,
    openFrom: row.open_from,
    unlimited: row.unlimited === 1,
    markups,
    ...(routing && { routing }),
    version: row.version,
  }
}

function keyOf(columns: KeyColumns): KeyRecord {
  const row: contract.KeyRow | null = columns.settings === null ? null : JSON.parse(columns.settings)
  const usage = {
    day: columns.day,
    dayNanos: columns.day_nanos,
    week: columns.week,
    weekNanos: columns.week_nanos,
    month: columns.month,
    monthNanos: columns.month_nanos,
    totalNanos: columns.total_nanos,
  }
  return { hash: columns.hash, row, usage }
}

function generationOf(row: GenerationColumns): GenerationRow {
  const record: contract.GenerationRecord | null = row.record === null ? null : JSON.parse(row.record)
  return {
    id: row.id,
    keyHash: row.key_hash,
    state: row.state,
    holdNanos: row.hold_nanos,
    meteredNanos: row.metered_nanos,
    admittedAtMs: row.admitted_at,
    expiresAtMs: row.expires_at,
    seq: row.seq,
    postedNanos: row.posted_nanos,
    costNanos: row.cost_nanos,
    model: row.model,
    freeTokens: row.free_tokens,
    record,
  }
}

function entryOf(row: EntryColumns): EntryRow {
  return {
    seq: row.seq,
    kind: row.kind,
    reference: row.reference,
    amountNanos: row.amount_nanos,
    balanceNanos: row.balance_nanos,
    note: row.note,
    createdAtMs: row.created_at,
  }
}

/** The lines behind a number, whichever table they are in. */
function inOrder(generations: GenerationColumns[], entries: EntryColumns[], after: number): Line[] {
  const lines: Line[] = entries.map((row) => ({ seq: row.seq, entry: entryOf(row) }))
  for (const { id, seq } of generations)
    if (seq !== null && seq > after) lines.push({ seq, generationId: id })
  return lines.toSorted((left, right) => left.seq - right.seq)
}
