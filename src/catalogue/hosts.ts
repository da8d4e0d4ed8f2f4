import { switches } from '../providers/live.ts'
import { providerOf, waysToLive } from '../providers/table.ts'

/** Whether a provider serves whatever model it has, listed here or not. */
export function isOpen(slug: string): boolean {
  return providerOf(slug)?.open === true
}

/** Whether a provider sells what others host. */
export function isAggregator(slug: string): boolean {
  return providerOf(slug)?.aggregator === true
}

/** What must be set before a provider can be called: `OPENAI_API_KEY`. */
export function settingFor(slug: string): string {
  const provider = providerOf(slug)
  if (!provider || provider.transport) return 'SIMULATOR=on'
  const ways = waysToLive(provider).map((set) => set.join(' and '))
  // Who is deployed has the switch, and needs no key.
  return [...ways, ...(provider.binding ? [`${switches[provider.binding]}=on`] : [])].join(', or ')
}

/** A provider as people spell it. */
export function nameOf(slug: string): string {
  return providerOf(slug)?.name ?? slug
}
