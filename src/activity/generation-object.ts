import { toUsd } from '../base/money.ts'
import type { JsonObject } from '../base/json.ts'
import type { AttemptRecord, Generation } from '../ledger/contract.ts'

/**
 * A generation as `GET /generation` shows it. Every field of the contract is there; null is what cannot be known.
 * Beside them, ours: status, error_type, what was asked for, how it was routed, when the first token came, cache writes,
 * app, metadata.
 */
export function generationObject(generation: Generation): object {
  return {
    id: generation.id,
    upstream_id: generation.upstreamId,
    request_id: null,
    session_id: generation.sessionId,
    api_type: 'completions',
    created_at: new Date(generation.createdAtMs).toISOString(),
    status: generation.status,
    error_type: generation.errorType,
    model: generation.model,
    requested_model: generation.requestedModel,
    provider_name: generation.providerName,
    provider_responses: generation.attempts.map(providerResponse),
    router: generation.router ?? null,
    service_tier: generation.serviceTier ?? null,
    preset_id: generation.preset ?? null,
    data_region: 'global',
    response_cache_source_id: generation.cacheSourceId ?? null,
    openrouter_metadata: metadataOf(generation),
    ...moneyAndTokens(generation),
    ...mediaAndTools,
    ...timesAndEnd(generation),
    ...origin(generation),
  }
}

/** For the operator also who was tried and why that failed. */
export function operatorGenerationObject(generation: Generation): object {
  return {
    ...generationObject(generation),
    provider: generation.provider,
    upstream_model: generation.upstreamModel,
    attempts: generation.attempts.map((attempt) => ({
      provider: attempt.provider,
      upstream_model: attempt.upstreamModel,
      status: attempt.status,
      error: attempt.error,
      latency: attempt.latencyMs,
      ...(attempt.wastedNanos !== undefined && { wasted_cost: toUsd(attempt.wastedNanos) }),
      ...(attempt.dropped && { dropped: attempt.dropped }),
    })),
  }
}

function moneyAndTokens(generation: Generation): object {
  return {
    total_cost: toUsd(generation.costNanos),
    usage: toUsd(generation.costNanos),
    upstream_inference_cost: toUsd(generation.upstreamCostNanos),
    cache_discount: null,
    is_byok: false,
    usage_estimated: generation.usageEstimated,
    tokens_prompt: generation.promptTokens,
    tokens_completion: generation.completionTokens,
    native_tokens_prompt: generation.promptTokens,
    native_tokens_completion: generation.completionTokens,
    native_tokens_completion_images: null,
    native_tokens_reasoning: generation.reasoningTokens,
    native_tokens_cached: generation.cachedTokens,
    native_tokens_cache_write: generation.cacheWriteTokens,
  }
}

const mediaAndTools = {
  num_media_prompt: null,
  num_input_audio_prompt: null,
  num_media_completion: null,
  num_search_results: null,
  num_fetches: null,
  web_search_engine: null,
}

function timesAndEnd(generation: Generation): object {
  const { totalMs, firstTokenMs } = generation
  return {
    latency: totalMs,
    generation_time: firstTokenMs === null ? null : totalMs - firstTokenMs,
    time_to_first_token: firstTokenMs,
    moderation_latency: null,
    streamed: generation.streamed,
    cancelled: generation.cancelled,
    finish_reason: generation.finishReason,
    native_finish_reason: generation.nativeFinishReason,
  }
}

function origin(generation: Generation): object {
  return {
    origin: originOf(generation.appUrl),
    http_referer: generation.appUrl,
    app_title: generation.appTitle,
    app_id: null,
    user_agent: generation.userAgent,
    external_user: generation.user,
    metadata: generation.metadata,
    workspace_id: generation.accountId,
    api_key_hash: generation.keyHash,
  }
}

function originOf(url: string | null): string {
  if (url === null || !/^https?:/i.test(url)) return ''
  return URL.parse(url)?.origin ?? ''
}

/** What the answer said of its routing where it was asked to, and would have said where not. */
function metadataOf({ routing }: Generation): JsonObject | null {
  if (routing === undefined) return null
  const metadata: JsonObject = JSON.parse(routing)
  return metadata
}

function providerResponse(attempt: AttemptRecord): object {
  return {
    status: attempt.status,
    endpoint_id: `${attempt.provider}/${attempt.upstreamModel}`,
    provider_name: attempt.providerName,
    model_permaslug: attempt.model ?? attempt.upstreamModel,
    latency: attempt.latencyMs,
    is_byok: false,
    ...(attempt.error !== null && { error: attempt.error }),
    ...(attempt.tag !== undefined && { tag: attempt.tag }),
    ...(attempt.serviceTier !== undefined && { routed_service_tier: attempt.serviceTier }),
    ...(attempt.dropped && { dropped: attempt.dropped }),
  }
}
