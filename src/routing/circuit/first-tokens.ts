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

/** What an attempt is waited for. */
export interface Awaited {
  /** The slowest of a hundred first answers; absent where too little is known. */
  p99Ms: number | undefined
  reasons: boolean
  /** There is nobody to ask after it. */
  isLast: boolean
  promptTokens?: number
  /** Of an answer that comes all at once, how long it may be. */
  wholeTokens?: number
}

/** Reading so many tokens, or writing so many before any is seen, may take as long again as the least. */
const promptTokensMore = 40_000
const wholeTokensMore = 200

/**
 * How long to wait for an endpoint's first content: three times what it takes at the worst. Where nothing is known of
 * one it gets more, and one that reasons, or after which there is nobody to ask, all there is. What is long by itself
 * is no silence, for which an endpoint would be given up: of hard thoughts, easy ones before them tell nothing.
 */
export function firstTokenTimeout(
  { p99Ms, reasons, isLast, promptTokens = 0, wholeTokens = 0 }: Awaited,
  limits: FirstTokenLimits,
): number {
  const mostMs = reasons ? limits.firstTokenTimeoutReasoningMs : limits.firstTokenTimeoutMs
  if (isLast || (reasons && p99Ms === undefined)) return mostMs
  const leastMs = limits.firstTokenTimeoutMinMs
  const ownMs = leastMs * (1 + promptTokens / promptTokensMore + wholeTokens / wholeTokensMore)
  const thinkingMs = reasons ? limits.firstTokenTimeoutMs : 0
  return Math.min(mostMs, Math.max(Math.round(ownMs), thinkingMs, 3 * (p99Ms ?? leastMs)))
}
