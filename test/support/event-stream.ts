import type { JsonObject } from '../../src/base/json.ts'
import type { Step } from './upstream-script.ts'

/** One message of AWS's binary event stream, as a provider writes it. */
export function eventMessage(headers: Record<string, string>, payload: string): Uint8Array {
  const encoder = new TextEncoder()
  const headerBytes = Object.entries(headers).flatMap(([name, value]) => {
    const [key, text] = [encoder.encode(name), encoder.encode(value)]
    return [key.length, ...key, 7, text.length >> 8, text.length & 0xff, ...text]
  })
  const body = encoder.encode(payload)
  const bytes = new Uint8Array(16 + headerBytes.length + body.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length)
  view.setUint32(4, headerBytes.length)
  view.setUint32(8, checksum(bytes.subarray(0, 8)))
  bytes.set(headerBytes, 12)
  bytes.set(body, 12 + headerBytes.length)
  view.setUint32(bytes.length - 4, checksum(bytes.subarray(0, -4)))
  return bytes
}

/** CRC-32 bit by bit, which is slow and as the standard words it. */
export function checksum(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1
  }
  return ~crc >>> 0
}

export function eventNamed(name: string, payload: JsonObject): Uint8Array {
  const headers = { ':event-type': name, ':content-type': 'application/json', ':message-type': 'event' }
  return eventMessage(headers, JSON.stringify(payload))
}

export function exceptionNamed(name: string, message: string): Uint8Array {
  const headers = {
    ':exception-type': name,
    ':content-type': 'application/json',
    ':message-type': 'exception',
  }
  return eventMessage(headers, JSON.stringify({ message }))
}

/** An event of Anthropic's format as Bedrock's invoke wraps it. */
export function invokeChunk(event: JsonObject): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify(event))
  return eventNamed('chunk', { bytes: btoa(String.fromCharCode(...bytes)), p: 'abcd' })
}

export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]))
}

export const eventStreamType = 'application/vnd.amazon.eventstream'

/** A provider's answer of these messages. */
export function eventStreaming(...messages: Uint8Array[]): Step[] {
  const hex = [...joinBytes(messages)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return [
    { do: 'head', status: 200, headers: { 'content-type': eventStreamType }, chunked: true },
    { do: 'bytes', hex },
  ]
}
