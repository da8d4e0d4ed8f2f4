import { GatewayError } from '../base/errors.ts'
import type { GenerationRecord, SettleRequest } from '../ledger/contract.ts'
import { endpointKey } from '../routing/endpoint-health.ts'
import { observe } from '../routing/health/memory.ts'
import { savesByCache } from '../routing/plan.ts'
import type { AnswerEvent, Charge } from '../wire/dialect.ts'
import type { DispatchEvents } from './dispatch.ts'
import type { Exchange } from './exchange.ts'
import { bugIn, log } from './log.ts'
import { metadataOf, nameAsked, withMetadata } from './metadata.ts'
import type { Meter } from './meter.ts'
import { observationOf } from './observation-of.ts'
import type { Outcome } from './outcome.ts'

/**
 * Passes the answer on and settles it exactly once: at its end, on a failure, and when the client leaves. A failure
 * after the first content becomes the answer's last event, for the client already holds part of it; before, it is
 * thrown, and may still choose the status of the response. The charge is the last thing the client is told.
 */
export async function* settleAtEnd(
  exchange: Exchange,
  outcome: Outcome,
  meter: Meter,
  events: DispatchEvents,
): AsyncGenerator<AnswerEvent[], void> {
  const { client } = exchange
  let charge: Charge | undefined
  try {
    for await (const batch of events) {
      const answer = outcome.add(batch)
      await meter.observe(batch)
      if (answer.length > 0) yield answer
    }
    outcome.close(client.left.aborted ? 'left' : 'finished')
  } catch (thrown) {
    const error = GatewayError.from(meter.stop.aborted ? meter.stop.reason : thrown)
    outcome.close(client.left.aborted ? 'left' : isClientsDoing(error) ? 'stopped' : 'failed', error)
    if (!outcome.committed && !client.answered) throw withMetadata(error, metadataOf(exchange, outcome))
    if (outcome.error) yield [{ type: 'error', error: failureOf(outcome.error) }]
  } finally {
    meter.close()
    charge = outcome.charge()
    void settle(exchange, outcome, charge).finally(() => client.end())
  }
  yield [{ type: 'charge', charge }]
}

/** Sends the settlement. It is on its way before the last words reach the client, who may ask for its balance next. */
async function settle(exchange: Exchange, outcome: Outcome, charge: Charge): Promise<void> {
  const { hold, generationId } = exchange
  const record = recordOf(exchange, outcome, charge)
  const failed = failedAttempts(record)
  const wastedNanos = record.attempts.reduce((sum, attempt) => sum + (attempt.wastedNanos ?? 0), 0)
  exchange.log({
    status: record.status,
    model: record.model,
    provider: record.provider,
    attempts: record.attempts.length,
    first_token_ms: record.firstTokenMs,
    total_ms: record.totalMs,
    cost_nanos: charge.costNanos,
    upstream_cost_nanos: record.upstreamCostNanos,
    ...(record.cacheSourceId && { cache_source_id: record.cacheSourceId }),
    ...(record.errorType && { error_type: record.errorType }),
    ...(failed !== '' && { failed }),
    ...(wastedNanos > 0 && { wasted_nanos: wastedNanos }),
    ...(outcome.error && bugIn(outcome.error)),
    ...(outcome.usageSuspect && { usage_suspect: true }),
    ...(outcome.flaws.length > 0 && { flaws: outcome.flaws.join(' ') }),
  })
  const observation = observationOf(exchange, outcome, charge)
  const observed = observation && observe(exchange.env, observation)
  try {
    await (outcome.committed
      ? hold.settle(charge.costNanos, record, stickOf(exchange, outcome, charge))
      : hold.void(record))
  } catch {
    // The ledger did not answer for as long as we may wait. Its last beat settles the hold when it expires.
    log({ generation_id: generationId, event: 'settlement_lost', cost_nanos: charge.costNanos })
  }
  await observed
}

/**
 * Where a conversation goes on (OpenRouter: sticky routing): where it was served, if that pays. One that its client does
 * not name is taken for one only once its provider has told of a cache.
 */
