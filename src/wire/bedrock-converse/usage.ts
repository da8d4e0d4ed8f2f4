import type { JsonObject } from '../../base/json.ts'
import { noUsage, type Usage } from '../../generation/usage.ts'
import { readArray, readCount, readObject } from '../json.ts'

/** Bedrock's counts as ours: what is cached stands beside the input. `undefined` where it tells none. */
export function readUsage(counts: JsonObject | undefined): Usage | undefined {
  const input = readCount(counts?.['inputTokens'])
  const output = readCount(counts?.['outputTokens'])
  if (!counts || input === undefined || output === undefined) return undefined
  const cached = readCount(counts['cacheReadInputTokens']) ?? 0
  const details = (readArray(counts['cacheDetails']) ?? []).map(readObject)
  const kept = (ttl: string) =>
    details.reduce(
      (sum, detail) => sum + (detail?.['ttl'] === ttl ? (readCount(detail['inputTokens']) ?? 0) : 0),
      0,
    )
  const written = Math.max(readCount(counts['cacheWriteInputTokens']) ?? 0, kept('5m') + kept('1h'))
  return {
    ...noUsage,
    promptTokens: input + cached + written,
    completionTokens: output,
    cachedTokens: cached,
    cacheWriteTokens: written,
    cacheWriteLongTokens: kept('1h'),
  }
}
