import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { noUsage, type Usage } from '../../src/generation/usage.ts'
import { stopReasonOf } from '../../src/wire/anthropic-messages/stop-reasons.ts'
import {
  errorEvent,
  eventText,
  messageEnd,
  messageStart,
  readMessageEvents,
  text,
  toolUse,
} from '../support/anthropic-events.ts'
import { claude, decode, decodeText, decodeWhole, stream, whole, withoutFrames } from './anthropic-answers.ts'
import { bytesOf, charged, context, lastUsage } from './answers.ts'

const files = import.meta.glob<string>('../fixtures/anthropic-messages/*', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const file = (name: string): string => files[`../fixtures/anthropic-messages/${name}`] ?? ''

/** Each provider's stream, beside what a client gets of it, streamed and whole. */
const scenarios = Object.keys(files).flatMap((path) => /([a-z-]+)\.sse$/.exec(path)?.[1] ?? [])

test.each(scenarios)('%s: the client sees what is written beside it', async (name) => {
  const events = charged(await decodeText(file(`${name}.sse`)))
  expect(stream(events)).toBe(file(`${name}.client`))
  expect(whole(events)).toEqual(JSON.parse(file(`${name}.client.json`)))
})

test.each(scenarios)('[F26] %s: cut anywhere it is the same', async (name) => {
  const bytes = bytesOf(file(`${name}.sse`))
  const expected = stream(charged(await decode([bytes])))
  expect(stream(charged(await decode([...bytes].map((byte) => Uint8Array.of(byte)))))).toBe(expected)
  for (let position = 1; position < bytes.length; position++) {
    const pieces = [bytes.subarray(0, position), bytes.subarray(position)]
    expect(stream(charged(await decode(pieces)))).toBe(expected)
  }
})

test.each(scenarios)('%s: a whole answer is read as its stream is', async (name) => {
  const body: JsonObject = JSON.parse(file(`${name}.client.json`))
  expect(whole(charged(await decodeWhole(body)))).toMatchObject({
    content: body['content'],
    stop_reason: body['stop_reason'],
  })
})

const words = fc.string({ minLength: 1, maxLength: 12 })
const base64 = fc.base64String({ minLength: 4, maxLength: 24 })
const maker = claude.maker ?? ''

function piecesOf(json: string, length: number): string[] {
  return json === '' ? [] : [json.slice(0, length), ...piecesOf(json.slice(length), length)]
}

type Bare = GenerationEvent[]
const blocks = fc.oneof(
  fc
    .array(words, { minLength: 1, maxLength: 4 })
    .map((pieces): Bare => pieces.map((piece) => ({ type: 'text-delta', text: piece }))),
  fc
    .tuple(fc.array(words, { minLength: 1, maxLength: 4 }), base64)
    .map(([pieces, data]): Bare => [
      ...pieces.map((piece) => ({ type: 'reasoning-delta' as const, text: piece, maker })),
      { type: 'seal', seal: { maker, kind: 'signature', data } },
    ]),
  base64.map((data): Bare => [{ type: 'seal', seal: { maker, kind: 'encrypted', data } }]),
  fc
    .record({
      id: fc.uuid(),
      name: fc.stringMatching(/^[a-z_]{1,12}$/),
      input: fc.dictionary(words, words, { maxKeys: 3 }),
      cut: fc.integer({ min: 1, max: 9 }),
    })
    .map(({ id, name, input, cut }): Bare => [
      { type: 'tool-call-delta', index: 0, id, name, arguments: '' },
      ...piecesOf(JSON.stringify(input), cut).map((piece) => ({
        type: 'tool-call-delta' as const,
        index: 0,
        arguments: piece,
      })),
    ]),
  fc
    .webUrl()
    .map((url): Bare => [{ type: 'media', media: { kind: 'citation', url, title: 'Title', text: 'Words' } }]),
)

const usages = fc
  .record({
    input: fc.nat(9_999),
    cached: fc.nat(9_999),
    short: fc.nat(99),
    long: fc.nat(99),
    output: fc.integer({ min: 1, max: 9_999 }),
    thought: fc.nat(9_999),
  })
  .map(({ input, cached, short, long, output, thought }): Usage => ({
    ...noUsage,
    promptTokens: input + cached + short + long,
    completionTokens: output,
    cachedTokens: cached,
    cacheWriteTokens: short + long,
    cacheWriteLongTokens: long,
    reasoningTokens: Math.min(thought, output),
  }))

const reasons = fc.constantFrom(
  'stop' as const,
  'length' as const,
  'tool_calls' as const,
  'content_filter' as const,
)

const answers = fc
  .record({ parts: fc.array(blocks, { minLength: 1, maxLength: 6 }), usage: usages, reason: reasons })
  .map(({ parts, usage, reason }): Bare => {
    let calls = 0
    const numbered = parts.map((part) => {
      const isCall = part[0]?.type === 'tool-call-delta'
      const index = isCall ? calls++ : 0
      return part.map((event) => (event.type === 'tool-call-delta' ? { ...event, index } : event))
    })
    return [
      ...numbered.flat(),
      { type: 'usage', usage },
      { type: 'finish', reason, nativeReason: stopReasonOf(reason, undefined) },
    ]
  })

const isAnswer = ({ type }: GenerationEvent) => type !== 'start' && type !== 'usage'

test('what is written for a client is read from a provider as the same answer', async () => {
  await fc.assert(
    fc.asyncProperty(answers, async (events) => {
      const read = withoutFrames(await decodeText(stream(charged(events))))
      expect(read.filter(isAnswer)).toEqual(events.filter(isAnswer))
      // The format always names a tier.
      expect(lastUsage(read)).toEqual({ ...lastUsage(events), serviceTier: 'default' })
    }),
    { numRuns: 150 },
  )
})

test('events in any order and number never throw, and blocks never overlap', () => {
  fc.assert(
    fc.property(answers, fc.array(fc.nat(30)), (events, order) => {
      const shuffled = order.flatMap((index) => events[index % events.length] ?? [])
      expect(misplaced(readMessageEvents(stream(charged(shuffled))))).toEqual([])
    }),
  )
})

/** Frames of blocks that are not in the block that is open. */
function misplaced(frames: JsonObject[]): JsonObject[] {
  let open: unknown
  return frames.filter(({ type, index }) => {
    const isMisplaced =
      (type === 'content_block_start' && open !== undefined) ||
      (type === 'content_block_delta' && index !== open) ||
      (type === 'content_block_stop' && index !== open)
    if (type === 'content_block_start') open = index
    if (type === 'content_block_stop') open = undefined
    return isMisplaced
  })
}

const starts = eventText(messageStart(), ...text(0, 'Half'))

const call = (index: number, fields: object) => ({
  type: 'tool-call-delta' as const,
  index,
  arguments: '',
  ...fields,
})

test('calls of another format that come side by side are written one after the other', () => {
  const events = charged([
    call(0, { id: 'a', name: 'first', arguments: '{' }),
    call(1, { id: 'b', name: 'second', arguments: '{"x"' }),
    call(0, { arguments: '}' }),
    call(1, { arguments: ':1}' }),
    { type: 'finish', reason: 'tool_calls' },
  ])
  expect(whole(events)['content']).toEqual([
    { type: 'tool_use', id: 'a', name: 'first', input: {} },
    { type: 'tool_use', id: 'b', name: 'second', input: { x: 1 } },
  ])
})

test('a seal of another maker carries its name, and stands after the call it is of', () => {
  const google = { maker: 'google-gemini-v1', kind: 'signature' as const, data: 'Zm9v' }
  const openai = { maker: 'openai-responses-v1', kind: 'encrypted' as const, data: 'Z0FBQQ==', id: 'rs_1' }
  const events = charged([
    { type: 'reasoning-delta', text: 'In short', isSummary: true },
    { type: 'seal', seal: openai },
    { type: 'tool-call-delta', index: 0, id: 'a', name: 'first', arguments: '{}' },
    { type: 'seal', seal: google, index: 0 },
    { type: 'finish', reason: 'tool_calls' },
  ])
  expect(whole(events)['content']).toEqual([
    { type: 'thinking', thinking: 'In short', signature: 'openai-responses-v1.Z0FBQQ==' },
    { type: 'tool_use', id: 'a', name: 'first', input: {} },
    { type: 'redacted_thinking', data: 'google-gemini-v1.Zm9v' },
  ])
})

test('a client that wants its thoughts omitted gets their seals alone', () => {
  const events = charged([
    { type: 'reasoning-delta', text: 'Hm' },
    { type: 'seal', seal: { maker, kind: 'signature', data: 'Zm9v' } },
    { type: 'text-delta', text: 'Yes' },
    { type: 'finish', reason: 'stop' },
  ])
  const hidden = { ...context, hidesReasoning: true }
  expect(stream(events, hidden)).not.toContain('Hm')
  expect(whole(events, hidden)['content']).toEqual([
    { type: 'thinking', thinking: '', signature: 'Zm9v' },
    { type: 'text', text: 'Yes' },
  ])
})

test.each([
  ['overloaded_error', 'provider_overloaded'],
  ['rate_limit_error', 'rate_limit_exceeded'],
  ['api_error', 'provider_unavailable'],
  ['authentication_error', 'provider_unavailable'],
  ['invalid_request_error', 'invalid_request'],
])('an error %s inside a stream is thrown as %s', async (native, type) => {
  const failure = decodeText(starts + eventText(errorEvent(native, 'words of the provider')))
  await expect(failure).rejects.toMatchObject({ type, message: expect.not.stringContaining('words of') })
})

test('a stream that just stops is thrown; one that lost its connection at the end is whole', async () => {
  await expect(decodeText(starts)).rejects.toMatchObject({ details: { upstream: { code: 'ended_early' } } })
  const [ending] = messageEnd('end_turn')
  const events = await decodeText(starts + eventText(...(ending ? [ending] : [])))
  expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' })
})

test('a host that says it is done and forgot the reason is believed', async () => {
  const events = await decodeText(starts + eventText({ type: 'message_stop' }))
  expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
})

test('the tool that stands for an answer in JSON is read as its text', async () => {
  const block = toolUse(0, { id: 'toolu_1', name: 'answer_in_json' }, '{"city":', '"Oslo"}')
  const events = await decodeText(eventText(messageStart(), ...block, ...messageEnd('tool_use')))
  expect(whole(charged(events))).toMatchObject({
    content: [{ type: 'text', text: '{"city":"Oslo"}' }],
    stop_reason: 'end_turn',
  })
})

test('turns that the sums leave out are counted', async () => {
  const iterations = [
    { type: 'compaction', input_tokens: 1_000, output_tokens: 50 },
    { type: 'message', input_tokens: 30, cache_read_input_tokens: 200, output_tokens: 8 },
  ]
  const end = messageEnd('end_turn', { input_tokens: 30, output_tokens: 8, iterations })
  const events = await decodeText(eventText(messageStart(), ...text(0, 'x'), ...end))
  expect(lastUsage(events)).toMatchObject({ promptTokens: 1_230, completionTokens: 58, cachedTokens: 200 })
})

test('a call without input has an empty object for input in other formats', async () => {
  const block = [
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'tool_use', id: 't', name: 'now', input: {} },
    },
    { type: 'content_block_stop', index: 0 },
  ]
  const events = await decodeText(eventText(messageStart(), ...block, ...messageEnd('tool_use')))
  const told = events.flatMap((event) => (event.type === 'tool-call-delta' ? [event.arguments] : []))
  expect(told.join('')).toBe('{}')
})
