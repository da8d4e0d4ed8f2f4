import type { UsdPicos } from '../base/money.ts'
import { nameOf } from './hosts.ts'
import type { Endpoint, Model, Price } from './model.ts'
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
    ...(model.reasoning && { reasoning: { mandatory: model.reasoningMandatory } }),
    links: { details: `/api/v1/models/${model.id}/endpoints` },
  }
}

/** A model with its live endpoints, one by one. */
export function publicEndpoints({ model, endpoints }: Selection): Record<string, unknown> {
  return {
    id: model.id,
    name: model.name,
    created: model.created,
    description: model.description,
    architecture: architecture(model),
    endpoints: endpoints.map((endpoint) => publicEndpoint(endpoint)),
  }
}

function publicEndpoint(endpoint: Endpoint): Record<string, unknown> {
  const { model, price } = endpoint
  const provider = nameOf(endpoint.provider)
  const toolChoice = endpoint.supportedParameters.includes('tool_choice')
  return {
    name: `${provider} | ${model.id}`,
    model_id: model.id,
    model_name: model.name,
    provider_name: provider,
    tag: endpoint.variant === undefined ? endpoint.provider : `${endpoint.provider}/${endpoint.variant}`,
    context_length: endpoint.contextLength,
    max_completion_tokens: endpoint.maxCompletionTokens,
    max_prompt_tokens: null,
    quantization: endpoint.quantization,
    pricing: pricing(price),
    supported_parameters: endpoint.supportedParameters,
    supports_implicit_caching: price.cachedPicos !== undefined,
    supports_tool_choice: { auto: toolChoice, function: toolChoice, none: toolChoice, required: toolChoice },
    supports_voice_cloning: false,
    status: 0,
    uptime_last_5m: null,
    uptime_last_30m: null,
    uptime_last_1d: null,
    latency_last_30m: null,
    throughput_last_30m: null,
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

function pricing(price: Price): Record<string, unknown> {
  return {
    prompt: usdPerToken(price.promptPicos),
    completion: usdPerToken(price.completionPicos),
    ...(price.cachedPicos !== undefined && { input_cache_read: usdPerToken(price.cachedPicos) }),
    ...(price.cacheWritePicos !== undefined && { input_cache_write: usdPerToken(price.cacheWritePicos) }),
  }
}

/** Dollars per token as decimal text, exactly: 150,000 picos are `0.00000015`. */
function usdPerToken(picos: UsdPicos): string {
  const digits = String(picos).padStart(13, '0')
  const decimals = digits.slice(-12).replace(/0+$/, '')
  return decimals === '' ? digits.slice(0, -12) : `${digits.slice(0, -12)}.${decimals}`
}
