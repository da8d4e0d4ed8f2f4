import { GatewayError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { nameOf } from '../catalogue/hosts.ts'
import type { Endpoint } from '../catalogue/model.ts'
import type { AttemptRecord } from '../ledger/contract.ts'
import type { Selection } from '../routing/candidate.ts'
import type { Ranked } from '../routing/plan.ts'
import { priceNow } from '../routing/prices.ts'
import { notTranslated } from '../wire/upstream-error.ts'
import type { Exchange } from './exchange.ts'
import type { Outcome } from './outcome.ts'

/** Whether the client wants to know how its request was routed. The second name is the older one. */
export function asksMetadata(headers: Headers): boolean {
  const asked = headers.get('x-openrouter-metadata') ?? headers.get('x-openrouter-experimental-metadata')
  return asked?.toLowerCase() === 'enabled'
}

type Routed = Pick<Exchange, 'plan' | 'place' | 'request' | 'arrivedAtMs'>

/**
 * How a request was routed, as the contract tells it (OpenRouter: router metadata), and beside that what the endpoint
 * that serves could not be asked, and why each was chosen or left out. Of a fault of ours nothing is told; of a
 * failure, that nobody was selected.
 */
export function metadataOf(exchange: Routed, outcome: Outcome): JsonObject | undefined {
  if (outcome.error?.status === 500) return undefined
  const { plan, place, request } = exchange
  const { candidates, pipeline = [] } = plan.selection
  const asked = outcome.attempts.filter(({ error }) => error !== notTranslated)
  const selected = outcome.committed && !outcome.error ? outcome.endpoint : undefined
  const available = plan.endpoints.map((endpoint) => ({
    ...placed(endpoint),
    selected: endpoint === selected,
  }))
  const served = available.find((endpoint) => endpoint.selected)
  return {
    requested: request.model,
    strategy: strategyOf(plan.selection, selected),
    region: place.colo?.toLowerCase() ?? null,
    summary: `available=${available.length}${served ? `, selected=${served.provider}` : ''}`,
    attempt: asked.length,
    is_byok: false,
    endpoints: { total: candidates.reduce((sum, { endpoints }) => sum + endpoints.length, 0), available },
    ...(asked.length > 0 && {
      attempts: asked.map((attempt) => ({
        provider: attempt.providerName,
        model: attempt.model ?? plan.model.id,
        status: statusOf(attempt),
      })),
    }),
    pipeline: [...pipeline],
    dropped: outcome.committed ? [...(outcome.attempts.at(-1)?.dropped ?? [])] : [],
    explanation: explanationOf(exchange, outcome, asked),
  }
}

/** How many are explained: the record of a generation must not grow with the catalogue. */
const endpointsMax = 40

/** What the contract has no field for: why, for how much and how long. */
function explanationOf({ plan, arrivedAtMs }: Routed, outcome: Outcome, asked: AttemptRecord[]): JsonObject {
  const { ranking, promptCaps } = plan
  const priced = ({ endpoint, reason }: Ranked): JsonObject => {
    const { promptPicos, completionPicos } = priceNow(endpoint, promptCaps.promptTokensMax, arrivedAtMs)
    return {
      ...tagged(endpoint),
      reason,
      // Pico-USD per token are dollars per million tokens, in millionths.
      usd_per_million: { prompt: promptPicos / 1e6, completion: completionPicos / 1e6 },
    }
  }
  const { gatewayMs, providerMs } = outcome.timing()
  return {
    plan: ranking.ranked.slice(0, endpointsMax).map(priced),
    excluded: ranking.removed.slice(0, endpointsMax).map(({ endpoint, by }) => ({ ...tagged(endpoint), by })),
    attempts: asked.map(({ tag, provider, error, latencyMs }) => ({
      endpoint: tag ?? provider,
      ...(error !== null && { error }),
      latency_ms: latencyMs,
    })),
    sticky: plan.sticky,
    ...(ranking.panics && { panic: true }),
    cost: { ...outcome.arithmetic() },
    timing_ms: { gateway: gatewayMs, provider: providerMs },
  }
}

function placed(endpoint: Endpoint): { provider: string; model: string } {
  return { provider: nameOf(endpoint.provider), model: endpoint.model.id }
}

function tagged({ tag, model }: Endpoint): { endpoint: string; model: string } {
  return { endpoint: tag, model: model.id }
}

/** The contract's word for how the model that serves was come to; without one, for how the first was. */
function strategyOf({ candidates, router }: Selection, served: Endpoint | undefined): string {
  const index = candidates.findIndex(({ model }) => model === served?.model)
  const via = candidates[Math.max(0, index)]?.via ?? 'direct'
  return index > 0 && router === undefined ? 'fallback' : via
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
