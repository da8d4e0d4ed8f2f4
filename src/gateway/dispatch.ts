import { GatewayError } from '../base/errors.ts'
import type { Endpoint } from '../catalogue/model.ts'
import { isContent, type GenerationEvent, type GenerationEvents } from '../generation/events.ts'
import type { GenerationRequest } from '../generation/request.ts'
import type { AttemptRecord } from '../ledger/contract.ts'
import { call } from '../providers/call.ts'
import { providerOf } from '../providers/table.ts'
import type { Exchange } from './exchange.ts'
import { exhausted, type Failure } from './exhausted.ts'

/** What happens while serving: the provider's events, and beside them a note of each endpoint tried. */
export type DispatchEvent = GenerationEvent | { type: 'attempt'; endpoint: Endpoint; attempt: AttemptRecord }
export type DispatchEvents = AsyncGenerator<DispatchEvent[], void>

/**
 * Tries the plan's endpoints in order until one produces content. That is the commit point: before it a failure
 * moves on to the next endpoint unseen; after it the client holds part of an answer, and a failure is thrown on.
 * `stop` aborts when the money or the key has given out.
 */
export async function* dispatch(exchange: Exchange, stop: AbortSignal): DispatchEvents {
  const { plan, client, arrivedAtMs, limits } = exchange
  const deadlineMs = arrivedAtMs + limits.totalTimeoutMs
  const failures: Failure[] = []
  for (const endpoint of plan.endpoints) {
    const startedAtMs = Date.now()
    if (failures.length > 0 && startedAtMs >= deadlineMs) break
    const preamble: DispatchEvent[] = []
    let committed = false
    let dropped: readonly string[] = []
    const onDropped = (fields: readonly string[]): void => {
      dropped = fields
    }
    try {
      for await (const batch of answer(exchange, endpoint, { stop, deadlineMs, onDropped })) {
        if (committed) {
          yield batch
        } else if (batch.some(commits)) {
          committed = true
          yield [note(endpoint, { startedAtMs, dropped }), ...preamble, ...batch]
        } else {
          preamble.push(...batch)
        }
      }
      if (committed) return
      throw new GatewayError('provider_unavailable', 'Provider returned error', {
        upstream: { status: 200, code: 'empty_answer', failOver: true },
      })
    } catch (error) {
      if (committed) throw error
      const failure = { endpoint, error: GatewayError.from(error) }
      failures.push(failure)
      yield [note(endpoint, { startedAtMs, dropped, error: failure.error })]
      if (client.left.aborted) return
      stop.throwIfAborted()
      if (failure.error.details.upstream?.failOver !== true) break
    }
  }
  throw exhausted(exchange, failures)
}

function answer(
  { env, request, client, limits }: Exchange,
  endpoint: Endpoint,
  {
    stop,
    deadlineMs,
    onDropped,
  }: { stop: AbortSignal; deadlineMs: number; onDropped: (fields: readonly string[]) => void },
): GenerationEvents {
  const left = providerOf(endpoint.provider)?.cancellable ? client.left : client.drained
  const { reasoning } = endpoint.model
  const target = { ...endpoint, reasoning, streams: endpoint.streams && !isShort(endpoint, request) }
  // All endpoints share the time that one generation has.
  const totalTimeoutMs = deadlineMs - Date.now()
  return call(target, request, {
    env,
    signal: AbortSignal.any([left, stop]),
    limits: { ...limits, totalTimeoutMs },
    onDropped,
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

function note(
  endpoint: Endpoint,
  { startedAtMs, dropped, error }: { startedAtMs: number; dropped: readonly string[]; error?: GatewayError },
): DispatchEvent {
  const names = [...new Set(dropped)].slice(0, droppedMax).map((name) => name.slice(0, droppedNameMax))
  return {
    type: 'attempt',
    endpoint,
    attempt: {
      provider: endpoint.provider,
      providerName: providerOf(endpoint.provider)?.name ?? endpoint.provider,
      upstreamModel: endpoint.upstreamModel,
      status: error ? (error.details.upstream?.status ?? null) : 200,
      error: error ? (error.details.upstream?.code ?? error.errorType) : null,
      latencyMs: Date.now() - startedAtMs,
      ...(names.length > 0 && { dropped: names }),
    },
  }
}
