import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { asksForSummary, hintsIn, reasoningModes } from '../hints.ts'
import { isMarked, remarked, takesBreakpoints } from '../cache-breakpoints.ts'
import { readArray, readObject } from '../json.ts'
import type { Quirks, UpstreamBody, UpstreamTarget } from '../protocol.ts'
import { chatBodyOf } from './chat-body.ts'
import { deviate, deviates, liftMedia, untold } from './deviations.ts'
import { handlingOf } from './fields.ts'
import { reasoningFields, reasoningText } from './reasoning.ts'

/**
 * The body the client sent, or the one a client of this format would have sent, with only the edits named here, in
 * the order the client wrote it: what two requests have in common goes upstream as the same bytes, so a provider's
 * prompt cache finds it.
 */
export function encodeRequest(request: GenerationRequest, target: UpstreamTarget): UpstreamBody {
  const { quirks } = target
  const marks = quirks.extensions || takesBreakpoints(target)
  const isNative = request.native.format === 'openai-chat'
  const body = isNative ? request.native.body : chatBodyOf(request)
  const dropped = new Set([
    ...(quirks.drop ?? []),
    ...(marks ? [] : ['prompt_cache_options']),
    // No other format is told them.
    ...(isNative ? [] : ['logprobs', 'top_logprobs']),
  ])
  const edits = editsOf(request, body, target)
  const upstream: JsonObject = {}
  for (const [field, value] of Object.entries(body)) {
    // A cap has two names: of one that the host refuses the other may be its own.
    if (value === null || (dropped.has(field) && !caps.includes(field))) continue
    const handling = handlingOf(field)
    if (handling === 'sent') upstream[quirks.rename?.[field] ?? field] = value
    else if (handling === 'edited') Object.assign(upstream, edits[field]?.(value))
  }
  // Who leaves the choice to an account or to `models` names none.
  upstream['model'] = target.upstreamModel
  upstream['stream'] = target.streams
  if (target.streams && !quirks.usageUnasked) upstream['stream_options'] = { include_usage: true }
  if (target.tier) upstream['service_tier'] = target.tier
  for (const field of dropped) delete upstream[field]
  const isCapped = caps.some((field) => field in upstream)
  const asked = [...dropped].filter(
    (field) => (body[field] ?? null) !== null && !(isCapped && caps.includes(field)),
  )
  if (!quirks.extensions) asked.push(...lostMarks(body, marks), ...lostImages(body))
  asked.push(...untold(upstream, quirks), ...(isNative && body['store'] === true ? ['store'] : []))
  if (quirks.reasoningRequest !== 'reasoning') {
    const wish = readObject(body['reasoning']) ?? {}
    asked.push(
      ...Object.keys(reasoningModes(wish)),
      ...(asksForSummary(wish['summary']) ? ['reasoning.summary'] : []),
    )
  }
  return {
    body: deviates(quirks) ? deviate(upstream, quirks) : upstream,
    dropped: isNative ? asked : [...asked, ...unasked(request)],
  }
}

/** What clients of other formats asked for and this one has no word for. */
function unasked({ conversation }: GenerationRequest): string[] {
  return [...Object.keys(conversation().extras), ...hintsIn(conversation(), ['tool_result.is_error'])]
}

/** The marks for a provider's cache that are not sent: those of tools and of the whole never, unless all are. */
function lostMarks(body: JsonObject, marksParts: boolean): string[] {
  const parts = (readArray(body['messages']) ?? []).flatMap(
    (message) => readArray(readObject(message)?.['content']) ?? [],
  )
  const items = [body, ...(readArray(body['tools']) ?? []), ...(marksParts ? [] : parts)]
  return markNames.filter((name) => items.some((item) => isMarked(item, name)))
}

/** Pictures of an assistant's turn, which are not sent. */
function lostImages(body: JsonObject): string[] {
  const isShown = (readArray(body['messages']) ?? []).some((message) => {
    const { role, content, images } = readObject(message) ?? {}
    return readArray(images)?.length || (role === 'assistant' && readArray(content)?.some(isPicture))
  })
  return isShown ? ['messages.images'] : []
}

function isPicture(part: Json): boolean {
  return readObject(part)?.['type'] === 'image_url'
}

/** What an assistant said, without pictures: one who cannot see is then asked as well as one who can. */
function unpictured(content: Json): Json {
  const parts = readArray(content)
  if (!parts?.some(isPicture)) return content
  const words = parts.filter((part) => !isPicture(part))
  return words.length > 0 ? words : ''
}

