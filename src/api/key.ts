import { Hono } from 'hono/tiny'
import { authenticate, identify } from '../accounts/caller.ts'
import { describeOwnKey } from '../accounts/keys.ts'
import type { Env } from '../env.ts'

/** The key that asks, about itself. */
export const key = new Hono<{ Bindings: Env }>().get('/', async (c) => {
  const caller = await authenticate(c.env, c.req.raw.headers)
  await identify(c.env, caller)
  return c.json({ data: await describeOwnKey(c.env, caller) })
})
