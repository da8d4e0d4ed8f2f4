import type { JsonObject } from '../../base/json.ts'
import type { InputPart, Source } from '../../generation/conversation.ts'
import { invalid, notStoredHere } from '../refusals.ts'

type Media = Exclude<InputPart, { type: 'text' }>

/** Bedrock's names of formats, by media type. */
const formats = {
  image: {
    'image/png': 'png',
    'image/jpeg': 'jpeg',
    'image/jpg': 'jpeg',
    'image/gif': 'gif',
    'image/webp': 'webp',
  },
  file: {
    'application/pdf': 'pdf',
    'text/csv': 'csv',
    'application/msword': 'doc',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
    'application/vnd.ms-excel': 'xls',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
    'text/html': 'html',
    'text/plain': 'txt',
    'text/markdown': 'md',
  },
  video: {
    'video/mp4': 'mp4',
    'video/quicktime': 'mov',
    'video/x-matroska': 'mkv',
    'video/webm': 'webm',
    'video/x-flv': 'flv',
    'video/mpeg': 'mpeg',
    'video/x-ms-wmv': 'wmv',
    'video/3gpp': 'three_gp',
  },
} as const satisfies Record<string, Record<string, string>>

/** `name`: of a document, which must be unlike all others and have no dots; what the client calls it may be neither. */
export function mediaBlock(part: Media, name: () => string): JsonObject {
  switch (part.type) {
    case 'audio': {
      const format = part.format.toLowerCase()
      return { audio: { format: format === 'pcm16' ? 'pcm' : format, source: { bytes: part.base64 } } }
    }
    case 'file':
      if (part.source.kind === 'stored') throw notStoredHere()
      return part.source.kind === 'text'
        ? { document: { format: 'txt', name: name(), source: { bytes: base64(part.source.text) } } }
        : {
            document: {
              format: formatOf('file', part.source),
              name: name(),
              source: bytesOf('file', part.source),
            },
          }
    case 'image':
    case 'video':
      return {
        [part.type]: { format: formatOf(part.type, part.source), source: bytesOf(part.type, part.source) },
      }
  }
}

function formatOf(kind: keyof typeof formats, source: Source): string {
  if (source.kind === 'url') return ''
  const known = Object.entries(formats[kind])
  const format = known.find(([mediaType]) => mediaType === source.mediaType.toLowerCase())?.[1]
  if (format !== undefined) return format
  const taken = [...new Set(known.map(([, each]) => each))].join(', ')
  throw invalid(`messages: this provider takes no ${kind} of type ${source.mediaType}; it takes ${taken}`)
}

/** Only bytes: an address in the operator's own storage would be read with the operator's rights. */
function bytesOf(kind: string, source: Source): JsonObject {
  if (source.kind === 'data') return { bytes: source.base64 }
  throw invalid(`messages: this model's provider takes no ${kind} by its address; send a base64 data URL`)
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}
