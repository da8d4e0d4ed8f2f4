import { endpointOf } from '../../src/catalogue/endpoint-facts.ts'
import type { Row } from '../../src/catalogue/row.ts'
import type { SeedEndpoint, SeedModel } from '../../src/catalogue/seed.ts'
import { tokenizerOf } from '../../src/catalogue/tokenizer.ts'

/**
 * Hosts with an allowance that costs nothing: Workers AI gives 10,000 neurons a day, NVIDIA lets its hosted models be
 * tried, Z.ai gives its smallest models away.
 */
const free: Readonly<Record<string, RegExp>> = {
  'workers-ai': /^@cf\//,
  nvidia: /./,
  'z-ai': /^glm-4\.(?:5|6v|7)-flash$/,
}

/**
 * `author/slug:free` for what OpenRouter gives its users for nothing, and for hosts with an allowance. They are models
 * of their own, so that nobody who asks for the paid one is served by what a free one can do.
 */
export function freeModels(models: readonly SeedModel[], atOpenRouter: readonly Row[]): SeedModel[] {
  const endpoints = new Map<
    string,
    { base: SeedModel | undefined; name: string; endpoints: SeedEndpoint[] }
  >()
  const add = (id: string, name: string, base: SeedModel | undefined, endpoint: SeedEndpoint) => {
    const known = endpoints.get(id) ?? { base, name, endpoints: [] }
    known.endpoints.push(withoutPrice(endpoint))
    endpoints.set(id, known)
  }
  for (const model of models) {
    for (const endpoint of model.endpoints) {
      if (free[endpoint.provider]?.test(endpoint.model)) add(`${model.id}:free`, model.name, model, endpoint)
    }
  }
  for (const row of atOpenRouter) {
    const endpoint = endpointOf(row)
    const base = models.find(({ id }) => `${id}:free` === row.upstream)
    if (endpoint) add(row.upstream, row.name.replace(/ \(free\)$/i, ''), base, endpoint)
  }
  return [...endpoints].map(([id, found]) => freeModel(id, found))
}

function freeModel(
  id: string,
  found: { base: SeedModel | undefined; name: string; endpoints: SeedEndpoint[] },
): SeedModel {
  const context = Math.max(...found.endpoints.map((endpoint) => endpoint.context))
  const facts = found.base ?? {
    created: Math.floor(Date.UTC(2026, 10, 10) / 1000),
    input: ['text' as const],
    output: ['text' as const],
    tokenizer: tokenizerOf(id),
  }
  return { ...facts, id, name: `${found.name} (free)`, context, endpoints: found.endpoints }
}

function withoutPrice(endpoint: SeedEndpoint): SeedEndpoint {
  const { provider, model, format, region, context, output, quantization, parameters, quirks, source } =
    endpoint
  return {
    provider,
    model,
    ...(format && { format }),
    ...(region !== undefined && { region }),
    prompt: '0',
    completion: '0',
    context,
    output,
    ...(quantization !== undefined && { quantization }),
    parameters,
    ...(quirks && { quirks }),
    ...(source !== undefined && { source }),
  }
}
