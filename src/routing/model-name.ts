import { GatewayError } from '../base/errors.ts'
import { openModel } from '../catalogue/open-model.ts'
import { shown } from '../catalogue/unresolved.ts'
import type { SortBy } from '../generation/routing.ts'
import { noWebSearch } from '../wire/plugins.ts'

/** A client's name of a model, taken apart (OpenRouter: model variants). */
export interface ModelName {
  /** The name as it was written. */
  name: string
  /** What may be looked up: the name with those of its variants that the catalogue can have, in any order. */
  base: string
  statics: readonly Static[]
  /** How the endpoints are ordered, and which tier is let in besides. */
  sort?: SortBy
  admits?: 'priority' | 'flex'
}

export type Static = 'free' | 'extended' | 'thinking'

const statics: readonly Static[] = ['free', 'extended', 'thinking']

/** What a variant that any model has means. */
const sorts: Readonly<Record<string, Pick<ModelName, 'sort' | 'admits'>>> = {
  nitro: { sort: 'throughput', admits: 'priority' },
  floor: { sort: 'price', admits: 'flex' },
  exacto: { sort: 'exacto' },
}

/** Takes a name apart. A variant that there is not stays with the name, which then means nothing. */
export function parseModelName(name: string): ModelName {
  if (name.includes('@preset/')) throw refused(name, 'name a preset in model alone, or in preset')
  const parts = name.split(':')
  // What stands behind the name of a host that serves whatever it has is the host's.
  if (parts.length === 1 || openModel(name)) return { name, base: name, statics: [] }
  const [base = '', ...variants] = [...new Set(parts)]
  if (variants.includes('batch')) throw refused(name, ':batch is for batches. Leave it out')
  if (variants.includes('online')) throw refused(name, `:online: ${noWebSearch}; leave it out`)
  const sorting = variants.filter((variant) => Object.hasOwn(sorts, variant))
  const [first = '', second] = sorting
  if (second !== undefined) throw refused(name, `:${first} and :${second} are two orders. Send one`)
  const unknown = variants.filter(
    (variant) => !sorting.includes(variant) && !statics.some((known) => known === variant),
  )
  return {
    name,
    base: [base, ...unknown].join(':'),
    statics: statics.filter((variant) => variants.includes(variant)),
    ...(first !== '' && sorts[first]),
  }
}

export function refused(name: string, why: string): GatewayError {
  return new GatewayError('invalid_request', `model ${shown(name)}: ${why}`)
}
