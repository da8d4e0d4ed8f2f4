import { GatewayError } from './errors.ts'
import type { SseMessage } from './sse.ts'

/** The longest message that is read, bytes: a stream beyond it is broken or hostile. */
export const eventStreamMessageMax = 1024 * 1024

/** Length, length of the headers, and a checksum of both; a checksum of everything ends the message. */
const preludeBytes = 12
const checksumBytes = 4

/**
 * Cuts a binary stream of AWS (`application/vnd.amazon.eventstream`) into messages, in batches as `readSse` does. An
 * exception becomes an event `error` whose data has its name as `type`. Cancels the body when it is left early.
 */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<SseMessage[], void> {
  const reader = body.getReader()
  // Pieces of a message are joined when it is complete: one that comes byte by byte is not copied with each byte.
  let pieces: Uint8Array[] = []
  let pieceBytes = 0
  let neededBytes = preludeBytes
  try {
    for (;;) {
      const { done, value } = await reader.read()
      // Half a message at the end is a stream that just stops: the format of the answer knows whether it was whole.
      if (done) return
      pieces.push(value)
      pieceBytes += value.length
      const read = pieceBytes < neededBytes ? undefined : readMessages(joined(pieces, pieceBytes))
      if (read) {
        pieces = [read.rest]
        pieceBytes = read.rest.length
        neededBytes = read.neededBytes
      }
      yield read?.messages ?? []
      if (read?.fault !== undefined) throw broken(read.fault)
    }
  } finally {
    // A body that has already failed rejects this with the failure that is on its way to the caller anyway.
    await reader.cancel().catch(() => undefined)
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = pieces
  if (only && pieces.length === 1) return only
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

interface Read {
  messages: SseMessage[]
  /** What is left over at the end, and how long it must become before it can be read. */
  rest: Uint8Array
  neededBytes: number
  /** Why what follows the messages cannot be read. */
  fault?: string
}

/** What came before something unreadable counts. */
function readMessages(bytes: Uint8Array): Read {
  const messages: SseMessage[] = []
  let rest = bytes
  let neededBytes = preludeBytes
  const ending = (fault?: string): Read => ({
    messages,
    rest,
    neededBytes,
    ...(fault && { fault }),
  })
  while (rest.length >= preludeBytes) {
    const view = new DataView(rest.buffer, rest.byteOffset, rest.length)
    const length = view.getUint32(0)
    const headersEnd = preludeBytes + view.getUint32(4)
    const payloadEnd = length - checksumBytes
    if (crc32(rest.subarray(0, 8)) !== view.getUint32(8)) return ending('bad_checksum')
    if (length > eventStreamMessageMax) return ending('message_too_long')
    if (headersEnd > payloadEnd) return ending('bad_length')
    neededBytes = length
    if (rest.length < length) break
    if (crc32(rest.subarray(0, payloadEnd)) !== view.getUint32(payloadEnd)) return ending('bad_checksum')
    const headers = readHeaders(rest.subarray(preludeBytes, headersEnd))
    messages.push(messageOf(headers, decoder.decode(rest.subarray(headersEnd, payloadEnd))))
    rest = rest.subarray(length)
    neededBytes = preludeBytes
  }
  return ending()
}

function messageOf(headers: ReadonlyMap<string, string>, payload: string): SseMessage {
  const type = headers.get(':message-type')
  if (type === 'exception') {
    return { event: 'error', data: errorData(headers.get(':exception-type'), payload) }
  }
  if (type === 'error') {
    return { event: 'error', data: errorData(headers.get(':error-code'), headers.get(':error-message')) }
  }
  return { event: headers.get(':event-type') ?? '', data: payload }
}

function errorData(type = '', payload = ''): string {
  return JSON.stringify({ type, message: sentenceIn(payload) })
}

/** The payload of an exception is JSON with a `message`, or just a sentence. */
function sentenceIn(payload: string): string {
  try {
    const { message }: { message?: unknown } = { ...JSON.parse(payload) }
    return typeof message === 'string' ? message : payload
  } catch {
    return payload
  }
}

/** Bytes of the values of each type of header, by its number; those that are not here say their own length. */
const valueBytes: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16]
const textType = 7

/** The headers that are text: no other is of use here. Stops at what cannot be one; the checksum says it was sent so. */
function readHeaders(bytes: Uint8Array): Map<string, string> {
  const headers = new Map<string, string>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at + 2 <= bytes.length;) {
    const nameEnd = at + 1 + view.getUint8(at)
    if (nameEnd + 3 > bytes.length) break
    const type = view.getUint8(nameEnd)
    const fixed = valueBytes[type]
    const valueStart = nameEnd + (fixed === undefined ? 3 : 1)
    const valueEnd = valueStart + (fixed ?? view.getUint16(nameEnd + 1))
    if (type === textType) {
      headers.set(ascii(bytes.subarray(at + 1, nameEnd)), ascii(bytes.subarray(valueStart, valueEnd)))
    }
    at = valueEnd
  }
  return headers
}

/** The headers that count are ASCII, and so short that a decoder costs more than its work. */
function ascii(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at++) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

/** CRC-32 as in gzip (IEEE 802.3), reflected. Signed all the way: that is several times faster here. */
const crcOfByte = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})

function crc32(bytes: Uint8Array): number {
  let crc = -1
  for (let at = 0; at < bytes.length; at++) {
    crc = (crc >>> 8) ^ (crcOfByte[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0)
  }
  return ~crc >>> 0
}

function broken(code: string): GatewayError {
  return new GatewayError('provider_unavailable', 'Provider returned error', {
    upstream: { status: 200, code, failOver: true },
  })
}
