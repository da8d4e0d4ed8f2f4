import { minuteMs } from '../../base/time.ts'
import type { Endpoint } from '../../catalogue/model.ts'
import type { ProviderEnv } from '../../providers/live.ts'
import { variableName } from '../../providers/variables.ts'

/** A key of the operator's that its provider refuses is left alone for so long, by this isolate. */
const refusedForMs = 5 * minuteMs

interface Refusal {
  untilMs: number
  /** False where the provider has another key, which is drawn from now on. */
  isOut: boolean
}

/** By the bindings that hold the keys, and by who was asked. */
const refusalsCache = new WeakMap<object, Map<string, Refusal>>()

/** A private host of a provider's refuses for itself alone. */
type Asked = Pick<Endpoint, 'provider' | 'baseUrl'>
const nameOf = ({ provider, baseUrl }: Asked): string =>
  baseUrl === undefined ? provider : `${provider} ${baseUrl}`

/**
 * The provider refused the operator's key, or is not paid: tells the operator, once in a while, and once more where it
 * was the last; then the provider is left alone for as long.
 */
export function credentialRefused(
  env: ProviderEnv,
  asked: Asked,
  { atMs, isOut }: { atMs: number; isOut: boolean },
): void {
  const { provider } = asked
  const refusals = refusalsCache.get(env) ?? new Map<string, Refusal>()
  refusalsCache.set(env, refusals)
  const known = refusals.get(nameOf(asked))
  if (known && atMs < known.untilMs && known.isOut >= isOut) return
  const variable = variableName(provider, 'API_KEY')
  refusals.set(nameOf(asked), { untilMs: atMs + refusedForMs, isOut })
  console.error(JSON.stringify({ event: 'credential_refused', provider, variable }))
}

export function isCredentialRefused(env: ProviderEnv, asked: Asked, nowMs: number): boolean {
  const refusal = refusalsCache.get(env)?.get(nameOf(asked))
  return refusal !== undefined && refusal.isOut && nowMs < refusal.untilMs
}
