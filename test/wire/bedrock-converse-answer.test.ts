import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import { readEventStream } from '../../src/base/event-stream.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { bedrockConverseProtocol } from '../../src/wire/bedrock-converse/protocol.ts'
import { lastUsage, stream, whole } from './answers.ts'
import { bytesOf, decode, decodeWhole, target, type Written } from './bedrock-answers.ts'

const files = import.meta.glob<string>('../fixtures/bedrock-converse/*', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const file = (name: string): string => files[`../fixtures/bedrock-converse/${name}`] ?? ''
const written = (name: string): Written[] => JSON.parse(file(`${name}.json`))

/** Each stream of Bedrock's, beside what a client of chat completions gets of it, streamed and whole. */
const scenarios = Object.keys(files).flatMap((path) => /([a-z-]+)\.client$/.exec(path)?.[1] ?? [])

test.each(scenarios)('%s: the client sees what is written beside it', async (name) => {
  const events = (await decode([bytesOf(written(name))])).filter(isTold)
  expect(stream(events)).toBe(file(`${name}.client`))
  expect(whole(events)).toEqual(JSON.parse(file(`${name}.client.json`)))
})

function isTold(event: GenerationEvent) {
  return event.type !== 'usage'
}

/** Prompt, completion, cached, written to the cache, and of that to be kept for an hour. */
const counts: Record<string, readonly number[]> = {
  'answer-by-tool': [60, 9, 0, 0, 0],
  cited: [30, 5, 0, 0, 0],
  'context-full': [199_000, 1_000, 0, 0, 0],
  guardrail: [6, 0, 0, 0, 0],
  'no-starts': [5, 2, 0, 0, 0],
  noise: [5, 3, 0, 0, 0],
  plain: [9, 6, 0, 0, 0],
  redacted: [7, 3, 0, 0, 0],
  'starts-twice': [5, 2, 0, 0, 0],
  'stop-sequence': [5, 4, 0, 0, 0],
  'thinking-tools': [170, 55, 100, 30, 20],
  'usage-first': [5, 2, 0, 0, 0],
}

test.each(scenarios)('%s: the counts include what is cached', async (name) => {
  const usage = lastUsage(await decode([bytesOf(written(name))]))
  expect([
    usage?.promptTokens,
    usage?.completionTokens,
    usage?.cachedTokens,
    usage?.cacheWriteTokens,
    usage?.cacheWriteLongTokens,
  ]).toEqual(counts[name])
})

const read = async (...pieces: Uint8Array[]): Promise<string> => JSON.stringify(await decode(pieces))

test.each(scenarios)('%s: cut anywhere it is the same', async (name) => {
  const bytes = bytesOf(written(name))
  const expected = await read(bytes)
  expect(await read(...[...bytes].map((byte) => Uint8Array.of(byte)))).toBe(expected)
  for (let position = 1; position < bytes.length; position++) {
    expect(await read(bytes.subarray(0, position), bytes.subarray(position))).toBe(expected)
  }
})

const start: Written = ['messageStart', { role: 'assistant' }]
const says = (text: string): Written => ['contentBlockDelta', { contentBlockIndex: 0, delta: { text } }]
const stop = (stopReason: string): Written => ['messageStop', { stopReason }]
const metadata: Written = ['metadata', { usage: { inputTokens: 5, outputTokens: 2, totalTokens: 7 } }]

const outcome = async (list: Written[]): Promise<unknown> => {
  try {
    const events = await decode([bytesOf(list)])
    return events.flatMap((event) => (event.type === 'finish' ? [event] : []))
  } catch (error) {
    return error
  }
}

test('a stop sequence that was met is named', async () => {
  expect(await outcome(written('stop-sequence'))).toEqual([
    { type: 'finish', reason: 'stop', nativeReason: 'stop_sequence', stopSequence: 'three' },
  ])
})

test.each([
  ['malformed_tool_use', 'error'],
  ['content_filtered', 'content_filter'],
  ['a_word_of_tomorrow', 'stop'],
])('an answer that ends in %s ends in %s', async (native, reason) => {
  expect(await outcome([start, says('Hi'), stop(native), metadata])).toEqual([
    { type: 'finish', reason, nativeReason: native },
  ])
})

test('a stream that just stops is broken, and one that only lacks its counts is not', async () => {
  expect(await outcome([start, says('Hi')])).toMatchObject({
    details: { upstream: { code: 'ended_early', failOver: true } },
  })
  expect(await outcome([start, stop('')])).toMatchObject({ details: { upstream: { code: 'ended_early' } } })
  expect(await outcome([start, says('Hi'), stop('')])).toEqual([{ type: 'finish', reason: 'stop' }])
  expect(await outcome([start, says('Hi'), stop('end_turn')])).toEqual([
    { type: 'finish', reason: 'stop', nativeReason: 'end_turn' },
  ])
})

test.each([
  ['throttlingException', 'Too many tokens, please wait before trying again.', 'rate_limit_exceeded', true],
  ['serviceUnavailableException', 'Bedrock is unable to process your request.', 'provider_overloaded', true],
  ['modelTimeoutException', 'Timed out.', 'timeout', true],
  ['internalServerException', 'The system encountered an unexpected error.', 'provider_unavailable', true],
  ['modelStreamErrorException', 'The model broke.', 'provider_unavailable', true],
  ['validationException', 'messages.1: text content blocks must be non-empty', 'invalid_request', false],
  ['validationException', 'Input is too long for requested model.', 'context_length_exceeded', false],
])('%s in a stream (%s) is %s', async (name, message, type, failOver) => {
  const failure = await outcome([start, says('Hi'), [name, { message }]])
  expect(failure).toMatchObject({ type, details: { upstream: { failOver } } })
  expect(JSON.stringify(failure)).not.toContain(message)
})

test('what came before an exception in the same read counts', async () => {
  const seen: GenerationEvent[] = []
  const bytes = bytesOf([start, says('Half'), ['internalServerException', { message: 'x' }]])
  const batches = bedrockConverseProtocol.decodeEvents(readEventStream(new Blob([bytes]).stream()), target())
  const reading = async () => {
    for await (const batch of batches) seen.push(...batch)
  }
  await expect(reading()).rejects.toThrow('Provider returned error')
  expect(seen).toEqual([{ type: 'start' }, { type: 'text-delta', text: 'Half' }])
})

test('arguments in sixty fragments are one call', async () => {
  const text = JSON.stringify({ list: Array.from({ length: 20 }, (_, index) => index) })
  const size = Math.ceil(text.length / 60)
  const fragments = Array.from({ length: 60 }, (_, index) => text.slice(index * size, (index + 1) * size))
  const events = await decode([
    bytesOf([
      start,
      ['contentBlockStart', { contentBlockIndex: 0, start: { toolUse: { toolUseId: 't', name: 'sum' } } }],
      ...fragments.map((input): Written => [
        'contentBlockDelta',
        { contentBlockIndex: 0, delta: { toolUse: { input } } },
      ]),
      ['contentBlockStop', { contentBlockIndex: 0 }],
      stop('tool_use'),
      metadata,
    ]),
  ])
  const calls = events.flatMap((event) => (event.type === 'tool-call-delta' ? [event] : []))
  expect(calls.map((each) => each.arguments).join('')).toBe(text)
  expect(new Set(calls.map(({ index }) => index))).toEqual(new Set([0]))
})

const answer: JsonObject = {
  output: {
    message: {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'Let me see', signature: 'c2ln' } } },
        { reasoningContent: { redactedContent: 'cmVk' } },
        { text: "I'll look." },
        { toolUse: { toolUseId: 'tooluse_a', name: 'weather', input: { city: 'Oslo' } } },
        { toolUse: { toolUseId: 'tooluse_b', name: 'now', input: {} } },
        {
          citationsContent: {
            content: [{ text: 'It rains.' }],
            citations: [{ title: 'Weather', location: { web: { url: 'https://weather.example/' } } }],
          },
        },
      ],
    },
  },
  stopReason: 'tool_use',
  usage: { inputTokens: 5, outputTokens: 9, totalTokens: 14, cacheReadInputTokens: 3 },
  metrics: { latencyMs: 900 },
}

