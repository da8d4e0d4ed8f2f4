import { Hono } from 'hono'
import { GatewayError } from '../base/errors.ts'
import { callableModels } from '../catalogue/callable.ts'
import { bundledCatalogue } from '../catalogue/catalogue.ts'
import { publicEndpoints, publicModel } from '../catalogue/public-model.ts'
import { resolve, selectionOf, unknownModel, type Selection } from '../catalogue/resolve.ts'
import type { Env } from '../env.ts'
import { liveProviders } from '../providers/live.ts'

/** What can be called now. Needs no key: it says nothing of anybody's account. */
export const models = new Hono<{ Bindings: Env }>()

models.get('/models', (c) => {
  const list = listing(c.env)
  refuseFilters(c.req.query(), list.count)
  return c.body(list.models, 200, { 'content-type': 'application/json' })
})

models.get('/models/count', (c) => {
  const { count } = listing(c.env)
  refuseFilters(c.req.query(), count)
  return c.json({ data: { count } })
})

models.get('/model/:author/:slug', (c) => c.json({ data: publicModel(find(c.env, c.req.param())) }))

models.get('/models/:author/:slug/endpoints', (c) =>
  c.json({ data: publicEndpoints(find(c.env, c.req.param())) }),
)

interface Listing {
  models: string
  count: number
}

/** The list as text, by the providers that are live: a handful of sets at most, in an isolate mostly one. */
const listingsCache = new Map<string, Listing>()
const listingsMax = 8

function listing(env: Env): Listing {
  const live = liveProviders(env)
  const name = [...live].join()
  const cached = listingsCache.get(name)
  if (cached) return cached
  const data = callableModels(bundledCatalogue(), live).map((selection) => publicModel(selection))
  const built = {
    models: JSON.stringify({ data, total_count: data.length, links: { next: null } }),
    count: data.length,
  }
  if (listingsCache.size >= listingsMax) listingsCache.clear()
  listingsCache.set(name, built)
  return built
}

/** The model of a path. What is not there is a 404 here, where a request that names it is a 400. */
function find(env: Env, path: { author: string; slug: string }): Selection {
  const id = `${path.author}/${path.slug}`
  const resolution = resolve(bundledCatalogue(), id, liveProviders(env))
  if (resolution.kind === 'unknown') throw unknownModel('not_found', id, resolution.near)
  return selectionOf(id, resolution)
}

const filters = new Set([
  'arch',
  'category',
  'context',
  'distillable',
  'input_modalities',
  'max_price',
  'max_output_price',
  'min_price',
  'min_output_price',
  'model_authors',
  'providers',
  'q',
  'region',
  'sort',
  'supported_parameters',
  'use_rss',
  'use_rss_chat_links',
  'zdr',
])
const bounds = /^(?:min|max)_(?:age_days|intelligence_index|coding_index|agentic_index|tool_success_rate)$/

/** A filter that is ignored would lie. What the contract does not know, or what changes nothing, passes. */
function refuseFilters(query: Record<string, string>, count: number): void {
  for (const [name, value] of Object.entries(query)) {
    if (filters.has(name) || bounds.test(name) || narrows(name, value, count)) {
      throw new GatewayError('invalid_request', `${name}: filtering and paging models is not supported yet`)
    }
  }
}

function narrows(name: string, value: string, count: number): boolean {
  switch (name) {
    case 'output_modalities':
      return value !== 'text' && value !== 'all'
    case 'offset':
      return value !== '0'
    case 'limit':
      return !(Number(value) >= count)
    default:
      return false
  }
}
