import { readEventStream } from '../src/base/event-stream.ts'
import { readSse } from '../src/base/sse.ts'
import { noUsage } from '../src/generation/usage.ts'
import type { AnswerEvent, Dialect } from '../src/wire/dialect.ts'
import { asked, clients, providers, target, type Answer, type Speaker } from '../test/wire/any-answers.ts'
import { charged } from '../test/wire/answers.ts'
import { median } from './load.ts'

/** What it takes to read a stream in one format and to write it in another, without sockets, keys and money. */
export interface Translating {
  provider: string
  /** Milliseconds of CPU for a stream of 200 chunks, by the client's format. */
  cpuMs: Record<string, number>
}

const chunks = 200
const streamsPerRound = 100
const rounds = 5

const answer: Answer = {
  thoughts: [],
  words: Array.from({ length: chunks }, (_, index) => ` word${index}`),
  calls: [],
  reason: 'stop',
  usage: { ...noUsage, promptTokens: 210, completionTokens: chunks },
}

export const clientFormats: readonly string[] = Object.keys(clients)

export async function measureTranslating(): Promise<Translating[]> {
  const rows: Translating[] = []
  for (const [provider, speaker] of Object.entries(providers)) {
    const cpuMs: Record<string, number> = {}
    for (const [client, { dialect }] of Object.entries(clients)) {
      cpuMs[client] = await measurePair(speaker, dialect)
    }
    rows.push({ provider, cpuMs })
  }
  return rows
}

async function measurePair(speaker: Speaker, dialect: Dialect): Promise<number> {
  const pieces = piecesOf(speaker)
  const round = async (): Promise<number> => {
    const before = process.cpuUsage()
    for (let stream = 0; stream < streamsPerRound; stream++) await pass(pieces, speaker, dialect)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000 / streamsPerRound
  }
  await round()
  const times: number[] = []
  for (let count = 0; count < rounds; count++) times.push(await round())
  return median(times)
}

/** Reads a stream of one event a read, and writes it, as the gateway does between its two sockets. */
async function pass(pieces: readonly Uint8Array[], { protocol }: Speaker, dialect: Dialect): Promise<number> {
  const left = pieces[Symbol.iterator]()
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = left.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
  const messages = protocol.framing === 'aws-event-stream' ? readEventStream(body) : readSse(body)
  const encoder = dialect.encoder(asked)
  const text = new TextEncoder()
  let bytes = 0
  for await (const batch of protocol.decodeEvents(messages, target)) {
    const told: AnswerEvent[] = batch.filter((event) => event.type !== 'usage')
    bytes += text.encode(encoder.encode(told)).length
  }
  return bytes + text.encode(encoder.encode(charged([])) + encoder.end()).length
}

/** A stream in pieces of one event each. */
function piecesOf({ protocol, write }: Speaker): Uint8Array[] {
  const bytes = write(answer)
  const pieces: Uint8Array[] = []
  for (let start = 0; start < bytes.length;) {
    const end =
      protocol.framing === 'aws-event-stream' ? endOfMessage(bytes, start) : endOfEvent(bytes, start)
    pieces.push(bytes.subarray(start, end))
    start = end
  }
  return pieces
}

/** A binary message begins with its length. */
function endOfMessage(bytes: Uint8Array, start: number): number {
  return start + new DataView(bytes.buffer, bytes.byteOffset + start).getUint32(0)
}

const lineFeed = 10

function endOfEvent(bytes: Uint8Array, start: number): number {
  let at = start
  while (at < bytes.length && !(bytes[at] === lineFeed && bytes[at + 1] === lineFeed)) at++
  return at + 2
}
