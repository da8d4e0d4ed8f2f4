import { GatewayError } from '../base/errors.ts'
import { errorResponse } from '../base/http.ts'
import type { AnswerContext, AnswerEncoder, AnswerEvent, Dialect } from '../wire/dialect.ts'
import { Connection } from './connection.ts'
import type { Exchange } from './exchange.ts'
import { bugIn, log } from './log.ts'

/** An answer on its way to the client. */
export interface Answer {
  exchange: Exchange
  dialect: Dialect
  events: AsyncGenerator<AnswerEvent[], void>
  /** Beside the usual ones. */
  headers: Record<string, string>
  /** How long it took so far, as the header `Server-Timing` tells it. */
  timing: () => string
  /** What the answer says of itself; complete once the first event is there. */
  context: () => AnswerContext
}

/** A whole answer: the same events, folded. */
export async function whole({
  exchange,
  dialect,
  events,
  headers: more,
  timing,
  context,
}: Answer): Promise<Response> {
  const fold = dialect.fold()
  for await (const batch of events) fold.add(batch)
  const headers = { 'x-generation-id': exchange.generationId, 'server-timing': timing(), ...more }
  const said = context()
  const routing = said.routing?.()
  try {
    return Response.json({ ...fold.whole(said), ...routing }, { headers })
  } catch (thrown) {
    // It is settled and in the log already.
    if (!(thrown instanceof GatewayError)) throw thrown
    const body = { ...dialect.encodeError(thrown, exchange.generationId), ...routing }
    return errorResponse(thrown, body, headers)
  }
}

/**
 * A streamed answer. Its headers wait for the first content, so that until then a failure answers with its own
 * status; but at most one keep-alive interval: then the response is committed as 200, keep-alives flow, failover
 * goes on behind them, and a failure in the end is told in the stream.
 */
export async function stream(answer: Answer): Promise<Response> {
  const { client, generationId, limits } = answer.exchange
  const first = answer.events.next()
  const started = await within(first, limits.keepAliveMs)
  client.answered = true

  const { readable, writable } = new IdentityTransformStream()
  const connection = new Connection(writable, client, { keepAlive: answer.dialect.keepAlive, ...limits })
  if (!started) void connection.send(answer.dialect.keepAlive)
  void pump(answer, first, connection)
  return new Response(readable, {
    headers: {
      ...answer.headers,
      'x-generation-id': generationId,
      ...(started && { 'server-timing': answer.timing() }),
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
    },
  })
}

/** Pulls the answer to its end, also when the client has left: that end is where it is settled. */
async function pump(
  { exchange, dialect, events, context }: Answer,
  first: Promise<IteratorResult<AnswerEvent[], void>>,
  connection: Connection,
): Promise<void> {
  let encoder: AnswerEncoder | undefined
  try {
    for (let next = await first; !next.done; next = await events.next()) {
      encoder ??= dialect.encoder(context())
      await connection.send(encoder.encode(next.value))
    }
    if (encoder) await connection.send(encoder.end())
    await connection.close()
  } catch (thrown) {
    // A bug of ours. It must not look like an end, and what was held must not stay so.
    log({
      generation_id: exchange.generationId,
      event: 'answer_broken',
      ...bugIn(GatewayError.from(thrown)),
    })
    await events.return()
    await connection.break()
  }
}

/** Whether the promise is fulfilled in time; throws what it throws in time. */
async function within(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const { promise: elapsed, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), timeoutMs)
  try {
    return await Promise.race([promise.then(() => true), elapsed])
  } finally {
    clearTimeout(timer)
  }
}
