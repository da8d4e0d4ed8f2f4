import type { JsonObject } from '../../base/json.ts'
import type { InputPart, Source } from '../../generation/conversation.ts'
import type { UpstreamTarget } from '../protocol.ts'
import { invalid, notStoredHere } from '../refusals.ts'

/** What Google calls the formats of audio, where it is not `audio/<format>`. */
const audioTypes: Record<string, string> = {
  mp3: 'audio/mp3',
  m4a: 'audio/m4a',
  pcm16: 'audio/l16;rate=24000',
}

export function inputPart(part: InputPart, target: UpstreamTarget): JsonObject {
  switch (part.type) {
    case 'text':
      return { text: part.text }
    case 'audio': {
      const format = part.format.toLowerCase()
      return inline(audioTypes[format] ?? `audio/${format}`, part.base64)
    }
    case 'file':
      if (part.source.kind === 'stored') throw notStoredHere()
      return part.source.kind === 'text' ? { text: part.source.text } : mediaPart('file', part.source, target)
    case 'image':
    case 'video':
      return mediaPart(part.type, part.source, target)
  }
}

/** Only its own video site is reached by address: the gateway has fetched the rest, or there was nothing to fetch. */
function mediaPart(kind: 'image' | 'file' | 'video', source: Source, { quirks }: UpstreamTarget): JsonObject {
  if (source.kind === 'data') return inline(source.mediaType, source.base64)
  const { url } = source
  if (!quirks.keepsUrls?.some((beginning) => url.startsWith(beginning))) {
    throw invalid(`messages: this model's provider takes no ${kind} by its address; send a base64 data URL`)
  }
  return { fileData: { fileUri: url } }
}

function inline(mimeType: string, data: string): JsonObject {
  return { inlineData: { mimeType, data } }
}
