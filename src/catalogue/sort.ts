import type { Selection } from './resolve.ts'

/** The contract's orders. Those by what is not measured here leave the list as it is. */
export const sorts = [
  'most-popular',
  'newest',
  'top-weekly',
  'pricing-low-to-high',
  'pricing-high-to-low',
  'context-high-to-low',
  'throughput-high-to-low',
  'latency-low-to-high',
  'intelligence-high-to-low',
  'coding-high-to-low',
  'agentic-high-to-low',
  'design-arena-elo-high-to-low',
] as const

export type Sort = (typeof sorts)[number]

const measures: { readonly [S in Sort]?: (selection: Selection) => number } = {
  newest: ({ model }) => -model.created,
  'pricing-low-to-high': meanPrice,
  'pricing-high-to-low': (selection) => -meanPrice(selection),
  'context-high-to-low': ({ endpoints }) => -Math.max(...endpoints.map((each) => each.contextLength)),
}

/** In the order of a measure; models with the same stay as they are listed. */
export function sorted<T extends { selection: Selection }>(
  listed: readonly T[],
  sort: Sort | undefined,
): readonly T[] {
  const measure = sort && measures[sort]
  if (!measure) return listed
  return listed.toSorted((left, right) => measure(left.selection) - measure(right.selection))
}

/** Of prompt and completion, of the endpoint that the list shows. */
function meanPrice({ endpoints: [top] }: Selection): number {
  return top ? (top.price.promptPicos + top.price.completionPicos) / 2 : Number.POSITIVE_INFINITY
}