function stickOf(
  { plan: { conversation }, request }: Exchange,
  { end, endpoint, recalled }: Outcome,
  { usage: { cachedTokens, cacheWriteTokens } }: Charge,
): SettleRequest['stick'] {
  if (conversation === undefined || end !== 'finished' || !endpoint || recalled) return undefined
  const isOne = request.routing.conversation?.explicit === true || cachedTokens + cacheWriteTokens > 0
  return isOne && savesByCache(endpoint) ? { conversation, endpoint: endpointKey(endpoint) } : undefined
}

/** Who failed, and how: a key that a provider refuses must come to its operator's eyes. */
function failedAttempts({ attempts }: GenerationRecord): string {
  return attempts
    .filter(({ error }) => error !== null)
    .map(({ provider, status, error }) => `${provider} ${status ?? 'no status'} ${error}`)
    .join(', ')
}

function isClientsDoing(error: GatewayError): boolean {
  return error.type === 'payment_required' || error.type === 'authentication'
}

/** What of an error may be said inside an answer: of our own faults, nothing. */
function failureOf({
  type,
  message,
  details,
}: GatewayError): Extract<AnswerEvent, { type: 'error' }>['error'] {
  const { metadata, availability } = details
  return { type, message, ...(metadata && { metadata }), ...(availability && { availability }) }
}

/** The status that is recorded for a client that went away before it got one. */
const clientClosedRequest = 499

/** Characters of what a provider calls its things: a row must not grow with them. */
const nameMax = 256

function recordOf(
  exchange: Exchange,
  outcome: Outcome,
  { usage, upstreamPromptNanos, upstreamCompletionNanos }: Charge,
): GenerationRecord {
  const { request, arrivedAtMs, plan, origin, presetId } = exchange
  const { recalled } = outcome
  const served = recalled ?? (outcome.committed ? outcome.attempts.at(-1) : undefined)
  const left = outcome.end === 'left'
  const routing = metadataOf(exchange, outcome)
  return {
    createdAtMs: arrivedAtMs,
    status: outcome.committed
      ? 200
      : left
        ? clientClosedRequest
        : (outcome.error?.status ?? clientClosedRequest),
    model: recalled?.model ?? (outcome.endpoint?.model ?? plan.model).id,
    requestedModel: nameAsked(request),
    provider: served?.provider ?? null,
    providerName: served?.providerName ?? null,
    upstreamId: outcome.upstreamId?.slice(0, nameMax) ?? null,
    upstreamModel: served?.upstreamModel ?? null,
    streamed: request.stream,
    cancelled: left,
    finishReason: outcome.error && outcome.committed ? 'error' : (outcome.finish?.reason ?? null),
    nativeFinishReason: outcome.finish?.nativeReason?.slice(0, nameMax) ?? null,
    errorType: outcome.error?.errorType ?? null,
    promptTokens: usage.promptTokens,
    completionTokens: usage.completionTokens,
    cachedTokens: usage.cachedTokens,
    cacheWriteTokens: usage.cacheWriteTokens,
    reasoningTokens: usage.reasoningTokens,
    usageEstimated: usage.estimated,
    upstreamCostNanos: upstreamPromptNanos + upstreamCompletionNanos,
    firstTokenMs: outcome.firstContentAtMs === undefined ? null : outcome.firstContentAtMs - arrivedAtMs,
    totalMs: Date.now() - arrivedAtMs,
    attempts: outcome.attempts,
    user: request.user ?? null,
    sessionId: request.sessionId ?? null,
    metadata: request.metadata ?? null,
    ...(recalled && { cacheSourceId: recalled.generationId }),
    ...(presetId !== undefined && { preset: presetId }),
    ...(plan.selection.router !== undefined && { router: plan.selection.router }),
    ...(usage.serviceTier !== undefined && { serviceTier: usage.serviceTier }),
    ...(routing && !recalled && { routing: JSON.stringify(routing) }),
    ...origin,
  }
}
