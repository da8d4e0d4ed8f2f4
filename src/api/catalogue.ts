import { Hono } from 'hono/tiny'
import * as z from 'zod/mini'
import { authenticateOperator } from '../accounts/caller.ts'
import { GatewayError } from '../base/errors.ts'
import { catalogueOf } from '../catalogue/catalogue.ts'
import type { Model } from '../catalogue/model.ts'
import { dropOverride, listOverrides, setOverride, type Override } from '../catalogue/overrides.ts'
import { pinnedPrice, privateModel, privateSeed, unapproved } from '../catalogue/private-model.ts'
import { rollBack, servingVersion } from '../catalogue/run-refresh.ts'
import { dataPolicy } from '../catalogue/seed.ts'
import { stateOf } from '../catalogue/state.ts'
import { providerOf } from '../providers/table.ts'
import type { Env } from '../env.ts'
import { bodyOf, noParameters, queryOf } from './input.ts'

const id = z.string().check(z.minLength(1), z.maxLength(200))
const hidden = z.strictObject({ model: id })
const pinned = z.strictObject({
  model: id,
  provider: z.string().check(z.maxLength(60)),
  ...pinnedPrice.shape,
})
const policy = z.strictObject({
  model: z.optional(id),
  provider: z.string().check(z.maxLength(60)),
  training: z.boolean(),
  retains_prompts: z.boolean(),
  retention_days: z.optional(dataPolicy.shape.retentionDays),
})
const whosePolicy = z.strictObject({ model: z.optional(id), provider: policy.shape.provider })
const whosePrice = z.strictObject({ model: id, provider: z.string().check(z.maxLength(60)) })

/** What the operator decides about models: which are served, what they cost, and which are added. */
export const catalogue = new Hono<{ Bindings: Env }>()

catalogue.use(async (c, next) => {
  await authenticateOperator(c.env, c.req.raw.headers)
  await next()
})

catalogue.get('/', async (c) => {
  queryOf(c, noParameters)
  const { base, version, shards } = await stateOf(c.env, Date.now())
  const refreshed = await servingVersion(c.env)
  const overrides = (await listOverrides(c.env)).map(({ model, kind, provider, value, updated_at: at }) => ({
    ...(model !== '' && { model }),
    kind,
    ...(provider !== '' && { provider }),
    ...(kind !== 'hidden' && { value: JSON.parse(value) }),
    updated_at: new Date(at).toISOString(),
  }))
  return c.json({
    data: { snapshot: base, version, refreshed_shards: Object.keys(shards).length, refreshed, overrides },
  })
})

catalogue.put('/hidden', async (c) => {
  const { model } = await bodyOf(c, hidden)
  await known(c.env, model)
  return c.json({ data: await decided(c.env, { model, kind: 'hidden', provider: '', value: {} }) })
})

catalogue.put('/prices', async (c) => {
  const { model, provider, ...value } = await bodyOf(c, pinned)
  await knownAt(c.env, model, provider)
  return c.json({ data: await decided(c.env, { model, kind: 'price', provider, value }) })
})

catalogue.put('/models', async (c) => {
  const model = await bodyOf(c, privateModel)
  const [refused] = unapproved(model, c.env.CATALOGUE_HOSTS)
  if (refused !== undefined) {
    const host = new URL(refused).host
    throw new GatewayError(
      'invalid_request',
      `base_url: ${host} is not a public host over https. Name it in CATALOGUE_HOSTS to approve it`,
    )
  }
  const value = privateSeed(model, Date.now())
  return c.json({ data: await decided(c.env, { model: model.id, kind: 'model', provider: '', value }) })
})

catalogue.delete('/hidden', async (c) => {
  const { model } = queryOf(c, hidden)
  return c.json(await taken(c.env, { model, kind: 'hidden', provider: '' }))
})

catalogue.delete('/prices', async (c) => {
  const { model, provider } = queryOf(c, whosePrice)
  return c.json(await taken(c.env, { model, kind: 'price', provider }))
})

catalogue.delete('/models', async (c) => {
  const { model } = queryOf(c, hidden)
  return c.json(await taken(c.env, { model, kind: 'model', provider: '' }))
})

/** What an operator has agreed with a provider, or found out about it, counts for more than what that has published. */
catalogue.put('/policies', async (c) => {
  const { model = '', provider, training, ...kept } = await bodyOf(c, policy)
  if (!providerOf(provider)) throw new GatewayError('not_found', `provider: ${provider} is no provider`)
  if (model !== '') await knownAt(c.env, model, provider)
  const { retains_prompts: retains, retention_days: retentionDays = retains ? null : 0 } = kept
  const value = { training, retains, retentionDays }
  return c.json({ data: await decided(c.env, { model, kind: 'policy', provider, value }) })
})

catalogue.delete('/policies', async (c) => {
  const { model = '', provider } = queryOf(c, whosePolicy)
  return c.json(await taken(c.env, { model, kind: 'policy', provider }))
})

/** Serves an earlier refresh again, until the list says something new. */
catalogue.post('/rollback', async (c) => {
  const { number } = await bodyOf(c, z.strictObject({ number: z.int().check(z.positive()) }))
  const version = await rollBack(c.env, number, Date.now())
  if (version !== undefined) return c.json({ data: { version } })
  throw new GatewayError('not_found', `number: there is no refresh ${number} of this snapshot`)
})

async function known(env: Env, model: string): Promise<Model> {
  const found = await (await catalogueOf(env)).model(model)
  if (found) return found
  throw new GatewayError('not_found', `model: there is no ${model} in the catalogue`)
}

async function knownAt(env: Env, model: string, provider: string): Promise<void> {
  const { endpoints } = await known(env, model)
  if (endpoints.some((endpoint) => endpoint.provider === provider)) return
  const at = [...new Set(endpoints.map((endpoint) => endpoint.provider))].join(', ')
  throw new GatewayError('not_found', `provider: ${model} is not at ${provider}. It is at ${at}`)
}

async function decided(env: Env, override: Override): Promise<object> {
  await setOverride(env, override, Date.now())
  const { model, kind, provider, value } = override
  return {
    ...(model !== '' && { model }),
    kind,
    ...(provider !== '' && { provider }),
    ...(kind !== 'hidden' && { value }),
  }
}

async function taken(env: Env, override: Omit<Override, 'value'>): Promise<object> {
  if (await dropOverride(env, override, Date.now())) return { deleted: true }
  throw new GatewayError(
    'not_found',
    `There is no such decision about ${override.model || override.provider}`,
  )
}
