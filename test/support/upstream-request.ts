import type { Socket } from 'node:net'

export interface ReceivedRequest {
  method: string
  path: string
  headers: [string, string][]
  body: string
}

const requestBytesMax = 64 * 1024 * 1024

/** Reads the one request of a connection; `undefined` where the client leaves before its end. */
export async function readRequest(socket: Socket): Promise<ReceivedRequest | undefined> {
  const { promise, resolve } = Promise.withResolvers<ReceivedRequest | undefined>()
  const pieces: Buffer[] = []
  let bytes = 0
  socket.on('data', (piece) => {
    bytes += piece.length
    if (bytes > requestBytesMax) return resolve(undefined)
    pieces.push(piece)
    // Joining at every piece is quadratic only for bodies far larger than any test's.
    const request = parse(Buffer.concat(pieces))
    if (request) resolve(request)
  })
  socket.once('end', () => resolve(undefined))
  socket.once('close', () => resolve(undefined))
  const request = await promise
  socket.removeAllListeners('data')
  // Reading goes on, for a socket that is not read never tells that its client has left.
  socket.resume()
  return request
}

function parse(received: Buffer): ReceivedRequest | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const [requestLine = '', ...lines] = received.toString('latin1', 0, headEnd).split('\r\n')
  const [method = '', path = ''] = requestLine.split(' ')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  const body = parseBody(headers, received.subarray(headEnd + 4))
  return body && { method, path, headers, body: body.toString('utf8') }
}

function parseBody(headers: [string, string][], received: Buffer): Buffer | undefined {
  const find = (name: string) => headers.find(([key]) => key.toLowerCase() === name)?.[1]
  if (find('transfer-encoding') === 'chunked') return parseChunks(received)
  const length = Number(find('content-length') ?? 0)
  return received.length >= length ? received.subarray(0, length) : undefined
}

function parseChunks(received: Buffer): Buffer | undefined {
  const chunks: Buffer[] = []
  for (let at = 0; ;) {
    const lineEnd = received.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = Number.parseInt(received.toString('latin1', at, lineEnd), 16)
    const end = lineEnd + 2 + size
    if (received.length < end + 2) return undefined
    if (size === 0) return Buffer.concat(chunks)
    chunks.push(received.subarray(lineEnd + 2, end))
    at = end + 2
  }
}
