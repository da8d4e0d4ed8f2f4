import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { hintsIn } from '../hints.ts'
import { readArray, readObject } from '../json.ts'
import type { Quirks, UpstreamBody, UpstreamTarget } from '../protocol.ts'
import { chatBodyOf } from './chat-body.ts'
import { deviate, deviates, liftMedia, unaskedOfTools } from './deviations.ts'
import { handlingOf } from './fields.ts'
import { reasoningFields, reasoningText } from './reasoning.ts'

/**
 * The body the client sent, or the one a client of this format would have sent, with only the edits named here, in
 * the order the client wrote it: what two requests have in common goes upstream as the same bytes, so a provider's
 * prompt cache finds it.
 */
export function encodeRequest(request: GenerationRequest, target: UpstreamTarget): UpstreamBody {
  const { quirks } = target
  const isNative = request.native.format === 'openai-chat'
  const body = isNative ? request.native.body : chatBodyOf(request)
  const dropped = new Set(quirks.drop)
  const edits = editsOf(request, body, target)
  const upstream: JsonObject = {}
  for (const [field, value] of Object.entries(body)) {
    if (value === null || dropped.has(field)) continue
    const handling = handlingOf(field)
    if (handling === 'sent') upstream[quirks.rename?.[field] ?? field] = value
    else if (handling === 'edited') Object.assign(upstream, edits[field]?.(value))
  }
  upstream['stream'] = target.streams
  if (target.streams && !quirks.usageUnasked) upstream['stream_options'] = { include_usage: true }
  if (target.tier) upstream['service_tier'] = target.tier
  for (const field of dropped) delete upstream[field]
  const asked = [...dropped].filter((field) => (body[field] ?? null) !== null)
  if (!quirks.extensions && marksCache(body)) asked.push('cache_control')
  asked.push(...unaskedOfTools(upstream, quirks))
  return {
    body: deviates(quirks) ? deviate(upstream, quirks) : upstream,
    dropped: isNative ? asked : [...asked, ...unasked(request)],
  }
}

/** What clients of other formats asked for and this one has no word for. */
function unasked({ conversation }: GenerationRequest): string[] {
  return [...Object.keys(conversation().extras), ...hintsIn(conversation(), ['tool_result.is_error'])]
}

/** Whether a part or a tool is marked to be kept in the provider's cache. */
function marksCache(body: JsonObject): boolean {
  const messages = readArray(body['messages']) ?? []
  return (
    isMarked(body) ||
    readArray(body['tools'])?.some(isMarked) === true ||
    messages.some((message) => readArray(readObject(message)?.['content'])?.some(isMarked))
  )
}

function isMarked(item: Json): boolean {
  return (readObject(item)?.['cache_control'] ?? null) !== null
}

type Edit = (value: Json) => JsonObject

/** What each edited field becomes. Two names of one thing become the same field, where the first of them stood. */
function editsOf(request: GenerationRequest, body: JsonObject, target: UpstreamTarget): Record<string, Edit> {
  const { quirks } = target
  const cap: Edit = () => capFields(request, target)
  const reasoning: Edit = () => reasoningFields(body, quirks)
  return {
    model: () => ({ model: target.upstreamModel }),
    stream: () => ({ stream: target.streams }),
    messages: (value) => ({ messages: encodeMessages(value, request, quirks) }),
    tools: (value) => ({ tools: mapArray(value, (tool) => encodePart(tool, quirks)) }),
    max_tokens: cap,
    max_completion_tokens: cap,
    reasoning,
    reasoning_effort: reasoning,
    include_reasoning: () => ({}),
    cache_control: (value) => (quirks.extensions ? { cache_control: value } : {}),
  }
}

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

function encodeMessages(messages: Json, { needs }: GenerationRequest, quirks: Quirks): Json {
  const encoded = mapArray(messages, (message) => encodeMessage(message, quirks))
  const hasMedia = needs.imageInput || needs.audioInput || needs.fileInput || needs.videoInput
  return hasMedia && !quirks.extensions ? liftMedia(encoded) : encoded
}

function encodeMessage(message: Json, quirks: Quirks): Json {
  const object = readObject(message)
  if (!object) return message
  const encoded: JsonObject = {}
  for (const [field, value] of Object.entries(object)) {
    if (field === 'role') encoded[field] = value === 'developer' && quirks.noDeveloperRole ? 'system' : value
    else if (field === 'content') encoded[field] = mapArray(value, (part) => encodePart(part, quirks))
    else if (reasoningNames.includes(field)) renameReasoning(encoded, object, { field, quirks })
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

/** A content part or a tool: without the hints for caches that only some know, and under its current name. */
function encodePart(part: Json, quirks: Quirks): Json {
  const object = readObject(part)
  if (!object) return part
  const hinted = 'cache_control' in object && !quirks.extensions
  const renamed = object['type'] === 'input_video'
  if (!hinted && !renamed) return part
  const { cache_control: hint, ...rest } = object
  return {
    ...rest,
    ...(hint !== undefined && quirks.extensions && { cache_control: hint }),
    ...(renamed && { type: 'video_url' }),
  }
}

function mapArray(value: Json, map: (item: Json) => Json): Json {
  return readArray(value)?.map(map) ?? value
}
