import type { Counts } from './counts.ts'

/**
 * Cloudflare's list prices beyond what the Workers Paid plan includes, in dollars per million units: Workers
 * requests and CPU milliseconds, Durable Object requests, rows written (objects and D1 alike). Read in 2026-11.
 */
const perMillion = { request: 0.3, cpuMs: 0.02, objectRequest: 0.15, rowWritten: 1 }

/** An object is billed for the time it is in memory with work open: dollars per GB-second, and its size. */
const perGigabyteSecond = 12.5 / 1e6
const objectGigabytes = 0.128

export interface BillLine {
  what: string
  perRequest: number
  dollarsPerMillion: number
}

/** What a million requests cost, from what one was measured to use. */
export function bill(counts: Counts, cpuMs: number): BillLine[] {
  const each = (total: number) => total / counts.requests
  const calls = sum(counts.callsBeforeDispatch) + sum(counts.callsAfterDispatch) + counts.alarmsRun
  return [
    line('Worker requests', 1, perMillion.request),
    line('Worker CPU, ms', cpuMs, perMillion.cpuMs),
    line('object requests, alarms included', each(calls), perMillion.objectRequest),
    line('object rows written', each(counts.objectRowsWritten), perMillion.rowWritten),
    line('D1 rows written', each(counts.databaseRowsWritten), perMillion.rowWritten),
  ]
}

function line(what: string, perRequest: number, price: number): BillLine {
  return { what, perRequest, dollarsPerMillion: perRequest * price }
}

/** What an object costs that never rests for a month of 30 days, in dollars. */
export function busyObjectPerMonth(): number {
  return 30 * 24 * 3600 * objectGigabytes * perGigabyteSecond
}

export function sum(amounts: Record<string, number>): number {
  return Object.values(amounts).reduce((total, amount) => total + amount, 0)
}
