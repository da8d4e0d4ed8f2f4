import type { AutoRouterAsk } from '../../generation/routing.ts'
import { abilityOf } from './abilities.ts'
import type { Classification, Tier } from './classify.ts'
import type { Able } from './pool.ts'

/** A model that may be chosen, with what decides between it and the others. */
export interface Contender extends Able {
  /** The highest tier it is trusted with in what is asked; undefined where nothing is known of it. */
  ability: Tier | undefined
  /** What the request would cost about there, in pico-USD. */
  costPicos: number
}

/** How long an answer is, by tier, in tokens. Only proportions matter. */
const answerTokens: Readonly<Record<Tier, number>> = { 1: 150, 2: 800, 3: 3_000 }

export function contenderOf(
  selection: Able,
  { skill, tier }: Classification,
  { promptTokens, maxTokens = Infinity }: { promptTokens: number; maxTokens?: number | undefined },
): Contender {
  const { promptPicos = 0, completionPicos = 0, requestNanos = 0 } = selection.able[0]?.price ?? {}
  const completionTokens = Math.min(maxTokens, answerTokens[tier])
  return {
    ...selection,
    ability: abilityOf(selection.model.id, skill),
    costPicos: promptTokens * promptPicos + completionTokens * completionPicos + requestNanos * 1_000,
  }
}

/** Percentiles of cost among the contenders that a tier of cost means (OpenRouter: auto router). */
const bands: Readonly<Record<NonNullable<AutoRouterAsk['costTier']>, number>> = {
  low: 0,
  medium: 20,
  high: 40,
  xhigh: 60,
  max: 80,
}

/** Where in the order of cost a model is taken from of which nothing is known, by tier: price is then the only sign. */
const depth: Readonly<Record<Tier, number>> = { 1: 0, 2: 0.4, 3: 0.8 }

/** By how much cheaper a model counts that has had all requests here: of two at about a price, the more used is taken. */
const usageBonus = 0.1

/**
 * Best first: the cheapest of those that are able; then whoever is not, the ablest first. A cost tier, or else a ceiling,
 * says who takes part at all; a ceiling that leans to quality asks for the highest tier. `shares` are what parts of
 * the requests here models have had.
 */
export function ranked(
  contenders: readonly Contender[],
  tier: Tier,
  { costTier, costQualityTradeoff }: AutoRouterAsk,
  shares: ReadonlyMap<string, number> = new Map(),
): Contender[] {
  const known = contenders.filter(({ ability }) => ability !== undefined)
  const byCost = (known.length > 0 ? known : contenders).toSorted(
    (left, right) => left.costPicos - right.costPicos || (left.model.id < right.model.id ? -1 : 1),
  )
  const [from, to] = costTier
    ? [bands[costTier], bands[costTier] + 20]
    : [0, costQualityTradeoff === undefined ? 100 : 90 - 8 * costQualityTradeoff]
  const cost = ({ model, costPicos }: Contender) => costPicos / (1 + usageBonus * (shares.get(model.id) ?? 0))
  // The sort is stable: what is even stays in the order of cost.
  const band = slice(byCost, from, to).toSorted((left, right) => cost(left) - cost(right))
  if (known.length === 0) {
    const at = Math.floor(depth[tier] * band.length)
    return [...band.slice(at), ...band.slice(0, at).toReversed()]
  }
  const wanted = costTier === undefined && (costQualityTradeoff ?? 9) < 5 ? 3 : tier
  return band.toSorted((left, right) => shortfall(left, wanted) - shortfall(right, wanted))
}

function shortfall({ ability = 1 }: Contender, tier: Tier): number {
  return Math.max(0, tier - ability)
}

/** So many hundredths of a list, but never nothing of something. */
function slice<T>(items: readonly T[], from: number, to: number): T[] {
  const first = Math.min(Math.floor((items.length * from) / 100), Math.max(0, items.length - 1))
  return items.slice(first, Math.max(first + 1, Math.floor((items.length * to) / 100)))
}
