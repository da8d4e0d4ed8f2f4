import { Hono, type Context } from 'hono'
import * as z from 'zod'
import { authenticate } from '../accounts/caller.ts'
import { filtered, keepsNothing, type Filter } from '../catalogue/filter.ts'
import { listedModels, listText } from '../catalogue/listing.ts'
import { publicEndpoint, publicEndpoints, publicModel } from '../catalogue/public-model.ts'
import { selectModel } from '../catalogue/resolve.ts'
import { rssText } from '../catalogue/rss.ts'
import { sorted, sorts } from '../catalogue/sort.ts'
import type { Env } from '../env.ts'
import { limitsOf } from '../gateway/limits.ts'
import { profileOf } from '../gateway/profile.ts'
import { queryOf } from './input.ts'

/** What can be called now. Needs no key: it says nothing of anybody's account. */
export const models = new Hono<{ Bindings: Env }>()

const json = { 'content-type': 'application/json' }

const count = z.coerce.number().int().min(0).optional()
const amount = z.coerce.number().min(0).optional()
const list = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .optional()
const outputs = z
  .enum(['text', 'image', 'audio', 'video', 'embeddings', 'rerank', 'speech', 'transcription', 'all'])
  .array()
const outputModalities = z
  .string()
  .default('text')
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(outputs)
const fraction = z.coerce.number().min(0).max(1).optional()

const page = {
  offset: count,
  limit: z.coerce.number().int().min(1).max(1000).optional(),
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
  category: z.enum(categories).optional(),
  supported_parameters: list,
  output_modalities: outputModalities,
  input_modalities: list,
  sort: z.enum(sorts).optional(),
  q: z.string().max(200).optional(),
  context: z.coerce.number().int().min(1).optional(),
  min_price: amount,
  max_price: amount,
  min_output_price: amount,
  max_output_price: amount,
  arch: z.string().max(40).optional(),
  model_authors: list,
  providers: list,
  distillable: z.enum(['true', 'false']).optional(),
  zdr: z.literal('true').optional(),
  region: z.enum(['eu', 'us']).optional(),
  min_age_days: count,
  max_age_days: count,
  use_rss: z.enum(['true', 'false']).optional(),
  use_rss_chat_links: z.enum(['true', 'false']).optional(),
})

models.get('/models', async (c) => {
  const asked = queryOf(c, query)
  const unknown = Object.keys(benchmarks).some((name) => c.req.query(name) !== undefined)
  const filter: Filter = { ...asked, unknown }
  const found = sorted(filtered(await listedModels(c.env), filter, Date.now()), asked.sort)
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

/** The models that the caller's key may use: all of them, until a key can be told which. */
models.get('/models/user', async (c) => {
  const asked = queryOf(c, z.strictObject(page))
  const caller = await authenticate(c.env, c.req.raw.headers)
  await profileOf(c.env, caller, limitsOf(c.env), Date.now())
  return c.body(listText(await listedModels(c.env), asked, pathOf(c)), 200, json)
})

models.get('/model/:author/:slug', async (c) => c.json({ data: publicModel(await selected(c)) }))

models.get('/models/:author/:slug/endpoints', async (c) =>
  c.json({ data: publicEndpoints(await selected(c)) }),
)

/** The endpoints that are known to store nothing. */
models.get('/endpoints/zdr', async (c) => {
  const listed = await listedModels(c.env)
  const endpoints = listed.flatMap(({ selection }) => selection.endpoints.filter(keepsNothing))
  return c.json({ data: endpoints.map((endpoint) => publicEndpoint(endpoint)) })
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
