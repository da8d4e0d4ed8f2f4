import type { GatewayError } from '../../base/errors.ts'
import type { Endpoint } from '../../catalogue/model.ts'
import { gatewayBug, notTranslated, regionRefused } from '../../wire/upstream-error.ts'

/** One attempt at an endpoint, at its end. */
export interface Observation {
  endpoint: Endpoint
  atMs: number
  /** Of `ignored` nobody but the client, or we, can be blamed. */
  outcome: 'success' | 'failure' | 'rate_limited' | 'ignored'
  /** To the first token. */
  latencyMs?: number
  /** Tokens a second. */
  throughput?: number
  /** Of an answer that calls tools: whether all its calls are sound. */
  tools?: 'good' | 'bad'
}

/** What a failed attempt counts as (OpenRouter: for providers). A request that is itself at fault counts for nothing. */
export function outcomeOf({ type, details: { upstream } }: GatewayError): Observation['outcome'] {
  if (!upstream?.failOver || blamelessCodes.has(upstream.code)) return 'ignored'
  // Whatever it calls it, another endpoint may be asked; but anybody can write such a request, again and again.
  if (requestStatuses.has(upstream.status)) return 'ignored'
  return type === 'rate_limit_exceeded' ? 'rate_limited' : 'failure'
}

const blamelessCodes: ReadonlySet<string | undefined> = new Set([regionRefused, notTranslated, gatewayBug])
const requestStatuses: ReadonlySet<number | null> = new Set([400, 413, 422])
