import type { UsdNanos } from '../base/money.ts'
import { nanosPerUsd } from '../base/money.ts'
import { dayMs, minuteMs, periodStarts } from '../base/time.ts'
import type { RateLimit } from './contract.ts'
import type { FreeLimits } from './free-limits.ts'
import { rateLimit, RateWindow } from './rate.ts'
import type { FreeAdmission } from './rows.ts'

/** What one account, by all its keys together, asked of free models, and the tokens it got. See `RateWindow`. */
export class FreeWindow {
  readonly #requests: RateWindow
  readonly #purchasedNanos: UsdNanos
  #day = 0
  #tokens = 0

  constructor(admissions: readonly FreeAdmission[], purchasedNanos: UsdNanos) {
    this.#requests = new RateWindow(admissions.map(({ admittedAtMs }) => admittedAtMs))
    this.#purchasedNanos = purchasedNanos
    for (const { tokens, admittedAtMs } of admissions) this.spend(tokens, admittedAtMs)
  }

  add(atMs: number): void {
    this.#requests.add(atMs)
  }

  /** Tokens count on the day of their admission, as requests do. */
  spend(tokens: number, admittedAtMs: number): void {
    const { day } = periodStarts(admittedAtMs)
    if (day > this.#day) this.#tokens = 0
    this.#day = Math.max(this.#day, day)
    if (day === this.#day) this.#tokens += tokens
  }

  /** Why one more may not be asked now. What is refused until tomorrow is told before what is refused for a moment. */
  refusal(limits: FreeLimits, nowMs: number): RateLimit | undefined {
    const requestsPerDay = this.today(limits, nowMs).limit
    const perDay = this.#requests.refusal({ requestsPerDay, requestsPerMinute: null }, nowMs)
    if (perDay) return { ...perDay, name: 'free_requests_per_day' }
    const { day } = periodStarts(nowMs)
    if ((day === this.#day ? this.#tokens : 0) >= limits.tokensPerDay) {
      return rateLimit('free_tokens_per_day', limits.tokensPerDay, day + dayMs, nowMs)
    }
    const perMinute = this.#requests.refusal(
      { requestsPerDay: null, requestsPerMinute: limits.perMinute },
      nowMs,
    )
    return perMinute && { ...perMinute, name: 'free_requests_per_minute' }
  }

  today(limits: FreeLimits, nowMs: number): { limit: number; used: number } {
    const enough = this.#purchasedNanos >= limits.purchaseUsd * nanosPerUsd
    return {
      limit: enough ? limits.perDayAfterPurchase : limits.perDay,
      used: this.#requests.today(nowMs),
    }
  }
}

/** How far back admissions of free requests matter, Unix ms. */
export function freeHorizon(nowMs: number): number {
  return Math.min(nowMs - minuteMs, periodStarts(nowMs).day)
}
