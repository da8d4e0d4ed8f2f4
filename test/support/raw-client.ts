import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** A client on a bare TCP socket, which can leave in every way a client leaves. */
export interface RawClient {
  /** All that came, head and framing included. */
  received: () => string
  /** Waits until the condition holds for what came, and gives it. */
  until: (condition: (received: string) => boolean) => Promise<string>
  /** Orderly close: FIN. */
  close: () => void
  /** TCP reset, as of a process that died. */
  reset: () => void
  /** Stays connected and reads no more. */
  stopReading: () => void
  /** Resolves when the other side has closed or reset the connection. */
  ended: Promise<void>
}

export interface RawRequest {
  path?: string
  headers: Record<string, string>
  body: unknown
}

const untilMaxMs = 5_000

/** Connects and sends one POST. */
export async function rawPost(url: string, request: RawRequest): Promise<RawClient> {
  const { hostname, port } = new URL(url)
  const connected = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const socket = connect({ host: hostname, port: Number(port), noDelay: true }, connected.resolve)
  let received = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => (received += text))
  socket.on('error', connected.reject)
  socket.once('close', () => ended.resolve())
  await connected.promise
  socket.write(requestText(request))
  return {
    received: () => received,
    until: async (condition) => {
      const giveUpAtMs = Date.now() + untilMaxMs
      while (!condition(received)) {
        if (Date.now() > giveUpAtMs || socket.readableEnded) {
          throw new Error(`waited in vain; received ${JSON.stringify(received)}`)
        }
        await wait(2)
      }
      return received
    },
    close: () => void socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
    stopReading: () => void socket.pause(),
    ended: ended.promise,
  }
}

function requestText({ path = '/api/v1/chat/completions', headers, body }: RawRequest): string {
  const text = JSON.stringify(body)
  const lines = Object.entries({
    host: 'gateway.example',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`
}
