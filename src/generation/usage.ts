/**
 * Tokens of one generation, in the model's own tokenizer. Totals are inclusive: `promptTokens` counts cached,
 * cache-writing and audio tokens, `completionTokens` counts reasoning tokens. Each protocol maps its provider's
 * counts to this once.
 */
export interface Usage {
  promptTokens: number
  completionTokens: number
  /** Of the prompt: read from the provider's cache. */
  cachedTokens: number
  /** Of the prompt: written to the provider's cache at its price for writing. */
  cacheWriteTokens: number
  /** Of those: written to be kept for an hour, at its own price. */
  cacheWriteLongTokens: number
  /** Of the completion: spent thinking. */
  reasoningTokens: number
  promptAudioTokens: number
  /** Of the audio of the prompt: read from the cache. */
  cachedAudioTokens: number
  completionAudioTokens: number
  promptImageTokens: number
  completionImageTokens: number
  /** Searches of the web that the provider made and bills. */
  webSearches: number
  /**
   * How often the model read its context, where the provider ran tools or summed up in between: each time is in the
   * totals. Absent: once, and once more after each search.
   */
  turns?: number
  /** Each of these, where the provider tells them: a long prompt's prices are for its own turn. */
  iterations?: readonly Usage[]
  /** The service tier it was served in, such as `flex` or `priority`; absent: the usual one. */
  serviceTier?: string
  /** Counted by the gateway because the provider did not say, or said something impossible. */
  estimated: boolean
}

export const noUsage: Usage = {
  promptTokens: 0,
  completionTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  cacheWriteLongTokens: 0,
  reasoningTokens: 0,
  promptAudioTokens: 0,
  cachedAudioTokens: 0,
  completionAudioTokens: 0,
  promptImageTokens: 0,
  completionImageTokens: 0,
  webSearches: 0,
  estimated: false,
}
