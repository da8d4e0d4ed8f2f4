import type { Endpoint, Price, Tariff, TokenPrices } from './model.ts'
import { tokenPriceNames } from './price.ts'

/** The service tiers of the contract, each an endpoint of its own where a provider sells it. */
const tiers = ['flex', 'priority'] as const

const millionths = 1_000_000

/** The endpoints beside one, for who asks for slower or faster service. They are priced as they are listed. */
export function tierEndpoints(base: Endpoint): Endpoint[] {
  return tiers.flatMap((tier) => {
    const price = base.unpriced ? undefined : tierPrice(base.price, tier)
    return price ? [Object.freeze({ ...base, tag: `${base.tag}/${tier}`, tier, price })] : []
  })
}

/** A provider without room in a tier serves as usual, says so, and asks the usual price: that is the tier `default`. */
function tierPrice(price: Price, tier: string): Price | undefined {
  const { serviceTiers, requestNanos, searchNanos, offPeak } = price
  const sold = serviceTiers?.[tier]
  if (!sold) return undefined
  return {
    ...('tariff' in sold ? sold.tariff : multiplied(price, sold.factorMillionths)),
    ...(requestNanos !== undefined && { requestNanos }),
    ...(searchNanos !== undefined && { searchNanos }),
    ...(offPeak && { offPeak }),
    serviceTiers: { default: { tariff: multiplied(price, millionths) } },
  }
}

function multiplied(tariff: Tariff, factorMillionths: number): Tariff {
  const { promptPicos, completionPicos, contextTiers } = tariff
  const times = (picos: number) => Math.ceil((picos * factorMillionths) / millionths)
  const prices = (each: Partial<TokenPrices>) =>
    Object.fromEntries(
      tokenPriceNames.flatMap((name) => {
        const picos = each[name]
        return picos === undefined ? [] : [[name, times(picos)]]
      }),
    )
  return {
    ...prices(tariff),
    promptPicos: times(promptPicos),
    completionPicos: times(completionPicos),
    ...(contextTiers && { contextTiers: contextTiers.map((tier) => ({ ...tier, ...prices(tier) })) }),
  }
}
