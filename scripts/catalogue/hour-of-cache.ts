import type { SeedModel } from '../../src/catalogue/seed.ts'

/** Who passes Anthropic's price on: what is kept for an hour costs twice the prompt, where five minutes cost 1.25 times. */
const sellers: ReadonlySet<string> = new Set([
  'anthropic',
  'amazon-bedrock',
  'google-vertex',
  'azure',
  'openrouter',
])

interface Prices {
  prompt?: string | undefined
  cacheWrite?: string | undefined
  cacheWriteLong?: string | undefined
}

/** The model with that price where its endpoints lack it, as most lists do. */
export function withHourOfCache(model: SeedModel): SeedModel {
  const endpoints = model.endpoints.map((endpoint) => {
    if (!sellers.has(endpoint.provider) || !endpoint.model.includes('claude')) return endpoint
    const { tiers } = endpoint
    return { ...withHour(endpoint), ...(tiers && { tiers: tiers.map(withHour) }) }
  })
  return { ...model, endpoints }
}

function withHour<T extends Prices>(prices: T): T {
  const { prompt, cacheWrite, cacheWriteLong } = prices
  if (prompt === undefined || cacheWrite === undefined || cacheWriteLong !== undefined) return prices
  const millionths = Math.round(Number(prompt) * 1e6)
  const isUsual = Math.round(Number(cacheWrite) * 1e6) === Math.round(millionths * 1.25)
  return isUsual ? { ...prices, cacheWriteLong: String((2 * millionths) / 1e6) } : prices
}
