/** A strict table takes integers only, and one refused row would hold up every line behind it. */
export function whole(value: number): number {
  return Number.isFinite(value) ? Math.round(value) : 0
}
