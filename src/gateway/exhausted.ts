import { GatewayError, type Availability } from '../base/errors.ts'
import type { Endpoint } from '../catalogue/model.ts'
import { providerOf } from '../providers/table.ts'
import type { Plan } from './plan.ts'

/** An endpoint that was tried before the first content, in vain. */
export interface Failure {
  endpoint: Endpoint
  error: GatewayError
}

/** Hints to clients are clamped: the official SDKs sleep for whatever they are told, seconds. */
const retryAfterSecondsMax = 60

/** The one error for an answer that nobody gave, by the contract's table of availability codes. */
export function exhausted(plan: Plan, failures: Failure[]): GatewayError {
  const last = failures.at(-1)?.error ?? new GatewayError('server', 'Internal Server Error')
  // The request itself was at fault, or the code was: no endpoint's availability explains it.
  if (last.details.upstream?.failOver !== true) return last

  const statuses = failures.map(({ error }) => error.details.upstream?.status ?? null)
  const { type, code, message } = verdict(statuses)
  const hints = failures.flatMap(({ error }) => error.details.upstream?.retryAfterSeconds ?? [])
  const retryAfter =
    type !== 'not_found' && hints.length > 0
      ? Math.min(retryAfterSecondsMax, Math.max(1, Math.ceil(Math.min(...hints))))
      : undefined
  const names = failures.map(({ endpoint }) => providerOf(endpoint.provider)?.name ?? endpoint.provider)
  const availability: Availability = {
    code,
    retryable: type !== 'not_found',
    requested_models: [plan.model.id],
    docs_url: `https://openrouter.ai/docs/errors#${code}`,
    affected_providers: names,
    ...(retryAfter !== undefined && { retry_after: retryAfter }),
  }
  return new GatewayError(type, message, {
    availability,
    metadata: {
      previous_errors: failures.map(({ error }, index) => ({
        provider: names[index],
        code: error.status,
        status: error.details.upstream?.status ?? null,
      })),
    },
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
    cause: last,
  })
}

function verdict(statuses: (number | null)[]): {
  type: 'rate_limit_exceeded' | 'not_found' | 'provider_overloaded'
  code: Availability['code']
  message: string
} {
  if (statuses.every((status) => status === 429)) {
    return {
      type: 'rate_limit_exceeded',
      code: 'capacity_exhausted',
      message: 'Every provider of this model is rate limiting. Try again later.',
    }
  }
  if (statuses.every((status) => status === 404)) {
    return {
      type: 'not_found',
      code: 'model_unavailable_upstream',
      message: 'No provider serves this model at the moment.',
    }
  }
  return {
    type: 'provider_overloaded',
    code: 'temporarily_unavailable',
    message: 'No provider of this model answered. Try again later.',
  }
}
