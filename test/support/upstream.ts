import { createServer, type AddressInfo, type Socket } from 'node:net'
import { readRequest, type ReceivedRequest } from './upstream-request.ts'
import { script, type Call, type Step } from './upstream-script.ts'

/**
 * A provider that does what a test tells it, on a bare TCP socket, so that it can break the framing of HTTP as well.
 * `POST /_scripts` with a script answers `{id, baseUrl}`; what is asked below `baseUrl` is played from that script.
 * `GET /_log/<id>` tells what came and when the client left; `POST /_gates/<id>/<name>` opens a gate.
 */
export interface Upstream {
  url: string
  close: () => Promise<void>
}

export async function startUpstream(): Promise<Upstream> {
  const stage: Stage = { url: '', plays: new Map() }
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // A client that resets is a case under test, seen as `close`.
    socket.on('error', () => {})
    void receive(stage, socket)
  })
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  stage.url = `http://127.0.0.1:${portOf(server.address())}`
  return {
    url: stage.url,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      await closed.promise
    },
  }
}

/** The port a server got. */
export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a TCP port')
  return address.port
}

interface Stage {
  url: string
  plays: Map<string, Play>
}

interface Play {
  attempts: Step[][]
  calls: Call[]
  gates: Map<string, PromiseWithResolvers<void>>
}

async function receive(stage: Stage, socket: Socket): Promise<void> {
  const request = await readRequest(socket)
  if (!request) return void socket.destroy()
  const [, first = '', ...rest] = request.path.split('/')
  switch (first) {
    case '_scripts':
      return answer(socket, register(stage, request.body))
    case '_log':
      return answer(socket, stage.plays.get(rest[0] ?? '')?.calls)
    case '_gates':
      return answer(socket, open(stage.plays.get(rest[0] ?? ''), rest[1] ?? ''))
    default: {
      const play = stage.plays.get(first)
      return play ? await perform(play, request, socket) : answer(socket, undefined)
    }
  }
}

function register(stage: Stage, body: string): { id: string; baseUrl: string } {
  const { id = `s${stage.plays.size + 1}`, attempts } = script.parse(JSON.parse(body))
  stage.plays.set(id, { attempts, calls: [], gates: new Map() })
  return { id, baseUrl: `${stage.url}/${id}` }
}

function open(play: Play | undefined, name: string): { opened: string } | undefined {
  if (!play) return undefined
  gate(play, name).resolve()
  return { opened: name }
}

function gate(play: Play, name: string): PromiseWithResolvers<void> {
  const known = play.gates.get(name)
  if (known) return known
  const made = Promise.withResolvers<void>()
  play.gates.set(name, made)
  return made
}

function answer(socket: Socket, body: unknown): void {
  const text = JSON.stringify(body ?? { error: 'no such script' })
  const head = `HTTP/1.1 ${body === undefined ? 404 : 200} x\r\ncontent-type: application/json\r\n`
  socket.end(`${head}content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`)
}

/** One call being answered. */
interface Scene {
  play: Play
  call: Call
  socket: Socket
  chunked: boolean
  gone: Promise<void>
}

async function perform(play: Play, request: ReceivedRequest, socket: Socket): Promise<void> {
  const steps = play.attempts[Math.min(play.calls.length, play.attempts.length - 1)] ?? []
  const call: Call = {
    ...request,
    bytesSent: 0,
    requestedAtMs: Date.now(),
    completedAtMs: null,
    abortedAtMs: null,
  }
  play.calls.push(call)
  const left = Promise.withResolvers<void>()
  const leave = () => {
    if (call.completedAtMs === null) call.abortedAtMs ??= Date.now()
    left.resolve()
  }
  socket.once('end', leave)
  socket.once('close', leave)
  const scene: Scene = { play, call, socket, chunked: false, gone: left.promise }
  for (const step of steps) {
    if (call.abortedAtMs !== null) break
    // Steps follow each other in time: that is their meaning.
    await act(scene, step)
  }
  if (call.abortedAtMs !== null) return void socket.destroy()
  if (socket.writable && scene.chunked) await write(scene, '0\r\n\r\n')
  if (call.abortedAtMs === null) call.completedAtMs ??= Date.now()
  socket.end()
}

async function act(scene: Scene, step: Step): Promise<void> {
  const { socket, call, play } = scene
  switch (step.do) {
    case 'head': {
      scene.chunked = step.chunked
      const headers = Object.entries({
        ...step.headers,
        ...(step.chunked && { 'transfer-encoding': 'chunked' }),
        connection: 'close',
      })
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
      return await write(scene, `HTTP/1.1 ${step.status} x\r\n${lines}\r\n`)
    }
    case 'send':
      return await sendCut(scene, Buffer.from(step.text), step.cut)
    case 'bytes':
      return await send(scene, Buffer.from(step.hex, 'hex'))
    case 'raw':
      return await write(scene, step.text)
    case 'repeat':
      return await repeat(scene, step)
    case 'fill':
      return await fill(scene, step)
    case 'echo':
      return await send(scene, Buffer.from(JSON.stringify(Object.fromEntries(call.headers))))
    case 'wait':
      return await pause(scene, step.ms)
    case 'gate':
      return await Promise.race([gate(play, step.name).promise, scene.gone])
    case 'silence':
      return await scene.gone
    case 'reset':
      call.completedAtMs = Date.now()
      return void socket.resetAndDestroy()
    case 'half-close':
      call.completedAtMs = Date.now()
      scene.chunked = false
      return void socket.end()
  }
}

async function sendCut(scene: Scene, bytes: Buffer, cut = bytes.length): Promise<void> {
  for (let at = 0; at < bytes.length && scene.call.abortedAtMs === null; at += cut) {
    await send(scene, bytes.subarray(at, at + cut))
  }
}

async function repeat(scene: Scene, step: Extract<Step, { do: 'repeat' }>): Promise<void> {
  const bytes = Buffer.from(step.text)
  for (let count = 0; count < (step.times ?? Infinity) && scene.call.abortedAtMs === null; count++) {
    await send(scene, bytes)
    await pause(scene, step.everyMs)
  }
}

async function fill(scene: Scene, step: Extract<Step, { do: 'fill' }>): Promise<void> {
  const block = Buffer.alloc(Math.min(step.bytes, 64 * 1024), step.letter)
  for (let left = step.bytes; left > 0 && scene.call.abortedAtMs === null; left -= block.length) {
    await send(scene, block.subarray(0, Math.min(left, block.length)))
  }
}

async function pause(scene: Scene, ms: number): Promise<void> {
  const elapsed = Promise.withResolvers<void>()
  const timer = setTimeout(elapsed.resolve, ms)
  await Promise.race([elapsed.promise, scene.gone])
  clearTimeout(timer)
}

/** Body bytes, framed as the head promised. An empty frame would be the end, so it is not sent. */
async function send(scene: Scene, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) return
  if (!scene.chunked) return await write(scene, bytes)
  await write(
    scene,
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]),
  )
}

/** Returns when the bytes left this process: a client that reads nothing stops the play here. */
async function write(scene: Scene, bytes: Buffer | string): Promise<void> {
  if (!scene.socket.writable) return
  const written = Promise.withResolvers<void>()
  scene.socket.write(bytes, () => written.resolve())
  await Promise.race([written.promise, scene.gone])
  scene.call.bytesSent += Buffer.byteLength(bytes)
}
