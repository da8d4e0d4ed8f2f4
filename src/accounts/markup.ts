import * as z from 'zod/mini'
import type { Markups } from '../ledger/contract.ts'
import { parseMarkup } from '../ledger/cost.ts'

const factorMax = 1_000n
const message = `must be a factor from 0 to ${factorMax}, as a decimal with at most 9 decimals or as a fraction such as 21/20`

/** One exact factor on the provider's price. A number is taken by the decimal digits it was written with. */
const factor = z
  .pipe(z.union([z.number(), z.string()], { error: message }), z.transform(String))
  .check(z.refine(isFactor, message))

/** What an account's answers cost, as a factor on the provider's price: one for all models, or by model too. */
export const markup = z
  .union(
    [
      z.pipe(
        factor,
        z.transform((text): Markups => ({ default: text, models: {} })),
      ),
      z.strictObject({
        default: z._default(factor, '1'),
        models: z._default(z.record(z.string().check(z.maxLength(200)), factor), {}),
      }),
    ],
    { error: message },
  )
  .check(z.refine(({ models }) => Object.keys(models).length <= 1_000, 'must name at most 1,000 models'))

function isFactor(text: string): boolean {
  const parsed = parseMarkup(text)
  return parsed !== undefined && parsed.numerator <= factorMax * parsed.denominator
}
