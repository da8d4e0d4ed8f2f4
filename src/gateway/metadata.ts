import { GatewayError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { AttemptRecord } from '../ledger/contract.ts'
import { providerOf } from '../providers/table.ts'
import { notTranslated } from '../wire/upstream-error.ts'
import type { Exchange } from './exchange.ts'
import type { Outcome } from './outcome.ts'

/** Whether the client wants to know how its request was routed. The second name is the older one. */
export function asksMetadata(headers: Headers): boolean {
  const asked = headers.get('x-openrouter-metadata') ?? headers.get('x-openrouter-experimental-metadata')
  return asked?.toLowerCase() === 'enabled'
}

/**
 * How a request was routed, as the contract tells it (OpenRouter: router metadata), and beside that what the endpoint
 * that serves could not be asked. Of a fault of ours nothing is told; of a failure, that nobody was selected.
 */
export function metadataOf(
  { plan, place, request }: Pick<Exchange, 'plan' | 'place' | 'request'>,
  outcome: Pick<Outcome, 'attempts' | 'committed' | 'endpoint' | 'error'>,
): JsonObject | undefined {
  if (outcome.error?.status === 500) return undefined
  const { model } = plan
  const asked = outcome.attempts.filter(({ error }) => error !== notTranslated)
  const selected = outcome.committed && !outcome.error ? outcome.endpoint : undefined
  const available = plan.endpoints.map((endpoint) => ({
    provider: providerOf(endpoint.provider)?.name ?? endpoint.provider,
    model: model.id,
    selected: endpoint === selected,
  }))
  const served = available.find((endpoint) => endpoint.selected)
  return {
    requested: request.model,
    strategy: 'direct',
    region: place.colo?.toLowerCase() ?? null,
    summary: `available=${available.length}${served ? `, selected=${served.provider}` : ''}`,
    attempt: asked.length,
    is_byok: false,
    endpoints: { total: plan.endpointsTotal, available },
    ...(asked.length > 0 && {
      attempts: asked.map((attempt) => ({
        provider: attempt.providerName,
        model: model.id,
        status: statusOf(attempt),
      })),
    }),
    pipeline: [],
    dropped: outcome.committed ? [...(outcome.attempts.at(-1)?.dropped ?? [])] : [],
  }
}

/** The metadata of a request that no endpoint is fit for. */
export function unroutedMetadata(requested: string, endpointsTotal: number): JsonObject {
  return {
    requested,
    strategy: 'direct',
    attempt: 0,
    endpoints: { total: endpointsTotal, available: [] },
    pipeline: [],
  }
}

/** The error with what is told of its routing where the client asked for that. */
export function withMetadata(error: GatewayError, routing: JsonObject | undefined): GatewayError {
  if (!routing) return error
  return new GatewayError(error.type, error.message, { ...error.details, routing })
}

/** Clients insist on a number: who did not answer, or answered 200 and then nothing, is a bad gateway to them. */
function statusOf({ status, error }: AttemptRecord): number {
  if (error === null) return 200
  return status === null || status < 300 ? 502 : status
}
