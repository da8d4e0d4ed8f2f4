import { GatewayError } from '../base/errors.ts'
import type { Env } from '../env.ts'
import { circuitsOf } from '../routing/circuit/circuits.ts'
import { limitsOf } from './limits.ts'

/** Lets a request in, and gives what says that it is over. One too many is refused before its body takes memory. */
export function enter(env: Env): () => void {
  const leave = circuitsOf(env, limitsOf(env)).enter()
  if (leave) return leave
  throw new GatewayError('service_unavailable', 'Too many requests at once. Try again in a second.', {
    headers: { 'retry-after': '1' },
  })
}
