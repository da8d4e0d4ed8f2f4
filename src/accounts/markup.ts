import * as z from 'zod'
import type { Markups } from '../ledger/contract.ts'
import { parseMarkup } from '../ledger/cost.ts'

const factorMax = 1_000n
const message = `must be a factor from 0 to ${factorMax}, as a decimal with at most 9 decimals or as a fraction such as 21/20`

/** One exact factor on the provider's price. A number is taken by the decimal digits it was written with. */
const factor = z
  .union([z.number(), z.string()], { error: message })
  .transform(String)
  .refine(isFactor, message)

/** What an account's answers cost, as a factor on the provider's price: one for all models, or by model too. */
export const markup = z
  .union(
    [
      factor.transform((text): Markups => ({ default: text, models: {} })),
      z.strictObject({
        default: factor.default('1'),
        models: z.record(z.string().max(200), factor).default({}),
      }),
    ],
    { error: message },
  )
  .refine(({ models }) => Object.keys(models).length <= 1_000, 'must name at most 1,000 models')

function isFactor(text: string): boolean {
  const parsed = parseMarkup(text)
  return parsed !== undefined && parsed.numerator <= factorMax * parsed.denominator
}
