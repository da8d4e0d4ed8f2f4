import type { Json, JsonObject } from '../../base/json.ts'
import type { Media } from '../../generation/events.ts'
import { readArray, readCount, readObject, readText } from '../json.ts'

type Citation = Extract<Media, { kind: 'citation' }>

/**
 * The sources of an answer: one citation for each passage that a source supports; sources that support none in
 * particular stand for themselves. Google counts in bytes of UTF-8, clients in characters.
 */
export function citationsOf(grounding: JsonObject | undefined, text: string): Citation[] {
  if (!grounding) return []
  const sources = (readArray(grounding['groundingChunks']) ?? []).map(sourceOf)
  const passages = (readArray(grounding['groundingSupports']) ?? []).flatMap((support) =>
    passagesOf(readObject(support) ?? {}, sources, text),
  )
  return passages.length > 0 ? passages : sources.filter((source) => source !== undefined)
}

function sourceOf(json: Json): Citation | undefined {
  const chunk = readObject(json)
  const place = readObject(chunk?.['web']) ?? readObject(chunk?.['retrievedContext'])
  const url = readText(place?.['uri'])
  const title = readText(place?.['title'])
  return url === undefined ? undefined : { kind: 'citation', url, ...(title !== undefined && { title }) }
}

function passagesOf(support: JsonObject, sources: (Citation | undefined)[], text: string): Citation[] {
  const segment = readObject(support['segment'])
  const quoted = readText(segment?.['text'])
  const end = readCount(segment?.['endIndex'])
  const place = {
    ...(quoted !== undefined && { text: quoted }),
    ...(end !== undefined && {
      start: charactersIn(text, readCount(segment?.['startIndex']) ?? 0),
      end: charactersIn(text, end),
    }),
  }
  return (readArray(support['groundingChunkIndices']) ?? []).flatMap((index) => {
    const source = sources[readCount(index) ?? -1]
    return source ? [{ ...source, ...place }] : []
  })
}

function charactersIn(text: string, bytes: number): number {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, bytes)).length
}
