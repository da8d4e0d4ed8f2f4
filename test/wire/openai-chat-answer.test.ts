import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { readSse } from '../../src/base/sse.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { openaiChatProtocol } from '../../src/wire/openai-chat/protocol.ts'
import { bytesOf, charged, chunksOf, context, decode, lastUsage, stream, whole } from './answers.ts'

const files = import.meta.glob<string>('../fixtures/openai-chat/*', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const file = (name: string): string => files[`../fixtures/openai-chat/${name}`] ?? ''

/** Each provider's stream, beside what a client gets of it, streamed and whole. */
const scenarios = Object.keys(files).flatMap((path) => /([a-z-]+)\.sse$/.exec(path)?.[1] ?? [])

/** What the streams hold that has a number. */
const numbers: Record<string, string> = {
  noise: '[F23] [F24]',
  'odd-usage': '[F18] [F19]',
  plain: '[F28]',
  'private-fields': '[F30] [52]',
  thinking: '[52]',
  'through-openrouter': '[20] [41]',
  'tools-broken-indices': '[51] [F29]',
}
const titled = scenarios.map((name) => ({ name, title: `${numbers[name] ?? ''} ${name}`.trim() }))

test.each(titled)('$title: the client sees what is written beside it', async ({ name }) => {
  const events = charged(await decode([bytesOf(file(`${name}.sse`))]))
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

const chunk = (fields: JsonObject): string =>
  `data: ${JSON.stringify({ id: 'x', model: 'm', ...fields })}\n\n`
const says = (content: string): string => chunk({ choices: [{ index: 0, delta: { content } }] })
const ends = chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
const decodeText = (...texts: string[]) => decode(texts.map(bytesOf))

test('calls that a host gives no ids get some that every host takes', async () => {
  const id = 'chatcmpl-123e4567-e89b-12d3-a456-426614174000'
  const calls = [0, 1].map((index) => ({ index, function: { name: 'look', arguments: '{}' } }))
  const events = await decodeText(chunk({ id, choices: [{ index: 0, delta: { tool_calls: calls } }] }), ends)
  const ids = events.flatMap((event) => (event.type === 'tool-call-delta' ? [event.id] : []))
  expect(ids).toEqual(['call_67-e89b-12d3-a456-426614174000_0', 'call_67-e89b-12d3-a456-426614174000_1'])
})

test('[41] usage rides exactly one chunk, the last, without choices', async () => {
  const chunks = chunksOf(stream(charged(await decodeText(file('plain.sse')))))
  expect(chunks.map((one) => 'usage' in one)).toEqual([false, false, false, false, true])
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { cost: 0.000_007_2 } })
})

const choice = (native: string, reason: string) => [
  expect.objectContaining({ finish_reason: reason, native_finish_reason: native }),
]

test('[20] every finish reason is one of the contract, with the native one beside it', async () => {
  const seen: Record<string, unknown> = {}
  const natives = [
    'stop',
    'end_turn',
    'eos',
    'max_tokens',
    'length',
    'tool_use',
    'function_call',
    'sensitive',
  ]
  for (const native of natives) {
    const events = charged(
      await decodeText(says('a'), chunk({ choices: [{ delta: {}, finish_reason: native }] })),
    )
    seen[native] = whole(events)['choices']
  }
  expect(seen).toEqual({
    stop: choice('stop', 'stop'),
    end_turn: choice('end_turn', 'stop'),
    eos: choice('eos', 'stop'),
    max_tokens: choice('max_tokens', 'length'),
    length: choice('length', 'length'),
    tool_use: choice('tool_use', 'tool_calls'),
    function_call: choice('function_call', 'tool_calls'),
    sensitive: choice('sensitive', 'content_filter'),
  })
})

test('[48] [49] a failure after content is one last chunk with the error, the usage and no clean end', async () => {
  const events = await decodeText(says('Half'), ends)
  const broken = charged(events).flatMap((event) =>
    event.type === 'finish'
      ? [{ type: 'error' as const, error: { type: 'provider_unavailable' as const, message: 'Gone' } }]
      : [event],
  )
  const text = stream(broken)
  expect(text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true)
  expect(chunksOf(text)).toEqual([
    expect.objectContaining({
      choices: [
        {
          index: 0,
          delta: { role: 'assistant', content: 'Half' },
          finish_reason: null,
          native_finish_reason: null,
        },
      ],
    }),
    {
      id: context.generationId,
      object: 'chat.completion.chunk',
      created: context.created,
      model: 'author/model',
      provider: 'Host',
      error: { code: 502, message: 'Gone', metadata: { error_type: 'provider_unavailable' } },
      choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error', native_finish_reason: null }],
      usage: expect.objectContaining({ completion_tokens: 0, estimated: true }),
    },
  ])
  expect(whole(broken)).toMatchObject({
    choices: [
      {
        finish_reason: 'error',
        message: { content: 'Half' },
        error: { code: 502, message: 'Gone', metadata: { error_type: 'provider_unavailable' } },
      },
    ],
  })
})

test('[50] of a 500 in mid-stream nothing is told but its type', () => {
  const metadata = { provider_code: 'internal', kept: 1 }
  const failure = { type: 'server' as const, message: 'secret host db-7', metadata }
  expect(chunksOf(stream([{ type: 'error', error: failure }]))).toMatchObject([
    { error: { code: 500, message: 'Internal Server Error', metadata: { error_type: 'server', kept: 1 } } },
  ])
  expect(stream([{ type: 'error', error: failure }])).not.toMatch(/secret|internal"/)
})

test('[25] a whole answer has a fingerprint or null; a chunk has one or none', async () => {
  const events = charged(
    await decodeText(chunk({ system_fingerprint: null, choices: [{ delta: { content: 'a' } }] }), ends),
  )
  expect(whole(events)['system_fingerprint']).toBeNull()
  expect(stream(events)).not.toContain('system_fingerprint')
})

test('a client that hides reasoning gets none of it, and the role all the same', async () => {
  const events = charged(await decodeText(file('parts.sse')))
  const hiding = { ...context, hidesReasoning: true }
  expect(stream(events, hiding)).not.toContain('Let me see')
  expect(chunksOf(stream(events, hiding))[0]).toMatchObject({
    choices: [{ delta: { role: 'assistant', content: 'Four' } }],
  })
  expect(JSON.stringify(whole(events, hiding))).not.toContain('reasoning_details')
})

test('events of another format are written the same way', () => {
  const text = stream([
    { type: 'start' },
    { type: 'reasoning-delta', text: 'Hm' },
    { type: 'text-delta', text: 'Yes' },
    { type: 'tool-call-delta', index: 0, id: 'c', name: 'f', arguments: '{}' },
    { type: 'finish', reason: 'tool_calls', nativeReason: 'tool_use' },
  ])
  expect(chunksOf(text).map((one) => one['choices'])).toMatchObject([
    [{ delta: { role: 'assistant', content: '', reasoning: 'Hm' } }],
    [{ delta: { content: 'Yes' } }],
    [{ delta: { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] } }],
    [{ delta: {}, finish_reason: 'tool_calls', native_finish_reason: 'tool_use' }],
  ])
})

test('[F16] a stream that stops is whole only with a finish reason or the word of its host', async () => {
  expect((await decodeText(says('a'), ends)).at(-1)).toMatchObject({ type: 'finish', reason: 'stop' })
  expect((await decodeText(says('a'), 'data: [DONE]\n\n')).at(-1)).toEqual({ type: 'finish', reason: 'stop' })
  const early = {
    type: 'provider_unavailable',
    details: { upstream: { failOver: true, code: 'ended_early' } },
  }
  await expect(decodeText(says('a'))).rejects.toMatchObject(early)
  await expect(decodeText('data: [DONE]\n\n')).rejects.toMatchObject(early)
  await expect(decodeText('')).rejects.toMatchObject(early)
})

test('[F23] three events that are no JSON are skipped, a fourth breaks the answer', async () => {
  const junk = 'data: {"choices":[{"del\n\n'
  expect((await decodeText(says('a'), junk.repeat(3), ends)).map((event) => event.type)).toEqual([
    'start',
    'text-delta',
    'finish',
  ])
  await expect(decodeText(says('a'), junk.repeat(4), ends)).rejects.toMatchObject({
    details: { upstream: { code: 'malformed_events' } },
  })
})

test('what a read brings before its failure is handed out, however it is cut', async () => {
  const text = says('a') + says('b') + chunk({ error: { message: 'x', code: 503 } })
  for (const pieces of [[bytesOf(text)], [...bytesOf(text)].map((byte) => Uint8Array.of(byte))]) {
    const seen: string[] = []
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece)
        controller.close()
      },
    })
    const target = { upstreamModel: 'm', quirks: {}, streams: true }
    const reading = (async () => {
      for await (const batch of openaiChatProtocol.decodeEvents(readSse(body), target)) {
        seen.push(...batch.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])))
      }
    })()
    await expect(reading).rejects.toMatchObject({ type: 'provider_overloaded' })
    expect(seen).toEqual(['a', 'b'])
  }
})

