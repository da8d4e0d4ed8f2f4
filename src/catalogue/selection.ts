import { isInReach, type ProviderEnv } from '../providers/live.ts'
import { settingFor } from './hosts.ts'
import type { Endpoint, Model } from './model.ts'
import { cheapestFirst } from './price-order.ts'

/** A model and those of its endpoints that can be called now, cheapest first, never empty. */
export interface Selection {
  model: Model
  endpoints: Endpoint[]
}

/** What a name means with the providers at hand. */
export type Resolution =
  | ({ kind: 'model' } & Selection)
  | { kind: 'no_key'; model: Model; variables: string[] }
  | { kind: 'unpriced'; model: Model; providers: string[] }
  /** Nobody gives the model away; `paid` is its name at a price. */
  | { kind: 'free_ended'; paid: string }
  | { kind: 'unknown' }

/** A model with those of its endpoints that can be called; one whose price nobody knows cannot. */
export function withLiveEndpoints(model: Model, live: ReadonlySet<string>, env: ProviderEnv): Resolution {
  const endpoints = model.endpoints.filter(
    (endpoint) => (live.has(endpoint.provider) || endpoint.baseUrl !== undefined) && isInReach(env, endpoint),
  )
  const priced = endpoints.filter((endpoint) => !endpoint.unpriced)
  if (priced.length > 0) return { kind: 'model', model, endpoints: cheapestFirst(priced) }
  if (endpoints.length > 0) {
    return { kind: 'unpriced', model, providers: [...new Set(endpoints.map(({ provider }) => provider))] }
  }
  const variables = model.endpoints.map((endpoint) => settingFor(endpoint.provider))
  return { kind: 'no_key', model, variables: [...new Set(variables)] }
}
