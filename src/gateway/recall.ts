import { GatewayError } from '../base/errors.ts'
import { answerKey } from '../cache/answer-key.ts'
import { answerStoreOf, type AnswerStore, type Complaint } from '../cache/answer-store.ts'
import { cacheAsked, type CacheAsk, type CachePreset } from '../cache/cache-ask.ts'
import { Recording, replayed, type Source, type StoredAnswer } from '../cache/recording.ts'
import type { GenerationEvent } from '../generation/events.ts'
import type { RoutingSettings } from '../generation/routing.ts'
import type { Dialect } from '../wire/dialect.ts'
import { openaiCompletionsDialect } from '../wire/openai-chat/completions-dialect.ts'
import type { AttemptNote, DispatchEvents } from './dispatch.ts'
import type { Exchange } from './exchange.ts'
import { bugIn, log } from './log.ts'
import type { Outcome } from './outcome.ts'

/** What counts for the response cache beside the request. */
export interface CacheTerms {
  dialect: Dialect
  headers: Headers
  /** What account and key lay down, as it was when the request was admitted. */
  routing: readonly RoutingSettings[]
  preset?: CachePreset | undefined
}

/** An answer, kept or fresh, and what the headers of the response say of that. */
export interface Recalled {
  events: DispatchEvents
  headers: Record<string, string>
}

/**
 * The kept answer to the same question of the same key; else the fresh one, which is kept if it comes to its end. Never
 * throws, and waits no longer than the stores may take. Two questions at once are two fresh answers: nobody waits for
 * the answer of another.
 */
export async function recall(
  exchange: Exchange,
  outcome: Outcome,
  { dialect, headers, routing, preset }: CacheTerms,
  fresh: DispatchEvents,
): Promise<Recalled> {
  const ask = cacheAsked(headers, preset)
  // The contract has no cache for the older form, and none for who wants nothing kept anywhere.
  if (!ask || dialect === openaiCompletionsDialect || routing.some(demandsZdr)) {
    return { events: fresh, headers: {} }
  }
  const { request, caller, env } = exchange
  const { keyHash } = caller
  const { stream, model, native } = request
  const missHeaders = statusOf('MISS', ask.ttlSeconds)
  try {
    const key = await answerKey({ keyHash, format: native.format, stream, model, routing, body: native.body })
    const store = answerStoreOf(env.CACHE)
    if (ask.clear) store.clear(key)
    const kept = ask.clear ? undefined : await store.read(key)
    if (!kept) return { events: keep(exchange, fresh, { key, ask, store }), headers: missHeaders }
    const hit = { events: replay(replayed(kept)), headers: hitHeaders(kept, Date.now()) }
    outcome.recall(kept.source)
    return hit
  } catch (thrown) {
    // The hold is taken: what is thrown here would leave it so.
    log({ event: 'response_cache', failed: 'A bug made it a miss.', ...bugIn(GatewayError.from(thrown)) })
    return { events: fresh, headers: missHeaders }
  }
}

/** All at once: nobody who asks twice wants to see it being written again. */
async function* replay(events: GenerationEvent[]): DispatchEvents {
  yield events
}

/** Passes a fresh answer on, and keeps it once it is whole. What broke off, or was cut, is not kept. */
async function* keep(
  { client, generationId }: Exchange,
  fresh: DispatchEvents,
  { key, ask, store }: { key: string; ask: CacheAsk; store: AnswerStore },
): DispatchEvents {
  const recording = new Recording()
  let source: Source | undefined
  let text: string | undefined
  try {
    for await (const batch of fresh) {
      for (const event of batch) {
        if (event.type !== 'attempt') recording.add(event)
        else source = sourceOf(generationId, event)
      }
      yield batch
    }
    const nowMs = Date.now()
    text = source && recording.text(source, nowMs, nowMs + ask.ttlSeconds * 1000)
  } finally {
    if (text !== undefined) client.keep(store.write(key, text, ask).then(warn))
    else if (ask.clear) client.keep(store.clearFar(key).then(warn))
  }
}

/** The endpoint that was tried last is the one that answers. */
function sourceOf(generationId: string, { endpoint, attempt }: AttemptNote): Source {
  const { provider, providerName, upstreamModel } = attempt
  return { generationId, model: endpoint.model.id, provider, providerName, upstreamModel }
}

function demandsZdr({ zdr, preferences }: RoutingSettings): boolean {
  return (zdr !== undefined && zdr.length > 0) || preferences?.zdr === true
}

function statusOf(status: 'HIT' | 'MISS', ttlSeconds: number): Record<string, string> {
  return { 'x-openrouter-cache-status': status, 'x-openrouter-cache-ttl': String(ttlSeconds) }
}

function hitHeaders(
  { source, storedAtMs, expiresAtMs }: StoredAnswer,
  nowMs: number,
): Record<string, string> {
  return {
    ...statusOf('HIT', Math.ceil((expiresAtMs - nowMs) / 1000)),
    'x-openrouter-cache-age': String(Math.floor((nowMs - storedAtMs) / 1000)),
    'x-openrouter-cache-source-id': source.generationId,
  }
}

const complaints: Record<Complaint, string> = {
  spent: 'KV takes no more writes today: answers are kept in single places only. A larger plan has more.',
  failed: 'KV takes no writes just now: for half a minute answers are kept in single places only.',
}

function warn(told: Complaint | undefined): void {
  if (told) log({ event: 'response_cache', failed: complaints[told] })
}
