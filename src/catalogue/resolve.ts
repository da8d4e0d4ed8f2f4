import { GatewayError } from '../base/errors.ts'
import type { Env } from '../env.ts'
import { liveProviders } from '../providers/live.ts'
import { idsOfBareName } from './bare-name.ts'
import { catalogueOf, type Catalogue } from './catalogue.ts'
import { nameOf, settingFor } from './hosts.ts'
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
  | { kind: 'unpriced'; model: Model; providers: string[] }
  | { kind: 'unknown' }
  | { kind: 'unsupported'; what: string }

/**
 * What a client's name of a model means, or the refusal that says why it cannot be served. `missing` is the error of a
 * name that means nothing: a request that has it is wrong, an address that has it leads nowhere.
 */
export async function selectModel(
  env: Env,
  id: string | undefined,
  missing: 'invalid_request' | 'not_found' = 'invalid_request',
): Promise<Selection> {
  if (!id)
    throw new GatewayError('invalid_request', 'model: name the model to use, such as openai/gpt-4o-mini')
  const catalogue = await catalogueOf(env)
  const [base = ''] = id.split(':')
  const model = (await catalogue.model(id)) ?? openModel(id) ?? (await bareModel(catalogue, id))
  const resolution = resolve(id, { model, base: model ?? (await catalogue.model(base)) }, liveProviders(env))
  switch (resolution.kind) {
    case 'model':
      return { model: resolution.model, endpoints: resolution.endpoints }
    case 'no_key':
      throw noKey(id, resolution.variables)
    case 'unpriced':
      throw unpriced(id, resolution.providers)
    case 'unknown':
      throw unknownModel(missing, id, nearIds(await catalogue.ids(), id))
    case 'unsupported':
      throw new GatewayError(
        'invalid_request',
        `model ${shown(id)}: ${resolution.what} are not supported yet`,
      )
  }
}

async function bareModel(catalogue: Catalogue, name: string): Promise<Model | undefined> {
  for (const id of idsOfBareName(name)) {
    const model = await catalogue.model(id)
    if (model) return model
  }
  return undefined
}

/** What the catalogue has under a name, and under the name before its variant. */
export interface Found {
  model: Model | undefined
  base: Model | undefined
}

/** Pure: what an id means with these providers at hand. */
export function resolve(id: string, { model, base }: Found, live: ReadonlySet<string>): Resolution {
  if (model) return withLiveEndpoints(model, live)
  const what = unsupported(id, base !== undefined)
  return what === undefined ? { kind: 'unknown' } : { kind: 'unsupported', what }
}

/** A model with those of its endpoints that can be called; one whose price nobody knows cannot. */
export function withLiveEndpoints(model: Model, live: ReadonlySet<string>): Resolution {
  const endpoints = model.endpoints.filter(
    ({ provider, baseUrl }) => live.has(provider) || baseUrl !== undefined,
  )
  const priced = endpoints.filter((endpoint) => !endpoint.unpriced)
  if (priced.length > 0) return { kind: 'model', model, endpoints: cheapestFirst(priced) }
  if (endpoints.length > 0) {
    return { kind: 'unpriced', model, providers: [...new Set(endpoints.map(({ provider }) => provider))] }
  }
  const variables = model.endpoints.map((endpoint) => settingFor(endpoint.provider))
  return { kind: 'no_key', model, variables: [...new Set(variables)] }
}

const variants = new Set(['free', 'extended', 'thinking', 'batch', 'online', 'nitro', 'floor', 'exacto'])
const routers =
  /^(?:openrouter|switchyard)\/(?:auto|auto-beta|auto-code|free|fusion|fusion-flash|pareto-code|bodybuilder)$/

/** The part of the grammar of model names that an id uses and this gateway does not serve yet. */
function unsupported(id: string, isKnown: boolean): string | undefined {
  if (id.includes('@preset/')) return 'presets'
  if (/^~[^/]+\/.+-latest/.test(id)) return 'aliases such as ~author/family-latest'
  const [base = '', variant] = id.split(':')
  if (routers.test(base)) return `routers such as ${base}`
  if (variant === undefined || !variants.has(variant) || !isKnown) return undefined
  return `variants such as :${variant}`
}

/** The contract wants the message to end as it does, so the near names are in the metadata. */
function unknownModel(type: 'invalid_request' | 'not_found', id: string, near: string[]): GatewayError {
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

/** Nothing is served on an unknown bill: the operator says what it costs, or that it costs nothing. */
function unpriced(id: string, providers: string[]): GatewayError {
  return new GatewayError(
    'not_found',
    `${shown(id)} has no known price at ${providers.map(nameOf).join(' or ')}, so it is not served. ` +
      'The operator can set one: PUT /api/v1/catalogue/prices',
  )
}

/** The contract's page on what a code means. */
function docsUrl(code: string): string {
  return `https://openrouter.ai/docs/errors#${code}`
}

/** An id as it is repeated to the client: whole, unless somebody sends a novel. */
function shown(id: string): string {
  return id.length <= 200 ? id : `${id.slice(0, 200)}…`
}
