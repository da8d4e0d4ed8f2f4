import { GatewayError, type Availability, type UpstreamFault } from '../base/errors.ts'
import type { Endpoint } from '../catalogue/model.ts'
import { providerOf } from '../providers/table.ts'
import { gatewayBug, notTranslated, regionRefused } from '../wire/upstream-error.ts'
import type { Exchange } from './exchange.ts'
import { remedyFor } from './remedy.ts'

/** An endpoint that was tried before the first content, in vain. */
export interface Failure {
  endpoint: Endpoint
  error: GatewayError
}

/** Hints to clients are clamped: the official SDKs sleep for whatever they are told, seconds. */
const retryAfterSecondsMax = 60

/** The one error for an answer that nobody gave, by the contract's table of availability codes. */
export function exhausted(
  exchange: Pick<Exchange, 'env' | 'place' | 'plan'>,
  failures: Failure[],
): GatewayError {
  const last = failures.at(-1)?.error ?? new GatewayError('server', 'Internal Server Error')
  // The request itself was at fault, or the code was: no endpoint's availability explains it.
  if (last.details.upstream?.failOver !== true) return last
  const asked = failures.filter(({ error }) => !ourOwn.has(error.details.upstream?.code))
  if (asked.length === 0) return last
  return unanswered(exchange, asked)
}

/** What no endpoint had a part in. */
const ourOwn: ReadonlySet<string | undefined> = new Set([notTranslated, gatewayBug])

function unanswered(exchange: Pick<Exchange, 'env' | 'place' | 'plan'>, failures: Failure[]): GatewayError {
  // Of several models the last one's failure is the answer's.
  const lastModel = failures.at(-1)?.endpoint.model
  const deciding = failures.filter(({ endpoint }) => endpoint.model === lastModel)
  const { type, code, message } = verdict(deciding.map(({ error }) => error.details.upstream))
  const retryable = type === 'rate_limit_exceeded' || type === 'provider_overloaded'
  const remedies = new Set(failures.flatMap((failure) => remedyFor(failure, exchange) ?? []))
  const advice = remedies.size > 0 ? [...remedies] : retryable ? ['Try again later.'] : []
  // Waiting pays no bill.
  const hints = failures.flatMap(({ error: { details } }) =>
    details.upstream?.isCredential ? [] : (details.upstream?.retryAfterSeconds ?? []),
  )
  const retryAfter =
    retryable && hints.length > 0
      ? Math.min(retryAfterSecondsMax, Math.max(1, Math.ceil(Math.min(...hints))))
      : undefined
  const names = failures.map(({ endpoint }) => providerOf(endpoint.provider)?.name ?? endpoint.provider)
  const availability: Availability = {
    code,
    retryable,
    requested_models: [...new Set(exchange.plan.endpoints.map(({ model }) => model.id))],
    docs_url: `https://openrouter.ai/docs/errors#${code}`,
    affected_providers: [...new Set(names)],
    ...(retryAfter !== undefined && { retry_after: retryAfter }),
  }
  return new GatewayError(type, [message, ...advice].join(' '), {
    availability,
    metadata: {
      previous_errors: failures.map(({ error }, index) => ({
        provider: names[index],
        code: error.status,
        status: error.details.upstream?.status ?? null,
      })),
    },
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
    cause: failures.at(-1)?.error,
  })
}

function verdict(faults: (UpstreamFault | undefined)[]): {
  type: 'rate_limit_exceeded' | 'not_found' | 'permission_denied' | 'provider_overloaded'
  code: Availability['code']
  message: string
} {
  // Where we are is no fault of theirs: what the others say counts.
  const statuses = faults
    .filter((fault) => fault?.code !== regionRefused)
    .map((fault) => (fault?.isCredential ? null : fault?.status))
  if (statuses.length === 0) {
    return {
      type: 'permission_denied',
      code: 'region_restricted',
      message: 'No provider serves this model here.',
    }
  }
  if (statuses.every((status) => status === 429)) {
    return {
      type: 'rate_limit_exceeded',
      code: 'capacity_exhausted',
      message: 'Every provider of this model is rate limiting.',
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
    message: 'No provider of this model answered.',
  }
}
