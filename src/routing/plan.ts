import type { Endpoint } from '../catalogue/model.ts'
import type { RoutingSettings, Thresholds } from '../generation/routing.ts'
import { isChosen, type Candidate, type Selection } from './candidate.ts'
import { endpointKey, type EndpointHealth, type HealthOf } from './endpoint-health.ts'
import { eligible, preferAble, tokensOf, type Asked, type Removal } from './filters.ts'
import { ordered, type Ordering, type Ranked } from './order.ts'
import { scalarPrice } from './prices.ts'
import { rulesOf, type Rules } from './rules.ts'

export type { Ranked } from './order.ts'

/** All that a plan is made from: the same input makes the same plan. */
export interface PlanInput {
  request: Asked
  selection: Selection
  /** The account's, then the key's. */
  settings: readonly RoutingSettings[]
  health: HealthOf
  nowMs: number
  /** In [0, 1). */
  random: () => number
  /** Of an open tool loop: whether an endpoint can read the thoughts in it. */
  readsLoop?: (endpoint: Endpoint) => boolean
}

/** Who may serve a request, best first, and what became of the others. */
export interface Ranking {
  rules: Rules
  /** In the order of attempts; empty where nobody may serve. */
  ranked: readonly Ranked[]
  /** With those that come to nothing where there are no fallbacks: a conversation may have been served by one. */
  all: readonly Ranked[]
  removed: readonly Removal[]
  /** Most of them were given up, so that none is left out for it. */
  panics: boolean
  /** Whether a conversation goes on where it was served before. */
  sticks: boolean
  /** Who may come first for that alone. */
  sticksTo: (endpoint: Endpoint) => boolean
}

/**
 * From a request to an ordered list of endpoints. Pure: no I/O, no clock, no chance but what it is given. Where the
 * contract leaves something open, `choices.ts` says what was chosen.
 */
export function plan(asked: PlanInput): Ranking {
  const input = { ...asked, health: remembered(asked.health) }
  const { request, selection, settings, nowMs } = input
  const rules = rulesOf(request.routing, settings)
  const able = selection.candidates.map((candidate) => {
    const { kept, removed } = eligible(candidate, rules, request, nowMs)
    return { candidate, kept: preferAble(kept, request), removed }
  })
  const inLoop = loopPin(
    able.flatMap(({ kept }) => kept),
    input,
  )
  const groups = able.map((group) => ({ ...group, kept: wanted(group.kept.filter(inLoop), rules) }))
  const panics = isPanic(
    groups.flatMap(({ kept }) => kept),
    input.health,
  )
  const orderings = groups.map(({ candidate }) => orderingOf(candidate, rules, input))
  const inGroups =
    rules.sort?.partition === 'none'
      ? [{ kept: groups.flatMap(({ kept }) => kept), ordering: orderings[0] }]
      : groups.map(({ kept }, index) => ({ kept, ordering: orderings[index] }))
  const setback = setbackOf(rules, input.health, panics)
  const lists = inGroups.map(({ kept, ordering }) =>
    ordering ? setBack(ordered(kept, ordering), setback) : [],
  )
  // A threshold counts for more than whose model it is: endpoints of a fallback may come before the first model's.
  const merged = hasThresholds(rules) ? setBack(lists.flat(), setback) : lists.flat()
  const isNew = unlike()
  const all = merged.filter(isNew).map((each) => explained(each, setback(each.endpoint)))
  const ranked = cut(all, rules)
  return {
    rules,
    ranked,
    all,
    removed: groups.flatMap(({ removed }) => removed).filter(isNew),
    panics,
    sticks:
      orderings[0]?.by === 'balance' || orderings[0]?.by === 'exacto' ? maySticks(rules, request) : false,
    sticksTo: likeFirst(ranked, selection, rules),
  }
}

/** Two names of one model lead to the same endpoints, which are asked but once. */
function unlike(): (each: { endpoint: Endpoint }) => boolean {
  const known = new Set<string>()
  return ({ endpoint }) => known.size < known.add(endpointKey(endpoint)).size
}

/** What is computed of an endpoint, once. */
function remembered<T>(compute: (endpoint: Endpoint) => T): (endpoint: Endpoint) => T {
  const known = new Map<Endpoint, T>()
  return (endpoint) => {
    const before = known.get(endpoint)
    if (before !== undefined) return before
    const value = compute(endpoint)
    known.set(endpoint, value)
    return value
  }
}

/** An open tool loop goes on where its thoughts can be read, whatever models may stand in; where nobody can, anywhere. */
function loopPin(able: readonly Endpoint[], { readsLoop }: PlanInput): (endpoint: Endpoint) => boolean {
  return readsLoop && able.some(readsLoop) ? readsLoop : () => true
}

/** Of the endpoints that may serve a model, those of the tier that was asked for. */
function wanted(kept: readonly Endpoint[], rules: Rules): readonly Endpoint[] {
  return rules.serviceTier === 'flex' ? orAll(kept, ({ tier }) => tier === 'flex') : kept
}

function orAll<T>(items: readonly T[], keeps: (item: T) => boolean): readonly T[] {
  const kept = items.filter(keeps)
  return kept.length > 0 ? kept : items
}

/** The request's own sort counts before that of a name's suffix, that before the tier's, and that before the account's. */
function orderingOf({ sort: suffix }: Candidate, rules: Rules, input: PlanInput): Ordering {
  const { request, health, nowMs, random } = input
  const promptTokens = tokensOf(request)
  const asked = (rules.sortIsAsked ? rules.sort?.by : undefined) ?? suffix
  const tiers = rules.serviceTier === 'flex' ? 'price' : undefined
  return {
    rules,
    by: asked ?? tiers ?? rules.sort?.by ?? (request.needs.tools ? 'exacto' : 'balance'),
    byInPriority: asked ?? 'throughput',
    health,
    priceOf: remembered((endpoint) => scalarPrice(endpoint, promptTokens, nowMs)),
    random,
  }
}

