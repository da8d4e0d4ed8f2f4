import type { MediaSlot } from '../wire/media.ts'

interface Signature {
  kind: MediaSlot['kind']
  mediaType: string
  at: number
  /** One character for each byte. */
  begins: string
}

/** The first bytes of what is taken; of two that fit, the first. */
const signatures: readonly Signature[] = [
  { kind: 'image', mediaType: 'image/png', at: 0, begins: '\x89PNG\r\n\x1a\n' },
  { kind: 'image', mediaType: 'image/jpeg', at: 0, begins: '\xff\xd8\xff' },
  { kind: 'image', mediaType: 'image/gif', at: 0, begins: 'GIF8' },
  { kind: 'image', mediaType: 'image/webp', at: 8, begins: 'WEBP' },
  { kind: 'file', mediaType: 'application/pdf', at: 0, begins: '%PDF-' },
  { kind: 'video', mediaType: 'video/quicktime', at: 4, begins: 'ftypqt' },
  { kind: 'video', mediaType: 'video/mp4', at: 4, begins: 'ftypiso' },
  { kind: 'video', mediaType: 'video/mp4', at: 4, begins: 'ftypmp4' },
  { kind: 'video', mediaType: 'video/mp4', at: 4, begins: 'ftypavc' },
  { kind: 'video', mediaType: 'video/mp4', at: 4, begins: 'ftypM4V' },
  { kind: 'video', mediaType: 'video/mp4', at: 4, begins: 'ftypdash' },
  { kind: 'video', mediaType: 'video/webm', at: 0, begins: '\x1a\x45\xdf\xa3' },
  { kind: 'video', mediaType: 'video/mpeg', at: 0, begins: '\x00\x00\x01\xba' },
  { kind: 'video', mediaType: 'video/mpeg', at: 0, begins: '\x00\x00\x01\xb3' },
]

/** What bytes are, whatever their host calls them; `undefined` where they are not of the kind that was announced. */
export function sniff(kind: MediaSlot['kind'], bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 16))
  const found = signatures.find(({ at, begins, kind: its }) => its === kind && head.startsWith(begins, at))
  return found?.mediaType
}
