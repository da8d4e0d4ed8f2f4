import type { Json, JsonObject } from '../../base/json.ts'
import { readArray, readCount, readObject, readText } from '../../wire/json.ts'

/** How deep a schema is followed: one that refers to itself has to end somewhere. */
const depthMax = 12

/** The smallest plain value that a JSON Schema accepts; the same for the same schema. */
export function fillSchema(schema: JsonObject): Json {
  return new Filler(schema).fill(schema, 0)
}

class Filler {
  readonly #root: JsonObject

  constructor(root: JsonObject) {
    this.#root = root
  }

  fill(given: Json | undefined, depth: number): Json {
    const schema = this.#resolve(readObject(given) ?? {}, depth)
    if (depth > depthMax) return null
    if ('const' in schema) return schema['const'] ?? null
    const choice = readArray(schema['enum'])?.[0]
    if (choice !== undefined) return choice
    switch (typeOf(schema)) {
      case 'object':
        return this.#fillObject(schema, depth)
      case 'array':
        return this.#fillArray(schema, depth)
      case 'string':
        return fillString(schema)
      case 'integer':
        return fillNumber(schema, 1)
      case 'number':
        return fillNumber(schema, 0.5)
      case 'boolean':
        return true
      default:
        return null
    }
  }

  /** Follows references, and takes the first alternative that is not null; what all of several demand is merged. */
  #resolve(schema: JsonObject, depth: number): JsonObject {
    if (depth > depthMax) return {}
    const reference = readText(schema['$ref'])
    if (reference !== undefined) return this.#resolve(this.#lookUp(reference), depth + 1)
    const alternatives = readArray(schema['anyOf']) ?? readArray(schema['oneOf'])
    if (alternatives) {
      const objects = alternatives.map((alternative) => readObject(alternative) ?? {})
      const { anyOf: _, oneOf: __, ...rest } = schema
      const chosen = objects.find((alternative) => alternative['type'] !== 'null') ?? {}
      return { ...rest, ...this.#resolve(chosen, depth + 1) }
    }
    const { allOf, ...own } = schema
    const all = (readArray(allOf) ?? []).map((item) => this.#resolve(readObject(item) ?? {}, depth + 1))
    return all.reduce(mergeSchemas, own)
  }

  #lookUp(reference: string): JsonObject {
    let found: Json | undefined = this.#root
    for (const key of reference.split('/').slice(1)) {
      found = readObject(found)?.[key.replaceAll('~1', '/').replaceAll('~0', '~')]
    }
    return readObject(found) ?? {}
  }

  #fillObject(schema: JsonObject, depth: number): JsonObject {
    const properties = readObject(schema['properties']) ?? {}
    const required = (readArray(schema['required']) ?? []).filter((key) => typeof key === 'string')
    return Object.fromEntries(required.map((key) => [key, this.fill(properties[key], depth + 1)]))
  }

  #fillArray(schema: JsonObject, depth: number): Json[] {
    const leading = readArray(schema['prefixItems']) ?? []
    const wanted = Math.max(readCount(schema['minItems']) ?? 1, leading.length)
    const count = Math.min(wanted, readCount(schema['maxItems']) ?? wanted, 100)
    return Array.from({ length: count }, (_, index) =>
      this.fill(leading[index] ?? schema['items'], depth + 1),
    )
  }
}

function mergeSchemas(left: JsonObject, right: JsonObject): JsonObject {
  return {
    ...left,
    ...right,
    properties: { ...readObject(left['properties']), ...readObject(right['properties']) },
    required: [...(readArray(left['required']) ?? []), ...(readArray(right['required']) ?? [])],
  }
}

function typeOf(schema: JsonObject): string {
  const types = [schema['type'] ?? []].flat()
  const named = types.find((type) => type !== 'null') ?? types[0]
  if (typeof named === 'string') return named
  if (schema['properties']) return 'object'
  return schema['items'] ? 'array' : 'string'
}

const samples: Record<string, string> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'PT1S',
  email: 'simulator@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
}

function fillString(schema: JsonObject): string {
  const sample = samples[readText(schema['format']) ?? ''] ?? 'simulated'
  const lengthMin = Math.min(readCount(schema['minLength']) ?? 0, 10_000)
  return sample.padEnd(lengthMin, '.').slice(0, readCount(schema['maxLength']) ?? undefined)
}

/** The wished value, or the nearest one that the bounds and the step allow. */
function fillNumber(schema: JsonObject, wish: number): number {
  const number = (key: string): number | undefined => {
    const value = schema[key]
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined
  }
  const isInteger = typeOf(schema) === 'integer'
  const step = number('multipleOf') ?? (isInteger ? 1 : undefined)
  const nudge = step ?? 0.001
  const above = number('exclusiveMinimum')
  const below = number('exclusiveMaximum')
  const least = Math.max(number('minimum') ?? -Infinity, above === undefined ? -Infinity : above + nudge)
  const most = Math.min(number('maximum') ?? Infinity, below === undefined ? Infinity : below - nudge)
  const value = Math.min(Math.max(wish, least), most)
  if (step === undefined) return value
  const up = Math.ceil(value / step) * step
  return up <= most ? up : Math.floor(most / step) * step
}
