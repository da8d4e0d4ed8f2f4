import type { Json, JsonObject } from '../../base/json.ts'
import { toUsd } from '../../base/money.ts'
import { noUsage, type Usage } from '../../generation/usage.ts'
import type { Charge } from '../dialect.ts'
import { readCount, readObject } from '../json.ts'
import type { Quirks } from '../protocol.ts'

/**
 * A provider's counts as ours. `undefined` where they are impossible (negative, fractional, infinite, text) or an
 * early placeholder of zeros: then an earlier block stays, or the gateway counts.
 */
export function readUsage(json: Json | undefined, quirks: Quirks): Usage | undefined {
  const counts = readObject(json)
  const prompt = readCount(counts?.['prompt_tokens'])
  const completion = readCount(counts?.['completion_tokens'])
  if (!counts || prompt === undefined || completion === undefined || prompt + completion === 0)
    return undefined

  // Mistral has been seen to misspell it.
  const ofPrompt = readObject(counts['prompt_tokens_details'] ?? counts['prompt_token_details']) ?? {}
  const ofCompletion = readObject(counts['completion_tokens_details']) ?? {}
  const cached = first(
    ofPrompt['cached_tokens'],
    counts['prompt_cache_hit_tokens'],
    counts['cached_tokens'],
    counts['num_cached_tokens'],
  )
  const written = first(
    ofPrompt['cache_write_tokens'],
    ofPrompt['cache_creation_input_tokens'],
    counts['cache_creation_input_tokens'],
  )
  const writtenLong = first(
    readObject(ofPrompt['cache_write_tokens_details'])?.['ttl_12h'],
    readObject(ofPrompt['cache_creation'])?.['ephemeral_1h_input_tokens'],
  )
  const reasoning = first(ofCompletion['reasoning_tokens'], counts['reasoning_tokens'])
  // What a search engine read of its sources, billed as prompt and counted beside it.
  const readElsewhere = first(counts['citation_tokens'])
  // A part larger than its whole shows that the host counts it beside the whole.
  const promptTokens = readElsewhere + (cached > prompt ? prompt + cached : prompt)
  const cacheWriteTokens = Math.min(written, promptTokens - cached)
  const outside = quirks.reasoningOutsideCompletion || reasoning > completion
  const completionTokens = outside ? completion + reasoning : completion
  return {
    ...noUsage,
    promptTokens,
    completionTokens,
    cachedTokens: cached,
    cacheWriteTokens,
    cacheWriteLongTokens: Math.min(writtenLong, cacheWriteTokens),
    reasoningTokens: reasoning,
    promptAudioTokens: Math.min(first(ofPrompt['audio_tokens']), promptTokens),
    completionAudioTokens: Math.min(first(ofCompletion['audio_tokens']), completionTokens),
    promptImageTokens: Math.min(first(ofPrompt['image_tokens']), promptTokens),
    completionImageTokens: Math.min(first(ofCompletion['image_tokens']), completionTokens),
    webSearches: first(counts['num_search_queries']),
  }
}

/** The tier that it was served in. Other formats tell it with the usage. */
export function servedAs({ usage: { serviceTier } }: Charge): JsonObject {
  return serviceTier === undefined ? {} : { service_tier: serviceTier }
}

/** What a client is told it used and was charged. */
export function writeUsage({
  usage,
  costNanos,
  upstreamPromptNanos,
  upstreamCompletionNanos,
}: Charge): JsonObject {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      audio_tokens: usage.promptAudioTokens,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: usage.completionAudioTokens,
      ...(usage.completionImageTokens > 0 && { image_tokens: usage.completionImageTokens }),
    },
    cost: toUsd(costNanos),
    is_byok: false,
    cost_details: {
      // Told only for a client's own key at the provider.
      upstream_inference_cost: null,
      upstream_inference_prompt_cost: toUsd(upstreamPromptNanos),
      upstream_inference_completions_cost: toUsd(upstreamCompletionNanos),
    },
    ...(usage.webSearches > 0 && {
      server_tool_use_details: {
        tool_calls_requested: null,
        tool_calls_executed: null,
        web_search_requests: usage.webSearches,
      },
    }),
    ...(usage.estimated && { estimated: true }),
  }
}

function first(...candidates: (Json | undefined)[]): number {
  return candidates.map(readCount).find((count) => count !== undefined) ?? 0
}
