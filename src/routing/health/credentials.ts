import { minuteMs } from '../../base/time.ts'
import { settingOf, type ProviderEnv } from '../../providers/live.ts'
import { variableName } from '../../providers/variables.ts'

/** A key of the operator's that its provider refuses is left alone for so long, by this isolate. */
const refusedForMs = 5 * minuteMs

interface Refusal {
  untilMs: number
  /** False where the provider has other keys, which may be fine: the next attempt draws anew. */
  isOut: boolean
}

/** By the bindings that hold the keys, and by provider. */
const refusalsCache = new WeakMap<object, Map<string, Refusal>>()

/**
 * The provider said 401 or 402 to the operator's key: tells the operator, once in a while, and leaves the
 * provider alone for as long.
 */
export function credentialRefused(env: ProviderEnv, provider: string, nowMs: number): void {
  const refusals = refusalsCache.get(env) ?? new Map<string, Refusal>()
  refusalsCache.set(env, refusals)
  if (nowMs < (refusals.get(provider)?.untilMs ?? 0)) return
  const variable = variableName(provider, 'API_KEY')
  const isOut = settingOf(env, variable)?.includes(',') !== true
  refusals.set(provider, { untilMs: nowMs + refusedForMs, isOut })
  console.error(JSON.stringify({ event: 'credential_refused', provider, variable }))
}

export function isCredentialRefused(env: ProviderEnv, provider: string, nowMs: number): boolean {
  const refusal = refusalsCache.get(env)?.get(provider)
  return refusal !== undefined && refusal.isOut && nowMs < refusal.untilMs
}
