import { Hono } from 'hono/tiny'
import { findAccountId } from '../accounts/accounts.ts'
import { authenticateOperator } from '../accounts/caller.ts'
import {
  changeKey,
  createKey,
  deleteKey,
  getKey,
  keyChange,
  keyPage,
  listKeys,
  newKey,
} from '../accounts/keys.ts'
import type { Env } from '../env.ts'
import { bodyOf, noParameters, queryOf } from './input.ts'

/** The keys of the deployment, for its operator. */
export const keys = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    await authenticateOperator(c.env, c.req.raw.headers)
    const page = queryOf(c, keyPage)
    const accountId = await findAccountId(c.env, page.account)
    return c.json({ data: await listKeys(c.env, accountId, page) })
  })
  .post('/', async (c) => {
    await authenticateOperator(c.env, c.req.raw.headers)
    queryOf(c, noParameters)
    const input = await bodyOf(c, newKey)
    const accountId = await findAccountId(c.env, input.account)
    return c.json(await createKey(c.env, accountId, input, Date.now()), 201)
  })
  .get('/:hash', async (c) => {
    await authenticateOperator(c.env, c.req.raw.headers)
    queryOf(c, noParameters)
    return c.json({ data: await getKey(c.env, c.req.param('hash')) })
  })
  .patch('/:hash', async (c) => {
    await authenticateOperator(c.env, c.req.raw.headers)
    queryOf(c, noParameters)
    const change = await bodyOf(c, keyChange)
    return c.json({ data: await changeKey(c.env, c.req.param('hash'), change, Date.now()) })
  })
  .delete('/:hash', async (c) => {
    await authenticateOperator(c.env, c.req.raw.headers)
    queryOf(c, noParameters)
    await deleteKey(c.env, c.req.param('hash'), Date.now())
    return c.json({ deleted: true })
  })
