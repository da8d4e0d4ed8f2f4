import * as fc from 'fast-check'
import type { Json } from '../../src/base/json.ts'

/** What somebody hostile, or a broken program, may put in any place. */
export const oddValues: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, -1, 0.5, 1e300, 2 ** 53, '', '[DONE]', '\u2028', 'constructor', [], {}, [
    [],
  ]),
  fc.constantFrom<Json>(
    { error: 'x' },
    { error: { code: 'y', message: 1 } },
    { type: 'error' },
    { choices: [null] },
    { type: 'text' },
    { type: 'image_url', image_url: 'data:image/png;base64,%%' },
  ),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 2 }).map((value): Json => JSON.parse(JSON.stringify(value))),
)

/** JSON with the value in one place of it replaced. */
export function replaced(json: Json, { place, value }: { place: number; value: Json }): Json {
  let left = place % placesIn(json)
  const walk = (here: Json): Json => {
    if (left-- === 0) return value
    if (Array.isArray(here)) return here.map(walk)
    if (typeof here !== 'object' || here === null) return here
    return Object.fromEntries(Object.entries(here).map(([key, inner]) => [key, walk(inner)]))
  }
  return walk(json)
}

function placesIn(json: Json): number {
  if (typeof json !== 'object' || json === null) return 1
  return 1 + Object.values(json).reduce<number>((sum, inner) => sum + placesIn(inner), 0)
}
