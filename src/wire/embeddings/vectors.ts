import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationEvents } from '../../generation/events.ts'
import { noUsage } from '../../generation/usage.ts'
import { readArray, readCount } from '../json.ts'
import type { Protocol, UpstreamTarget } from '../protocol.ts'
import { brokenAnswer } from '../upstream-error.ts'

/** A vector: numbers, or the base64 of them as 32-bit floats, low byte first. */
export type Vector = number[] | string

/** An answer with vectors in the order of the inputs, one for each, and what the provider counted, if it did. */
export async function* vectorEvents(
  vectors: readonly (Vector | undefined)[],
  { inputs = vectors.length }: UpstreamTarget,
  { id, promptTokens }: { id?: string | undefined; promptTokens: number | undefined },
): GenerationEvents {
  const data: Json[] = vectors.map((embedding, index) => {
    if (embedding === undefined || !isVector(embedding)) throw brokenAnswer('no_embedding')
    return { object: 'embedding', index, embedding }
  })
  if (data.length === 0 || data.length !== inputs) throw brokenAnswer('no_embeddings')
  yield [
    { type: 'start', ...(id !== undefined && { upstreamId: id }) },
    { type: 'frame', native: { format: 'openai-embeddings', data: { data } } },
    ...(promptTokens ? [{ type: 'usage' as const, usage: { ...noUsage, promptTokens } }] : []),
    { type: 'finish', reason: 'stop' },
  ]
}

/** What cannot be read is found here, where its host is still to blame. */
function isVector(vector: Vector): boolean {
  if (typeof vector !== 'string') return vector.length > 0
  try {
    const { byteLength } = Uint8Array.fromBase64(vector)
    return byteLength > 0 && byteLength % floatBytes === 0
  } catch {
    return false
  }
}

/** Vectors come whole or not at all. */
export const noStream: Pick<Protocol, 'decodeEvents'> = {
  decodeEvents: () => {
    throw brokenAnswer('unexpected_stream')
  },
}

export function readVector(json: Json | undefined): Vector | undefined {
  if (typeof json === 'string') return json
  const numbers = readArray(json)?.filter((value) => typeof value === 'number')
  return numbers && numbers.length === readArray(json)?.length ? numbers : undefined
}

export function countIn(object: JsonObject | undefined, field: string): number | undefined {
  return readCount(object?.[field])
}

/** A vector in the encoding that was asked for, whichever it came in. */
export function encoded(vector: Vector, encoding: 'float' | 'base64'): Vector {
  if (encoding === 'base64') return typeof vector === 'string' ? vector : toBase64(vector)
  return typeof vector === 'string' ? fromBase64(vector) : vector
}

const floatBytes = 4

function toBase64(numbers: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(numbers.length * floatBytes))
  for (const [index, value] of numbers.entries()) view.setFloat32(index * floatBytes, value, true)
  return new Uint8Array(view.buffer).toBase64()
}

function fromBase64(text: string): number[] {
  const { buffer, byteLength } = Uint8Array.fromBase64(text)
  const view = new DataView(buffer)
  return Array.from({ length: Math.floor(byteLength / floatBytes) }, (_, index) =>
    view.getFloat32(index * floatBytes, true),
  )
}
