import { providerOf } from '../providers/table.ts'
import { describe } from './describe.ts'
import { withKnownPrices } from './known-prices.ts'
import type { Endpoint, Model } from './model.ts'
import { dataPolicyOf } from './data-policies.ts'
import { parameterGroups } from './parameter-groups.ts'
import { priceOf } from './price.ts'
import { tierEndpoints } from './tier-endpoints.ts'
import type { SeedEndpoint, SeedModel } from './seed.ts'

/** A model from its facts. Throws where a price contradicts itself: a wrong one must not reach a bill. */
export function buildModel(facts: SeedModel): Model {
  const seed = withKnownPrices(facts)
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
    reasoningEfforts: seed.efforts ?? [],
    endpoints,
  }
  for (const seedEndpoint of seed.endpoints) {
    const endpoint = buildEndpoint(model, seedEndpoint)
    endpoints.push(endpoint, ...tierEndpoints(endpoint))
  }
  return Object.freeze(model)
}

function buildEndpoint(model: Model, seed: SeedEndpoint): Endpoint {
  const price = priceOf(seed)
  return Object.freeze({
    model,
    provider: seed.provider,
    tag: seed.variant === undefined ? seed.provider : `${seed.provider}/${seed.variant}`,
    ...(seed.variant !== undefined && { variant: seed.variant }),
    ...(seed.region !== undefined && { region: seed.region }),
    ...(seed.baseUrl !== undefined && { baseUrl: seed.baseUrl }),
    ...(seed.format !== undefined && { format: seed.format }),
    upstreamModel: seed.model,
    ...(price ? { price } : { price: { promptPicos: 0, completionPicos: 0 }, unpriced: true }),
    contextLength: seed.context,
    maxCompletionTokens: seed.output,
    quantization: seed.quantization ?? null,
    supportedParameters: parametersOf(seed),
    dataPolicy: seed.policy ?? dataPolicyOf(seed.provider, seed.prompt === '0' && seed.completion === '0'),
    streams: seed.streams ?? true,
    quirks: seed.quirks ?? {},
  })
}

/** What the facts say it takes, but for what its provider is known to refuse. */
function parametersOf({ provider, parameters }: SeedEndpoint): string[] {
  const dropped = providerOf(provider)?.quirks.drop ?? []
  return parameters
    .flatMap((name) => parameterGroups[name] ?? [name])
    .filter((name) => !dropped.includes(name))
}
