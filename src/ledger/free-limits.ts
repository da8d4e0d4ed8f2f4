import * as z from 'zod/mini'
import type { Env } from '../env.ts'

const count = z.int().check(z.nonnegative())

/** How much an account may ask of free models, whichever of its keys it uses. The variable `FREE_LIMITS` overrides single values. */
const limits = z.strictObject({
  perMinute: z._default(count, 20),
  /** In a UTC day; a request that its provider fails counts as well. */
  perDay: z._default(count, 50),
  /** The same once so much was purchased, ever; what was granted does not count. */
  perDayAfterPurchase: z._default(count, 1000),
  purchaseUsd: z._default(z.number().check(z.nonnegative()), 10),
  /** Of prompts and answers in a UTC day. The answer that reaches it is completed, and the next request is refused. */
  tokensPerDay: z._default(count, 5_000_000),
})

export type FreeLimits = z.infer<typeof limits>

/** None where the operator turned them off. A text that cannot be read changes nothing: the limits are what they are without it. */
export function freeLimitsOf({ FREE_LIMITS = '{}' }: Pick<Env, 'FREE_LIMITS'>): FreeLimits | undefined {
  if (FREE_LIMITS === 'off') return undefined
  try {
    return limits.parse(JSON.parse(FREE_LIMITS))
  } catch (error) {
    console.error(JSON.stringify({ event: 'free_limits_unreadable', error: String(error) }))
    return limits.parse({})
  }
}
