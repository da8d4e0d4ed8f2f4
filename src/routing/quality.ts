import type { Endpoint } from '../catalogue/model.ts'
import type { HealthOf } from './endpoint-health.ts'

/** Requests that an endpoint must have had before its figures say anything: all in 30 minutes, with tools in two hours. */
const requestsMin = 100
const toolRequestsMin = 200
/** Peers that a deviation is measured against. */
const peersMin = 4

/** How far below the median is bad, in standard deviations; and what those are at least, so that equals stay equal. */
const signals = [
  {
    sigmas: 2,
    sigmaMin: 0.01,
    of: (health: ReturnType<HealthOf>) => 1 - health.toolErrors / health.toolRequests,
  },
  { sigmas: 1.5, sigmaMin: 1, of: (health: ReturnType<HealthOf>) => health.throughput?.p50 },
] as const

/**
 * Classes of quality for requests with tools (OpenRouter: auto exacto), best first: 0 good, 1 too little known, 2 far
 * behind its peers in good tool calls or in speed. Deviations are from the median, by the median absolute deviation.
 */
export function qualityOf(
  endpoints: readonly Endpoint[],
  health: HealthOf,
): (endpoint: Endpoint) => 0 | 1 | 2 {
  const known = endpoints.filter((endpoint) => isKnown(health(endpoint)))
  const cutoffs = signals.map((signal) => {
    const values = known.flatMap((endpoint) => signal.of(health(endpoint)) ?? [])
    if (values.length < peersMin) return -Infinity
    const middle = median(values)
    const deviation = 1.4826 * median(values.map((value) => Math.abs(value - middle)))
    return middle - signal.sigmas * Math.max(deviation, signal.sigmaMin)
  })
  return (endpoint) => {
    if (!known.includes(endpoint)) return 1
    const isBehind = signals.some(
      ({ of }, index) => (of(health(endpoint)) ?? Infinity) < (cutoffs[index] ?? -Infinity),
    )
    return isBehind ? 2 : 0
  }
}

function isKnown({ requests, toolRequests }: ReturnType<HealthOf>): boolean {
  return requests >= requestsMin && toolRequests >= toolRequestsMin
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
}
