import { isAggregator } from './hosts.ts'
import type { Endpoint } from './model.ts'

/**
 * One number to compare prices by. A typical request reads about three tokens for each it writes, so the prompt
 * counts three times.
 */
function weight({ price }: Endpoint): number {
  return price.promptPicos * 3 + price.completionPicos
}

/**
 * Hosts themselves, cheapest first, and after them whoever sells what others host: the same machine through one more
 * hand. Endpoints of one price stay as the catalogue lists them. Tiers that one must ask for come last.
 */
export function cheapestFirst(endpoints: readonly Endpoint[]): Endpoint[] {
  return endpoints.toSorted(
    (left, right) =>
      Number(left.tier !== undefined) - Number(right.tier !== undefined) ||
      Number(isAggregator(left.provider)) - Number(isAggregator(right.provider)) ||
      weight(left) - weight(right),
  )
}
