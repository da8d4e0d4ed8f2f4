import * as z from 'zod/mini'
import { GatewayError } from '../base/errors.ts'
import { formatUsd, toUsd } from '../base/money.ts'
import type { Env } from '../env.ts'
import { ledger } from '../ledger/client.ts'
import type { CreditRequest } from '../ledger/contract.ts'
import { accountReference, line, usd } from './fields.ts'

export const newCredit = z.strictObject({
  amount: usd.check(z.refine((nanos) => nanos !== 0, 'must not be 0')),
  kind: z.enum(['purchase', 'grant', 'correction']),
  // Corrections by the ledger itself have references that begin so.
  reference: line(128).check(z.regex(/^(?!adjust:)/, 'must not begin with adjust:')),
  account: z.optional(accountReference),
  note: z._default(
    z.nullable(z.string().check(z.maxLength(1_000, 'must have at most 1000 characters'))),
    null,
  ),
})

/** What an account was given and what it has used, from its object: a read right after an answer includes it. */
export async function creditsOf(env: Env, accountId: string): Promise<object> {
  const { creditsNanos, usageNanos } = await ledger(env, accountId).balance()
  return { total_credits: toUsd(creditsNanos), total_usage: toUsd(usageNanos) }
}

/**
 * Gives credit, or takes it back, once for each reference. A repetition is answered with the balance of the first
 * time, so that a client that lost the reply reads what it would have read.
 */
export async function addCredit(
  env: Env,
  accountId: string,
  credit: CreditRequest,
): Promise<{ created: boolean; data: object }> {
  const result = await ledger(env, accountId).credit(credit)
  if (result.ok) {
    const { created, amountNanos, balanceNanos } = result
    const data = { reference: credit.reference, amount: toUsd(amountNanos), balance: toUsd(balanceNanos) }
    return { created, data }
  }
  switch (result.reason) {
    case 'conflict': {
      const message = `The reference ${credit.reference} was used before, for ${formatUsd(result.amountNanos)}`
      throw new GatewayError('conflict', message)
    }
    case 'insufficient': {
      const available = formatUsd(Math.max(0, result.availableNanos))
      throw new GatewayError('conflict', `Only ${available} can be taken back`)
    }
    case 'too_much':
      throw new GatewayError('conflict', `An account takes at most ${formatUsd(result.mostNanos)} in all`)
  }
}
