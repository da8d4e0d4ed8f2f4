import type { UsdNanos } from '../base/money.ts'
import { minuteMs, periodStarts } from '../base/time.ts'
import { holdTtlMs } from './core.ts'
import type { AccountRow, EntryRow, GenerationRow, KeyRecord } from './rows.ts'

/** All there is of an account, memory and storage as one. */
export interface Snapshot {
  account: AccountRow
  heldNanos: UsdNanos
  keys: (KeyRecord & { heldNanos: UsdNanos })[]
  generations: GenerationRow[]
  entries: EntryRow[]
}

/** What D1 has of an account. */
export interface BookSnapshot {
  seq: number
  balanceNanos: UsdNanos
  /** Every line with what it moved. */
  lines: { seq: number; amountNanos: UsdNanos }[]
}

/**
 * What does not hold of a ledger that should always hold, each with the number it has in the ledger's design. It reads
 * every row: for tests and the simulator, and for whoever doubts an account.
 */
export function violations(snapshot: Snapshot): string[] {
  return [...moneyViolations(snapshot), ...lineViolations(snapshot), ...keyViolations(snapshot)]
}

/** I6, I7, I8: what holds when time has nothing left to do. */
export function restViolations(snapshot: Snapshot, book: BookSnapshot, nowMs: number): string[] {
  const overdue = pending(snapshot).filter(({ expiresAtMs }) => expiresAtMs < nowMs - holdTtlMs - minuteMs)
  const { seq, postedNanos } = snapshot.account
  return [
    ...overdue.map(({ id }) => `I6: the hold of ${id} has outlived its time`),
    ...differs('I8: D1 has another last line', book.seq, seq),
    ...differs('I8: D1 has another balance', book.balanceNanos, postedNanos),
    ...bookViolations(book),
  ]
}

/** I7: D1 agrees with itself at any time. */
export function bookViolations({ seq, balanceNanos, lines }: BookSnapshot): string[] {
  return [
    ...differs('I7: the balance in D1 is not the sum of its lines', balanceNanos, sum(lines, 'amountNanos')),
    ...gapViolations(
      lines.map((line) => line.seq),
      seq,
      'I7 in D1',
    ),
  ]
}

function moneyViolations({ account, heldNanos, keys, generations, entries }: Snapshot): string[] {
  const holds = generations.filter(({ state }) => state === 'pending')
  const charges = generations.reduce((total, { postedNanos }) => total + (postedNanos ?? 0), 0)
  const credits = entries.filter(({ kind }) => kind !== 'adjust')
  const references = new Set(credits.map(({ reference }) => reference))
  return [
    ...differs(
      'I1: the balance is not the sum of its lines',
      account.postedNanos,
      sum(entries, 'amountNanos') - charges,
    ),
    ...differs('I2: what is held is not the sum of the holds', heldNanos, sum(holds, 'holdNanos')),
    ...keys.flatMap((key) => {
      const own = holds.filter(({ keyHash }) => keyHash === key.hash)
      return differs(`I2: what ${key.hash} holds is not the sum`, key.heldNanos, sum(own, 'holdNanos'))
    }),
    ...differs(
      'I12: credits are not the sum of their lines',
      account.creditsNanos,
      sum(credits, 'amountNanos'),
    ),
    ...differs('I12: a reference was credited twice', references.size, credits.length),
  ]
}

function lineViolations({ account, generations, entries }: Snapshot): string[] {
  const adjusts = new Map<string, number>()
  const found: string[] = []
  for (const { kind, reference, amountNanos } of entries) {
    if (kind !== 'adjust') continue
    if (adjusts.has(reference)) found.push(`I3: two lines ${reference}`)
    adjusts.set(reference, amountNanos)
  }
  for (const { id, state, seq, postedNanos, costNanos } of generations) {
    const adjusted = adjusts.get(`adjust:${id}`)
    const charged = postedNanos !== null || adjusted !== undefined
    const expected = (postedNanos ?? 0) - (adjusted ?? 0)
    found.push(...differs(`I3: the cost of ${id} is not what its lines say`, costNanos, expected))
    if ((state === 'posted' || state === 'estimated') !== charged) found.push(`I9, I10: ${id} is ${state}`)
    if (charged && seq === null) found.push(`I9: ${id} was charged without a line`)
  }
  const numbers = [...generations.map(({ seq }) => seq), ...entries.map(({ seq }) => seq)]
  return [
    ...found,
    ...gapViolations(
      numbers.filter((seq) => seq !== null),
      account.seq,
      'I7',
    ),
  ]
}

function keyViolations({ keys, generations }: Snapshot): string[] {
  return keys.flatMap(({ hash, usage }) => {
    const spent = { day: 0, week: 0, month: 0, total: 0 }
    for (const { keyHash, costNanos, admittedAtMs } of generations) {
      if (keyHash !== hash) continue
      const { day, week, month } = periodStarts(admittedAtMs)
      if (day === usage.day) spent.day += costNanos
      if (week === usage.week) spent.week += costNanos
      if (month === usage.month) spent.month += costNanos
      spent.total += costNanos
    }
    return [
      ...differs(`I11: day of ${hash}`, usage.dayNanos, spent.day),
      ...differs(`I11: week of ${hash}`, usage.weekNanos, spent.week),
      ...differs(`I11: month of ${hash}`, usage.monthNanos, spent.month),
      ...differs(`I11: total of ${hash}`, usage.totalNanos, spent.total),
    ]
  })
}

function gapViolations(numbers: number[], last: number, name: string): string[] {
  const distinct = new Set(numbers)
  const right =
    distinct.size === numbers.length && numbers.length === last && numbers.every((seq) => seq <= last)
  return right ? [] : [`${name}: lines are not numbered 1 to ${last}, each once`]
}

function pending({ generations }: Snapshot): GenerationRow[] {
  return generations.filter(({ state }) => state === 'pending')
}

function differs(name: string, actual: number, expected: number): string[] {
  return actual === expected ? [] : [`${name}: ${actual}, expected ${expected}`]
}

function sum<Name extends string>(rows: Record<Name, number>[], name: Name): number {
  return rows.reduce((total, row) => total + row[name], 0)
}
