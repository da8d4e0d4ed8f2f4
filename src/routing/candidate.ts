import type { JsonObject } from '../base/json.ts'
import type { Endpoint, Model } from '../catalogue/model.ts'
import type { SortBy } from '../generation/routing.ts'

/** How a name led to its model; the contract's words for it. */
export type Via = 'direct' | 'alias' | 'latest' | 'auto' | 'free'

/** A model that may serve a request, with what the name that led to it asked for. */
export interface Candidate {
  model: Model
  /** Those that can be called and have a price; never empty. */
  endpoints: readonly Endpoint[]
  via: Via
  /** `:nitro`, `:floor` and `:exacto` say how to order the endpoints, and the first two also let in a tier. */
  sort?: SortBy
  admits?: 'priority' | 'flex'
  /** `:thinking` of a model that is not sold as another: it reasons unless the request says how much. */
  thinks?: true
}

/** The models that a request may be served by, in the order in which the client would have them. */
export interface Selection {
  /** Never empty. */
  candidates: readonly Candidate[]
  /** The router that chose them, as `openrouter/auto`; absent where the client named each itself. */
  router?: string
  /** The first name led to none of them: another stands in for it. */
  standsIn?: true
  /** What the router says of its choice, for the metadata's `pipeline`. */
  pipeline?: readonly JsonObject[]
}

/** By a router, which may choose another the next time. */
export function isChosen(via: Via | undefined): boolean {
  return via === 'auto' || via === 'free'
}

/** By what a client knows the candidates: a router stands for all that it chose. */
export function namesAsked({ candidates, router }: Selection): string[] {
  const names = candidates.map(({ model, via }) =>
    router !== undefined && isChosen(via) ? router : model.id,
  )
  return [...new Set(names)]
}
