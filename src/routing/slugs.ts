import { nameOf } from '../catalogue/hosts.ts'
import type { Endpoint } from '../catalogue/model.ts'

/**
 * Whether what a client wrote names an endpoint (OpenRouter: base slug matching). A provider's slug or display name
 * means all its variants and regions, but for those of a service tier, which only their own tag names.
 */
export function names(written: string, endpoint: Endpoint): boolean {
  return endpoint.tier === undefined ? covers(written, endpoint) : slugOf(written) === endpoint.tag
}

export function isNamed(list: readonly string[], endpoint: Endpoint): boolean {
  return list.some((written) => names(written, endpoint))
}

/** Whether a slug or a display name means an endpoint, or the provider or the region that it is of, in any tier. */
export function covers(written: string, { provider, tag, region }: Endpoint): boolean {
  const wanted = slugOf(written)
  return (
    wanted === tag ||
    wanted === provider ||
    wanted === nameOf(provider).toLowerCase() ||
    (region !== undefined && wanted === `${provider}/${region}`)
  )
}

function slugOf(written: string): string {
  return written.trim().toLowerCase()
}