/** More than half of those that may serve are given up: then it is the net, or us. All are used. */
function isPanic(endpoints: readonly Endpoint[], health: HealthOf): boolean {
  const given = endpoints.filter((endpoint) => health(endpoint).ejected)
  return given.length * 2 > endpoints.length
}

/** What puts an endpoint behind others, however they are ordered: 1 behind those that do better, 2 behind all. */
interface Setback {
  by: 0 | 1 | 2
  reason?: string
}

/** Who is given up may have been fast until then: that is no reason to try it before those that miss a threshold. */
function setbackOf(rules: Rules, health: HealthOf, panics: boolean): (endpoint: Endpoint) => Setback {
  return (endpoint) => {
    const known = health(endpoint)
    if (known.cooling) return { by: 2, reason: 'asked us to wait' }
    if (known.ejected && !panics) return { by: 2, reason: 'failing, given up for now' }
    return keepsThresholds(rules, known) ? { by: 0 } : { by: 1, reason: 'misses a preferred threshold' }
  }
}

/** The sort is stable: among equals the order stays. None is left out. */
function setBack(list: readonly Ranked[], setback: (endpoint: Endpoint) => Setback): Ranked[] {
  return list.toSorted((left, right) => setback(left.endpoint).by - setback(right.endpoint).by)
}

function explained(each: Ranked, { reason }: Setback): Ranked {
  return reason === undefined ? each : { ...each, reason: `${each.reason}; ${reason}` }
}

/** Without fallbacks one endpoint of each model is left, or of all of them where they are one list. */
function cut(all: readonly Ranked[], { single, sort }: Rules): readonly Ranked[] {
  if (!single) return all
  if (sort?.partition === 'none') return all.slice(0, 1)
  const models = all.map(({ endpoint }) => endpoint.model.id)
  return all.filter(({ endpoint }, index) => models.indexOf(endpoint.model.id) === index)
}

function hasThresholds({ minThroughput, maxLatency }: Rules): boolean {
  return minThroughput !== undefined || maxLatency !== undefined
}

/** Whether it keeps to every one; of an endpoint without figures nobody can say so. */
function keepsThresholds(
  { minThroughput, maxLatency }: Rules,
  { throughput, latencyMs }: EndpointHealth,
): boolean {
  return (
    every(minThroughput, (percentile, least) => (throughput?.[percentile] ?? -Infinity) >= least) &&
    every(maxLatency, (percentile, most) => (latencyMs?.[percentile] ?? Infinity) <= most * 1_000)
  )
}

const percentiles = ['p50', 'p75', 'p90', 'p99'] as const

function every(
  thresholds: Thresholds | undefined,
  holds: (percentile: (typeof percentiles)[number], cutoff: number) => boolean,
): boolean {
  return percentiles.every((percentile) => {
    const cutoff = thresholds?.[percentile]
    return cutoff === undefined || holds(percentile, cutoff)
  })
}

/** A conversation stays where it was, unless the client orders the providers itself. */
function maySticks({ order, minThroughput, maxLatency }: Rules, { routing }: Asked): boolean {
  return (
    routing.conversation !== undefined &&
    order === undefined &&
    minThroughput === undefined &&
    maxLatency === undefined
  )
}

/**
 * A router's choice may go on with any of its models. Else the model that is asked for comes first again, whoever stood
 * in for it, and so does the tier.
 */
function likeFirst(
  ranked: readonly Ranked[],
  { candidates }: Selection,
  { serviceTier }: Rules,
): (endpoint: Endpoint) => boolean {
  const first = ranked[0]?.endpoint
  const viaOf = (endpoint?: Endpoint) => candidates.find(({ model }) => model === endpoint?.model)?.via
  const via = viaOf(first)
  return (endpoint) =>
    (endpoint.model === first?.model || (isChosen(via) && viaOf(endpoint) === via)) &&
    (serviceTier !== 'priority' || endpoint.tier === first?.tier)
}

/**
 * The ranking with the endpoint first that served the conversation before, if it may serve and is not given up; else,
 * where another model would come first, with one that serves the same model.
 */
export function stuckTo(ranking: Ranking, stickTo: string | undefined, health: HealthOf): Ranking {
  if (stickTo === undefined || !ranking.sticks) return ranking
  const [first] = ranking.all
  const may = ranking.all.filter(({ endpoint }) => {
    const { ejected, cooling, outage } = health(endpoint)
    return ranking.sticksTo(endpoint) && savesByCache(endpoint) && !ejected && !cooling && !outage
  })
  const isOfModel = ({ model }: Endpoint) =>
    model !== first?.endpoint.model && stickTo.startsWith(`${model.id} `)
  const sticky =
    may.find(({ endpoint }) => endpointKey(endpoint) === stickTo) ??
    may.find(({ endpoint }) => isOfModel(endpoint))
  if (!sticky) return ranking
  const others = ranking.all.filter((each) => each !== sticky)
  const all = [{ endpoint: sticky.endpoint, reason: 'served this conversation before' }, ...others]
  return { ...ranking, all, ranked: cut(all, ranking.rules) }
}

/** Going on at one place pays where what it has cached costs less. */
export function savesByCache({ price }: Endpoint): boolean {
  return price.cachedPicos !== undefined && price.cachedPicos < price.promptPicos
}
