import type { Json, JsonObject } from '../../base/json.ts'
import { toUsd } from '../../base/money.ts'
import { noUsage, type Usage } from '../../generation/usage.ts'
import type { Charge } from '../dialect.ts'
import { readArray, readCount, readObject } from '../json.ts'
import { servedIn } from '../service-tier.ts'

/**
 * A provider's counts as ours; `undefined` where it has told none yet. The format counts what is cached beside
 * `input_tokens`. `seen`: what it ran by itself, by the answer; not all of that has a counter.
 */
export function readUsage(counts: JsonObject, seen = 0): Usage | undefined {
  // Where a request took several turns of the model, the sums of the whole leave some out.
  const iterations = (readArray(counts['iterations']) ?? [])
    .map(readObject)
    .filter((turn) => turn !== undefined)
  const parts = (iterations.length > 0 ? iterations : [counts]).map(readTurn)
  const sum = (pick: (part: Usage) => number) => parts.reduce((total, part) => total + pick(part), 0)
  const promptTokens = sum((part) => part.promptTokens)
  const completionTokens = sum((part) => part.completionTokens)
  if (promptTokens + completionTokens === 0) return undefined
  const ran = readObject(counts['server_tool_use']) ?? {}
  const calls = Object.values(ran).reduce((total: number, each) => total + (readCount(each) ?? 0), 0)
  const turns = Math.max(parts.length, 1 + Math.max(calls, seen))
  const served = servedIn(counts['speed'] === 'fast' ? 'fast' : counts['service_tier'])
  const thought = readCount(readObject(counts['output_tokens_details'])?.['thinking_tokens']) ?? 0
  return {
    ...noUsage,
    promptTokens,
    completionTokens,
    cachedTokens: sum((part) => part.cachedTokens),
    cacheWriteTokens: sum((part) => part.cacheWriteTokens),
    cacheWriteLongTokens: sum((part) => part.cacheWriteLongTokens),
    reasoningTokens: Math.min(thought, completionTokens),
    webSearches: readCount(ran['web_search_requests']) ?? 0,
    ...(turns > 1 && { turns }),
    ...(parts.length > 1 && { iterations: parts.map((part) => ({ ...part, ...served })) }),
    ...served,
  }
}

function readTurn(counts: JsonObject): Usage {
  const count = (name: string) => readCount(counts[name]) ?? 0
  const kept = readObject(counts['cache_creation'])
  const long = readCount(kept?.['ephemeral_1h_input_tokens']) ?? 0
  const short = readCount(kept?.['ephemeral_5m_input_tokens']) ?? 0
  const written = Math.max(count('cache_creation_input_tokens'), long + short)
  const cached = count('cache_read_input_tokens')
  return {
    ...noUsage,
    promptTokens: count('input_tokens') + written + cached,
    completionTokens: count('output_tokens'),
    cachedTokens: cached,
    cacheWriteTokens: written,
    cacheWriteLongTokens: long,
  }
}

/** What a client is told it used and was charged; `native`: what the provider said beside, such as where it ran. */
export function writeUsage(charge: Charge, native: JsonObject): JsonObject {
  const { usage, costNanos, upstreamPromptNanos, upstreamCompletionNanos } = charge
  return {
    ...startUsage(native, usage.promptTokens),
    ...promptCounts(usage),
    ...(usage.serviceTier !== undefined && { service_tier: standardName(usage.serviceTier) }),
    output_tokens: usage.completionTokens,
    output_tokens_details: { thinking_tokens: usage.reasoningTokens },
    ...(usage.webSearches > 0 && {
      server_tool_use: {
        web_fetch_requests: 0,
        ...readObject(native['server_tool_use']),
        web_search_requests: usage.webSearches,
      },
    }),
    cost: toUsd(costNanos),
    is_byok: false,
    cost_details: {
      // Told only for a client's own key at the provider.
      upstream_inference_cost: null,
      upstream_inference_prompt_cost: toUsd(upstreamPromptNanos),
      upstream_inference_completions_cost: toUsd(upstreamCompletionNanos),
    },
    ...(usage.estimated && { estimated: true }),
  }
}

function promptCounts(usage: Usage): JsonObject {
  return {
    input_tokens: usage.promptTokens - usage.cachedTokens - usage.cacheWriteTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cachedTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWriteTokens - usage.cacheWriteLongTokens,
      ephemeral_1h_input_tokens: usage.cacheWriteLongTokens,
    },
  }
}

/** What is known when an answer begins: the provider's counts, or how long the prompt is by ours. Never nothing. */
export function startUsage(native: JsonObject, promptTokensEstimate: number): JsonObject {
  const known = readUsage(native)
  return {
    cache_creation_input_tokens: null,
    cache_read_input_tokens: null,
    cache_creation: null,
    output_tokens: 0,
    output_tokens_details: null,
    server_tool_use: null,
    inference_geo: null,
    ...native,
    service_tier: standardName(native['service_tier']),
    ...(!known?.promptTokens && { input_tokens: promptTokensEstimate }),
  }
}

/** The usual tier has a name of its own here. */
function standardName(tier: Json | undefined): Json {
  return tier === undefined || tier === 'default' ? 'standard' : tier
}
