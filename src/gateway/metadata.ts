import { GatewayError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { nameOf } from '../catalogue/hosts.ts'
import type { Endpoint } from '../catalogue/model.ts'
import type { GenerationRequest } from '../generation/request.ts'
import type { AttemptRecord } from '../ledger/contract.ts'
import type { Selection } from '../routing/candidate.ts'
import { endpointKey } from '../routing/endpoint-health.ts'
import type { Removal } from '../routing/filters.ts'
import type { Ranked } from '../routing/plan.ts'
import { priceNow } from '../routing/prices.ts'
import { notTranslated } from '../wire/upstream-error.ts'
import type { Exchange } from './exchange.ts'
import type { Outcome } from './outcome.ts'
import type { Plan } from './plan.ts'
import type { Place } from './place.ts'

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
  const { selection, ranking } = plan
  const asked = outcome.attempts.filter(({ error }) => error !== notTranslated)
  const selected = outcome.committed && !outcome.error ? outcome.endpoint : undefined
  const available = plan.endpoints.map((endpoint) => ({
    ...placed(endpoint),
    selected: endpoint === selected,
  }))
  const served = available.find((endpoint) => endpoint.selected)
  const routed = unroutedMetadata({ request, place, selection, removed: ranking.removed })
  return {
    ...routed,
    strategy: strategyOf(selection, selected),
    summary: `available=${available.length}${served ? `, selected=${served.provider}` : ''}`,
    attempt: asked.length,
    endpoints: { total: countOf(selection, ranking.removed), available },
    ...(asked.length > 0 && {
      attempts: asked.map((attempt) => ({
        provider: attempt.providerName,
        model: attempt.model ?? plan.model.id,
        status: statusOf(attempt),
      })),
    }),
    dropped: outcome.committed ? [...(outcome.attempts.at(-1)?.dropped ?? [])] : [],
    explanation: explanationOf(exchange, outcome, asked),
  }
}

/** What is known of the way of a request for which nobody was found. */
export interface Unrouted {
  request: GenerationRequest
  place: Place
  /** Absent where not even a name led to a model that may be had. */
  selection?: Selection
  removed?: readonly Removal[]
}

/** The metadata of a request that no endpoint is fit for. */
export function unroutedMetadata({ request, place, selection, removed = [] }: Unrouted): JsonObject {
  const requested = nameAsked(request)
  return {
    requested,
    strategy: selection ? strategyOf(selection, undefined) : wayOf(requested),
    region: place.colo?.toLowerCase() ?? null,
    summary: 'available=0',
    attempt: 0,
    is_byok: false,
    endpoints: { total: countOf(selection, removed), available: [] },
    pipeline: [...(selection?.pipeline ?? [])],
    dropped: [],
    explanation: { plan: [], excluded: excludedOf(removed), attempts: [], sticky: false },
  }
}

/** What a client asked for first; empty where its account says what that is. */
export function nameAsked({ routing }: GenerationRequest): string {
  return routing.models[0] ?? ''
}

/** Those that were left out for what their model cannot do are in the second only. */
function countOf(selection: Selection | undefined, removed: readonly Removal[]): number {
  const chosen = selection?.candidates.flatMap(({ endpoints }) => endpoints) ?? []
  return new Set([...chosen, ...removed.map(({ endpoint }) => endpoint)]).size
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
    excluded: excludedOf([...ranking.removed, ...passedOver(plan)]),
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

interface Exclusion {
  endpoint: Endpoint
  by: string
}

function excludedOf(excluded: readonly Exclusion[]): JsonObject[] {
  return excluded.slice(0, endpointsMax).map(({ endpoint, by }) => ({ ...tagged(endpoint), by }))
}

/** Those that no filter took and that are not tried: one is to be enough, or others know more of what was asked. */
function passedOver({ selection, ranking: { ranked, all, removed } }: Plan): Exclusion[] {
  const told = keysOf([...ranked, ...removed])
  const cut = keysOf(all)
  return selection.candidates
    .flatMap(({ endpoints }) => endpoints)
    .filter((endpoint) => !told.has(endpointKey(endpoint)))
    .map((endpoint) => ({
      endpoint,
      by: cut.has(endpointKey(endpoint)) ? 'allow_fallbacks' : 'others_fit_better',
    }))
}

function keysOf(list: readonly { endpoint: Endpoint }[]): Set<string> {
  return new Set(list.map(({ endpoint }) => endpointKey(endpoint)))
}

function placed(endpoint: Endpoint): { provider: string; model: string } {
  return { provider: nameOf(endpoint.provider), model: endpoint.model.id }
}

function tagged({ tag, model }: Endpoint): { endpoint: string; model: string } {
  return { endpoint: tag, model: model.id }
}

/** The contract's word for how the model that serves was come to; without one, for how the first was. */
function strategyOf({ candidates, router, standsIn }: Selection, served: Endpoint | undefined): string {
  const index = candidates.findIndex(({ model }) => model === served?.model)
  const via = candidates[Math.max(0, index)]?.via ?? 'direct'
  return (index > 0 || (standsIn && served)) && router === undefined ? 'fallback' : via
}

/** The same where no model was come to. */
function wayOf(name: string): string {
  return name.startsWith('~')
    ? 'latest'
    : (/^(?:openrouter|switchyard)\/(auto|free)/.exec(name)?.[1] ?? 'direct')
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
