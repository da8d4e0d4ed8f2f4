import * as z from 'zod/mini'
import { parseUsd } from '../base/money.ts'

/** Field types that the inputs of management routes share. */

/** A text of one line; without its own bound nothing of it fits a page. */
export function line(lengthMax: number) {
  return z
    .string()
    .check(
      z.minLength(1, 'must not be empty'),
      z.maxLength(lengthMax, `must have at most ${lengthMax} characters`),
      z.regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not have control characters'),
    )
}

/** Dollars, as a number or as a decimal text, which keeps more digits; read as nano-USD. */
export const usd = z.pipe(
  z.union([z.number(), z.string()], { error: 'must be an amount of dollars' }),
  z.transform((dollars, { issues }) => {
    const nanos = parseUsd(dollars)
    if (nanos !== undefined) return nanos
    const message = 'must be an amount of dollars with at most 9 decimals, within ±9,000,000'
    issues.push({ code: 'custom', message, input: dollars })
    return z.NEVER
  }),
)

/** How many of something a limit allows. */
export const count = z
  .int('must be a whole number')
  .check(z.gte(1, 'must be at least 1'), z.lte(1_000_000_000, 'must be at most 1,000,000,000'))

/** An instant in UTC as Unix milliseconds. The contract refuses other offsets. */
export const utcInstant = z.pipe(
  z.iso
    .datetime({
      offset: true,
      error: 'must be an ISO 8601 date and time in UTC, such as 2030-01-31T00:00:00Z',
    })
    .check(z.regex(/(?:Z|\+00:00)$/, 'must be in UTC: end it with Z or +00:00')),
  z.transform((text) => Date.parse(text)),
)

/** An account's id or its name. */
export const accountReference = line(100)

/** The public id of a key: its SHA-256. */
export const keyHash = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'must be the hash of a key: 64 hex digits'))

/** A field of the contract that a later release honours; ignoring it now would mislead. */
export const notYet = z.optional(z.null({ error: 'not supported yet' }))

/** A whole number in a query. */
export function queryInteger(bounds: { min: number; max: number }) {
  const message = `must be a whole number from ${bounds.min} to ${bounds.max}`
  return z.pipe(
    z.pipe(z.string().check(z.regex(/^\d{1,9}$/, message)), z.transform(Number)),
    z.number().check(z.gte(bounds.min, message), z.lte(bounds.max, message)),
  )
}

export const offset = queryInteger({ min: 0, max: 999_999_999 })
export const pageSize = queryInteger({ min: 1, max: 100 })
