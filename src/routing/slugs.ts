import { nameOf } from '../catalogue/hosts.ts'
import type { Endpoint } from '../catalogue/model.ts'

/**
 * Whether what a client wrote names an endpoint (OpenRouter: base slug matching). A provider's slug or display name
 * means all its variants and regions, but for those of a service tier, which only their own tag names.
 */
export function names(written: string, { provider, tag, region, tier }: Endpoint): boolean {
  const wanted = written.trim().toLowerCase()
  if (wanted === tag) return true
  if (tier !== undefined) return false
  return (
    wanted === provider ||
    wanted === nameOf(provider).toLowerCase() ||
    (region !== undefined && wanted === `${provider}/${region}`)
  )
}

export function isNamed(list: readonly string[], endpoint: Endpoint): boolean {
  return list.some((written) => names(written, endpoint))
}
