import { minuteMs } from '../../base/time.ts'

const samplesMax = 128
/** Fewer say nothing of the slowest in a hundred. */
const samplesMin = 20
const keptMs = 10 * minuteMs

/** How long an endpoint took to its first content lately. */
export class FirstTokens {
  #samples: { atMs: number; tookMs: number }[] = []

  add(tookMs: number, atMs: number): void {
    this.#samples.push({ atMs, tookMs })
    if (this.#samples.length > samplesMax) this.#samples.shift()
  }

  /** In milliseconds; absent without enough to know. */
  p99(nowMs: number): number | undefined {
    const lately = this.#samples.filter(({ atMs }) => nowMs - atMs < keptMs)
    if (lately.length < samplesMin) return undefined
    const sorted = lately.map(({ tookMs }) => tookMs).toSorted((left, right) => left - right)
    return sorted[Math.ceil(sorted.length * 0.99) - 1]
  }
}

/** Names and meaning as in the gateway's limits. */
export interface FirstTokenLimits {
  firstTokenTimeoutMinMs: number
  firstTokenTimeoutMs: number
  firstTokenTimeoutReasoningMs: number
}

/**
 * How long to wait for an endpoint's first content: three times what it takes at the worst. Where nothing is known of
 * one it gets more, and one that reasons, or after which there is nobody to ask, all there is.
 */
export function firstTokenTimeout(
  { p99Ms, reasons, isLast }: { p99Ms: number | undefined; reasons: boolean; isLast: boolean },
  limits: FirstTokenLimits,
): number {
  const mostMs = reasons ? limits.firstTokenTimeoutReasoningMs : limits.firstTokenTimeoutMs
  if (isLast || (reasons && p99Ms === undefined)) return mostMs
  const leastMs = limits.firstTokenTimeoutMinMs
  return Math.min(mostMs, Math.max(leastMs, 3 * (p99Ms ?? leastMs)))
}
