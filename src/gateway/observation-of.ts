import { secondMs } from '../base/time.ts'
import { speedTokensMin } from '../routing/choices.ts'
import { outcomeOf, type Observation } from '../routing/health/observation.ts'
import type { Charge } from '../wire/dialect.ts'
import type { Exchange } from './exchange.ts'
import type { Outcome } from './outcome.ts'

/** What an answer, from its end, says of the endpoint that gave it; a failed attempt was told by `dispatch`. */
export function observationOf(
  { request }: Exchange,
  outcome: Outcome,
  { usage: { completionTokens } }: Charge,
): Observation | undefined {
  const { endpoint, committed, firstContentAtMs, finish } = outcome
  const attempt = outcome.attempts.at(-1)
  if (!endpoint || !attempt || !committed) return undefined
  const atMs = Date.now()
  const kind = kindOf(outcome)
  if (kind !== 'success') return { endpoint, atMs, outcome: kind }
  const latencyMs = attempt.latencyMs
  // From the call on, so that waiting for the first token counts.
  const generationMs = latencyMs + (firstContentAtMs === undefined ? 0 : atMs - firstContentAtMs)
  const tools = finish?.reason === 'tool_calls' ? outcome.toolCalls.verdict(request.native.body) : undefined
  return {
    endpoint,
    atMs,
    outcome: kind,
    ...(!outcome.inOnePiece && { latencyMs }),
    ...(completionTokens >= speedTokensMin &&
      generationMs > 0 && { throughput: (completionTokens * secondMs) / generationMs }),
    ...(tools && { tools }),
  }
}

function kindOf({ end, finish, error }: Outcome): Observation['outcome'] {
  if (end === 'finished') return finish?.reason === 'error' ? 'failure' : 'success'
  return end === 'failed' && error ? outcomeOf(error) : 'ignored'
}
