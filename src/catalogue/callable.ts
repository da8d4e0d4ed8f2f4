import type { Env } from '../env.ts'
import { liveProviders, places } from '../providers/live.ts'
import { catalogueOf } from './catalogue.ts'
import { withLiveEndpoints, type Selection } from './selection.ts'

/** What can be called, by version of the catalogue and set of providers: in an isolate mostly one. */
const selectionsCache = new Map<string, readonly Selection[]>()
const selectionsMax = 4

/** Every listed model that the live providers serve, in the order of the list. Made once, then the same list. */
export async function callableModels(env: Env): Promise<readonly Selection[]> {
  const catalogue = await catalogueOf(env)
  const live = liveProviders(env)
  const key = [catalogue.version, ...live, ...places(env)].join(' ')
  const known = selectionsCache.get(key)
  if (known) return known
  const models = await catalogue.models()
  const selections = models
    .map((model) => withLiveEndpoints(model, live, env))
    .filter((resolution) => resolution.kind === 'model')
  if (selectionsCache.size >= selectionsMax) selectionsCache.clear()
  selectionsCache.set(key, selections)
  return selections
}
