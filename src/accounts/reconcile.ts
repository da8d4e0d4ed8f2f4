import * as z from 'zod/mini'
import { GatewayError } from '../base/errors.ts'
import { defaultAccountId } from '../base/ids.ts'
import { answerOf } from '../base/sql.ts'
import type { Env } from '../env.ts'
import { ledger } from '../ledger/client.ts'

/** Each is one call of its object, and the Free plan allows 50 calls of anything in one run. */
const accountsMax = 25

export const reconcilePage = z.strictObject({
  after: z.optional(z.string().check(z.regex(/^[0-9a-f]{16}$/, 'must be the id of an account'))),
})

/** What came of telling some accounts' objects to bring D1 up to date. */
interface Reconciled {
  accounts: number
  /** How many lines their objects are about to send. */
  lines: number
  /** Ids of those whose objects did not answer. */
  failed: string[]
}

/** The next accounts in the order of their ids, for an operator who has just restored D1 and does not want to wait. */
export async function reconcileAfter(env: Env, after: string | undefined): Promise<object> {
  const query = env.DB.prepare('select id from accounts where id > ? order by id limit ?')
  const { results } = await answerOf(query.bind(after ?? '', accountsMax).all<{ id: string }>())
  const ids = results.map(({ id }) => id)
  // The account of whoever asks exists, though an older copy of D1 may not list it.
  if (after === undefined && ids[0] !== defaultAccountId) ids.unshift(defaultAccountId)
  return { ...(await reconcile(env, ids)), next: results.length < accountsMax ? null : ids.at(-1) }
}

/** The accounts whose turn it is in this hour: everyone's comes, after as many hours as there are pages of them. */
export async function reconcileInTurn(env: Env, hour: number): Promise<Reconciled> {
  const query = env.DB.prepare(
    `select id from accounts order by id limit ?1
     offset ?1 * (?2 % max(1, (select (count(*) + ?1 - 1) / ?1 from accounts)))`,
  )
  const { results } = await answerOf(query.bind(accountsMax, hour).all<{ id: string }>())
  return await reconcile(
    env,
    results.map(({ id }) => id),
  )
}

async function reconcile(env: Env, ids: string[]): Promise<Reconciled> {
  const answers = await Promise.all(
    ids.map(async (id) => {
      try {
        return await ledger(env, id).reconcile()
      } catch (error) {
        if (error instanceof GatewayError) return undefined
        throw error
      }
    }),
  )
  return {
    accounts: ids.length,
    lines: answers.reduce((sum, answer) => sum + (answer?.lines ?? 0), 0),
    failed: ids.filter((_, index) => answers[index] === undefined),
  }
}
