import type { Context } from 'hono'
import { authenticate } from '../accounts/caller.ts'
import { applyPreset } from '../accounts/presets.ts'
import { GatewayError } from '../base/errors.ts'
import { errorResponse } from '../base/http.ts'
import { generationId } from '../base/ids.ts'
import type { Env } from '../env.ts'
import type { Entry } from '../routing/circuit/circuits.ts'
import type { Dialect } from '../wire/dialect.ts'
import { admit } from './admit.ts'
import { readBody } from './body.ts'
import { departure } from './departure.ts'
import { dispatch } from './dispatch.ts'
import { enter } from './entrance.ts'
import { originOf, type Exchange } from './exchange.ts'
import { limitsOf } from './limits.ts'
import { bugIn, requestLog } from './log.ts'
import { asksMetadata } from './metadata.ts'
import { Meter } from './meter.ts'
import { Outcome } from './outcome.ts'
import { placeOf } from './place.ts'
import { profileOf } from './profile.ts'
import { recall } from './recall.ts'
import { stream, whole } from './respond.ts'
import { settleAtEnd } from './settle.ts'

type Ticket = Pick<Exchange, 'generationId' | 'arrivedAtMs' | 'log'>

/** Answers one request for a generation, refusals and failures included, in the client's dialect. */
export async function generate(c: Context<{ Bindings: Env }>, dialect: Dialect): Promise<Response> {
  const arrivedAtMs = Date.now()
  const id = generationId(arrivedAtMs)
  const ticket: Ticket = { generationId: id, arrivedAtMs, log: requestLog(id) }
  let entry: Entry | undefined
  try {
    entry = enter(c.env, c.req.raw.headers)
    return await serve(c, dialect, { ticket, entry })
  } catch (thrown) {
    entry?.leave()
    const error = GatewayError.from(thrown)
    ticket.log({
      status: error.status,
      error_type: error.errorType,
      total_ms: Date.now() - arrivedAtMs,
      cost_nanos: 0,
      ...bugIn(error),
    })
    const { routing } = error.details
    const isTold = routing !== undefined && asksMetadata(c.req.raw.headers)
    const body = { ...dialect.encodeError(error, id), ...(isTold && { openrouter_metadata: routing }) }
    return errorResponse(error, body, { 'x-generation-id': id })
  }
}

/** The whole life of one generation, in the order it happens. */
async function serve(
  c: Context<{ Bindings: Env }>,
  route: Dialect,
  { ticket, entry }: { ticket: Ticket; entry: Entry },
): Promise<Response> {
  const { env } = c
  const { headers } = c.req.raw
  const limits = limitsOf(env)
  const caller = await authenticate(env, headers)
  const profile = await profileOf(env, caller, limits, ticket.arrivedAtMs)
  const asked = await readBody(c.req.raw, limits, entry.buffer)
  const dialect = route.formOf?.(asked) ?? route
  const { body, preset } = await applyPreset(env, caller.accountId, asked, dialect.format)
  const request = dialect.decodeRequest(body, headers)
  const client = departure(c, limits, entry.leave)
  const place = placeOf(c.req.raw)

  // From here on every path, refusal by the providers and departure of the client included, ends in `settle`.
  const { plan, hold } = await client.orEnd(
    admit({ ...ticket, env, caller, profile, limits, request, place, client }),
  )
  const exchange: Exchange = {
    ...ticket,
    env,
    limits,
    caller,
    request,
    plan,
    hold,
    client,
    origin: originOf(headers),
    place,
    tellsRouting: asksMetadata(headers),
    ...(preset && { presetId: preset.id }),
  }
  const outcome = new Outcome(exchange)
  const meter = new Meter(exchange, outcome)
  const terms = { dialect, headers, routing: plan.settings, ...(preset && { preset: preset.cache }) }
  const recalled = await recall(exchange, outcome, terms, dispatch(exchange, meter.stop))
  const events = settleAtEnd(exchange, outcome, meter, recalled.events)

  const answer = {
    exchange,
    dialect,
    events,
    headers: recalled.headers,
    timing: () => outcome.serverTiming(),
    context: () => outcome.context(),
  }
  return request.stream ? await stream(answer) : await whole(answer)
}
