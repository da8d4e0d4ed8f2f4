import { parseDecimal, type UsdPicos } from '../base/money.ts'
import type { Price, TokenPrices } from './model.ts'
import type { SeedPrice } from './seed.ts'

/** What an endpoint charges, exactly; `undefined` where nobody knows, which is not free. */
export function priceOf(seed: SeedPrice): Price | undefined {
  const { prompt, completion, request, search, tiers, offPeak, serviceTiers } = seed
  if (prompt === undefined || completion === undefined) return undefined
  return {
    ...tariffOf({ ...seed, prompt, completion }),
    ...(request !== undefined && { requestNanos: nanosEach(request) }),
    ...(search !== undefined && { searchNanos: nanosEach(search) }),
    ...(tiers && {
      contextTiers: tiers.map((tier) => ({ abovePromptTokens: tier.above, ...tokenPrices(tier) })),
    }),
    ...(offPeak && {
      offPeak: {
        factorMillionths: millionths(offPeak.factor),
        peak: offPeak.peak.map(({ days, from, to }) => ({ days, fromMinute: from, toMinute: to })),
      },
    }),
    ...(serviceTiers && {
      serviceTiers: Object.fromEntries(
        Object.entries(serviceTiers).map(([name, each]) => [
          name,
          typeof each === 'string' ? { factorMillionths: millionths(each) } : { tariff: tariffOf(each) },
        ]),
      ),
    }),
  }
}

/** The facts' words for prices of tokens, and ours. */
const names = [
  ['prompt', 'promptPicos'],
  ['completion', 'completionPicos'],
  ['cached', 'cachedPicos'],
  ['cacheWrite', 'cacheWritePicos'],
  ['cacheWriteLong', 'cacheWriteLongPicos'],
  ['reasoning', 'reasoningPicos'],
  ['audio', 'promptAudioPicos'],
  ['audioCached', 'cachedAudioPicos'],
  ['audioOutput', 'completionAudioPicos'],
  ['image', 'promptImagePicos'],
  ['imageOutput', 'completionImagePicos'],
] as const

export const tokenPriceNames = names.map(([, own]) => own)

type Priced = TokenFacts & { prompt: string; completion: string }

function tariffOf(priced: Priced): TokenPrices {
  return {
    ...tokenPrices(priced),
    promptPicos: picosPerToken(priced.prompt),
    completionPicos: picosPerToken(priced.completion),
  }
}

type TokenFacts = Pick<SeedPrice, (typeof names)[number][0]>

function tokenPrices(seed: TokenFacts): Partial<TokenPrices> {
  const prices: Partial<TokenPrices> = {}
  for (const [name, own] of names) {
    const usd = seed[name]
    if (usd !== undefined) prices[own] = picosPerToken(usd)
  }
  return prices
}

/** A dollar per million tokens is a million pico-USD per token, so six decimals fit exactly. */
function picosPerToken(usdPerMillion: string): UsdPicos {
  return scaled(usdPerMillion, 6)
}

function nanosEach(usd: string): number {
  return scaled(usd, 9)
}

function millionths(factor: string): number {
  return scaled(factor, 6)
}

function scaled(usd: string, decimals: number): number {
  const value = parseDecimal(usd, decimals)
  if (value === undefined || value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Error(`${usd} is no price: dollars with at most ${decimals} decimals are.`)
  }
  return Number(value)
}