test('a connection that breaks after the finish reason costs nothing but the usage', async () => {
  const pieces = [says('a'), ends].map(bytesOf)
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift()
      if (piece) controller.enqueue(piece)
      else controller.error(new Error('reset'))
    },
  })
  const target = { upstreamModel: 'm', quirks: {}, streams: true }
  const events: GenerationEvent[] = []
  for await (const batch of openaiChatProtocol.decodeEvents(readSse(body), target)) events.push(...batch)
  expect(events.map((event) => event.type)).toEqual(['start', 'text-delta', 'finish'])
})

const streamErrors: [string, JsonObject, object][] = [
  [
    'an overloaded host',
    { error: { type: 'overloaded_error', message: 'Overloaded' } },
    { type: 'provider_overloaded' },
  ],
  [
    'a status as a word',
    { error: { code: '429', message: 'slow down' } },
    { type: 'rate_limit_exceeded', details: { upstream: { status: 429, failOver: true } } },
  ],
  [
    'a tool call the model botched',
    {
      error: { code: 'tool_use_failed', status_code: 400, message: 'x', type: 'invalid_request_error' },
    },
    { type: 'provider_unavailable', details: { upstream: { status: 400, failOver: true } } },
  ],
  [
    'an unpaid bill',
    { error: { code: 'insufficient_quota', message: 'You exceeded your current quota' } },
    { type: 'provider_unavailable', details: { upstream: { failOver: true } } },
  ],
  [
    'an overflow',
    { error: { message: 'prompt is too long: 9 tokens > 8 maximum' } },
    { type: 'context_length_exceeded', details: { upstream: { failOver: false } } },
  ],
  ['a bare sentence', { error: 'boom' }, { type: 'provider_unavailable' }],
  [
    'an object that is an error',
    { object: 'error', message: 'boom', code: 500 },
    { type: 'provider_unavailable' },
  ],
  [
    'a native status beside a 200',
    { base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
    { type: 'provider_unavailable' },
  ],
  [
    'a finish reason that means failure',
    { choices: [{ delta: {}, finish_reason: 'insufficient_system_resource' }] },
    {
      type: 'provider_unavailable',
      details: { upstream: { failOver: true, code: 'insufficient_system_resource' } },
    },
  ],
  [
    'a finish reason that means failure, beside a native one that says too much',
    { choices: [{ delta: {}, finish_reason: 'error', native_finish_reason: 'The prompt was: canary' }] },
    { type: 'provider_unavailable', details: { upstream: { failOver: true, code: 'error' } } },
  ],
]

test.each(streamErrors)('[F8] [F12] [F22] inside a 200: %s', async (_, fields, expected) => {
  await expect(decodeText(chunk(fields))).rejects.toMatchObject(expected)
})

test('[F19] usage that cannot be is not usage', async () => {
  const bad = ['-1', '1e400', '"7"', 'null', '1.5', '9007199254740993']
  for (const count of bad) {
    const usage = `data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":${count}}}\n\n`
    expect(lastUsage(await decodeText(says('a'), ends, usage))).toBeUndefined()
  }
})

test('parts of usage that exceed the whole were counted beside it', async () => {
  const usage = {
    prompt_tokens: 10,
    completion_tokens: 5,
    prompt_tokens_details: { cached_tokens: 30 },
    completion_tokens_details: { reasoning_tokens: 8 },
  }
  expect(lastUsage(await decodeText(says('a'), ends, chunk({ choices: [], usage })))).toMatchObject({
    promptTokens: 40,
    cachedTokens: 30,
    completionTokens: 13,
    reasoningTokens: 8,
  })
})

test('a host that counts reasoning beside the completion is read so', async () => {
  const usage = {
    prompt_tokens: 1,
    completion_tokens: 5,
    completion_tokens_details: { reasoning_tokens: 4 },
  }
  const text = says('a') + ends + chunk({ choices: [], usage })
  const events = await decode([bytesOf(text)], { reasoningOutsideCompletion: true })
  expect(lastUsage(events)).toMatchObject({ completionTokens: 9, reasoningTokens: 4 })
})

test('[51] parallel tool calls come apart in order, however their arguments are cut', async () => {
  const call = fc.record({ id: fc.uuid(), name: fc.constantFrom('f', 'g'), text: fc.json({ maxDepth: 2 }) })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(call, { maxLength: 3, selector: ({ id }) => id }),
      fc.integer({ min: 1, max: 5 }),
      async (calls, length) => {
        const fragments = calls.flatMap(({ id, name, text }, index) => [
          { index, id, type: 'function', function: { name, arguments: '' } },
          ...(text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? []).map((piece) => ({
            index,
            function: { arguments: piece },
          })),
        ])
        const text = fragments
          .map((fragment) => chunk({ choices: [{ delta: { tool_calls: [fragment] } }] }))
          .join('')
        const answer = whole(charged(await decodeText(says('x'), text, ends)))
        expect(answer['choices']).toMatchObject([
          calls.length === 0
            ? { message: { content: 'x' } }
            : {
                message: {
                  tool_calls: calls.map(({ id, name, text: json }) => ({
                    id,
                    function: { name, arguments: json },
                  })),
                },
              },
        ])
      },
    ),
    { numRuns: 100 },
  )
})

test('a whole answer of a host reads as its stream would', async () => {
  const body = {
    id: 'x',
    model: 'm',
    system_fingerprint: 'fp',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          reasoning_content: 'Hm',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        finish_reason: 'tool_calls',
      },
    ],
    usage: { prompt_tokens: 4, completion_tokens: 6 },
  }
  const batches: GenerationEvent[][] = []
  const target = { upstreamModel: 'm', quirks: {}, streams: false }
  for await (const batch of openaiChatProtocol.decodeGeneration(body, target)) batches.push(batch)
  expect(batches.map((batch) => batch.map((event) => event.type))).toEqual([
    ['start', 'reasoning-delta', 'tool-call-delta', 'usage', 'finish'],
  ])
  expect(whole(charged(batches.flat()))).toMatchObject({
    system_fingerprint: 'fp',
    choices: [
      {
        finish_reason: 'tool_calls',
        message: {
          content: null,
          reasoning: 'Hm',
          tool_calls: [{ id: 'c1', function: { name: 'f', arguments: '{}' } }],
        },
      },
    ],
    usage: { total_tokens: 10 },
  })
})