test('a whole answer is read as the stream it could have been', async () => {
  const maker = 'anthropic-claude-v1'
  expect(await decodeWhole(answer)).toEqual([
    { type: 'start' },
    { type: 'reasoning-delta', text: 'Let me see', maker },
    { type: 'seal', seal: { maker, kind: 'signature', data: 'c2ln' } },
    { type: 'seal', seal: { maker, kind: 'encrypted', data: 'cmVk' } },
    { type: 'text-delta', text: "I'll look." },
    { type: 'tool-call-delta', index: 0, id: 'tooluse_a', name: 'weather', arguments: '' },
    { type: 'tool-call-delta', index: 0, arguments: '{"city":"Oslo"}' },
    { type: 'tool-call-delta', index: 1, id: 'tooluse_b', name: 'now', arguments: '' },
    { type: 'text-delta', text: 'It rains.' },
    { type: 'media', media: { kind: 'citation', url: 'https://weather.example/', title: 'Weather' } },
    { type: 'tool-call-delta', index: 1, arguments: '{}' },
    {
      type: 'usage',
      usage: expect.objectContaining({ promptTokens: 8, completionTokens: 9, cachedTokens: 3 }),
    },
    { type: 'finish', reason: 'tool_calls', nativeReason: 'tool_use' },
  ])
  await expect(decodeWhole({ output: { message: { content: [] } } })).rejects.toThrow(
    'Provider returned error',
  )
})

test('events out of order, twice, or not at all have one end', async () => {
  const pieces = scenarios.flatMap(written)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 20 }), async (list) => {
      const ends = await decode([bytesOf([...list, says('x'), stop('end_turn')])])
        .then((events) => events.filter(({ type }) => type === 'finish'))
        .catch((error: unknown) => (error instanceof GatewayError ? [error] : []))
      expect(ends).toHaveLength(1)
    }),
    { numRuns: 200 },
  )
})
