/** The efforts of the contract from least to most, and the share of the completion each stands for. */
export const effortShares = {
  none: 0,
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.95,
  max: 0.95,
} as const

export const efforts: readonly string[] = Object.keys(effortShares)

/** The effort whose share of the completion comes closest to a budget; medium where the completion has no cap. */
export function effortOfBudget(budget: number, completionTokensMax: number | undefined): string {
  if (budget === 0) return 'none'
  if (!completionTokensMax) return 'medium'
  const distance = (share: number): number => Math.abs(share - budget / completionTokensMax)
  const ranked = Object.entries(effortShares)
    .filter(([effort]) => effort !== 'none' && effort !== 'max')
    .toSorted(([, left], [, right]) => distance(left) - distance(right))
  return ranked[0]?.[0] ?? 'medium'
}

/** The effort itself where the host knows it, else the next higher one, else its highest. Not thinking has no neighbour. */
export function nearestEffort(wanted: string, known: readonly string[]): string | undefined {
  if (known.includes(wanted)) return wanted
  if (wanted === 'none') return undefined
  const higher = efforts.slice(efforts.indexOf(wanted)).find((effort) => known.includes(effort))
  return higher ?? known.at(-1)
}
