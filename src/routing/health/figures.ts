import { dayMs, hourMs, minuteMs, secondMs } from '../../base/time.ts'
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
import { summed, type Ages, type Board, type Counts } from './board.ts'
import { percentiles } from './sketch.ts'

type Stretches = Readonly<Record<string, Counts>>

/** What a plan wants to know of an endpoint, apart from what only this isolate knows. */
export function healthFrom(stretches: Stretches, nowMs: number): Omit<EndpointHealth, 'ejected' | 'cooling'> {
  const samples = summed(stretches, nowMs, { p: 5 * minuteMs })
  const latencyMs = percentiles(sketch(samples, 'l'), 'low')
  const throughput = percentiles(sketch(samples, 't'), 'high')
  const tools = summed(stretches, nowMs, { q: 2 * hourMs })
  const success = successOf(stretches, nowMs, { m: 30 * minuteMs })
  return {
    outage: isOut(successOf(stretches, nowMs, { s: 30 * secondMs })),
    uptime: uptimeClass(success),
    ...(latencyMs && { latencyMs }),
    ...(throughput && { throughput }),
    requests: success.requests,
    toolRequests: tools.get('tools') ?? 0,
    toolErrors: tools.get('badTools') ?? 0,
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
  const samples = summed(stretches, nowMs, { p: 30 * minuteMs })
  const percent = (ages: Ages): number | null => {
    const { requests, share } = successOf(stretches, nowMs, ages)
    return requests < uptimeRequestsMin ? null : Math.round(share * 100_000) / 1_000
  }
  return {
    status: outage ? -3 : statuses[uptime],
    uptime_last_5m: percent({ m: 5 * minuteMs }),
    uptime_last_30m: percent({ m: 30 * minuteMs }),
    uptime_last_1d: percent({ q: dayMs }),
    latency_last_30m: percentiles(sketch(samples, 'l'), 'low') ?? null,
    throughput_last_30m: percentiles(sketch(samples, 't'), 'high') ?? null,
  }
}

const statuses = { normal: 0, degraded: -1, down: -2 } as const

interface Success {
  /** Those that count: rate limits do not. */
  requests: number
  /** 1 where there were none. */
  share: number
}

function successOf(stretches: Stretches, nowMs: number, ages: Ages): Success {
  const counts = summed(stretches, nowMs, ages)
  const ok = counts.get('ok') ?? 0
  const requests = ok + (counts.get('failed') ?? 0)
  return { requests, share: requests === 0 ? 1 : ok / requests }
}

function isOut({ requests, share }: Success): boolean {
  const failures = Math.round(requests * (1 - share))
  return failures >= outageFailuresMin && failures >= outageShareMin * requests
}

function uptimeClass({ requests, share }: Success): EndpointHealth['uptime'] {
  if (requests < classRequestsMin || share >= normalUptimeMin) return 'normal'
  return share >= degradedUptimeMin ? 'degraded' : 'down'
}

/** Of summed counts those of one kind of samples, by bucket. */
function sketch(samples: ReadonlyMap<string, number>, kind: 'l' | 't'): Map<number, number> {
  const buckets = [...samples].filter(([name]) => name.startsWith(kind))
  return new Map(buckets.map(([name, count]) => [Number(name.slice(1)), count]))
}
