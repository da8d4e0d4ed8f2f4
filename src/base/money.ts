/**
 * Money is integers. Balances, holds and costs are nano-USD (1e-9 USD) in a `number`, exact up to 2^53, about
 * nine million dollars; prices are pico-USD (1e-12 USD) per token; a cost is computed in BigInt pico-USD and
 * rounded up once per generation.
 */
export type UsdNanos = number
export type UsdPicos = number

export const nanosPerUsd = 1_000_000_000

/** The largest amount a column may hold; below 2^53 with room for sums. */
export const nanosMax = 9_000_000_000_000_000

/** Nano-USD as the dollars of a JSON reply. */
export function toUsd(nanos: UsdNanos): number {
  return nanos / nanosPerUsd
}

/** Nano-USD for people: `$10.00`, `$0.000123`. */
export function formatUsd(nanos: UsdNanos): string {
  const [whole = '0', decimals = ''] = (Math.abs(nanos) / nanosPerUsd).toFixed(9).split('.')
  const cents = decimals.replace(/0+$/, '').padEnd(2, '0')
  return `${nanos < 0 ? '-' : ''}$${whole}.${cents}`
}

/**
 * Dollars as a client writes them in JSON (`5`, `0.25`, `"1.5"`), exactly, as nano-USD.
 * `undefined` where it is no decimal number, has more than nine decimals, or is out of range.
 */
export function parseUsd(dollars: number | string): UsdNanos | undefined {
  const scaled = parseDecimal(decimalText(dollars), 9)
  if (scaled === undefined || scaled > nanosMax || scaled < -nanosMax) return undefined
  return Number(scaled)
}

/** A decimal text such as `-12.50`, scaled by 10^decimals; `undefined` where it does not fit exactly. */
export function parseDecimal(text: string, decimals: number): bigint | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(text)
  if (!match) return undefined
  const [, sign = '', whole = '0', fraction = ''] = match
  if (fraction.replace(/0+$/, '').length > decimals) return undefined
  const scaled = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
  return sign ? -scaled : scaled
}

/** The shortest decimal text of a number, without the exponent that `1e-7` would print. */
function decimalText(value: number | string): string {
  if (typeof value === 'string') return value
  const text = String(value)
  const match = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text)
  if (!match) return text
  const [, sign = '', digit = '', rest = '', exponent = '0'] = match
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${digit}${rest}`
}
