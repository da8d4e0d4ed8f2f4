import { parseDecimal, type UsdPicos } from '../base/money.ts'
import { describe } from './describe.ts'
import type { Endpoint, Model, Price } from './model.ts'
import { parseSeed, type Seed, type SeedEndpoint, type SeedModel } from './seed.ts'
import models from './seed.json'
import simulator from './simulator.json'

/** Every model that is known here, in the order it is listed, whether or not its providers have keys. */
export interface Catalogue {
  models: ReadonlyMap<string, Model>
}

/** The bundled catalogue, built at the first use in an isolate. */
export function bundledCatalogue(): Catalogue {
  catalogueCache ??= buildCatalogue([parseSeed(models), parseSeed(simulator)])
  return catalogueCache
}

let catalogueCache: Catalogue | undefined

/** Throws where a seed contradicts itself: a wrong price must not reach a bill. */
export function buildCatalogue(seeds: readonly Seed[]): Catalogue {
  const catalogue = new Map<string, Model>()
  for (const seed of seeds) {
    for (const seedModel of seed.models) {
      if (catalogue.has(seedModel.id)) throw new Error(`The catalogue has ${seedModel.id} twice.`)
      catalogue.set(seedModel.id, buildModel(seedModel, seed.parameterGroups))
    }
  }
  return { models: catalogue }
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
