import type { Context } from 'hono'
import { Hono } from 'hono/tiny'
import * as z from 'zod/mini'
import { modelUses } from '../activity/model-use.ts'
import { authenticate, digitsOfOurKey } from '../accounts/caller.ts'
import { offset, queryInteger } from '../accounts/fields.ts'
import { ownModels } from '../accounts/own-models.ts'
import { GatewayError } from '../base/errors.ts'
import { filtered, keepsNothing, type Filter } from '../catalogue/filter.ts'
import { listedModels, listText } from '../catalogue/listing.ts'
import { publicEndpoint, publicEndpoints, publicModel } from '../catalogue/public-model.ts'
import { selectModel } from '../catalogue/resolve.ts'
import { rssText } from '../catalogue/rss.ts'
import { sorted, sorts, sortsByUse } from '../catalogue/sort.ts'
import type { Env } from '../env.ts'
import { limitsOf } from '../gateway/limits.ts'
import { knownProfile } from '../gateway/profile.ts'
import { measuresOf } from '../routing/health/measures.ts'
import { queryOf } from './input.ts'

/** What can be called now. Needs no key: it says nothing of anybody's account. */
export const models = new Hono<{ Bindings: Env }>()

const json = { 'content-type': 'application/json' }

/** A number in a query, without sign or exponent. */
function decimal(most: number, message: string) {
  return z.optional(
    z.pipe(
      z.pipe(z.string().check(z.regex(/^\d{1,12}(\.\d{1,15})?$/, message)), z.transform(Number)),
      z.number().check(z.lte(most, message)),
    ),
  )
}

const count = z.optional(offset)
const amount = decimal(1e12, 'must be a number from 0, such as 2.5')
const list = z.optional(
  z.pipe(
    z.string(),
    z.transform((text) => text.split(',').map((name) => name.trim())),
  ),
)
const outputs = z.array(
  z.enum(['text', 'image', 'audio', 'video', 'embeddings', 'rerank', 'speech', 'transcription', 'all']),
)
const outputModalities = z.pipe(
  z.pipe(
    z._default(z.string(), 'text'),
    z.transform((text) => text.split(',').map((name) => name.trim())),
  ),
  outputs,
)
const fraction = decimal(1, 'must be a number from 0 to 1')

const page = {
  offset: count,
  limit: z.optional(queryInteger({ min: 1, max: 1000 })),
}
const categories = [
  'programming',
  'roleplay',
  'marketing',
  'marketing/seo',
  'technology',
  'science',
  'translation',
  'legal',
  'finance',
  'health',
  'trivia',
  'academia',
] as const

/** Bounds of benchmarks, which are not known here. */
const benchmarks = {
  min_intelligence_index: amount,
  max_intelligence_index: amount,
  min_coding_index: amount,
  max_coding_index: amount,
  min_agentic_index: amount,
  max_agentic_index: amount,
  min_tool_success_rate: fraction,
  max_tool_success_rate: fraction,
}

const query = z.object({
  ...page,
  ...benchmarks,
  category: z.optional(z.enum(categories)),
  supported_parameters: list,
  output_modalities: outputModalities,
  input_modalities: list,
  sort: z.optional(z.enum(sorts)),
  q: z.optional(z.string().check(z.maxLength(200))),
  context: z.optional(queryInteger({ min: 1, max: 999_999_999 })),
  min_price: amount,
  max_price: amount,
  min_output_price: amount,
  max_output_price: amount,
  arch: z.optional(z.string().check(z.maxLength(40))),
  model_authors: list,
  providers: list,
  distillable: z.optional(z.enum(['true', 'false'])),
  zdr: z.optional(z.literal('true')),
  region: z.optional(z.enum(['eu', 'us'])),
  min_age_days: count,
  max_age_days: count,
  use_rss: z.optional(z.enum(['true', 'false'])),
  use_rss_chat_links: z.optional(z.enum(['true', 'false'])),
})

models.get('/models', async (c) => {
  const asked = queryOf(c, query)
  const unknown = Object.keys(benchmarks).some((name) => c.req.query(name) !== undefined)
  const filter: Filter = { ...asked, unknown }
  const nowMs = Date.now()
  // Only who has a key is told what others do with theirs.
  const isTold = sortsByUse(asked.sort) && (await digitsOfOurKey(c.env, c.req.raw.headers)) !== undefined
  const uses = isTold ? await modelUses(c.env, nowMs) : undefined
  const found = sorted(filtered(await listedModels(c.env), filter, nowMs), asked.sort, uses)
  if (asked.use_rss === 'true') {
    const all = found.map(({ selection }) => selection.model)
    const text = rssText(all, new URL(c.req.url).origin, asked.use_rss_chat_links === 'true')
    return c.body(text, 200, { 'content-type': 'application/rss+xml; charset=utf-8' })
  }
  return c.body(listText(found, asked, pathOf(c)), 200, json)
})

models.get('/models/count', async (c) => {
  const filter = { ...queryOf(c, z.object({ output_modalities: outputModalities })), unknown: false }
  return c.json({ data: { count: filtered(await listedModels(c.env), filter, Date.now()).length } })
})

models.get('/embeddings/models', async (c) => {
  const asked = queryOf(c, z.strictObject(page))
  const filter: Filter = { output_modalities: ['embeddings'], unknown: false }
  return c.body(
    listText(filtered(await listedModels(c.env), filter, Date.now()), asked, pathOf(c)),
    200,
    json,
  )
})

const noModels =
  'A management key calls no models. Use an API key to list those it may call, or GET /api/v1/models to list all.'

/** The models that the caller's account and key let serve. */
models.get('/models/user', async (c) => {
  const asked = queryOf(c, z.strictObject(page))
  const caller = await authenticate(c.env, c.req.raw.headers)
  const nowMs = Date.now()
  const { keyClass, routing = [] } = await knownProfile(c.env, caller, limitsOf(c.env), nowMs)
  if (keyClass === 'management') throw new GatewayError('permission_denied', noModels)
  const own = ownModels(await listedModels(c.env), routing, nowMs)
  return c.body(listText(own, asked, pathOf(c)), 200, json)
})

models.get('/model/:author/:slug', async (c) => c.json({ data: publicModel(await selected(c)) }))

/** How fast they are is told to who has a key. */
models.get('/models/:author/:slug/endpoints', async (c) => {
  const selection = await selected(c)
  const isKnown = (await digitsOfOurKey(c.env, c.req.raw.headers)) !== undefined
  return c.json({ data: publicEndpoints(selection, await measuresOf(c.env, selection.endpoints, isKnown)) })
})

/** The endpoints that are known to store nothing. */
models.get('/endpoints/zdr', async (c) => {
  const listed = await listedModels(c.env)
  // An alias is a row of the list, and has the endpoints of its target.
  const endpoints = new Set(listed.flatMap(({ selection }) => selection.endpoints.filter(keepsNothing)))
  return c.json({ data: [...endpoints].map((endpoint) => publicEndpoint(endpoint)) })
})

/** The model of a path. What is not there is a 404 here, where a request that names it is a 400. */
async function selected(c: Context<{ Bindings: Env }>) {
  return await selectModel(c.env, `${c.req.param('author')}/${c.req.param('slug')}`, 'not_found')
}

/** Where the next page is: this address, without this page. */
function pathOf(c: Context): string {
  const url = new URL(c.req.url)
  url.searchParams.delete('offset')
  url.searchParams.delete('limit')
  return `${url.pathname}${url.search}`
}
