import type { Format } from '../generation/request.ts'
import { servingOf } from './canonical.ts'
import { withHourOfCache } from './hour-of-cache.ts'
import type { Row } from './row.ts'
import type { SeedEndpoint } from './seed.ts'

/** What a row of a source says of an endpoint, in our own terms. */
export function endpointOf(row: Row): SeedEndpoint | undefined {
  if (row.context === undefined) return undefined
  const serving = servingOf(row.upstream)
  const format = formatOf(row)
  const quirks = quirksOf(row)
  const output = row.output === undefined || row.output > row.context ? null : row.output
  return withHourOfCache({
    provider: row.provider,
    model: row.upstream,
    ...(serving.region !== undefined && { region: serving.region }),
    ...(format !== undefined && { format }),
    ...row.price,
    context: row.context,
    output: output === row.context ? null : output,
    ...(serving.quantization !== undefined && { quantization: serving.quantization }),
    parameters: parametersOf(row).filter((name) => !quirks.drop?.includes(name)),
    ...(Object.keys(quirks).length > 0 && { quirks }),
    source: row.source,
  })
}

/** Models of OpenAI that answer under `/responses` alone. */
const responsesOnly = /codex|-pro(?:-|$)|deep-research|computer-use/

/** The format of an endpoint whose provider speaks several, where it is not the provider's first. */
function formatOf({ provider, upstream }: Row): Format | undefined {
  switch (provider) {
    case 'openai':
    case 'azure':
      return responsesOnly.test(upstream) ? 'openai-responses' : undefined
    case 'google-vertex':
      if (upstream.startsWith('claude')) return 'anthropic-messages'
      return upstream.includes('/') ? 'openai-chat' : undefined
    case 'amazon-bedrock':
      return /openai\.gpt-\d/.test(upstream) ? 'openai-responses' : undefined
    case 'meta':
    case 'sakana':
    case 'abliteration':
      return 'openai-responses'
    default:
      return undefined
  }
}

/** Groups of parameters, see `parameter-groups.ts`: what hosts of a kind take, but for what the model refuses. */
function parametersOf(row: Row): string[] {
  const samples = row.able?.sampling ?? true
  const sampling = samples
    ? (samplingOf[makerOf(row)] ?? (isFirstParty(row) ? [] : ['sampling', 'penalties']))
    : []
  const schema =
    row.able?.schema === true ? ['json'] : row.provider === 'anthropic' ? [] : ['response_format']
  return [
    'length',
    ...sampling,
    ...(row.able?.tools === false ? [] : ['tools']),
    ...schema,
    ...(row.reasoning === undefined ? [] : ['reasoning']),
  ]
}

const samplingOf: Record<string, string[] | undefined> = {
  anthropic: ['temperature', 'top_p', 'top_k', 'stop'],
  'amazon-bedrock': ['temperature', 'top_p', 'stop'],
  'google-ai-studio': ['sampling', 'penalties', 'top_k'],
  'google-vertex': ['sampling', 'top_k'],
  cohere: ['sampling', 'penalties', 'top_k'],
  perplexity: ['temperature', 'top_p', 'top_k', 'penalties'],
}

/** Azure has Anthropic's models behind Anthropic's format. */
function makerOf({ provider, upstream }: Row): string {
  return provider === 'azure' && upstream.includes('claude') ? 'anthropic' : provider
}

/** Reasoning models of OpenAI refuse what steers sampling, wherever OpenAI's own software serves them. */
function isFirstParty({ provider, upstream, reasoning }: Row): boolean {
  const isOpenAi = provider === 'openai' || (provider === 'azure' && ofOpenAi.test(upstream))
  return isOpenAi && reasoning !== undefined
}

const ofOpenAi = /^(?:gpt|o\d|codex|computer-use)/

const refusedByReasoning = [
  'temperature',
  'top_p',
  'logprobs',
  'top_logprobs',
  'logit_bias',
  'presence_penalty',
  'frequency_penalty',
  'stop',
]

function quirksOf(row: Row): NonNullable<SeedEndpoint['quirks']> {
  if (!isFirstParty(row)) {
    if (row.able?.sampling !== false) return {}
    return row.upstream.includes('claude') ? { drop: ['temperature', 'top_p', 'top_k'] } : {}
  }
  return {
    maxTokensField: 'max_completion_tokens',
    drop: refusedByReasoning,
    ...(row.efforts && { efforts: [...row.efforts] }),
  }
}
