import type { UsdPicos } from '../base/money.ts'
import type { Percentiles } from '../generation/routing.ts'
import { nameOf } from './hosts.ts'
import type { Endpoint, Model, Price, TokenPrices } from './model.ts'
import type { Selection } from './resolve.ts'

/** A model as the contract lists it: what its live endpoints, cheapest first, can do together. */
export function publicModel({ model, endpoints }: Selection): Record<string, unknown> {
  const [top] = endpoints
  return {
    id: model.id,
    canonical_slug: model.id,
    hugging_face_id: model.huggingFaceId,
    name: model.name,
    created: model.created,
    description: model.description,
    context_length: Math.max(...endpoints.map((endpoint) => endpoint.contextLength)),
    architecture: architecture(model),
    pricing: top ? pricing(top.price) : null,
    top_provider: {
      context_length: top?.contextLength ?? null,
      max_completion_tokens: top?.maxCompletionTokens ?? null,
      is_moderated: false,
    },
    per_request_limits: null,
    supported_parameters: [...new Set(endpoints.flatMap((endpoint) => endpoint.supportedParameters))],
    default_parameters: null,
    supported_voices: null,
    knowledge_cutoff: model.knowledgeCutoff,
    expiration_date: null,
    ...(model.reasoning && { reasoning: reasoning(model) }),
    links: { details: `/api/v1/models/${model.id}/endpoints` },
  }
}

/** What is measured of an endpoint, under the contract's names. */
export interface Measures {
  /** 0 does well, -1 is degraded, -2 is down, -3 is in an outage right now. */
  status: 0 | -1 | -2 | -3
  /** Percent of the requests that count; null where there were few. */
  uptime_last_5m: number | null
  uptime_last_30m: number | null
  uptime_last_1d: number | null
  /** Milliseconds to the first token; null without data. */
  latency_last_30m: Percentiles | null
  /** Tokens a second. */
  throughput_last_30m: Percentiles | null
}

const unmeasured: Measures = {
  status: 0,
  uptime_last_5m: null,
  uptime_last_30m: null,
  uptime_last_1d: null,
  latency_last_30m: null,
  throughput_last_30m: null,
}

/** A model with its live endpoints, one by one. */
export function publicEndpoints(
  { model, endpoints }: Selection,
  measured: (endpoint: Endpoint) => Measures | undefined,
): Record<string, unknown> {
  return {
    id: model.id,
    name: model.name,
    created: model.created,
    description: model.description,
    architecture: architecture(model),
    endpoints: endpoints.map((endpoint) => publicEndpoint(endpoint, measured(endpoint))),
  }
}

/** An endpoint as the contract shows it. */
export function publicEndpoint(endpoint: Endpoint, measures = unmeasured): Record<string, unknown> {
  const { model, price } = endpoint
  const provider = nameOf(endpoint.provider)
  const toolChoice = endpoint.supportedParameters.includes('tool_choice')
  return {
    name: `${provider} | ${model.id}`,
    model_id: model.id,
    model_name: model.name,
    provider_name: provider,
    tag: endpoint.tag,
    context_length: endpoint.contextLength,
    max_completion_tokens: endpoint.maxCompletionTokens,
    max_prompt_tokens: null,
    quantization: endpoint.quantization,
    pricing: pricing(price),
    supported_parameters: endpoint.supportedParameters,
    supports_implicit_caching: price.cachedPicos !== undefined,
    supports_tool_choice: { auto: toolChoice, function: toolChoice, none: toolChoice, required: toolChoice },
    supports_voice_cloning: false,
    ...measures,
  }
}

function architecture(model: Model): Record<string, unknown> {
  return {
    modality: `${model.inputModalities.join('+')}->${model.outputModalities.join('+')}`,
    input_modalities: model.inputModalities,
    output_modalities: model.outputModalities,
    tokenizer: model.tokenizer,
    instruct_type: null,
  }
}

/** Efforts greatest first, as the contract has them; left out where nobody knows which there are. */
function reasoning({
  reasoningMandatory: mandatory,
  reasoningEfforts: efforts,
}: Model): Record<string, unknown> {
  const known = ladder.filter((effort) => efforts.includes(effort))
  return { mandatory, ...(known.length > 0 && { supported_efforts: known }) }
}

const ladder = ['max', 'xhigh', 'high', 'medium', 'low', 'minimal', 'none']

function pricing(price: Price): Record<string, unknown> {
  const { requestNanos, searchNanos, contextTiers } = price
  return {
    ...tokenPricing(price),
    ...(requestNanos !== undefined && { request: usdText(requestNanos * 1000) }),
    ...(searchNanos !== undefined && { web_search: usdText(searchNanos * 1000) }),
    ...(contextTiers && {
      overrides: contextTiers.map(({ abovePromptTokens, ...tier }) => ({
        // The contract means those beyond it, whatever the name says.
        min_prompt_tokens: abovePromptTokens,
        ...tokenPricing(tier),
      })),
    }),
  }
}

/** The contract's name of each price of tokens, in its order. */
const priceNames = [
  ['prompt', 'promptPicos'],
  ['completion', 'completionPicos'],
  ['input_cache_read', 'cachedPicos'],
  ['input_cache_write', 'cacheWritePicos'],
  ['input_cache_write_1h', 'cacheWriteLongPicos'],
  ['internal_reasoning', 'reasoningPicos'],
  ['image_token', 'promptImagePicos'],
  ['image_output', 'completionImagePicos'],
  ['audio', 'promptAudioPicos'],
  ['audio_output', 'completionAudioPicos'],
  ['input_audio_cache', 'cachedAudioPicos'],
] as const

function tokenPricing(prices: Partial<TokenPrices>): Record<string, string> {
  return Object.fromEntries(
    priceNames.flatMap(([name, ours]) => {
      const picos = prices[ours]
      return picos === undefined ? [] : [[name, usdText(picos)]]
    }),
  )
}

/** Dollars as decimal text, exactly: 150,000 picos are `0.00000015`. */
function usdText(picos: UsdPicos): string {
  const digits = String(picos).padStart(13, '0')
  const decimals = digits.slice(-12).replace(/0+$/, '')
  return decimals === '' ? digits.slice(0, -12) : `${digits.slice(0, -12)}.${decimals}`
}
