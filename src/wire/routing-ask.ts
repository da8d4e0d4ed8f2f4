import type { JsonObject } from '../base/json.ts'
import type { RoutingAsk } from '../generation/routing.ts'
import { readArray, readText } from './json.ts'
import { readPreferences } from './preferences.ts'

/** What a body says about where it should go, which every format says in the same fields. */
export function routingAsk(body: JsonObject, _headers: Headers): RoutingAsk {
  const model = readText(body['model'])
  const models = (readArray(body['models']) ?? []).flatMap((each) => readText(each) ?? [])
  return {
    models: [...new Set([...(model === undefined ? [] : [model]), ...models])],
    preferences: readPreferences(body['provider']),
    parameters: [],
  }
}
