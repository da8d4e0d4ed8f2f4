/** What a goal says, and whether it was reached. */
export interface Goal {
  what: string
  goal: string
  measured: string
  met: boolean
}

/** Met where it was measured, and is no more. */
export function atMost(
  what: string,
  most: number,
  value: number,
  { unit, digits = 2 }: { unit: string; digits?: number },
): Goal {
  const measured = Number.isNaN(value) ? 'not measured: no /proc here' : `${value.toFixed(digits)} ${unit}`
  return { what, goal: `≤ ${most} ${unit}`, measured, met: value <= most }
}

export function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export function ms(value: number, digits = 2): string {
  return Number.isNaN(value) ? 'not measured' : value.toFixed(digits)
}

export function times(value: number): string {
  return `${value.toFixed(2)} ×`
}

export function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`
}
