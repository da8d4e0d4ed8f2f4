import { parseDecimal, type UsdPicos } from '../base/money.ts'
import { describe } from './describe.ts'
import type { Endpoint, Model, Price } from './model.ts'
import { parseSeedModel, type Seed, type SeedEndpoint, type SeedModel } from './seed.ts'
import models from './seed.json'
import simulator from './simulator.json'

/** Every model that is known here, in the order it is listed, whether or not its providers have keys. */
export interface Catalogue {
  ids: readonly string[]
  /** Throws where the facts contradict themselves: a wrong price must not reach a bill. */
  model(id: string): Model | undefined
}

/** The catalogue that comes with the code. */
export function bundledCatalogue(): Catalogue {
  catalogueCache ??= buildCatalogue([models, simulator])
  return catalogueCache
}

let catalogueCache: Catalogue | undefined

/** Knows the ids at once, and builds each model when it is first asked for. */
export function buildCatalogue(seeds: readonly Seed[]): Catalogue {
  const entries = new Map<string, { entry: unknown; groups: Seed['parameterGroups'] }>()
  const built = new Map<string, Model>()
  for (const { models: listed, parameterGroups: groups } of seeds) {
    for (const entry of listed) {
      if (entries.has(entry.id)) throw new Error(`The catalogue has ${entry.id} twice.`)
      entries.set(entry.id, { entry, groups })
    }
  }
  return {
    ids: [...entries.keys()],
    model(id) {
      const known = built.get(id)
      if (known) return known
      const found = entries.get(id)
      if (!found) return undefined
      const model = buildModel(parseSeedModel(found.entry), found.groups)
      built.set(id, model)
      return model
    },
  }
}

function buildModel(seed: SeedModel, groups: Seed['parameterGroups']): Model {
  const endpoints: Endpoint[] = []
  const model: Model = {
    id: seed.id,
    name: seed.name,
    description: describe(seed),
    created: seed.created,
    contextLength: seed.context,
    inputModalities: seed.input,
    outputModalities: seed.output,
    tokenizer: seed.tokenizer,
    knowledgeCutoff: seed.cutoff ?? null,
    huggingFaceId: seed.huggingFace ?? null,
    reasoning: seed.reasoning !== undefined,
    reasoningMandatory: seed.reasoning === 'always',
    endpoints,
  }
  for (const seedEndpoint of seed.endpoints) endpoints.push(buildEndpoint(model, seedEndpoint, groups))
  return Object.freeze(model)
}

function buildEndpoint(model: Model, seed: SeedEndpoint, groups: Seed['parameterGroups']): Endpoint {
  return Object.freeze({
    model,
    provider: seed.provider,
    ...(seed.variant !== undefined && { variant: seed.variant }),
    upstreamModel: seed.model,
    price: priceOf(seed),
    contextLength: seed.context,
    maxCompletionTokens: seed.output,
    quantization: seed.quantization ?? null,
    supportedParameters: seed.parameters.flatMap((name) => groups[name] ?? [name]),
    streams: seed.streams,
    quirks: seed.quirks,
  })
}

function priceOf(seed: SeedEndpoint): Price {
  return {
    promptPicos: picosPerToken(seed.prompt),
    completionPicos: picosPerToken(seed.completion),
    ...(seed.cached !== undefined && { cachedPicos: picosPerToken(seed.cached) }),
    ...(seed.cacheWrite !== undefined && { cacheWritePicos: picosPerToken(seed.cacheWrite) }),
  }
}

/** A dollar per million tokens is a million pico-USD per token, so six decimals fit exactly. */
function picosPerToken(usdPerMillion: string): UsdPicos {
  const picos = parseDecimal(usdPerMillion, 6)
  if (picos === undefined || picos < 0n || picos > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Error(`${usdPerMillion} is no price: dollars per million tokens with at most six decimals are.`)
  }
  return Number(picos)
}
