import type { JsonObject } from '../base/json.ts'
import type { Endpoint } from '../catalogue/model.ts'
import type { PriceCeiling } from '../generation/routing.ts'
import { isFree, scopeOf } from '../routing/filters.ts'
import type { Rules } from '../routing/rules.ts'

const ceilings = [
  ['prompt', 'promptPicos', 1e6],
  ['completion', 'completionPicos', 1e6],
  ['request', 'requestNanos', 1e9],
  ['image', 'imageNanos', 1e9],
] as const satisfies readonly (readonly [string, keyof PriceCeiling, number])[]

/** What is demanded of endpoints, as the contract's `provider`: an aggregator chooses among hosts that are hidden here. */
export function restrictionsOf(rules: Rules, endpoint: Endpoint): { restrictions?: JsonObject } {
  const { forbidden, maxPrices, quantizations, noTraining, requireParameters, distillable } = rules
  const ignore = [...forbidden, ...rules.ignore]
  // Dollars per million tokens, and per request and image.
  const prices = ceilings.flatMap(([name, field, unit]) => {
    const most = Math.min(...maxPrices.map((ceiling) => ceiling[field] ?? Infinity))
    return Number.isFinite(most) ? [[name, most / unit] as const] : []
  })
  const [first, ...others] = quantizations
  const restrictions = {
    ...(ignore.length > 0 && { ignore }),
    ...(prices.length > 0 && { max_price: Object.fromEntries(prices) }),
    ...(first && { quantizations: first.filter((each) => others.every((list) => list.includes(each))) }),
    ...((isFree(endpoint) ? noTraining.free : noTraining.paid) && { data_collection: 'deny' }),
    ...((rules.zdr || rules.zdrScopes.includes(scopeOf(endpoint))) && { zdr: true }),
    ...(requireParameters && { require_parameters: true }),
    ...(distillable && { enforce_distillable_text: true }),
  }
  return Object.keys(restrictions).length > 0 ? { restrictions } : {}
}
