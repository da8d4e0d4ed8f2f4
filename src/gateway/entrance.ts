import { GatewayError } from '../base/errors.ts'
import type { Env } from '../env.ts'
import { circuitsOf, type Entry } from '../routing/circuit/circuits.ts'
import { limitsOf } from './limits.ts'

/** Lets a request in. One too many is refused before its body takes memory. */
export function enter(env: Env, headers: Headers): Entry {
  const limits = limitsOf(env)
  // What is too large altogether is read to its end, and refused for that.
  const declaredBytes = Math.min(Number(headers.get('content-length')) || 0, limits.bodyBytesMax)
  const entry = circuitsOf(env, limits).enter(declaredBytes)
  if (!entry) throw tooMany()
  return entry
}

export function tooMany(): GatewayError {
  return new GatewayError('service_unavailable', 'Too many requests at once. Try again in a second.', {
    headers: { 'retry-after': '1' },
  })
}
