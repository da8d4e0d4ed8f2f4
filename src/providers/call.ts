import { GatewayError } from '../base/errors.ts'
import { readEventStream } from '../base/event-stream.ts'
import type { JsonObject } from '../base/json.ts'
import { readSse } from '../base/sse.ts'
import { isContent, type GenerationEvents } from '../generation/events.ts'
import type { Format, GenerationRequest } from '../generation/request.ts'
import { inputsIn } from '../wire/embeddings/request.ts'
import { parseJson, readObject } from '../wire/json.ts'
import type { Protocol, Quirks, UpstreamBody, UpstreamTarget } from '../wire/protocol.ts'
import { brokenAnswer, bugAt, untranslatable, upstreamError } from '../wire/upstream-error.ts'
import { addressOf, headersOf, keyRefused, surfaceOf, type Drawn } from './address.ts'
import type { Ask } from './auth/auth.ts'
import { readText } from './body.ts'
import { fetchOutside } from './fetch.ts'
import { bindingOf, type ProviderEnv } from './live.ts'
import { inlineMedia } from './media.ts'
import { retryHint } from './retry-hint.ts'
import type { Provider, Surface, Transport } from './provider.ts'
import { makerOf, providerOf } from './table.ts'
import { workersAi } from './workers-ai.ts'
import { connectionLost, Watch, type CallLimits } from './watch.ts'

/** An endpoint as a call needs it. */
export interface CallTarget extends Omit<UpstreamTarget, 'maker'> {
  /** Slug of a row of the provider table. */
  provider: string
  /** The format it must be spoken to in; absent: the client's own where the provider speaks that. */
  format?: Format
  /** Where it is, at a provider that is wherever its operator puts it. */
  baseUrl?: string
  /** What an aggregator is told of which hosts it may ask: the contract's `provider`. */
  restrictions?: JsonObject
}

export interface CallOptions {
  env: ProviderEnv
  /** Aborted when nobody wants the answer any more. */
  signal: AbortSignal
  limits: CallLimits
  /** Told, before anything is sent, what will be, and what the endpoint cannot be asked. */
  onEncoded?: (upstream: UpstreamBody) => void
}

/** The largest answers that are read whole, bytes. */
const answerBytesMax = 32 * 1024 * 1024
const refusalBytesMax = 64 * 1024

const askTimeoutMs = 10_000

/** The code of a connection that was refused, or broke before the head of an answer. */
export const neverAnswered = 'connection_failed'

/**
 * One attempt at one endpoint. Every failure is a GatewayError that says in `details.upstream` whether another endpoint
 * might do better. A call that does not come to its own end, by a throw or because the reader leaves, hangs up.
 */
export async function* call(
  target: CallTarget,
  request: GenerationRequest,
  { env, signal, limits, onEncoded }: CallOptions,
): GenerationEvents {
  const way = wayTo(env, target, request)
  const ready = await readied(way, request, signal)
  const attempt = new AbortController()
  const leave = (): void => attempt.abort(cancelled())
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  const watch = new Watch(limits, target.streams ? 'streamed' : 'whole', (error) => attempt.abort(error))
  let ended = false
  try {
    const upstream = restricted(encoded(way, ready), target)
    onEncoded?.(upstream)
    const response = await send(way, upstream, { env, signal: attempt.signal })
    if (response.ok) watch.sawHeaders()
    for await (const events of answerOf(response, way, watch)) {
      if (events.some(isContent)) watch.sawContent()
      if (events.some((event) => event.type === 'finish')) watch.sawFinish()
      yield events
    }
    ended = true
  } catch (error) {
    // What the runtime says of an aborted read differs; why it was aborted does not.
    if (attempt.signal.aborted) throw attempt.signal.reason
    const failure = error instanceof GatewayError ? error : bugAt(error)
    const { upstream } = failure.details
    if (upstream?.isCredential && keyRefused(env, way.provider, way.drawn)) upstream.hasAnotherKey = true
    throw failure
  } finally {
    signal.removeEventListener('abort', leave)
    watch.stop()
    if (!ended) attempt.abort(cancelled())
  }
}

/** Where a call goes and how. */
export interface Way {
  provider: Provider
  surface: Surface
  target: UpstreamTarget
  /** Its own address, instead of its provider's. */
  baseUrl?: string
  drawn: Drawn
}

export function wayTo(env: ProviderEnv, target: CallTarget, { native }: GenerationRequest): Way {
  const provider = providerOf(target.provider)
  if (!provider) throw new Error(`There is no provider ${target.provider}`)
  const { format, upstreamModel: model } = target
  const surface = surfaceOf(env, provider, { format, native: native.format, model })
  const elsewhere = target.baseUrl !== undefined && { baseUrl: target.baseUrl }
  return {
    provider,
    surface,
    ...elsewhere,
    drawn: { ...elsewhere },
    target: {
      ...target,
      ...(native.format === 'openai-embeddings' && { inputs: inputsIn(native.body) }),
      quirks: quirksOf(surface, target),
      maker: makerOf(provider, surface, model),
    },
  }
}

const reasoningRequests = ['reasoning', 'reasoning_effort', 'thinking'] as const

