import { minuteMs } from '../../base/time.ts'
import type { Measures } from '../../catalogue/public-model.ts'
import {
  classRequestsMin,
  degradedUptimeMin,
  normalUptimeMin,
  outageFailuresMin,
  outageShareMin,
  uptimeRequestsMin,
} from '../choices.ts'
import type { EndpointHealth } from '../endpoint-health.ts'
import { agesForPeople, agesForRouting, summed, type Board, type Counts } from './board.ts'
import { percentiles, type Bucket } from './sketch.ts'

type Stretches = Readonly<Record<string, Counts>>

/** What a plan wants to know of an endpoint, apart from what only this isolate knows. */
export function healthFrom(stretches: Stretches, nowMs: number): Omit<EndpointHealth, 'ejected' | 'cooling'> {
  const { s, m, p, q } = summed(stretches, nowMs, agesForRouting)
  const { latencyMs, throughput } = speedsOf(p)
  const success = successOf(m)
  return {
    outage: isOut(successOf(s)),
    uptime: uptimeClass(success),
    ...(latencyMs && { latencyMs }),
    ...(throughput && { throughput }),
    requests: success.requests,
    toolRequests: q['tools'] ?? 0,
    toolErrors: q['badTools'] ?? 0,
  }
}

/** What people are shown of each endpoint. */
export function measuresFrom(board: Board, nowMs: number): Record<string, Measures> {
  return Object.fromEntries(
    Object.entries(board).map(([endpoint, stretches]) => [endpoint, measures(stretches, nowMs)]),
  )
}

function measures(stretches: Stretches, nowMs: number): Measures {
  const { outage, uptime } = healthFrom(stretches, nowMs)
  const { m, p, q } = summed(stretches, nowMs, agesForPeople)
  const { latencyMs = null, throughput = null } = speedsOf(p)
  return {
    status: outage ? -3 : statuses[uptime],
    uptime_last_5m: percentOf(summed(stretches, nowMs, { m: 5 * minuteMs }).m),
    uptime_last_30m: percentOf(m),
    uptime_last_1d: percentOf(q),
    latency_last_30m: latencyMs,
    throughput_last_30m: throughput,
  }
}

const statuses = { normal: 0, degraded: -1, down: -2 } as const

interface Success {
  /** Those that count: rate limits do not. */
  requests: number
  /** 1 where there were none. */
  share: number
}

function successOf({ ok = 0, failed = 0 }: Counts): Success {
  const requests = ok + failed
  return { requests, share: requests === 0 ? 1 : ok / requests }
}

function percentOf(counts: Counts): number | null {
  const { requests, share } = successOf(counts)
  return requests < uptimeRequestsMin ? null : Math.round(share * 100_000) / 1_000
}

function isOut({ requests, share }: Success): boolean {
  const failures = Math.round(requests * (1 - share))
  return failures >= outageFailuresMin && failures >= outageShareMin * requests
}

function uptimeClass({ requests, share }: Success): EndpointHealth['uptime'] {
  if (requests < classRequestsMin || share >= normalUptimeMin) return 'normal'
  return share >= degradedUptimeMin ? 'degraded' : 'down'
}

/** The percentiles of samples, which are counted by their kind and bucket, as in `l57`. */
function speedsOf(samples: Counts): Pick<EndpointHealth, 'latencyMs' | 'throughput'> {
  const latencies: Bucket[] = []
  const throughputs: Bucket[] = []
  for (const name in samples) {
    const kind = name.startsWith('l') ? latencies : throughputs
    kind.push([Number(name.slice(1)), samples[name] ?? 0])
  }
  const latencyMs = percentiles(latencies, 'low')
  const throughput = percentiles(throughputs, 'high')
  return { ...(latencyMs && { latencyMs }), ...(throughput && { throughput }) }
}
