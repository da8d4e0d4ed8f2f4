import type { SeedEndpoint, SeedPrice } from './seed.ts'

/** Who passes Anthropic's prices on. */
const sellers = new Set(['anthropic', 'amazon-bedrock', 'google-vertex', 'azure', 'openrouter'])

/**
 * The endpoint with what Claude's cache costs for an hour, which most lists lack: twice the prompt, where five minutes
 * are 1.25 times.
 */
export function withHourOfCache(endpoint: SeedEndpoint): SeedEndpoint {
  if (!sellers.has(endpoint.provider) || !endpoint.model.includes('claude')) return endpoint
  const { tiers } = endpoint
  return { ...withHour(endpoint), ...(tiers && { tiers: tiers.map(withHour) }) }
}

function withHour<T extends Pick<SeedPrice, 'prompt' | 'cacheWrite' | 'cacheWriteLong'>>(prices: T): T {
  const { prompt, cacheWrite, cacheWriteLong } = prices
  const isUsual = Math.round(Number(cacheWrite) * 1e6) === Math.round(Number(prompt) * 1.25e6)
  if (cacheWriteLong !== undefined || !isUsual) return prices
  return { ...prices, cacheWriteLong: String(Number(prompt) * 2) }
}
