import type { SeedEndpoint, SeedModel } from '../../src/catalogue/seed.ts'

/**
 * Anthropic serves some models in a fast mode too, for a price that OpenRouter passes on: what it lists as `…-fast` is at
 * Anthropic the usual model, asked for otherwise.
 */
export function withFastClaude(models: readonly SeedModel[]): SeedModel[] {
  const byId = new Map(models.map((model) => [model.id, model]))
  return models.map((model) => {
    const base = /^anthropic\/.+-fast$/.test(model.id) ? byId.get(model.id.replace(/-fast$/, '')) : undefined
    const own = base?.endpoints.find(({ provider }) => provider === 'anthropic')
    const sold = model.endpoints.find(({ provider }) => provider === 'openrouter')
    if (!base || !own || !sold) return model
    const { created, input, cutoff } = base
    return {
      ...model,
      name: `${base.name} (fast)`,
      created,
      input,
      ...(cutoff !== undefined && { cutoff }),
      endpoints: [fastEndpoint(own, sold), ...model.endpoints],
    }
  })
}

function fastEndpoint(
  own: SeedEndpoint,
  { prompt, completion, cached, cacheWrite }: SeedEndpoint,
): SeedEndpoint {
  // What is kept for an hour costs twice the prompt, as in the usual mode.
  const cacheWriteLong = prompt === undefined ? undefined : String(Number(prompt) * 2)
  return {
    ...own,
    prompt,
    completion,
    cached,
    cacheWrite,
    cacheWriteLong,
    quirks: { ...own.quirks, fast: true },
    note: 'the fast mode; its price is the one that OpenRouter lists',
  }
}
