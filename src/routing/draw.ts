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

/** A stream of numbers in [0, 1) from a text: the same everywhere (xmur3 and mulberry32, public domain). */
export function seededRandom(text: string): () => number {
  let state = 1779033703 ^ text.length
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 3432918353)
    state = (state << 13) | (state >>> 19)
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
