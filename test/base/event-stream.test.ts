import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventStreamMessageMax, readEventStream } from '../../src/base/event-stream.ts'
import type { SseMessage } from '../../src/base/sse.ts'
import { checksum, eventMessage, eventNamed, exceptionNamed, joinBytes } from '../support/event-stream.ts'

/** A body that brings the given pieces, one read each, and remembers whether it was hung up on. */
function bodyOf(pieces: Uint8Array[], wasCancelled = (): void => undefined): ReadableStream<Uint8Array> {
  const left = [...pieces]
  return new ReadableStream({
    pull(controller) {
      const piece = left.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
    cancel: wasCancelled,
  })
}

/** What was read, and the code of the failure that ended it. */
async function read(...pieces: Uint8Array[]): Promise<{ messages: SseMessage[]; failure?: unknown }> {
  const messages: SseMessage[] = []
  try {
    for await (const batch of readEventStream(bodyOf(pieces))) messages.push(...batch)
    return { messages }
  } catch (failure) {
    return { messages, failure }
  }
}

const failing = (code: string) =>
  expect.objectContaining({
    type: 'provider_unavailable',
    details: { upstream: { status: 200, code, failOver: true } },
  })

const hex = (digits: string): Uint8Array =>
  Uint8Array.from(digits.replaceAll(' ', '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))

test('the vectors that AWS publishes for the format are read', async () => {
  const vectors = [
    '00000010 00000000 05c248eb 7d98c8ff',
    '0000001d 00000000 fd528c5a 7b27666f6f273a27626172277d c3653936',
    '0000003d 00000020 07fd8396 0c636f6e74656e742d74797065070010 6170706c69636174696f6e2f6a736f6e' +
      '7b27666f6f273a27626172277d 8d9c08b1',
  ]
  expect(await read(...vectors.map(hex))).toEqual({
    messages: [
      { event: '', data: '' },
      { event: '', data: "{'foo':'bar'}" },
      { event: '', data: "{'foo':'bar'}" },
    ],
  })
})

const start = eventNamed('messageStart', { role: 'assistant' })
const delta = eventNamed('contentBlockDelta', { delta: { text: 'Grüße 🎏' }, contentBlockIndex: 0 })
const throttled = exceptionNamed('throttlingException', 'Too many tokens, please wait')
const stream = joinBytes([start, delta, throttled])
const expected = [
  { event: 'messageStart', data: '{"role":"assistant"}' },
  { event: 'contentBlockDelta', data: '{"delta":{"text":"Grüße 🎏"},"contentBlockIndex":0}' },
  { event: 'error', data: '{"type":"throttlingException","message":"Too many tokens, please wait"}' },
]

test('events have their names, and exceptions are errors with their types, cut at every byte', async () => {
  expect(await read(stream)).toEqual({ messages: expected })
  expect(await read(...[...stream].map((byte) => Uint8Array.of(byte)))).toEqual({ messages: expected })
  for (let cut = 0; cut <= stream.length; cut++) {
    expect(await read(stream.subarray(0, cut), stream.subarray(cut))).toEqual({ messages: expected })
  }
})

test('what arrived together stays together, and a read without a whole message is a sign of life', async () => {
  const batches: number[] = []
  const pieces = [joinBytes([start, delta]), throttled.subarray(0, 20), throttled.subarray(20)]
  for await (const batch of readEventStream(bodyOf(pieces))) batches.push(batch.length)
  expect(batches).toEqual([2, 0, 1])
})

test('an error of the connection itself is an error too', async () => {
  const headers = { ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'Oops' }
  expect(await read(eventMessage(headers, ''))).toEqual({
    messages: [{ event: 'error', data: '{"type":"InternalError","message":"Oops"}' }],
  })
  const plain = { ':message-type': 'exception', ':exception-type': 'validationException' }
  expect(await read(eventMessage(plain, 'no JSON'))).toEqual({
    messages: [{ event: 'error', data: '{"type":"validationException","message":"no JSON"}' }],
  })
})

test('headers of other types are passed over', async () => {
  const others = [
    [1, 97, 0],
    [1, 98, 1],
    [1, 99, 2, 7],
    [1, 100, 3, ...zeros(2)],
    [1, 101, 4, ...zeros(4)],
    [1, 102, 5, ...zeros(8)],
    [1, 103, 6, 0, 3, 1, 2, 3],
    [1, 104, 8, ...zeros(8)],
    [1, 105, 9, ...zeros(16)],
  ].flat()
  expect(await read(framed([...others, ...text(':event-type', 'ping')], [123, 125]))).toEqual({
    messages: [{ event: 'ping', data: '{}' }],
  })
})

function text(name: string, value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)]
  return [name.length, ...new TextEncoder().encode(name), 7, 0, bytes.length, ...bytes]
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0)
}

/** The first bytes of a message, which promise what follows. */
function prelude(length: number, headerBytes: number): Uint8Array {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, length)
  view.setUint32(4, headerBytes)
  view.setUint32(8, checksum(bytes.subarray(0, 8)))
  return bytes
}

/** A message of raw header bytes. */
function framed(headers: number[], payload: number[]): Uint8Array {
  const bytes = new Uint8Array(16 + headers.length + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length)
  view.setUint32(4, headers.length)
  view.setUint32(8, checksum(bytes.subarray(0, 8)))
  bytes.set([...headers, ...payload], 12)
  view.setUint32(bytes.length - 4, checksum(bytes.subarray(0, -4)))
  return bytes
}

test('a single wrong bit anywhere breaks the stream there, and what came before it counts', async () => {
  for (let position = 0; position < delta.length; position++) {
    const spoilt = Uint8Array.from(delta)
    spoilt[position] = (spoilt[position] ?? 0) ^ 0x10
    expect(await read(joinBytes([start, spoilt, throttled]))).toEqual({
      messages: expected.slice(0, 1),
      failure: failing('bad_checksum'),
    })
  }
})

test('lengths that contradict each other or the limit are refused at once', async () => {
  expect(await read(prelude(eventStreamMessageMax + 1, 0))).toEqual({
    messages: [],
    failure: failing('message_too_long'),
  })
  expect(await read(prelude(15, 0))).toEqual({ messages: [], failure: failing('bad_length') })
  expect(await read(prelude(40, 25))).toEqual({ messages: [], failure: failing('bad_length') })
})

test('a stream that stops inside a message ends there, for its format to judge', async () => {
  expect(await read(start, delta.subarray(0, -1))).toEqual({ messages: expected.slice(0, 1) })
})

test('leaving early hangs up', async () => {
  let cancelled = false
  const body = bodyOf([start, delta, throttled], () => (cancelled = true))
  for await (const _ of readEventStream(body)) break
  expect(cancelled).toBe(true)
})

test('any texts in any pieces come out as they went in', async () => {
  const sent = fc.array(
    fc.tuple(
      fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
      fc.string({ unit: 'grapheme', maxLength: 50 }),
    ),
    {
      maxLength: 6,
    },
  )
  await fc.assert(
    fc.asyncProperty(sent, fc.integer({ min: 1, max: 64 }), async (events, size) => {
      const bytes = joinBytes(
        events.map(([name, data]) => eventMessage({ ':event-type': name, ':message-type': 'event' }, data)),
      )
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      expect(await read(...pieces)).toEqual({ messages: events.map(([event, data]) => ({ event, data })) })
    }),
    { numRuns: 100 },
  )
})
