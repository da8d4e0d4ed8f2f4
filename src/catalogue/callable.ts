import type { Catalogue } from './catalogue.ts'
import { resolve, type Selection } from './resolve.ts'

/** Every listed model that these providers serve, in the order of the list. */
export function callableModels(catalogue: Catalogue, live: ReadonlySet<string>): Selection[] {
  return catalogue.ids
    .map((id) => resolve(catalogue, id, live))
    .filter((resolution) => resolution.kind === 'model')
}
