import {
  price as priceFields,
  seedEndpoint,
  type SeedEndpoint,
  type SeedModel,
  type SeedPrice,
} from './seed.ts'
import type { Overrides } from './state.ts'

/** A listed model as the operator wants it; `undefined` where there is none, or none to be served. */
export function overridden(
  id: string,
  listed: SeedModel | undefined,
  overrides: Overrides,
): SeedModel | undefined {
  if (overrides.hidden.includes(id)) return undefined
  const own = overrides.models.find((model) => model.id === id)
  const model = own && listed ? withEndpoints(listed, own.endpoints) : (own ?? listed)
  if (!model) return undefined
  const prices = overrides.prices.filter((each) => each.model === id)
  const policies = (overrides.policies ?? []).filter((each) => each.model === id || each.model === '')
  if (prices.length === 0 && policies.length === 0) return model
  // What is said of one model counts for more than what is said of its provider.
  const nearest = policies.toSorted((left, right) => right.model.length - left.model.length)
  return {
    ...model,
    endpoints: model.endpoints.map((endpoint) => {
      const pinned = prices.find(({ provider }) => provider === endpoint.provider)
      const decided = nearest.find(({ provider }) => provider === endpoint.provider)
      const charged = pinned ? priced(endpoint, pinned.price) : endpoint
      return decided ? { ...charged, policy: decided.policy } : charged
    }),
  }
}

/** The same for a whole list; the operator's own models come where their names put them. */
export function overriddenAll(listed: readonly SeedModel[], overrides: Overrides): SeedModel[] {
  const known = new Set(listed.map(({ id }) => id))
  const own = overrides.models.filter(({ id }) => !known.has(id))
  return [...listed, ...own]
    .flatMap((model) => overridden(model.id, known.has(model.id) ? model : undefined, overrides) ?? [])
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))
}

/** The operator's endpoints stand before those of the list, which they replace at the same provider. */
function withEndpoints(listed: SeedModel, own: readonly SeedEndpoint[]): SeedModel {
  const taken = new Set(own.map(({ provider }) => provider))
  const endpoints = [...own, ...listed.endpoints.filter(({ provider }) => !taken.has(provider))]
  return { ...listed, context: Math.max(...endpoints.map(({ context }) => context)), endpoints }
}

/** A pinned price is whole: nothing of the list's is left beside it. */
function priced(endpoint: SeedEndpoint, price: SeedPrice): SeedEndpoint {
  const facts = Object.entries(endpoint).filter(([field]) => !(field in priceFields))
  return seedEndpoint.parse({ ...Object.fromEntries(facts), ...price, source: 'operator' })
}
