import { GatewayError } from '../base/errors.ts'
import { exact, type Json, type JsonObject } from '../base/json.ts'
import type { Entry } from '../routing/circuit/circuits.ts'
import { tooMany } from './entrance.ts'
import type { Limits } from './limits.ts'

/**
 * What is read and dropped of a body that is too large: a client that is cut off while it sends sees no refusal. The
 * platform itself ends bodies at 100 MB.
 */
const bytesDroppedMax = 100 * 1024 * 1024

type Room = Entry['buffer']

/**
 * Reads a request body as a JSON object. Counts the bytes as they come, because a declared length may lie or be
 * absent; checks nesting before anything recursive looks at the value. `buffer` says whether there is room for more.
 */
export async function readBody(
  request: Request,
  limits: Limits,
  buffer: Room = () => true,
): Promise<JsonObject> {
  if (request.headers.has('content-encoding')) {
    throw new GatewayError('invalid_request', 'Send the request body without a Content-Encoding.')
  }
  const text = await readText(request, limits.bodyBytesMax, buffer)
  const value = parse(text)
  if (!isObject(value)) throw new GatewayError('invalid_request', 'The request body must be a JSON object.')
  checkTree(value, limits.bodyDepthMax)
  return value
}

async function readText(request: Request, bytesMax: number, buffer: Room): Promise<string> {
  if (!request.body) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  let hasRoom = true
  for await (const chunk of request.body) {
    bytes += chunk.byteLength
    hasRoom &&= bytes > bytesMax || buffer(chunk.byteLength)
    if (bytes <= bytesMax && hasRoom) chunks.push(chunk)
    else if (bytes > bytesMax + bytesDroppedMax) break
  }
  if (bytes > bytesMax) {
    throw new GatewayError('payload_too_large', `The request body is larger than ${bytesMax} bytes.`)
  }
  if (!hasRoom) throw tooMany()
  return await new Blob(chunks).text()
}

function parse(text: string): Json {
  if (text === '') throw new GatewayError('invalid_request', 'The request body is empty: send a JSON object.')
  try {
    const value: Json = JSON.parse(text, exact(text))
    return value
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? cause.message : 'unreadable'
    // The parser quotes what it met; a prompt must not travel into an error through it.
    const place = / at position \d+( \(line \d+ column \d+\))?/.exec(reason)?.[0] ?? ''
    const end = /end of JSON|unterminated/i.test(reason) ? ': it ends too early' : ''
    throw new GatewayError('invalid_request', `The request body is not valid JSON${end || place}.`)
  }
}

/** Walks the whole value level by level, without recursion: the depth is the client's to choose. */
function checkTree(root: JsonObject, depthMax: number): void {
  let level: Json[] = [root]
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > depthMax) {
      throw new GatewayError('invalid_request', `The request body is nested deeper than ${depthMax} levels.`)
    }
    level = level.flatMap((value) => {
      if (Array.isArray(value)) return value.filter(isNested)
      if (!isObject(value)) return []
      // Merged into an object somewhere, it would reach every tenant of the isolate.
      if (Object.hasOwn(value, '__proto__')) {
        throw new GatewayError('invalid_request', 'The request body has a key named __proto__: remove it.')
      }
      return Object.values(value).filter(isNested)
    })
  }
}

function isNested(value: Json): boolean {
  return typeof value === 'object' && value !== null
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
