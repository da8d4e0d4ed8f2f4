/**
 * One of several keys of a provider: `first*3, second` gives the first to three requests of four. `random` is from 0
 * up to, and without, 1. A text without a comma is one key.
 */
export function chooseKey(text: string, random: number): string {
  const choices = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(weighed)
  const total = choices.reduce((sum, { weight }) => sum + weight, 0)
  let left = random * total
  for (const { key, weight } of choices) {
    left -= weight
    if (left < 0) return key
  }
  return choices.at(-1)?.key ?? ''
}

function weighed(entry: string): { key: string; weight: number } {
  const [, key = entry, weight = '1'] = /^(.*?)(?:\s*\*\s*(\d{1,4}))?$/.exec(entry) ?? []
  return { key, weight: Number(weight) }
}
