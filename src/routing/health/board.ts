import { dayMs, hourMs, minuteMs, secondMs } from '../../base/time.ts'
import type { Observation } from './observation.ts'
import { endpointKey } from '../endpoint-health.ts'
import { bucketOf } from './sketch.ts'

/** Counts by name: `ok`, `failed`, `limited`, `tools`, `badTools`, and of samples `l` or `t` and the bucket. */
export type Counts = Record<string, number>

/**
 * What happened at the endpoints of a model: by endpoint, by stretch of time, by count. Nothing but sums, so boards of
 * several isolates are merged by adding them up, in any order.
 */
export type Board = Record<string, Record<string, Counts>>

/** A stretch is named by its span and its number since 1970, as `m29384756`. Each span counts things of its own. */
const spanWidthsMs = {
  /** For outages. */
  s: secondMs,
  /** For uptime. */
  m: minuteMs,
  /** Sketches of latency and throughput. */
  p: minuteMs,
  /** For the uptime of a day, and for calls of tools. */
  q: 15 * minuteMs,
}
export type Span = keyof typeof spanWidthsMs

/** How far back each span is kept. */
export type Ages = Readonly<Partial<Record<Span, number>>>

/** What a plan needs to know, and so all that an isolate keeps. */
export const agesForRouting: Ages = { s: 30 * secondMs, m: 30 * minuteMs, p: 5 * minuteMs, q: 2 * hourMs }
/** What people are shown as well. */
export const agesForPeople: Ages = { ...agesForRouting, p: 30 * minuteMs, q: dayMs }
/** What is worth a row. */
export const agesStored: Ages = { m: 30 * minuteMs, q: dayMs }

/** Adds one observation. */
export function tally(board: Board, observation: Observation): void {
  const { endpoint, atMs, outcome, latencyMs, throughput, tools } = observation
  const stretches = (board[endpointKey(endpoint)] ??= {})
  const count = (span: Span, name: string): void => {
    const counts = (stretches[span + Math.floor(atMs / spanWidthsMs[span])] ??= {})
    counts[name] = (counts[name] ?? 0) + 1
  }
  const name = countNames[outcome]
  if (name !== undefined) for (const span of ['s', 'm', 'q'] as const) count(span, name)
  if (latencyMs !== undefined && latencyMs > 0) count('p', `l${bucketOf(latencyMs)}`)
  if (throughput !== undefined && throughput > 0) count('p', `t${bucketOf(throughput)}`)
  if (tools) count('q', 'tools')
  if (tools === 'bad') count('q', 'badTools')
}

const countNames = { success: 'ok', failure: 'failed', rate_limited: 'limited', ignored: undefined }

/** Adds a board to another, and gives that. */
export function merge(into: Board, from: Board): Board {
  for (const [endpoint, stretches] of Object.entries(from)) {
    const known = (into[endpoint] ??= {})
    for (const [stretch, counts] of Object.entries(stretches)) add((known[stretch] ??= {}), counts)
  }
  return into
}

/** What of a board is young enough, and no endpoint without anything. */
export function kept(board: Board, nowMs: number, ages: Ages): Board {
  const endpoints: Board = {}
  for (const [endpoint, stretches] of Object.entries(board)) {
    const young = Object.entries(stretches).filter(([stretch]) => isYoung(stretch, nowMs, ages))
    if (young.length > 0) endpoints[endpoint] = Object.fromEntries(young)
  }
  return endpoints
}

/** Whether any of a stretch is. */
function isYoung(stretch: string, nowMs: number, ages: Ages): boolean {
  const span = spanOf(stretch)
  const ageMs = span && ages[span]
  if (!span || ageMs === undefined) return false
  return (Number(stretch.slice(1)) + 1) * spanWidthsMs[span] > nowMs - ageMs
}

function spanOf(stretch: string): Span | undefined {
  const [letter] = stretch
  return letter === 's' || letter === 'm' || letter === 'p' || letter === 'q' ? letter : undefined
}

/** The counts of one endpoint, by span, as far back as asked. */
export function summed(
  stretches: Readonly<Record<string, Counts>>,
  nowMs: number,
  ages: Ages,
): Readonly<Record<Span, Counts>> {
  const sums: Record<Span, Counts> = { s: {}, m: {}, p: {}, q: {} }
  for (const stretch in stretches) {
    const counts = stretches[stretch]
    const span = spanOf(stretch)
    if (counts && span && isYoung(stretch, nowMs, ages)) add(sums[span], counts)
  }
  return sums
}

function add(sums: Counts, counts: Counts): void {
  for (const name in counts) sums[name] = (sums[name] ?? 0) + (counts[name] ?? 0)
}
