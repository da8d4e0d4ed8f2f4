import type { Selection } from './resolve.ts'

/** The contract's orders. Those by benchmarks, which are not known here, leave the list as it is. */
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

/** What a model was used for, and how fast it was. */
export interface Use {
  tokens: number
  /** To the first token, in ms, at the median; null where nobody saw one. */
  latency: number | null
  /** Tokens a second, at the median. */
  rate: number | null
}

const last = Number.POSITIVE_INFINITY

const measures: { readonly [S in Sort]?: (selection: Selection) => number } = {
  newest: ({ model }) => -model.created,
  'pricing-low-to-high': meanPrice,
  'pricing-high-to-low': (selection) => -meanPrice(selection),
  'context-high-to-low': ({ endpoints }) => -Math.max(...endpoints.map((each) => each.contextLength)),
}

const popularity = ({ tokens }: Use): number => -tokens

const measuresOfUse: { readonly [S in Sort]?: (use: Use) => number } = {
  'most-popular': popularity,
  'top-weekly': popularity,
  'throughput-high-to-low': ({ rate }) => (rate === null ? last : -rate),
  'latency-low-to-high': ({ latency }) => latency ?? last,
}

export function sortsByUse(sort: Sort | undefined): boolean {
  return sort !== undefined && measuresOfUse[sort] !== undefined
}

/** In the order of a measure; models with the same, and at the end those without, stay as they are listed. */
export function sorted<T extends { selection: Selection }>(
  listed: readonly T[],
  sort: Sort | undefined,
  uses?: ReadonlyMap<string, Use>,
): readonly T[] {
  const measure = sort && (measures[sort] ?? byUse(measuresOfUse[sort], uses))
  if (!measure) return listed
  const measured = listed.map((row) => ({ row, value: measure(row.selection) }))
  return measured
    .toSorted((left, right) => (left.value === right.value ? 0 : left.value - right.value))
    .map(({ row }) => row)
}

function byUse(measure: ((use: Use) => number) | undefined, uses: ReadonlyMap<string, Use> | undefined) {
  if (!measure || !uses) return undefined
  return ({ model }: Selection): number => {
    const use = uses.get(model.id)
    return use ? measure(use) : last
  }
}

/** Of prompt and completion, of the endpoint that the list shows. */
function meanPrice({ endpoints: [top] }: Selection): number {
  return top ? (top.price.promptPicos + top.price.completionPicos) / 2 : Number.POSITIVE_INFINITY
}
