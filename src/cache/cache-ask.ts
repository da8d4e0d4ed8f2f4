/** What a request asks of the response cache. */
export interface CacheAsk {
  ttlSeconds: number
  /** The stored answer is to be replaced by a fresh one. */
  clear: boolean
}

/** What a preset lays down: its `cache_enabled` and `cache_ttl_seconds`. */
export interface CachePreset {
  enabled?: boolean
  ttlSeconds?: number
}

const ttlSecondsDefault = 300
export const ttlSecondsMax = 86_400

/**
 * Whether answers are kept, by the contract's precedence (OpenRouter: response caching): a preset's no, then the
 * header's word, then a preset's yes. `undefined`: they are not, and no other header counts.
 */
export function cacheAsked(headers: Headers, preset: CachePreset = {}): CacheAsk | undefined {
  const wanted = headers.get('x-openrouter-cache')?.toLowerCase()
  if (preset.enabled === false || wanted === 'false') return undefined
  if (wanted !== 'true' && preset.enabled !== true) return undefined
  const told = /^\d+/.exec(headers.get('x-openrouter-cache-ttl') ?? '')?.[0]
  const ttlSeconds = told === undefined ? (preset.ttlSeconds ?? ttlSecondsDefault) : Number(told)
  return {
    ttlSeconds: Math.min(ttlSecondsMax, Math.max(1, ttlSeconds)),
    clear: headers.get('x-openrouter-cache-clear')?.toLowerCase() === 'true',
  }
}
