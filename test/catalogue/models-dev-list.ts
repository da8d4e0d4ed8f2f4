import { modelsDevNames } from '../../src/catalogue/host-names.ts'
import type { SeedModel, SeedPrice } from '../../src/catalogue/seed.ts'

interface ListedModel {
  id: string
  name: string
  cost?: Cost
  limit: { context: number; output: number }
  modalities: { input: string[]; output: string[] }
  status?: string
}

interface TokenCosts {
  input: number
  output: number
  cache_read?: number
  cache_write?: number
  reasoning?: number
}

export interface Cost extends TokenCosts {
  tiers?: (TokenCosts & { tier: { type: string; size: number } })[]
}

/** A list in the shape of models.dev, by its names of providers. */
export type List = Record<string, { models: Record<string, ListedModel> }>

/** The list that would leave these models as they are. */
export function listOf(models: readonly SeedModel[]): List {
  const list: List = {}
  for (const { id, name, endpoints } of models) {
    if (id.endsWith(':free')) continue
    for (const endpoint of endpoints) {
      const [provider] = modelsDevNames.get(endpoint.provider) ?? []
      if (provider === undefined || endpoint.quirks?.fast) continue
      const { prompt, tiers, context, output } = endpoint
      const rows = (list[provider] ??= { models: {} }).models
      rows[endpoint.model] = {
        id: endpoint.model,
        name,
        ...(prompt !== undefined && {
          cost: {
            ...costsOf(endpoint),
            ...(tiers && {
              tiers: tiers.map((tier) => ({
                ...costsOf(tier),
                tier: { type: 'context', size: tier.above + (endpoint.provider === 'xai' ? 1 : 0) },
              })),
            }),
          },
        }),
        limit: { context, output: output ?? context },
        modalities: { input: ['text'], output: ['text'] },
      }
    }
  }
  return list
}

function costsOf({ prompt, completion, cached, cacheWrite }: SeedPrice): TokenCosts {
  return {
    input: Number(prompt),
    output: Number(completion),
    ...(cached !== undefined && { cache_read: Number(cached) }),
    ...(cacheWrite !== undefined && { cache_write: Number(cacheWrite) }),
  }
}

/** One more row, or another in its place. */
export function row(list: List, provider: string, id: string, cost: Cost): void {
  const rows = (list[provider] ??= { models: {} }).models
  rows[id] = {
    id,
    name: id,
    cost,
    limit: { context: 100_000, output: 8_000 },
    modalities: { input: ['text'], output: ['text'] },
  }
}
