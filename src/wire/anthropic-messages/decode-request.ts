import { GatewayError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import type { RoutingAsk } from '../../generation/routing.ts'
import { betasIn, once, parseBody, sessionOf } from '../client-body.ts'
import { routingAsk } from '../routing-ask.ts'
import { readArray, readObject, readText } from '../json.ts'
import { invalid, notYet } from '../refusals.ts'
import { readSeal } from '../seals.ts'
import { conversationOf } from './conversation.ts'
import { asksTooMuch } from './fields.ts'
import { ownMaker } from './maker.ts'
import { measurePrompt } from './measure.ts'
import { messagesRequest, type MessagesRequest } from './schema.ts'

export function decodeRequest(body: JsonObject, headers: Headers): GenerationRequest {
  const request = parseBody(messagesRequest, body)
  refuseConflicts(request)
  refuseThread(body)
  refuseWhatIsNotBuilt(body)

  const user = request.user ?? request.metadata?.user_id
  const session = request.session_id ?? sessionOf(headers)
  const loopMaker = loopMakerOf(body)
  return {
    model: request.model ?? '',
    routing: routingOf(request, body, headers),
    stream: request.stream ?? false,
    ...(typeof request.max_tokens === 'number' && { maxTokens: request.max_tokens }),
    ...measurePrompt(body).facts(Boolean(request.tools?.length)),
    ...(hidesThoughts(request) && { hidesReasoning: true }),
    ...(user && { user: user.slice(0, userLengthMax) }),
    ...(session && { sessionId: session }),
    ...(loopMaker !== undefined && { loopMaker }),
    conversation: once(() => conversationOf(body)),
    native: { format: 'anthropic-messages', body, ...betasIn(headers) },
  }
}

/** This format's own words for further models and for a tier. */
function routingOf({ fallbacks, speed }: MessagesRequest, body: JsonObject, headers: Headers): RoutingAsk {
  const models = fallbacks ? { models: fallbacks.map(({ model }) => model) } : {}
  const ask = routingAsk({ ...body, ...models }, headers)
  return speed === 'fast' && !ask.serviceTier ? { ...ask, serviceTier: 'priority' } : ask
}

/** Clients put what they like into `metadata.user_id`; a record must not grow with it. */
const userLengthMax = 256

function refuseConflicts({ fallbacks, models }: MessagesRequest): void {
  if (fallbacks && models) throw invalid('fallbacks: cannot be combined with models; send one of them')
}

/**
 * Threads are kept by Anthropic, under ids that only it gives out. Its own library then sends the whole history, if it
 * is refused in these words.
 */
function refuseThread(body: JsonObject): void {
  if ((body['thread'] ?? null) === null) return
  throw new GatewayError(
    'invalid_request',
    'thread: conversations are not kept here; leave it out and send the whole history in messages',
    { metadata: { error_code: 'thread_unsupported_request', unsupported: ['thread'] } },
  )
}

/** Refuses by name what a later version brings: to ignore it would break what it asks for. */
function refuseWhatIsNotBuilt(body: JsonObject): void {
  for (const [field, value] of Object.entries(body)) if (asksTooMuch(field, value)) throw notYet(field)
  for (const [index, tool] of (readArray(body['tools']) ?? []).entries()) {
    const type = readText(readObject(tool)?.['type']) ?? ''
    if (type.startsWith('openrouter:')) throw notYet(`tools[${index}].type: ${type}`)
    if (type.startsWith('tool_search_tool_bm25')) {
      throw invalid(`tools[${index}].type: ${type} is not supported; use tool_search_tool_regex`)
    }
  }
}

function hidesThoughts({ thinking }: MessagesRequest): boolean {
  return (
    thinking !== null && thinking !== undefined && 'display' in thinking && thinking.display === 'omitted'
  )
}

/** `GenerationRequest.loopMaker`: a message of the user's that brings results, maybe beside words, goes on with a loop. */
function loopMakerOf(body: JsonObject): string | undefined {
  const messages = (readArray(body['messages']) ?? []).map((message) => readObject(message) ?? {})
  const begin = messages.findLastIndex((message) => message['role'] === 'user' && !bringsResults(message))
  const steps = messages.slice(begin + 1).filter(({ role }) => role !== 'system')
  const last = steps.at(-1)
  if (!last || !bringsResults(last)) return undefined
  return steps
    .filter(({ role }) => role === 'assistant')
    .flatMap(({ content }) => readArray(content) ?? [])
    .flatMap((block) => sealedBy(readObject(block)) ?? [])
    .at(-1)
}

function bringsResults({ content }: JsonObject): boolean {
  return readArray(content)?.some((block) => readObject(block)?.['type'] === 'tool_result') === true
}

function sealedBy(block: JsonObject | undefined): string | undefined {
  const seal = block?.['type'] === 'thinking' ? readText(block['signature']) : readText(block?.['data'])
  return seal && (block?.['type'] === 'thinking' || block?.['type'] === 'redacted_thinking')
    ? readSeal(seal, ownMaker).maker
    : undefined
}
