import type {
  Preferences,
  PriceCeiling,
  RoutingAsk,
  RoutingSettings,
  ServiceTierAsked,
  Thresholds,
  ZdrScope,
} from '../generation/routing.ts'

/** What a request, its key and its account demand together. */
export interface Rules {
  /** Lists of providers: an endpoint must be named in each. */
  only: readonly (readonly string[])[]
  /** What the request ignores, which leaves tiers to who asks for them; what its key and account do, tiers and all. */
  ignore: readonly string[]
  forbidden: readonly string[]
  /** As of providers. */
  quantizations: readonly (readonly string[])[]
  /** None may be exceeded. */
  maxPrices: readonly PriceCeiling[]
  requireParameters: boolean
  distillable: boolean
  /** Whose endpoints may not be trained on. */
  noTraining: { paid: boolean; free: boolean }
  zdr: boolean
  zdrScopes: readonly ZdrScope[]
  /** Of who allows no fallbacks: the lists that it keeps to, or that it keeps to one endpoint of each model. */
  locks: readonly (readonly string[])[]
  single: boolean
  order: readonly string[] | undefined
  /** Where a tier's own name stands in these, it is asked for: a list of the key's or the account's permits it alone. */
  named: readonly string[]
  sort: NonNullable<Preferences['sort']> | undefined
  /** The client's own sort, not its account's. */
  sortIsAsked: boolean
  minThroughput: Thresholds | undefined
  maxLatency: Thresholds | undefined
  serviceTier: ServiceTierAsked | undefined
}

/**
 * Filters of all three hold together, so that a request narrows what its account laid down and never widens it. Of what
 * orders, the request's own counts, else the key's, else the account's. `settings`: the account's first.
 */
export function rulesOf(ask: RoutingAsk, settings: readonly RoutingSettings[]): Rules {
  const own = ask.preferences
  const laidDown = settings.flatMap(({ preferences }) => preferences ?? [])
  const all = [...laidDown, own]
  const nearest = all.toReversed()
  const first = <K extends keyof Preferences>(field: K): Preferences[K] | undefined =>
    nearest.find((each) => each[field] !== undefined)?.[field]
  // Each speaks of the order that counts where it says so: what a request orders later opens no lock.
  const ends = all.flatMap(({ allowFallbacks }, index) =>
    allowFallbacks === false ? [all.slice(0, index + 1).findLast(({ order }) => order)?.order] : [],
  )
  const deniesTraining = all.some(({ dataCollection }) => dataCollection === 'deny')
  return {
    only: all.flatMap(({ only }) => (only ? [only] : [])),
    ignore: own.ignore ?? [],
    forbidden: laidDown.flatMap(({ ignore }) => ignore ?? []),
    quantizations: all.flatMap(({ quantizations }) => (quantizations ? [quantizations] : [])),
    maxPrices: all.flatMap(({ maxPrice }) => maxPrice ?? []),
    requireParameters: all.some((each) => each.requireParameters === true),
    distillable: all.some((each) => each.distillable === true),
    noTraining: {
      paid: deniesTraining || settings.some((each) => each.trainingOnPaid === false),
      free: deniesTraining || settings.some((each) => each.trainingOnFree === false),
    },
    zdr: all.some((each) => each.zdr === true),
    zdrScopes: settings.flatMap((each) => each.zdr ?? []),
    locks: ends.filter((list) => list !== undefined),
    single: ends.includes(undefined),
    order: first('order'),
    named: [...(first('order') ?? []), ...(own.only ?? [])],
    // Field by field: who asks for no partition may still mean the account's order.
    sort: laterWins(all.flatMap(({ sort }) => sort ?? [])),
    sortIsAsked: own.sort?.by !== undefined,
    minThroughput: first('minThroughput'),
    maxLatency: first('maxLatency'),
    serviceTier: ask.serviceTier,
  }
}

function laterWins<T extends object>(sorts: readonly T[]): T | undefined {
  return sorts.length === 0 ? undefined : Object.assign({}, ...sorts)
}
