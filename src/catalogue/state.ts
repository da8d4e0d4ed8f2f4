import type { Env } from '../env.ts'
import type { DataPolicy } from './model.ts'
import type { SeedModel, SeedPrice } from './seed.ts'
import snapshot from './snapshot.json'

/** What the operator decided. It counts for more than any list. */
export interface Overrides {
  /** Ids that are not served. */
  hidden: readonly string[]
  /** Prices that hold whatever a list says; zero is one. */
  prices: readonly { model: string; provider: string; price: SeedPrice }[]
  /** What becomes of what a provider is sent, of one model or, where that is empty, of all. Earlier releases tell none. */
  policies?: readonly { model: string; provider: string; policy: DataPolicy }[]
  /** Models of the operator's own, and further endpoints of listed ones. */
  models: readonly SeedModel[]
}

/** What lies over the deployed snapshot: shards that a refresh has changed, and what the operator decided. */
export interface CatalogueState {
  /** The snapshot it was made over: after a deployment with another one it means nothing. */
  base: string
  version: string
  /** Keys of the changed shards in KV, by number. */
  shards: Readonly<Record<string, string>>
  overrides: Overrides
}

export const stateKey = 'catalogue/state'

/** How long a change may stay unknown to an isolate. KV takes as long to tell other places. */
const freshMs = 30_000

/** By store: an isolate has one. */
const statesCache = new WeakMap<KVNamespace, { state: CatalogueState; readAtMs: number }>()

/** The snapshot as it was deployed. */
export const deployed: CatalogueState = {
  base: snapshot.version,
  version: snapshot.version,
  shards: {},
  overrides: { hidden: [], prices: [], models: [] },
}

/** The last known state stays while the store does not answer: a catalogue of yesterday serves, none does not. */
export async function stateOf(env: Pick<Env, 'CACHE'>, nowMs: number): Promise<CatalogueState> {
  const known = statesCache.get(env.CACHE)
  if (known && nowMs - known.readAtMs < freshMs) return known.state
  const read = await env.CACHE.get<CatalogueState>(stateKey, { type: 'json', cacheTtl: 60 }).catch(
    () => undefined,
  )
  if (read === undefined) return known?.state ?? deployed
  const state = read === null ? deployed : overDeployed(read)
  statesCache.set(env.CACHE, { state, readAtMs: nowMs })
  return state
}

/** Whoever has just written it need not wait to see it. */
export function rememberState(env: Pick<Env, 'CACHE'>, state: CatalogueState, nowMs: number): void {
  statesCache.set(env.CACHE, { state, readAtMs: nowMs })
}

/** Of a state made over another snapshot only what the operator decided is left. */
function overDeployed(state: CatalogueState): CatalogueState {
  if (state.base === snapshot.version) return state
  return { ...deployed, version: `${snapshot.version}-${state.version}`, overrides: state.overrides }
}
