import { Hono } from 'hono/tiny'
import * as z from 'zod/mini'
import { findAccountId } from '../accounts/accounts.ts'
import { authenticateOperator } from '../accounts/caller.ts'
import { addCredit, creditsOf, newCredit } from '../accounts/credits.ts'
import { accountReference } from '../accounts/fields.ts'
import type { Env } from '../env.ts'
import { bodyOf, noParameters, queryOf } from './input.ts'

const creditsQuery = z.strictObject({ account: z.optional(accountReference) })

/** The money of an account, for the operator. */
export const credits = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    await authenticateOperator(c.env, c.req.raw.headers)
    const accountId = await findAccountId(c.env, queryOf(c, creditsQuery).account)
    return c.json({ data: await creditsOf(c.env, accountId) })
  })
  .post('/', async (c) => {
    await authenticateOperator(c.env, c.req.raw.headers)
    queryOf(c, noParameters)
    const { amount: amountNanos, account, kind, reference, note } = await bodyOf(c, newCredit)
    const accountId = await findAccountId(c.env, account)
    const { created, data } = await addCredit(c.env, accountId, { amountNanos, kind, reference, note })
    return c.json({ data }, created ? 201 : 200)
  })
