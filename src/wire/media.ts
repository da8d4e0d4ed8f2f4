import type { Json, JsonObject } from '../base/json.ts'
import type { Conversation, InputPart, OutputPart, Turn } from '../generation/conversation.ts'
import type { Format, GenerationRequest } from '../generation/request.ts'
import { once } from './client-body.ts'
import { readArray, readObject, readText } from './json.ts'

/** Bytes in place of an address. */
export interface MediaBytes {
  mediaType: string
  base64: string
}

/** A place in a body that holds the address of an image, a document or a video, or its bytes. */
export interface MediaSlot {
  kind: 'image' | 'file' | 'video'
  url: string
  /** Where it stands, as errors name it. */
  path: string
}

/** Every such place in a body of one of the formats that clients speak. */
export function mediaIn({ format, body }: GenerationRequest['native']): MediaSlot[] {
  const found: MediaSlot[] = []
  mapBody(format, body, (part, place, path) => {
    found.push({ kind: place.kind, url: place.url, path: `${path}.${place.field}` })
    return part
  })
  return found
}

/** The request with bytes for the addresses that are known; else in its order and words as it was. */
export function withMedia(
  request: GenerationRequest,
  known: ReadonlyMap<string, MediaBytes>,
): GenerationRequest {
  const { native } = request
  const body = mapBody(native.format, native.body, (part, place) => {
    const media = known.get(place.url)
    return media ? place.fill(media) : part
  })
  return {
    ...request,
    conversation: once(() => fillConversation(request.conversation(), known)),
    native: { ...native, body },
  }
}

/** How one part of a message says where its bytes are. */
interface Place {
  kind: MediaSlot['kind']
  url: string
  field: string
  fill: (media: MediaBytes) => JsonObject
}

type Change = (part: JsonObject, place: Place, path: string) => JsonObject

/** Messages and items hold content, and so do results of tools in it; what else nests is no message's business. */
function mapBody(format: Format, body: JsonObject, change: Change): JsonObject {
  const placeOf = places[format]
  if (!placeOf) return body
  const mapPart = (value: Json, path: string): Json => {
    const part = readObject(value)
    if (!part) return value
    const place = placeOf(part)
    return place ? change(part, place, path) : mapFields(part, ['content', 'output'], path)
  }
  const mapFields = (object: JsonObject, fields: readonly string[], path: string): JsonObject => {
    const changed: JsonObject = { ...object }
    for (const field of fields) {
      const parts = readArray(object[field])
      const inside = path === '' ? field : `${path}.${field}`
      if (parts) changed[field] = parts.map((part, index) => mapPart(part, `${inside}[${index}]`))
    }
    return changed
  }
  return mapFields(body, ['messages', 'input'], '')
}

/** The places of each format that clients speak. */
const places: Partial<Record<Format, (part: JsonObject) => Place | undefined>> = {
  'openai-chat': chatPlace,
  'openai-responses': responsesPlace,
  'anthropic-messages': anthropicPlace,
}

/** A part by its type: what it is, and the names of the object that holds the address and of the address in it. */
const chatParts: ReadonlyMap<string, readonly [MediaSlot['kind'], outer: string, inner: string]> = new Map([
  ['image_url', ['image', 'image_url', 'url']],
  ['video_url', ['video', 'video_url', 'url']],
  ['input_video', ['video', 'video_url', 'url']],
  ['file', ['file', 'file', 'file_data']],
])

function chatPlace(part: JsonObject): Place | undefined {
  const [kind, outer, inner] = chatParts.get(readText(part['type']) ?? '') ?? []
  if (kind === undefined || outer === undefined || inner === undefined) return undefined
  const object = readObject(part[outer])
  const url = readText(object?.[inner])
  if (!object || url === undefined) return undefined
  const fill = (media: MediaBytes) => ({ ...part, [outer]: { ...object, [inner]: dataUrlOf(media) } })
  return { kind, url, field: `${outer}.${inner}`, fill }
}

const responsesParts: ReadonlyMap<string, readonly [MediaSlot['kind'], address: string, bytes: string]> =
  new Map([
    ['input_image', ['image', 'image_url', 'image_url']],
    ['input_video', ['video', 'video_url', 'video_url']],
    ['input_file', ['file', 'file_url', 'file_data']],
  ])

function responsesPlace(part: JsonObject): Place | undefined {
  const [kind, field, bytes] = responsesParts.get(readText(part['type']) ?? '') ?? []
  const url = field === undefined ? undefined : readText(part[field])
  if (kind === undefined || field === undefined || bytes === undefined || url === undefined) return undefined
  const { [field]: _url, ...rest } = part
  const name = kind === 'file' ? { filename: 'document.pdf' } : {}
  return { kind, url, field, fill: (media) => ({ ...name, ...rest, [bytes]: dataUrlOf(media) }) }
}

function anthropicPlace(part: JsonObject): Place | undefined {
  const source = readObject(part['source'])
  const url = readText(source?.['url'])
  const kind = part['type'] === 'image' ? 'image' : part['type'] === 'document' ? 'file' : undefined
  if (!kind || url === undefined || source?.['type'] !== 'url') return undefined
  const fill = ({ mediaType, base64 }: MediaBytes): JsonObject => ({
    ...part,
    source: { type: 'base64', media_type: mediaType, data: base64 },
  })
  return { kind, url, field: 'source.url', fill }
}

function dataUrlOf({ mediaType, base64 }: MediaBytes): string {
  return `data:${mediaType};base64,${base64}`
}

function fillConversation(conversation: Conversation, known: ReadonlyMap<string, MediaBytes>): Conversation {
  const fillPart = <Part extends InputPart | OutputPart>(part: Part): Part => {
    if (!('source' in part) || part.source.kind !== 'url') return part
    const media = known.get(part.source.url)
    return media ? { ...part, source: { kind: 'data', ...media } } : part
  }
  const fillTurn = (turn: Turn): Turn => {
    if (turn.role === 'system') return turn
    return turn.role === 'assistant'
      ? { ...turn, parts: turn.parts.map(fillPart) }
      : { ...turn, parts: turn.parts.map(fillPart) }
  }
  return { ...conversation, turns: conversation.turns.map(fillTurn) }
}