const markNames = ['cache_control', 'prompt_cache_breakpoint'] as const

type Edit = (value: Json) => JsonObject

/** What each edited field becomes. Two names of one thing become the same field, where the first of them stood. */
function editsOf(request: GenerationRequest, body: JsonObject, target: UpstreamTarget): Record<string, Edit> {
  const { quirks } = target
  const cap: Edit = () => capFields(request, target)
  const reasoning: Edit = () => reasoningFields(body, quirks)
  return {
    model: () => ({ model: target.upstreamModel }),
    stream: () => ({ stream: target.streams }),
    messages: (value) => ({ messages: encodeMessages(value, request, target) }),
    tools: (value) => ({ tools: mapArray(value, (tool) => encodeTool(tool, quirks)) }),
    max_tokens: cap,
    max_completion_tokens: cap,
    reasoning,
    reasoning_effort: reasoning,
    include_reasoning: () => ({}),
    cache_control: (value) => (quirks.extensions ? { cache_control: value } : {}),
  }
}

const caps: readonly string[] = ['max_tokens', 'max_completion_tokens']

function capFields(
  { maxTokens }: GenerationRequest,
  { quirks, maxCompletionTokens }: UpstreamTarget,
): JsonObject {
  if (maxTokens === undefined) return {}
  const cap = Math.min(maxTokens, maxCompletionTokens ?? maxTokens)
  return { [quirks.maxTokensField ?? 'max_tokens']: cap }
}

/** Additions of OpenRouter to the messages of an answer, that come back in the history. */
const messageExtensions: readonly string[] = ['reasoning_details', 'annotations', 'images', 'model']
const reasoningNames: readonly string[] = ['reasoning', 'reasoning_content', 'reasoning_text']

function encodeMessages(messages: Json, { needs }: GenerationRequest, target: UpstreamTarget): Json {
  const { quirks } = target
  const encoded = mapArray(messages, (message) => encodeMessage(message, target))
  const hasMedia = needs.imageInput || needs.audioInput || needs.fileInput || needs.videoInput
  return hasMedia && !quirks.extensions ? liftMedia(encoded) : encoded
}

function encodeMessage(message: Json, target: UpstreamTarget): Json {
  const { quirks } = target
  const object = readObject(message)
  if (!object) return message
  const isUnseen = object['role'] === 'assistant' && !quirks.extensions
  const encoded: JsonObject = {}
  for (const [field, value] of Object.entries(object)) {
    if (field === 'role') encoded[field] = value === 'developer' && quirks.noDeveloperRole ? 'system' : value
    else if (field === 'content') {
      const content = isUnseen ? unpictured(value) : value
      encoded[field] = mapArray(content, (part) => encodePart(part, target))
    } else if (reasoningNames.includes(field)) renameReasoning(encoded, object, { field, quirks })
    else if (quirks.extensions || !messageExtensions.includes(field)) encoded[field] = value
  }
  if (object['role'] === 'assistant') addReasoningOfDetails(encoded, object, quirks)
  return encoded
}

/** Reasoning of an earlier turn under the one name the host knows; two names of it become one. */
function renameReasoning(
  encoded: JsonObject,
  message: JsonObject,
  { field, quirks }: { field: string; quirks: Quirks },
): void {
  if (quirks.reasoningField === 'none') return
  const text = reasoningText(message)
  if (text !== undefined) encoded[quirks.reasoningField ?? field] = text
}

/** A client may send back only `reasoning_details`: a host that needs the text gets it from there. */
function addReasoningOfDetails(encoded: JsonObject, message: JsonObject, quirks: Quirks): void {
  const name = quirks.reasoningField
  if (name === undefined || name === 'none' || name in encoded || quirks.extensions) return
  const text = reasoningText(message)
  if (text !== undefined) encoded[name] = text
}

/** A content part: with the marks for caches that the host knows, and under its current name. */
function encodePart(part: Json, target: UpstreamTarget): Json {
  const object = readObject(part)
  if (!object) return part
  const marked = target.quirks.extensions ? object : remarked(object, takesBreakpoints(target))
  return marked['type'] === 'input_video' ? { ...marked, type: 'video_url' } : marked
}

function encodeTool(tool: Json, { extensions }: Quirks): Json {
  const object = readObject(tool)
  return object && !extensions ? remarked(object, false) : tool
}

function mapArray(value: Json, map: (item: Json) => Json): Json {
  return readArray(value)?.map(map) ?? value
}
