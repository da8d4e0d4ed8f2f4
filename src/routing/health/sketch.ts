import type { Percentile, Percentiles } from '../../generation/routing.ts'

/**
 * A distribution as counts of logarithmic buckets: bucket i holds what lies above γ^(i-1), up to γ^i. Sketches are
 * merged by adding, and a percentile read from one is off by (γ-1)/(γ+1) = 4.8 % at most, between the bounds below
 * (Masson, Rim, Lee: DDSketch, PVLDB 12, 2019). Of so many buckets a sketch has no more than 170.
 */
const gamma = 1.1
export const relativeErrorMax = (gamma - 1) / (gamma + 1)

/** γ^-24 is 0.1, γ^145 is a million: tenths of a token a second, and a quarter of an hour in milliseconds. */
const bucketMin = -24
const bucketMax = 145

export function bucketOf(value: number): number {
  return Math.min(bucketMax, Math.max(bucketMin, Math.ceil(Math.log(value) / Math.log(gamma))))
}

/** Of what a bucket holds, nothing is further from this than the error. */
function valueOf(bucket: number): number {
  return Number(((2 * gamma ** bucket) / (gamma + 1)).toPrecision(4))
}

const shares: Readonly<Record<Percentile, number>> = { p50: 0.5, p75: 0.75, p90: 0.9, p99: 0.99 }

/** Its number, and how many samples it holds. */
export type Bucket = readonly [bucket: number, count: number]

/** Of 100, so many were at least as good: of latencies the low are good, of throughputs the high. */
export function percentiles(buckets: readonly Bucket[], good: 'low' | 'high'): Percentiles | undefined {
  const sign = good === 'low' ? 1 : -1
  const best = buckets.toSorted(([left], [right]) => sign * (left - right))
  const total = best.reduce((sum, [, count]) => sum + count, 0)
  if (total === 0) return undefined
  const at = (share: number): number => {
    let left = Math.ceil(share * total)
    const found = best.find(([, count]) => (left -= count) <= 0)
    return valueOf(found?.[0] ?? 0)
  }
  return { p50: at(shares.p50), p75: at(shares.p75), p90: at(shares.p90), p99: at(shares.p99) }
}