/** A surface's quirks with those of one model on top. A model that does not think is not asked to: hosts refuse that. */
function quirksOf(surface: Surface, { quirks, reasoning }: CallTarget): Quirks {
  const drop = [surface.quirks.drop ?? [], quirks.drop ?? [], reasoning === false ? reasoningRequests : []]
  return { ...surface.quirks, ...quirks, drop: drop.flat() }
}

/** What cannot be fetched here, another endpoint may fetch for itself. */
async function readied(
  { target }: Way,
  request: GenerationRequest,
  signal: AbortSignal,
): Promise<GenerationRequest> {
  try {
    return await inlineMedia(request, target.quirks, signal)
  } catch (error) {
    throw error instanceof GatewayError ? untranslatable(error) : error
  }
}

async function send(
  way: Way,
  { body, headers }: UpstreamBody,
  options: { env: ProviderEnv; signal: AbortSignal },
): Promise<Response> {
  const { target } = way
  const { protocol } = way.surface
  const accept = target.streams ? framings[protocol.framing ?? 'sse'].type : 'application/json'
  return await post(way, { path: protocol.path(target), headers: { accept, ...headers }, body }, options)
}

function restricted(upstream: UpstreamBody, { restrictions }: CallTarget): UpstreamBody {
  return restrictions ? { ...upstream, body: { ...upstream.body, provider: restrictions } } : upstream
}

/** What this format has no words for, another endpoint may be asked in the client's own. */
function encoded({ surface, target }: Way, request: GenerationRequest): UpstreamBody {
  try {
    return surface.protocol.encodeRequest(request, target)
  } catch (error) {
    throw error instanceof GatewayError ? untranslatable(error) : error
  }
}

/** What is posted, and what follows the base URL of where it goes. */
export interface Posted {
  path: string
  headers: Readonly<Record<string, string>>
  body: JsonObject
}

export async function post(
  { provider, surface, baseUrl, drawn }: Way,
  { path, headers, body }: Posted,
  { env, signal }: { env: ProviderEnv; signal: AbortSignal },
): Promise<Response> {
  const transport = transportOf(env, provider)
  const url = addressOf(env, provider, { surface, path, ...(baseUrl !== undefined && { baseUrl }) })
  const text = JSON.stringify(body)
  const outgoing = { method: 'POST' as const, url, headers, body: text }
  const signed = headersOf(env, provider, { surface, request: outgoing, ask: asking(transport), drawn })
  return await transport(url, {
    method: 'POST',
    headers: await orAborted(signed, signal),
    body: text,
    signal,
    // A redirect would carry the key to a host nobody chose.
    redirect: 'manual',
  })
}

function transportOf(env: ProviderEnv, provider: Provider): Transport {
  const bound = bindingOf(env, provider)
  const transport = bound ? workersAi(bound) : (provider.transport ?? fetchOutside)
  return async (url, request) => await fromOutside(transport(url, request), neverAnswered)
}

/** What the network breaks is the provider's failure; what else is thrown here is a bug of ours. */
async function fromOutside<T>(coming: Promise<T>, code: string): Promise<T> {
  try {
    return await coming
  } catch (error) {
    throw brokenAnswer(code, error)
  }
}

/** What auth asks may be for others as well, so it does not end with the one call, but in time. */
function asking(transport: Transport): Ask {
  return async ({ url, headers, body }) => {
    const signal = AbortSignal.timeout(askTimeoutMs)
    const request = { method: 'POST', headers: { ...headers }, body, signal, redirect: 'manual' } as const
    const response = await transport(url, request)
    const { text } = await fromOutside(readText(response, refusalBytesMax), neverAnswered)
    return { status: response.status, text }
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    promise.then(resolve, reject)
  })
}

const framings = {
  sse: { type: 'text/event-stream', read: readSse },
  'aws-event-stream': { type: 'application/vnd.amazon.eventstream', read: readEventStream },
} as const

async function* answerOf(
  response: Response,
  { surface: { protocol }, target }: Way,
  watch: Watch,
): GenerationEvents {
  if (!response.ok) throw await refusalOf(protocol, response)
  if (!response.body) throw brokenAnswer('empty_body')
  const type = response.headers.get('content-type') ?? ''
  if (type.includes('html')) throw brokenAnswer('html_body')
  const isWhole = type.includes('json') || (!target.streams && !type.includes('stream'))
  if (isWhole) yield* protocol.decodeGeneration(await readAnswer(response), target)
  else
    yield* protocol.decodeEvents(watch.over(framings[protocol.framing ?? 'sse'].read(response.body)), target)
}

async function readAnswer(response: Response): Promise<JsonObject> {
  const { text, isWhole } = await fromOutside(readText(response, answerBytesMax), connectionLost)
  const body = isWhole ? readObject(parseJson(text)) : undefined
  if (!body) throw brokenAnswer(isWhole ? 'invalid_json' : 'body_too_large')
  return body
}

async function refusalOf(protocol: Protocol, response: Response): Promise<GatewayError> {
  const { text } = await fromOutside(readText(response, refusalBytesMax), connectionLost)
  const { retryAfterSeconds: told, ...fault } = protocol.decodeFault(response.status, text)
  const retryAfterSeconds = retryHint(response, Date.now(), told)
  return upstreamError(response.status, fault, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })
}

function cancelled(): GatewayError {
  return new GatewayError('timeout', 'The request was cancelled', {
    upstream: { status: null, code: 'cancelled', failOver: false },
  })
}
