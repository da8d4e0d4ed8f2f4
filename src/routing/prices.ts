import type { Endpoint } from '../catalogue/model.ts'
import { noUsage } from '../generation/usage.ts'
import { factorUnit, pricesAt } from '../ledger/tariff.ts'

/** What tokens cost now and here, in pico-USD. */
export interface PriceNow {
  promptPicos: number
  completionPicos: number
  audioPicos: number
}

/** The prices of a prompt of so many tokens at this time, with long-prompt tiers, peak hours and the endpoint's tier. */
export function priceNow({ price, tier }: Endpoint, promptTokens: number, nowMs: number): PriceNow {
  const usage = { ...noUsage, promptTokens, ...(tier !== undefined && { serviceTier: tier }) }
  const { prices, factor } = pricesAt(price, usage, nowMs)
  const share = Number(factor) / Number(factorUnit)
  return {
    promptPicos: prices.promptPicos * share,
    completionPicos: prices.completionPicos * share,
    audioPicos: (prices.promptAudioPicos ?? prices.promptPicos) * share,
  }
}

/** A typical request: a fee for each is spread over as many tokens of its prompt, and a third of them is written. */
const typicalPromptTokens = 1_000

/**
 * One number to compare endpoints by. Requests read about three tokens for each that they write, so the price of the
 * prompt counts three times.
 */
export function scalarPrice(endpoint: Endpoint, promptTokens: number, nowMs: number): number {
  const { promptPicos, completionPicos } = priceNow(endpoint, promptTokens, nowMs)
  const feePicos = ((endpoint.price.requestNanos ?? 0) * 1_000) / typicalPromptTokens
  return 3 * (promptPicos + feePicos) + completionPicos
}
