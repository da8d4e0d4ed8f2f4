import { dayMs, minuteMs, periodStarts } from '../base/time.ts'
import type { KeyRow, RateLimit } from './contract.ts'

type RateLimits = Pick<KeyRow, 'requestsPerMinute' | 'requestsPerDay'>
type ConcurrencyLimit = Pick<KeyRow, 'concurrentRequests'>

/**
 * When one key was admitted: exactly, for the last 60 s, and as a count for the running UTC day. It lives in memory
 * and is built anew from the rows of generations, so it survives the object's eviction.
 */
export class RateWindow {
  /** Unix ms, oldest first; those before `#first` have left the window. */
  #times: number[] = []
  #first = 0
  #day = 0
  #dayCount = 0

  /** `admissions`: Unix ms, in any order; those of the last 60 s and of the running day count. */
  constructor(admissions: readonly number[]) {
    for (const atMs of admissions.toSorted((left, right) => left - right)) this.add(atMs)
  }

  /** Times never fall: the core's clock does not run backwards. */
  add(atMs: number): void {
    const { day } = periodStarts(atMs)
    if (day !== this.#day) {
      this.#day = day
      this.#dayCount = 0
    }
    this.#dayCount++
    this.#times.push(atMs)
  }

  /** The limit that one more request would break now, if any. */
  refusal(limits: RateLimits, nowMs: number): RateLimit | undefined {
    return (
      this.#minuteRefusal(limits.requestsPerMinute, nowMs) ?? this.#dayRefusal(limits.requestsPerDay, nowMs)
    )
  }

  /** How many were admitted in the running day. */
  today(nowMs: number): number {
    return periodStarts(nowMs).day === this.#day ? this.#dayCount : 0
  }

  #minuteRefusal(limit: number | null, nowMs: number): RateLimit | undefined {
    this.#forget(nowMs)
    const admitted = this.#times.length - this.#first
    if (limit === null || admitted < limit) return undefined
    // One passes again as soon as fewer than `limit` are left: when this one is 60 s old.
    const decisive = limit === 0 ? nowMs : (this.#times[this.#first + admitted - limit] ?? nowMs)
    return rateLimit('requests_per_minute', limit, decisive + minuteMs, nowMs)
  }

  #dayRefusal(limit: number | null, nowMs: number): RateLimit | undefined {
    if (limit === null || this.today(nowMs) < limit) return undefined
    const { day } = periodStarts(nowMs)
    return rateLimit('requests_per_day', limit, day + dayMs, nowMs)
  }

  #forget(nowMs: number): void {
    while ((this.#times[this.#first] ?? Infinity) <= nowMs - minuteMs) this.#first++
    if (this.#first < 1024) return
    this.#times = this.#times.slice(this.#first)
    this.#first = 0
  }
}

/** How far back admissions matter for these limits, Unix ms; `undefined` where no window is needed. */
export function rateHorizon(limits: RateLimits, nowMs: number): number | undefined {
  const minuteAgo = nowMs - minuteMs
  if (limits.requestsPerDay !== null) return Math.min(minuteAgo, periodStarts(nowMs).day)
  return limits.requestsPerMinute === null ? undefined : minuteAgo
}

/** Nobody knows when one of the running requests will end: a second from now is worth a try. */
export function concurrencyRefusal(
  limits: ConcurrencyLimit,
  running: number,
  nowMs: number,
): RateLimit | undefined {
  const limit = limits.concurrentRequests
  if (limit === null || running < limit) return undefined
  return rateLimit('concurrent_requests', limit, nowMs + 1000, nowMs)
}

export function rateLimit(
  name: RateLimit['name'],
  limit: number,
  resetAtMs: number,
  nowMs: number,
): RateLimit {
  return { name, limit, resetAtMs, retryAfterSeconds: Math.max(1, Math.ceil((resetAtMs - nowMs) / 1000)) }
}
