import type { Endpoint } from '../catalogue/model.ts'
import { isAggregator } from '../catalogue/hosts.ts'
import type { SortBy } from '../generation/routing.ts'
import { drawByPrice } from './draw.ts'
import type { HealthOf } from './endpoint-health.ts'
import { qualityOf } from './quality.ts'
import type { Rules } from './rules.ts'
import { names } from './slugs.ts'

/** What endpoints are ordered by. */
export interface Ordering {
  rules: Rules
  by: SortBy | 'balance'
  /** The same of who asks for the priority tier, where there is one. */
  byInPriority: SortBy
  health: HealthOf
  priceOf: (endpoint: Endpoint) => number
  random: () => number
}

/** An endpoint in its place, and what put it there. */
export interface Ranked {
  endpoint: Endpoint
  reason: string
}

/** Best first: those that the client ordered, then the others by what else it wants. */
export function ordered(endpoints: readonly Endpoint[], ordering: Ordering): Ranked[] {
  const { order } = ordering.rules
  if (order === undefined) return sorted(endpoints, ordering)
  const listed = listedFirst(endpoints, order, ordering)
  const rest = endpoints.filter((endpoint) => !listed.some((each) => each.endpoint === endpoint))
  return [...listed, ...sorted(rest, ordering)]
}

/** Several endpoints under one name of the list follow each other by price. */
function listedFirst(
  endpoints: readonly Endpoint[],
  order: readonly string[],
  { priceOf }: Ordering,
): Ranked[] {
  const listed = new Map<Endpoint, string>()
  for (const [index, written] of order.entries()) {
    const named = endpoints.filter((endpoint) => names(written, endpoint))
    for (const endpoint of named.toSorted((left, right) => priceOf(left) - priceOf(right))) {
      if (!listed.has(endpoint)) listed.set(endpoint, `provider.order[${index}]`)
    }
  }
  return [...listed].map(([endpoint, reason]) => ({ endpoint, reason }))
}

function sorted(endpoints: readonly Endpoint[], ordering: Ordering): Ranked[] {
  const { rules, byInPriority } = ordering
  if (rules.serviceTier !== 'priority' || !endpoints.some(({ tier }) => tier === 'priority')) {
    return arranged(endpoints, ordering)
  }
  const inGroups = { ...ordering, by: byInPriority }
  return [true, false].flatMap((isTier) =>
    arranged(
      endpoints.filter(({ tier }) => (tier === 'priority') === isTier),
      inGroups,
    ),
  )
}

function arranged(endpoints: readonly Endpoint[], ordering: Ordering): Ranked[] {
  switch (ordering.by) {
    case 'price':
      return ranked(cheapestFirst(endpoints, ordering), 'lowest price first')
    case 'throughput':
      return ranked(
        fastestFirst(endpoints, ordering, ({ throughput }) => -(throughput?.p50 ?? 0)),
        'highest throughput first',
      )
    case 'latency':
      return ranked(
        fastestFirst(endpoints, ordering, ({ latencyMs }) => latencyMs?.p50 ?? Infinity),
        'lowest latency first',
      )
    case 'exacto': {
      const { health } = ordering
      const qualityIs = qualityOf(endpoints, health)
      // Good tool calls are of no use where none come. Who sells what others host may do it well.
      const unstable = (endpoint: Endpoint) => Math.max(1, classOf(endpoint, health))
      return classes(endpoints, unstable).flatMap(([, like]) =>
        classes(like, qualityIs).flatMap(([quality, group]) =>
          balanced(group, ordering).map((each) => ({
            ...each,
            reason: `${qualities[quality] ?? ''}, ${each.reason}`,
          })),
        ),
      )
    }
    case 'balance':
      return balanced(endpoints, ordering)
  }
}

const qualities = ['good tool calls', 'tool calls not yet known', 'bad tool calls']

/** Who has no figures comes last; equals by price. */
function fastestFirst(
  endpoints: readonly Endpoint[],
  ordering: Ordering,
  measure: (health: ReturnType<HealthOf>) => number,
): Endpoint[] {
  const { health } = ordering
  return cheapestFirst(endpoints, ordering).toSorted((left, right) =>
    compare(measure(health(left)), measure(health(right))),
  )
}

function cheapestFirst(endpoints: readonly Endpoint[], { priceOf }: Ordering): Endpoint[] {
  return endpoints.toSorted((left, right) => compare(priceOf(left), priceOf(right)))
}

/** Infinities are equal, where their difference is no number. */
function compare(left: number, right: number): number {
  return left === right ? 0 : left < right ? -1 : 1
}

/**
 * The default (OpenRouter: price-based load balancing): the stable ones, of which the first is drawn by 1/price²; after
 * them those that do less well, by class, and within each by price. Who sells what others host comes after the hosts.
 */
function balanced(endpoints: readonly Endpoint[], ordering: Ordering): Ranked[] {
  const { health, priceOf, random } = ordering
  return classes(endpoints, (endpoint) => classOf(endpoint, health)).flatMap(([rank, group]) => {
    if (rank > 0) return ranked(cheapestFirst(group, ordering), classNames[rank] ?? '')
    const [first, ...rest] = drawByPrice(group, priceOf, random)
    if (!first) return []
    return [
      { endpoint: first, reason: group.length === 1 ? 'the only stable one' : 'drawn by 1/price²' },
      ...ranked(rest, 'next by price'),
    ]
  })
}

const classNames = ['', 'resells', 'degraded uptime', 'outage in the last 30 s', 'uptime below 80 %']

function classOf(endpoint: Endpoint, health: HealthOf): number {
  const { outage, uptime } = health(endpoint)
  if (uptime === 'down') return 4
  if (outage) return 3
  if (uptime === 'degraded') return 2
  return isAggregator(endpoint.provider) ? 1 : 0
}

function classes<T>(items: readonly T[], rankOf: (item: T) => number): [rank: number, group: T[]][] {
  const groups = Map.groupBy(items, rankOf)
  return [...groups].toSorted(([left], [right]) => left - right)
}

function ranked(endpoints: readonly Endpoint[], reason: string): Ranked[] {
  return endpoints.map((endpoint) => ({ endpoint, reason }))
}
