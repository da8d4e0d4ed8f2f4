import { Hono } from 'hono/tiny'
import * as z from 'zod/mini'
import { findAccountId } from '../accounts/accounts.ts'
import { authenticate, authenticateOperator, identify } from '../accounts/caller.ts'
import { accountReference, keyHash, pageSize, queryInteger } from '../accounts/fields.ts'
import { generationObject, operatorGenerationObject } from '../activity/generation-object.ts'
import { findGeneration, listGenerations } from '../activity/generations.ts'
import { generationIdPattern } from '../base/ids.ts'
import type { Env } from '../env.ts'
import { queryOf } from './input.ts'

const generationQuery = z.strictObject({ id: z.string() })

const generationsQuery = z.strictObject({
  account: z.optional(accountReference),
  api_key_hash: z.optional(keyHash),
  model: z.optional(z.string().check(z.maxLength(200))),
  provider: z.optional(z.string().check(z.maxLength(100))),
  status: z.optional(queryInteger({ min: 100, max: 599 })),
  before: z.optional(z.string().check(z.regex(generationIdPattern, 'must be the id of a generation'))),
  limit: z._default(pageSize, 20),
})

/** One generation, for any key of its account and for the operator. */
export const generation = new Hono<{ Bindings: Env }>().get('/', async (c) => {
  const { accountId, keyHash: hash } = await authenticate(c.env, c.req.raw.headers)
  const { keyClass } = await identify(c.env, { accountId, keyHash: hash })
  const { id } = queryOf(c, generationQuery)
  const scope = keyClass === 'management' ? 'all accounts' : 'own account'
  return c.json({ data: generationObject(await findGeneration(c.env, { accountId, scope }, id)) })
})

/** The last generations of an account, for the operator. */
export const generations = new Hono<{ Bindings: Env }>().get('/', async (c) => {
  await authenticateOperator(c.env, c.req.raw.headers)
  const { account, ...filter } = queryOf(c, generationsQuery)
  const accountId = await findAccountId(c.env, account)
  const page = await listGenerations(c.env, { ...filter, accountId })
  return c.json({ data: page.generations.map(operatorGenerationObject), next: page.next })
})
