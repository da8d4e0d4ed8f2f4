import { Hono } from 'hono/tiny'
import {
  accountChange,
  accountPage,
  changeAccount,
  createAccount,
  findAccountId,
  listAccounts,
  newAccount,
} from '../accounts/accounts.ts'
import { authenticateOperator } from '../accounts/caller.ts'
import { reconcileAfter, reconcilePage } from '../accounts/reconcile.ts'
import type { Env } from '../env.ts'
import { bodyOf, noParameters, queryOf } from './input.ts'

/** Further accounts, each with its own balance, keys and mark-up, for the operator. */
export const accounts = new Hono<{ Bindings: Env }>()
  .get('/', async (c) => {
    await authenticateOperator(c.env, c.req.raw.headers)
    return c.json(await listAccounts(c.env, queryOf(c, accountPage)))
  })
  .post('/', async (c) => {
    await authenticateOperator(c.env, c.req.raw.headers)
    queryOf(c, noParameters)
    const input = await bodyOf(c, newAccount)
    return c.json({ data: await createAccount(c.env, input, Date.now()) }, 201)
  })
  .patch('/:account', async (c) => {
    await authenticateOperator(c.env, c.req.raw.headers)
    queryOf(c, noParameters)
    const change = await bodyOf(c, accountChange)
    const id = await findAccountId(c.env, c.req.param('account'))
    return c.json({ data: await changeAccount(c.env, id, change) })
  })
  .post('/reconcile', async (c) => {
    await authenticateOperator(c.env, c.req.raw.headers)
    return c.json({ data: await reconcileAfter(c.env, queryOf(c, reconcilePage).after) })
  })
