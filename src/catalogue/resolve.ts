import { GatewayError } from '../base/errors.ts'
import type { Env } from '../env.ts'
import { liveProviders } from '../providers/live.ts'
import { bundledCatalogue, type Catalogue } from './catalogue.ts'
import { settingFor } from './hosts.ts'
import type { Endpoint, Model } from './model.ts'
import { nearIds } from './near.ts'
import { openModel } from './open-model.ts'
import { cheapestFirst } from './price-order.ts'

/** A model and those of its endpoints that can be called now, cheapest first, never empty. */
export interface Selection {
  model: Model
  endpoints: Endpoint[]
}

export type Resolution =
  | ({ kind: 'model' } & Selection)
  | { kind: 'no_key'; model: Model; variables: string[] }
  | { kind: 'unknown'; near: string[] }
  | { kind: 'unsupported'; what: string }

/** What a request's `model` names, or the refusal that says why it cannot be served. */
export function selectModel(env: Env, id: string | undefined): Selection {
  if (!id)
    throw new GatewayError('invalid_request', 'model: name the model to use, such as openai/gpt-4o-mini')
  return selectionOf(id, resolve(bundledCatalogue(), id, liveProviders(env)))
}

/** The endpoints of a resolution, or the error that tells a client why there are none. */
export function selectionOf(id: string, resolution: Resolution): Selection {
  switch (resolution.kind) {
    case 'model':
      return { model: resolution.model, endpoints: resolution.endpoints }
    case 'no_key':
      throw noKey(id, resolution.variables)
    case 'unknown':
      throw unknownModel('invalid_request', id, resolution.near)
    case 'unsupported':
      throw new GatewayError(
        'invalid_request',
        `model ${shown(id)}: ${resolution.what} are not supported yet`,
      )
  }
}

/** Pure: what an id means with these providers at hand. */
export function resolve(catalogue: Catalogue, id: string, live: ReadonlySet<string>): Resolution {
  const known = catalogue.model(id) ?? openModel(id)
  if (known) return withLiveEndpoints(known, live)
  const what = unsupported(catalogue, id)
  if (what !== undefined) return { kind: 'unsupported', what }
  return { kind: 'unknown', near: nearIds(catalogue.ids, id) }
}

function withLiveEndpoints(model: Model, live: ReadonlySet<string>): Resolution {
  const endpoints = model.endpoints.filter((endpoint) => live.has(endpoint.provider))
  if (endpoints.length > 0) return { kind: 'model', model, endpoints: cheapestFirst(endpoints) }
  const variables = model.endpoints.map((endpoint) => settingFor(endpoint.provider))
  return { kind: 'no_key', model, variables: [...new Set(variables)] }
}

const variants = new Set(['free', 'extended', 'thinking', 'batch', 'online', 'nitro', 'floor', 'exacto'])
const routers =
  /^(?:openrouter|switchyard)\/(?:auto|auto-beta|auto-code|free|fusion|fusion-flash|pareto-code|bodybuilder)$/

/** The part of the grammar of model names that an id uses and this gateway does not serve yet. */
function unsupported(catalogue: Catalogue, id: string): string | undefined {
  if (id.includes('@preset/')) return 'presets'
  if (/^~[^/]+\/.+-latest/.test(id)) return 'aliases such as ~author/family-latest'
  const [base = '', variant] = id.split(':')
  if (routers.test(base)) return `routers such as ${base}`
  if (variant === undefined || !variants.has(variant) || !catalogue.ids.includes(base)) return undefined
  return `variants such as :${variant}`
}

/** The contract wants the message to end as it does, so the near names are in the metadata. */
export function unknownModel(
  type: 'invalid_request' | 'not_found',
  id: string,
  near: string[],
): GatewayError {
  return new GatewayError(type, `${shown(id)} is not a valid model ID`, {
    ...(near.length > 0 && { metadata: { near } }),
    availability: {
      code: 'model_not_found',
      retryable: false,
      requested_models: [shown(id)],
      docs_url: docsUrl('model_not_found'),
    },
  })
}

/** Names the setting of the first endpoint, which is the author's own where the author sells it; metadata has all. */
function noKey(id: string, variables: string[]): GatewayError {
  return new GatewayError('not_found', `${shown(id)} is known here; set ${variables[0]} to use it`, {
    metadata: { variables },
    availability: {
      code: 'no_endpoints',
      retryable: false,
      requested_models: [shown(id)],
      docs_url: docsUrl('no_endpoints'),
    },
  })
}

/** The contract's page on what a code means. */
function docsUrl(code: string): string {
  return `https://openrouter.ai/docs/errors#${code}`
}

/** An id as it is repeated to the client: whole, unless somebody sends a novel. */
function shown(id: string): string {
  return id.length <= 200 ? id : `${id.slice(0, 200)}…`
}
