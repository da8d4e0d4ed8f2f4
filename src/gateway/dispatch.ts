import { GatewayError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Endpoint } from '../catalogue/model.ts'
import { isContent, type GenerationEvent, type GenerationEvents } from '../generation/events.ts'
import type { GenerationRequest } from '../generation/request.ts'
import type { AttemptRecord } from '../ledger/contract.ts'
import { cost } from '../ledger/cost.ts'
import { call } from '../providers/call.ts'
import { providerOf } from '../providers/table.ts'
import type { Trial } from '../routing/circuit/circuit.ts'
import { circuitsOf, type Circuits } from '../routing/circuit/circuits.ts'
import { firstTokenTimeout } from '../routing/circuit/first-tokens.ts'
import { resultOf } from '../routing/circuit/result.ts'
import { credentialRefused } from '../routing/health/credentials.ts'
import { observe } from '../routing/health/memory.ts'
import { outcomeOf } from '../routing/health/observation.ts'
import type { Exchange } from './exchange.ts'
import { exhausted, type Failure } from './exhausted.ts'
import { Itinerary } from './itinerary.ts'
import { bugIn, log } from './log.ts'
import { askedOf } from './plan.ts'
import { redacted } from './redacted.ts'
import { restrictionsOf } from './restrictions.ts'

/** What happens while serving: the provider's events, and beside them a note of each endpoint tried. */
export type DispatchEvent = GenerationEvent | AttemptNote
export interface AttemptNote {
  type: 'attempt'
  endpoint: Endpoint
  attempt: AttemptRecord
  /** What it was sent, where the client wants to see that. */
  sent?: JsonObject
}
export type DispatchEvents = AsyncGenerator<DispatchEvent[], void>

/**
 * Tries the plan's endpoints in order until one produces content. That is the commit point: before it a failure
 * moves on to the next endpoint unseen; after it the client holds part of an answer, and a failure is thrown on.
 * `stop` aborts when the money or the key has given out.
 */
export async function* dispatch(exchange: Exchange, stop: AbortSignal): DispatchEvents {
  const { env, client, arrivedAtMs, limits } = exchange
  const deadlineMs = arrivedAtMs + limits.totalTimeoutMs
  const circuits = circuitsOf(env, limits)
  const itinerary = new Itinerary(exchange, circuits, Math.random)
  const failures: Failure[] = []
  const next = async () => await itinerary.next(Date.now())
  for (let endpoint = await next(); endpoint; endpoint = await next()) {
    if (failures.length > 0 && (client.left.aborted || Date.now() >= deadlineMs)) break
    const attempt = begin(exchange, endpoint, { circuits, itinerary })
    const { trial, preamble } = attempt
    let committed = false
    try {
      for await (const batch of answer(exchange, attempt, { stop, deadlineMs })) {
        if (committed) {
          yield batch
        } else if (batch.some(commits)) {
          committed = true
          trial.answered(Date.now())
          yield [note(attempt), ...preamble, ...batch]
        } else {
          preamble.push(...batch)
        }
      }
      if (!committed) throw emptyAnswer()
      return trial.ended('success', Date.now())
    } catch (thrown) {
      const error = GatewayError.from(thrown)
      trial.ended(resultOf(error), Date.now(), error.details.upstream?.retryAfterSeconds)
      if (committed) throw thrown
      failures.push({ endpoint, error })
      itinerary.failed(endpoint, error)
      report(exchange, endpoint, error)
      yield [note(attempt, error)]
      if (client.left.aborted) return
      stop.throwIfAborted()
    } finally {
      // The client left, or the reader: neither is the endpoint's doing.
      trial.ended('ignored', Date.now())
    }
  }
  throw exhausted(exchange, failures)
}

/** One endpoint being tried. */
interface Attempt {
  endpoint: Endpoint
  startedAtMs: number
  trial: Trial
  /** It is asked for the whole answer at once. */
  whole: boolean
  firstTokenTimeoutMs: number
  /** What came before the first content. */
  preamble: DispatchEvent[]
  /** What it could not be asked. */
  dropped: readonly string[]
  sent?: JsonObject
}

function begin(
  { request, limits }: Exchange,
  endpoint: Endpoint,
  { circuits, itinerary }: { circuits: Circuits; itinerary: Itinerary },
): Attempt {
  const startedAtMs = Date.now()
  const { isRetry } = itinerary
  const whole = !endpoint.streams || isShort(endpoint, request)
  const p99Ms = circuits.p99Ms(endpoint, whole, startedAtMs)
  const reasons = endpoint.model.reasoning
  return {
    endpoint,
    startedAtMs,
    trial: circuits.begin(endpoint, { isRetry, whole }, startedAtMs),
    whole,
    firstTokenTimeoutMs: firstTokenTimeout(
      {
        p99Ms,
        reasons,
        isLast: itinerary.isLast(startedAtMs),
        promptTokens: request.promptTokensEstimate,
        // Vectors have none.
        ...(whole && { wholeTokens: request.maxTokens ?? endpoint.maxCompletionTokens ?? 0 }),
      },
      limits,
    ),
    preamble: [],
    dropped: [],
  }
}

