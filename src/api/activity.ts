import { Hono } from 'hono/tiny'
import * as z from 'zod/mini'
import { findAccountId } from '../accounts/accounts.ts'
import { authenticateOperator } from '../accounts/caller.ts'
import { accountReference, keyHash } from '../accounts/fields.ts'
import { activityDays, activityOf, activityWindow } from '../activity/statistics.ts'
import { GatewayError } from '../base/errors.ts'
import { dayMs } from '../base/time.ts'
import type { Env } from '../env.ts'
import { queryOf } from './input.ts'

const notYet = z.optional(z.undefined({ error: 'not supported yet' }))

const activityQuery = z.strictObject({
  date: z.optional(
    z.union([z.literal('today'), z.iso.date({ error: 'must be a UTC day as YYYY-MM-DD, or today' })]),
  ),
  api_key_hash: z.optional(keyHash),
  account: z.optional(accountReference),
  group_by: notYet,
  user_id: notYet,
  workspace_id: notYet,
})

/** What an account used on the last completed days, or today so far, for the operator. */
export const activity = new Hono<{ Bindings: Env }>().get('/', async (c) => {
  await authenticateOperator(c.env, c.req.raw.headers)
  const query = queryOf(c, activityQuery)
  const window = windowOf(query.date, Date.now())
  const accountId = await findAccountId(c.env, query.account)
  return c.json({ data: await activityOf(c.env, accountId, window, query.api_key_hash) })
})

function windowOf(date: string | undefined, nowMs: number): { fromMs: number; untilMs: number } {
  const window = activityWindow(nowMs)
  if (date === undefined) return window
  if (date === 'today') return { fromMs: window.untilMs, untilMs: window.untilMs + dayMs }
  const fromMs = Date.parse(date)
  if (fromMs >= window.fromMs && fromMs < window.untilMs) return { fromMs, untilMs: fromMs + dayMs }
  const [first, last] = [window.fromMs, window.untilMs - dayMs].map((ms) =>
    new Date(ms).toISOString().slice(0, 10),
  )
  const reason = `must be one of the last ${activityDays} completed UTC days, ${first} to ${last}`
  throw new GatewayError('invalid_request', `date: ${reason}`)
}
