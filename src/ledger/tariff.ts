import type { Hours, Price, Tariff, TokenPrices } from '../catalogue/model.ts'
import type { Usage } from '../generation/usage.ts'

/** Prices that apply to a whole request, and their exact factor in units of `factorUnit`. */
export interface AppliedPrices {
  prices: TokenPrices
  factor: bigint
}

const millionths = 1_000_000n

/** The factor that leaves prices as they are: two factors in millionths may come together. */
export const factorUnit = millionths * millionths

/** The prices of what was used: as served, as long as the prompt is, and at the time it was admitted. */
export function pricesAt(price: Price, usage: Usage, atMs: number): AppliedPrices {
  const { tariff, factor } = tariffOf(price, usage.serviceTier)
  const { offPeak } = price
  const isOffPeak = offPeak !== undefined && !offPeak.peak.some((hours) => includes(hours, new Date(atMs)))
  return {
    prices: atLength(tariff, usage.promptTokens),
    factor: factor * (isOffPeak ? BigInt(offPeak.factorMillionths) : millionths),
  }
}

/**
 * All prices that may come to apply to a prompt of at most so many tokens: a service tier that is asked for is not
 * always the one that serves, and a long prompt may be shorter than it looks. The hours are those of the peak.
 */
export function pricesWithin(price: Price, promptTokensMax: number, askedTier?: string): AppliedPrices[] {
  const dearestHours = BigInt(Math.max(Number(millionths), price.offPeak?.factorMillionths ?? 0))
  return [undefined, 'default', askedTier].flatMap((serviceTier) => {
    const { tariff, factor } = tariffOf(price, serviceTier)
    const beginnings = (tariff.contextTiers ?? []).map(({ abovePromptTokens }) => abovePromptTokens + 1)
    return [0, ...beginnings]
      .filter((tokens) => tokens <= Math.max(0, promptTokensMax))
      .map((tokens) => ({ prices: atLength(tariff, tokens), factor: factor * dearestHours }))
  })
}

function tariffOf(price: Price, serviceTier: string | undefined): { tariff: Tariff; factor: bigint } {
  const { serviceTiers = {} } = price
  const tier =
    serviceTier !== undefined && Object.hasOwn(serviceTiers, serviceTier)
      ? serviceTiers[serviceTier]
      : undefined
  if (!tier) return { tariff: price, factor: millionths }
  return 'tariff' in tier
    ? { tariff: tier.tariff, factor: millionths }
    : { tariff: price, factor: BigInt(tier.factorMillionths) }
}

/** Of the tiers that are reached each overwrites what it names, the highest last (OpenRouter: pricing overrides). */
function atLength(tariff: Tariff, promptTokens: number): TokenPrices {
  return (tariff.contextTiers ?? [])
    .filter(({ abovePromptTokens }) => promptTokens > abovePromptTokens)
    .toSorted((left, right) => left.abovePromptTokens - right.abovePromptTokens)
    .reduce<TokenPrices>((prices, tier) => ({ ...prices, ...tier }), tariff)
}

function includes({ days, fromMinute, toMinute }: Hours, at: Date): boolean {
  const minute = at.getUTCHours() * 60 + at.getUTCMinutes()
  return days.includes(at.getUTCDay()) && fromMinute <= minute && minute < toMinute
}