function answer(
  { env, request, plan, client, limits }: Exchange,
  attempt: Attempt,
  { stop, deadlineMs }: { stop: AbortSignal; deadlineMs: number },
): GenerationEvents {
  const { endpoint, whole, firstTokenTimeoutMs } = attempt
  const provider = providerOf(endpoint.provider)
  const left = provider?.cancellable ? client.left : client.drained
  const { reasoning } = endpoint.model
  // All endpoints share the time that one generation has.
  const totalTimeoutMs = deadlineMs - Date.now()
  const asked = askedOf(plan, request, endpoint)
  const drop = [...(endpoint.quirks.drop ?? []), ...asked.drop]
  const target = {
    ...endpoint,
    reasoning,
    streams: !whole,
    quirks: { ...endpoint.quirks, drop },
    ...(provider?.aggregator && restrictionsOf(plan.ranking.rules, endpoint)),
  }
  return call(target, asked.request, {
    env,
    signal: AbortSignal.any([left, stop]),
    limits: { ...limits, firstTokenTimeoutMs, totalTimeoutMs },
    onEncoded: ({ body, dropped }) => {
      attempt.dropped = dropped
      if (request.echoesUpstream) attempt.sent = redacted(body)
    },
  })
}

/** What an endpoint did wrong counts against it, and a key of ours that it refuses is told to the operator. */
function report({ env, client, generationId }: Exchange, endpoint: Endpoint, error: GatewayError): void {
  const atMs = Date.now()
  const outcome = outcomeOf(error)
  client.keep(observe(env, { endpoint, atMs, outcome }))
  if (error.type === 'server') {
    log({
      generation_id: generationId,
      event: 'attempt_broken',
      provider: endpoint.provider,
      ...bugIn(error),
    })
  }
  const { isCredential, hasAnotherKey = false } = error.details.upstream ?? {}
  if (isCredential) credentialRefused(env, endpoint, { atMs, isOut: !hasAnotherKey })
}

function emptyAnswer(): GatewayError {
  return new GatewayError('provider_unavailable', 'Provider returned error', {
    upstream: { status: 200, code: 'empty_answer', failOver: true },
  })
}

/**
 * An answer of at most so many tokens is asked for whole where the client wants it whole: reading a stream costs CPU
 * for each token. A longer one is streamed here all the same, so that silence is noticed and progress is known.
 */
const shortAnswerTokens = 1_000

function isShort(endpoint: Endpoint, { stream, maxTokens }: GenerationRequest): boolean {
  return !stream && !endpoint.model.reasoning && maxTokens !== undefined && maxTokens <= shortAnswerTokens
}

/** Content commits, and so does the end of an answer without any. */
function commits(event: GenerationEvent): boolean {
  return isContent(event) || event.type === 'finish'
}

/** How many names, and of how many characters, are noted of what was asked for in vain: a client names its fields. */
const droppedMax = 50
const droppedNameMax = 100

/** The provider's own price. */
const unmarked = { numerator: 1n, denominator: 1n }

function note(attempt: Attempt, error?: GatewayError): AttemptNote {
  const { endpoint, startedAtMs, dropped, sent } = attempt
  const names = [...new Set(dropped)].slice(0, droppedMax).map((name) => name.slice(0, droppedNameMax))
  const told = attempt.preamble.findLast((event) => event.type === 'usage')
  const wastedNanos = error && told && cost(told.usage, endpoint.price, unmarked, startedAtMs).upstreamNanos
  return {
    type: 'attempt',
    endpoint,
    ...(sent && { sent }),
    attempt: {
      provider: endpoint.provider,
      providerName: providerOf(endpoint.provider)?.name ?? endpoint.provider,
      upstreamModel: endpoint.upstreamModel,
      model: endpoint.model.id,
      tag: endpoint.tag,
      status: error ? (error.details.upstream?.status ?? null) : 200,
      error: error ? (error.details.upstream?.code ?? error.errorType) : null,
      latencyMs: Date.now() - startedAtMs,
      ...(names.length > 0 && { dropped: names }),
      ...(wastedNanos && { wastedNanos }),
    },
  }
}
