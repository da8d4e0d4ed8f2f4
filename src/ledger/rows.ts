import type { UsdNanos } from '../base/money.ts'
import type { RoutingSettings } from '../generation/routing.ts'
import type { CreditKind, GenerationRecord, KeyRow, Markups } from './contract.ts'
import type { UsageWindows } from './usage-windows.ts'

/** The ledger's rows, and the storage they live in: SQLite in the object, maps in the simulator. */

export interface AccountRow {
  /** The balance: the sum of all lines. */
  postedNanos: UsdNanos
  /** The sum of all credits, those taken back included. */
  creditsNanos: UsdNanos
  /** Whether any purchase was ever credited. */
  purchased: boolean
  /** The number of the last line, and of the last line known to be in D1. */
  seq: number
  flushed: number
  /** No pending generation, and none whose line is not in D1, has a smaller id: where a scan begins. */
  openFrom: string
  unlimited: boolean
  markups: Markups
  /** Absent until it was told: a release before passed over what it was told of it. */
  routing?: RoutingSettings
  version: number
}

export interface KeyRecord {
  hash: string
  /** Null for a key that was charged but whose settings were never told. */
  row: KeyRow | null
  usage: UsageWindows
}

/**
 * `pending`: a hold. `posted`: charged. `voided`: over, nothing charged. `estimated`: charged at expiry by what its
 * last beat had metered; a settlement may still come.
 */
export type GenerationState = 'pending' | 'posted' | 'voided' | 'estimated'

export interface GenerationRow {
  id: string
  keyHash: string
  state: GenerationState
  holdNanos: UsdNanos
  meteredNanos: UsdNanos
  /** The object's clock, Unix milliseconds. */
  admittedAtMs: number
  expiresAtMs: number
  /** The number of its line; null while it has none. */
  seq: number | null
  /** What its line charged; null where it charged nothing because nothing was delivered. */
  postedNanos: UsdNanos | null
  /** What it cost in the end: posted and any later adjustment. */
  costNanos: UsdNanos
  /** The requested model, where the hold told it. */
  model: string | null
  /** Of a request that what is free may serve: the tokens it got for nothing, 0 until it is settled. Null of any other. */
  freeTokens: number | null
  /** Null while pending, and where nobody but the expiry resolved it. */
  record: GenerationRecord | null
}

/** A line that is not usage. */
export interface EntryRow {
  seq: number
  kind: CreditKind | 'adjust'
  reference: string
  amountNanos: UsdNanos
  /** The balance after this line: a repeated credit is answered with it. */
  balanceNanos: UsdNanos
  note: string | null
  createdAtMs: number
}

/** A line as the flush finds it again. */
export type Line = { seq: number; generationId: string } | { seq: number; entry: EntryRow }

export interface FreeAdmission {
  id: string
  admittedAtMs: number
  tokens: number
}

/** What is written together or not at all. */
export interface Batch {
  account: AccountRow | undefined
  keys: KeyRecord[]
  generations: GenerationRow[]
  entries: EntryRow[]
}

export interface Loaded {
  account: AccountRow
  pending: GenerationRow[]
  /** With a number above `account.flushed`, in order. */
  lines: Line[]
}

/** Synchronous and atomic: a `write` that throws has written nothing, and the core must not be used any more. */
export interface Storage {
  load(): Loaded | undefined
  key(hash: string): KeyRecord | undefined
  generation(id: string): GenerationRow | undefined
  /** The entry with a reference that is no adjustment. */
  credit(reference: string): EntryRow | undefined
  /** Generations of a key admitted at or after an instant. */
  admissions(keyHash: string, sinceMs: number): { id: string; admittedAtMs: number }[]
  /** Those of all keys that what is free may serve. */
  freeAdmissions(sinceMs: number): FreeAdmission[]
  /** The sum of all purchases, without what was taken back. */
  purchasedNanos(): UsdNanos
  /** Lines with a larger number, in order. */
  linesAfter(seq: number): Line[]
  write(batch: Batch): void
}
