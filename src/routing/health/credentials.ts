import { minuteMs } from '../../base/time.ts'
import { settingOf, type ProviderEnv } from '../../providers/live.ts'
import { variableName } from '../../providers/variables.ts'

/** A key of the operator's that its provider refuses is left alone for so long, by this isolate. */
const refusedForMs = 5 * minuteMs

/** By the bindings that hold the keys: until when each provider is not to be asked. */
const refusedUntilCache = new WeakMap<object, Map<string, number>>()

/**
 * The provider said 401, 402 or 403 to the operator's key: tells the operator, once, and leaves the provider alone for
 * a while. Where there are several keys the others may be fine, and the next attempt draws anew.
 */
export function credentialRefused(env: ProviderEnv, provider: string, nowMs: number): void {
  if (isCredentialRefused(env, provider, nowMs)) return
  const variable = variableName(provider, 'API_KEY')
  const isOneOfSeveral = settingOf(env, variable)?.includes(',') === true
  const refused = refusedUntilCache.get(env) ?? new Map<string, number>()
  refusedUntilCache.set(env, refused)
  if (!isOneOfSeveral) refused.set(provider, nowMs + refusedForMs)
  console.error(JSON.stringify({ event: 'credential_refused', provider, variable }))
}

export function isCredentialRefused(env: ProviderEnv, provider: string, nowMs: number): boolean {
  return nowMs < (refusedUntilCache.get(env)?.get(provider) ?? 0)
}
