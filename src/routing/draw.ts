/**
 * Draws one with a probability proportional to 1/price², and has the others follow by price. What costs nothing is
 * drawn among its like, before all that costs something.
 */
export function drawByPrice<T>(items: readonly T[], priceOf: (item: T) => number, random: () => number): T[] {
  const byPrice = items.toSorted((left, right) => priceOf(left) - priceOf(right))
  const [cheapest] = byPrice
  if (cheapest === undefined || byPrice.length === 1) return byPrice
  const least = priceOf(cheapest)
  // Prices are compared with the least of them, so that no square leaves what a double can hold.
  const weights = byPrice.map((item) =>
    least === 0 ? Number(priceOf(item) === 0) : (least / priceOf(item)) ** 2,
  )
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0)
  const drawn = weights.findIndex((weight) => (left -= weight) < 0)
  const [first = cheapest] = byPrice.splice(Math.max(0, drawn), 1)
  return [first, ...byPrice]
}
