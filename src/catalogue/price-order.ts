import type { Endpoint } from './model.ts'

/**
 * One number to compare prices by. A typical request reads about three tokens for each it writes, so the prompt
 * counts three times.
 */
function weight({ price }: Endpoint): number {
  return price.promptPicos * 3 + price.completionPicos
}

/** Cheapest first; endpoints of one price stay as the catalogue lists them. */
export function cheapestFirst(endpoints: readonly Endpoint[]): Endpoint[] {
  return endpoints.toSorted((left, right) => weight(left) - weight(right))
}
