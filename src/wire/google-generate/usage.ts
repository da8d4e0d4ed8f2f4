import type { Json, JsonObject } from '../../base/json.ts'
import { noUsage, type Usage } from '../../generation/usage.ts'
import { readArray, readCount, readObject } from '../json.ts'
import { servedIn } from '../service-tier.ts'

/**
 * Google's counts as ours. Thoughts and what its own tools read stand beside the candidates and the prompt; what came
 * from the cache is in the prompt. `undefined` where a chunk has no counts.
 */
export function readUsage(metadata: JsonObject | undefined): Usage | undefined {
  const ofPrompt = readCount(metadata?.['promptTokenCount'])
  if (!metadata || ofPrompt === undefined) return undefined
  const ofTools = readCount(metadata['toolUsePromptTokenCount']) ?? 0
  const thoughts = readCount(metadata['thoughtsTokenCount']) ?? 0
  const candidates = readCount(metadata['candidatesTokenCount']) ?? 0
  const promptTokens = ofPrompt + ofTools
  const cachedTokens = Math.min(readCount(metadata['cachedContentTokenCount']) ?? 0, promptTokens)
  const prompt = [metadata['promptTokensDetails'], metadata['toolUsePromptTokensDetails']]
  const answer = [metadata['candidatesTokensDetails']]
  return {
    ...noUsage,
    promptTokens,
    completionTokens: candidates + thoughts,
    cachedTokens,
    reasoningTokens: thoughts,
    promptAudioTokens: Math.min(modality(prompt, 'AUDIO'), promptTokens),
    cachedAudioTokens: Math.min(modality([metadata['cacheTokensDetails']], 'AUDIO'), cachedTokens),
    promptImageTokens: Math.min(modality(prompt, 'IMAGE'), promptTokens),
    completionAudioTokens: Math.min(modality(answer, 'AUDIO'), candidates),
    completionImageTokens: Math.min(modality(answer, 'IMAGE'), candidates),
    // AI Studio names the tier, and Vertex the kind of traffic.
    ...servedIn(metadata['serviceTier'] ?? metadata['trafficType']),
  }
}

function modality(lists: readonly (Json | undefined)[], wanted: string): number {
  let tokens = 0
  for (const detail of lists.flatMap((list) => readArray(list) ?? []).map(readObject)) {
    if (detail?.['modality'] === wanted) tokens += readCount(detail['tokenCount']) ?? 0
  }
  return tokens
}
