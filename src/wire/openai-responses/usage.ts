import type { JsonObject } from '../../base/json.ts'
import { toUsd } from '../../base/money.ts'
import { noUsage, type Usage } from '../../generation/usage.ts'
import type { Charge } from '../dialect.ts'
import { readCount, readObject } from '../json.ts'
import type { Quirks } from '../protocol.ts'
import { servedIn } from '../service-tier.ts'

/**
 * A provider's counts as ours; `undefined` where they are impossible or an early placeholder of zeros: then the gateway
 * counts. `ran`: what was seen in the answer; a host may count the searches itself.
 */
export function readUsage(
  response: JsonObject,
  quirks: Quirks,
  ran: { calls: number; webSearches: number },
): Usage | undefined {
  const counts = readObject(response['usage'])
  const prompt = readCount(counts?.['input_tokens'])
  const completion = readCount(counts?.['output_tokens'])
  if (!counts || prompt === undefined || completion === undefined || prompt + completion === 0)
    return undefined

  const ofPrompt = readObject(counts['input_tokens_details'])
  const ofTools = readObject(counts['server_side_tool_usage_details'])
  const cached = readCount(ofPrompt?.['cached_tokens']) ?? 0
  const written = readCount(ofPrompt?.['cache_write_tokens']) ?? 0
  const writtenLong = readCount(readObject(ofPrompt?.['cache_write_tokens_details'])?.['ttl_12h']) ?? 0
  const reasoning = readCount(readObject(counts['output_tokens_details'])?.['reasoning_tokens']) ?? 0
  // A part larger than its whole shows that the host counts it beside the whole.
  const promptTokens = cached > prompt ? prompt + cached : prompt
  const cacheWriteTokens = Math.min(written, promptTokens - cached)
  const outside = quirks.reasoningOutsideCompletion || reasoning > completion
  return {
    ...noUsage,
    promptTokens,
    completionTokens: outside ? completion + reasoning : completion,
    cachedTokens: cached,
    cacheWriteTokens,
    cacheWriteLongTokens: Math.min(writtenLong, cacheWriteTokens),
    reasoningTokens: reasoning,
    webSearches: readCount(ofTools?.['web_search_calls']) ?? ran.webSearches,
    ...(ran.calls > 0 && { turns: 1 + ran.calls }),
    ...servedIn(response['service_tier']),
  }
}

/** What a client is told it used and was charged. */
export function writeUsage(charge: Charge): JsonObject {
  const { usage } = charge
  return {
    input_tokens: usage.promptTokens,
    input_tokens_details: {
      cached_tokens: usage.cachedTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    output_tokens: usage.completionTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.promptTokens + usage.completionTokens,
    cost: toUsd(charge.costNanos),
    is_byok: false,
    cost_details: {
      // Told only for a client's own key at the provider.
      upstream_inference_cost: null,
      upstream_inference_input_cost: toUsd(charge.upstreamPromptNanos),
      upstream_inference_output_cost: toUsd(charge.upstreamCompletionNanos),
    },
    ...(usage.estimated && { estimated: true }),
  }
}
