import { unpriced } from './assemble.ts'
import type { SeedEndpoint, SeedModel } from './seed.ts'

/** The facts of a model with prices that its lists have no word for, and that are known all the same. */
export function withKnownPrices(model: SeedModel): SeedModel {
  // No model draws and speaks: a list that says so has copied what the model reads. The operator's word stands.
  const output = hasBoth(model) ? ['text' as const] : model.output
  const made = outputs.filter(([modality]) => output.includes(modality))
  return {
    ...model,
    output,
    endpoints: model.endpoints.map((endpoint) =>
      made.reduce((each, [, name]) => withOutput(each, model.endpoints, name), withSearch(endpoint)),
    ),
  }
}

const outputs = [
  ['image', 'imageOutput'],
  ['audio', 'audioOutput'],
] as const

function hasBoth({ output, endpoints }: SeedModel): boolean {
  return (
    outputs.every(([modality]) => output.includes(modality)) &&
    !endpoints.some(({ source }) => source === 'operator')
  )
}

/**
 * Pictures and sound cost many times what text does, and some lists have no word for that: one at which text costs the
 * same has, or gives the price of pictures as that of the answer. Where no other endpoint tells, nobody knows.
 */
function withOutput(
  endpoint: SeedEndpoint,
  others: readonly SeedEndpoint[],
  name: 'imageOutput' | 'audioOutput',
): SeedEndpoint {
  const { prompt, completion, source } = endpoint
  // The operator's word stands, and what is free is.
  if (endpoint[name] !== undefined || completion === undefined || completion === '0' || source === 'operator')
    return endpoint
  const told = others.find(
    (other) =>
      other[name] !== undefined &&
      other.prompt === prompt &&
      (other.completion === completion || other[name] === completion),
  )
  return told ? { ...endpoint, completion: told.completion, [name]: told[name] } : unpriced(endpoint)
}

/**
 * Dollars for a search of the web by the provider's own tool, from their pages on prices (OpenAI 2026-03, Anthropic and
 * xAI 2026-08; Azure searches by Grounding with Bing, 2026-09).
 */
const searches: Readonly<Record<string, string>> = { openai: '0.01', azure: '0.014', xai: '0.005' }

/** Claude searches for one price wherever it can. */
const searchOfClaude = '0.01'
const claudeSearchesAt = ['anthropic', 'azure', 'google-vertex']

function withSearch(endpoint: SeedEndpoint): SeedEndpoint {
  const { provider, model } = endpoint
  const isClaude = model.includes('claude') && claudeSearchesAt.includes(provider)
  const search = endpoint.search ?? (isClaude ? searchOfClaude : searches[provider])
  return search === undefined ? endpoint : { ...endpoint, search }
}
