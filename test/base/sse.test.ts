import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSse, readSse, sseLineMax, type SseMessage } from '../../src/base/sse.ts'

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

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

async function read(...pieces: (string | Uint8Array)[]): Promise<SseMessage[]> {
  const messages: SseMessage[] = []
  const bytes = pieces.map((piece) => (typeof piece === 'string' ? bytesOf(piece) : piece))
  for await (const batch of readSse(bodyOf(bytes))) messages.push(...batch)
  return messages
}

function cutAt(bytes: Uint8Array, positions: number[]): Uint8Array[] {
  const ends = [...new Set(positions.map((position) => position % (bytes.length + 1)))].toSorted(
    (left, right) => left - right,
  )
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
}

const framings: Record<string, string> = {
  'line feeds': 'data: {"a":1}\n\ndata: two\n\n',
  'carriage returns and line feeds': 'data: {"a":1}\r\n\r\ndata: two\r\n\r\n',
  'carriage returns alone': 'data: {"a":1}\r\rdata: two\r\r',
  'no space after the colon': 'data:{"a":1}\n\ndata:two\n\n',
  'a byte order mark': '\uFEFFdata: {"a":1}\n\ndata: two\n\n',
  'no blank line at the end': 'data: {"a":1}\n\ndata: two\n',
  'no line break at the end': 'data: {"a":1}\n\ndata: two',
  'fields nobody needs': 'id: 7\nretry: 1\ndata: {"a":1}\nnew: x\n\ndata: two\n\n',
  'empty lines between': '\n\n\ndata: {"a":1}\n\n\n\ndata: two\n\n\n',
}

test.each(Object.entries(framings))('[F26] framing with %s reads the same, cut anywhere', async (_, text) => {
  const bytes = bytesOf(text)
  const expected = [{ data: '{"a":1}' }, { data: 'two' }]
  expect(await read(bytes)).toEqual(expected)
  expect(await read(...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected)
  for (let position = 0; position <= bytes.length; position++) {
    expect(await read(bytes.subarray(0, position), bytes.subarray(position))).toEqual(expected)
  }
})

test('comments, event names and data of several lines are kept apart', async () => {
  expect(await read(': ping\n\nevent: error\ndata: one\ndata:  two\ndata\n\n:\n')).toEqual([
    { comment: 'ping' },
    { event: 'error', data: 'one\n two\n' },
    { comment: '' },
  ])
})

test('what arrives together stays together, and each read is a sign of life', async () => {
  const batches: SseMessage[][] = []
  const pieces = ['data: 1\n\ndata: 2\n\nda', 'ta: ', '3\n\n'].map(bytesOf)
  for await (const batch of readSse(bodyOf(pieces))) batches.push(batch)
  expect(batches).toEqual([[{ data: '1' }, { data: '2' }], [], [{ data: '3' }], []])
})

test('[F27] invalid UTF-8 becomes U+FFFD, and characters may be cut anywhere', async () => {
  const broken = new Uint8Array([...bytesOf('data: a'), 0xff, 0xe2, 0x82, ...bytesOf('b\n\n')])
  expect(await read(broken)).toEqual([{ data: 'a\uFFFD\uFFFDb' }])
  const text = bytesOf('data: 𝒳é€\n\n')
  expect(await read(...[...text].map((byte) => Uint8Array.of(byte)))).toEqual([{ data: '𝒳é€' }])
})

test('[F25] a line without an end is given up at its limit, after what came before it', async () => {
  const piece = bytesOf('x'.repeat(sseLineMax / 4))
  let cancelled = false
  const pieces = [bytesOf('data: first\n\ndata: '), ...Array.from({ length: 8 }, () => piece)]
  const seen: SseMessage[] = []
  const reading = (async () => {
    for await (const batch of readSse(bodyOf(pieces, () => (cancelled = true)))) seen.push(...batch)
  })()
  await expect(reading).rejects.toMatchObject({ type: 'provider_unavailable' })
  expect({ seen, cancelled }).toEqual({ seen: [{ data: 'first' }], cancelled: true })
})

test('an event of many short lines has the same limit', async () => {
  const line = `data: ${'x'.repeat(sseLineMax / 1_000)}\n`
  await expect(read(line.repeat(1_100))).rejects.toMatchObject({ type: 'provider_unavailable' })
})

test('a reader that leaves early hangs up', async () => {
  let cancelled = false
  for await (const batch of readSse(
    bodyOf([bytesOf('data: 1\n\n'), bytesOf('x')], () => (cancelled = true)),
  )) {
    expect(batch).toEqual([{ data: '1' }])
    break
  }
  expect(cancelled).toBe(true)
})

test('a formatted event cannot be left by its own text', async () => {
  expect(formatSse('a\ndata: b\r\n\r\nevent: c\rd')).toBe(
    'data: a\ndata: data: b\ndata: \ndata: event: c\ndata: d\n\n',
  )
})

test('[P5] any events, cut anywhere, read back as they were written', async () => {
  const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll(/\r\n?/g, '\n').toWellFormed())
  await fc.assert(
    fc.asyncProperty(fc.array(text), fc.array(fc.nat()), async (events, cuts) => {
      const bytes = bytesOf(events.map(formatSse).join(''))
      const expected = events.map((data) => ({ data }))
      expect(await read(...cutAt(bytes, cuts))).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

test('[P5] any bytes at all read the same however they are cut', async () => {
  const piece = fc.oneof(
    fc.constantFrom('data:', 'data: ', 'event: e', ':', '\n', '\r', '\r\n', '\uFEFF', 'é', '𝒳'),
    fc.string({ maxLength: 6 }),
  )
  const bytes = fc.oneof(
    fc.array(piece).map((pieces) => bytesOf(pieces.join(''))),
    fc.uint8Array({ maxLength: 60 }),
  )
  await fc.assert(
    fc.asyncProperty(bytes, fc.array(fc.nat()), async (all, cuts) => {
      expect(await read(...cutAt(all, cuts))).toEqual(await read(all))
    }),
    { numRuns: 300 },
  )
})
