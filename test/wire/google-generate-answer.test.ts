import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { googleGenerateProtocol } from '../../src/wire/google-generate/protocol.ts'
import { bytesOf, lastUsage, stream, whole } from './answers.ts'
import { decode, target } from './google-answers.ts'

const files = import.meta.glob<string>('../fixtures/google-generate/*', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const file = (name: string): string => files[`../fixtures/google-generate/${name}`] ?? ''

/** Each stream of Google's, beside what a client of chat completions gets of it, streamed and whole. */
const scenarios = Object.keys(files).flatMap((path) => /([a-z-]+)\.sse$/.exec(path)?.[1] ?? [])

test.each(scenarios)('%s: the client sees what is written beside it', async (name) => {
  const events = (await decode([bytesOf(file(`${name}.sse`))])).filter(isTold)
  expect(stream(events)).toBe(file(`${name}.client`))
  expect(whole(events)).toEqual(JSON.parse(file(`${name}.client.json`)))
})

function isTold(event: GenerationEvent) {
  return event.type !== 'usage'
}

/** Prompt, completion, cached, reasoning and image tokens, and searches of the web. */
const counts: Record<string, readonly number[]> = {
  blocked: [12, 0, 0, 0, 0, 0],
  'extra-candidate': [3, 2, 0, 0, 0, 0],
  grounded: [38, 10, 0, 0, 0, 2],
  noise: [5, 3, 0, 0, 0, 0],
  picture: [6, 1_293, 0, 0, 1_290, 0],
  plain: [9, 6, 4, 0, 0, 0],
  'stopped-by-safety': [7, 1, 0, 0, 0, 0],
  thinking: [20, 23, 0, 17, 0, 0],
  tools: [50, 37, 0, 9, 0, 0],
  'tools-with-ids': [40, 12, 0, 3, 0, 0],
}

test.each(scenarios)('%s: the last counts are the true ones', async (name) => {
  const usage = lastUsage(await decode([bytesOf(file(`${name}.sse`))]))
  expect([
    usage?.promptTokens,
    usage?.completionTokens,
    usage?.cachedTokens,
    usage?.reasoningTokens,
    usage?.completionImageTokens,
    usage?.webSearches,
  ]).toEqual(counts[name])
})

test.each(scenarios)('%s: cut anywhere it is the same', async (name) => {
  const bytes = bytesOf(file(`${name}.sse`))
  const expected = await decode([bytes])
  expect(await decode([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected)
  for (let position = 1; position < bytes.length; position++) {
    expect(await decode([bytes.subarray(0, position), bytes.subarray(position)])).toEqual(expected)
  }
})

const chunk = (candidate: JsonObject, fields: JsonObject = {}): string =>
  `data: ${JSON.stringify({ candidates: [candidate], responseId: 'r', ...fields })}\n\n`
const says = (text: string, fields: JsonObject = {}): string =>
  chunk({ content: { parts: [{ text }], role: 'model' }, ...fields })
const decodeText = (...texts: string[]) => decode(texts.map(bytesOf))

/** What an answer came to: its reason, or the error and whether another endpoint is tried. */
async function endOf(...texts: string[]): Promise<unknown> {
  try {
    const last = (await decodeText(...texts)).at(-1)
    return last?.type === 'finish' ? last.reason : last
  } catch (error) {
    return error
  }
}

const calls = { content: { parts: [{ functionCall: { name: 'f', args: {} } }] } }
const failed = (code: string) =>
  expect.objectContaining({
    type: 'provider_unavailable',
    details: expect.objectContaining({ upstream: { status: null, code, failOver: true } }),
  })

test.each<[string, string[], unknown]>([
  ['STOP', [says('a', { finishReason: 'STOP' })], 'stop'],
  ['STOP after a call', [chunk({ ...calls, finishReason: 'STOP' })], 'tool_calls'],
  ['MAX_TOKENS', [says('a', { finishReason: 'MAX_TOKENS' })], 'length'],
  ['MAX_TOKENS in thoughts', [chunk({ finishReason: 'MAX_TOKENS' })], 'length'],
  ['MAX_TOKENS after a call', [chunk({ ...calls, finishReason: 'MAX_TOKENS' })], 'length'],
  ['SAFETY', [says('a', { finishReason: 'SAFETY' })], 'content_filter'],
  ['RECITATION', [chunk({ finishReason: 'RECITATION' })], 'content_filter'],
  ['PROHIBITED_CONTENT', [chunk({ finishReason: 'PROHIBITED_CONTENT' })], 'content_filter'],
  ['IMAGE_SAFETY', [chunk({ finishReason: 'IMAGE_SAFETY' })], 'content_filter'],
  ['SPII', [chunk({ finishReason: 'SPII' })], 'content_filter'],
  ['a word nobody knows', [says('a', { finishReason: 'TIRED' })], 'stop'],
  ['OTHER after text', [says('a'), chunk({ finishReason: 'OTHER' })], 'stop'],
  ['OTHER after nothing', [chunk({ finishReason: 'OTHER' })], failed('other')],
  [
    'MALFORMED_FUNCTION_CALL',
    [chunk({ finishReason: 'MALFORMED_FUNCTION_CALL' })],
    failed('malformed_function_call'),
  ],
  [
    'UNEXPECTED_TOOL_CALL',
    [says('a', { finishReason: 'UNEXPECTED_TOOL_CALL' })],
    failed('unexpected_tool_call'),
  ],
  ['no end at all', [says('a')], failed('ended_early')],
  ['nothing at all', [], failed('ended_early')],
])('%s ends an answer as it should', async (_, texts, end) => {
  expect(await endOf(...texts)).toEqual(end)
})

test('usage after the end counts, and so does text', async () => {
  const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2, thoughtsTokenCount: 5 }
  const events = await decodeText(
    says('a', { finishReason: 'STOP' }),
    says('b'),
    `data: ${JSON.stringify({ usageMetadata })}\n\n`,
  )
  expect(events.map(({ type }) => type)).toEqual(['start', 'text-delta', 'text-delta', 'usage', 'finish'])
  expect(lastUsage(events)).toMatchObject({ promptTokens: 3, completionTokens: 7, reasoningTokens: 5 })
})

test('audio, pictures, caches and tools of its own are parts of the totals', async () => {
  const usageMetadata = {
    promptTokenCount: 1_000,
    cachedContentTokenCount: 600,
    candidatesTokenCount: 40,
    toolUsePromptTokenCount: 200,
    thoughtsTokenCount: 60,
    totalTokenCount: 1_300,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: 100 },
      { modality: 'AUDIO', tokenCount: 400 },
      { modality: 'IMAGE', tokenCount: 500 },
    ],
    candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 30 }],
    toolUsePromptTokensDetails: [{ modality: 'AUDIO', tokenCount: 5 }],
    cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 300 }],
    trafficType: 'ON_DEMAND_FLEX',
  }
  const events = await decodeText(chunk({ finishReason: 'STOP' }, { usageMetadata }))
  expect(lastUsage(events)).toEqual({
    promptTokens: 1_200,
    completionTokens: 100,
    cachedTokens: 600,
    cacheWriteTokens: 0,
    cacheWriteLongTokens: 0,
    reasoningTokens: 60,
    promptAudioTokens: 405,
    cachedAudioTokens: 300,
    serviceTier: 'flex',
    completionAudioTokens: 30,
    promptImageTokens: 500,
    completionImageTokens: 0,
    webSearches: 0,
    estimated: false,
  })
})

const ids = async () => {
  const events = await decodeText(
    `data: ${JSON.stringify({ candidates: [{ ...calls, finishReason: 'STOP' }] })}\n\n`,
  )
  return events.flatMap((event) => (event.type === 'tool-call-delta' ? [event.id] : []))
}

test('calls without an id get one that no other answer has', async () => {
  const [first, second] = [await ids(), await ids()]
  expect(first).toEqual([expect.stringMatching(/^call_[0-9a-f]{16}_0$/)])
  expect(second).not.toEqual(first)
})

test('an error inside the stream is thrown after what came before it', async () => {
  const error = {
    code: 429,
    message: 'Quota',
    status: 'RESOURCE_EXHAUSTED',
    details: [{ retryDelay: '7.2s' }],
  }
  const seen: GenerationEvent[] = []
  const messages = (async function* () {
    yield [{ data: says('Half').slice(6) }, { data: JSON.stringify([{ error }]) }]
  })()
  const reading = (async () => {
    for await (const batch of googleGenerateProtocol.decodeEvents(messages, target())) seen.push(...batch)
  })()
  await expect(reading).rejects.toMatchObject({
    type: 'rate_limit_exceeded',
    details: { upstream: { status: 429, code: 'resource_exhausted', retryAfterSeconds: 8, failOver: true } },
  })
  expect(seen.map(({ type }) => type)).toEqual(['start', 'text-delta'])
})

test('a whole answer is the one batch its stream would have been', async () => {
  const body: JsonObject = {
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: 'Hm.', thought: true },
            { text: 'Let me see.', thoughtSignature: 'Ts==' },
            { functionCall: { name: 'look', args: { a: [1, null] } }, thoughtSignature: 'Cs==' },
          ],
        },
        finishReason: 'STOP',
      },
    ],
    usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 5 },
    modelVersion: 'gemini-3-pro-preview',
    responseId: 'r',
  }
  const batches: GenerationEvent[][] = []
  for await (const batch of googleGenerateProtocol.decodeGeneration(body, target())) batches.push(batch)
  const maker = 'google-gemini-v1'
  expect(batches).toEqual([
    [
      { type: 'start', model: 'gemini-3-pro-preview', upstreamId: 'r' },
      { type: 'reasoning-delta', text: 'Hm.', maker },
      { type: 'text-delta', text: 'Let me see.' },
      { type: 'seal', seal: { maker, kind: 'signature', data: 'Ts==' }, of: 'text' },
      { type: 'tool-call-delta', index: 0, id: 'call_r_0', name: 'look', arguments: '{"a":[1,null]}' },
      { type: 'seal', seal: { maker, kind: 'signature', data: 'Cs==' }, index: 0 },
      { type: 'usage', usage: expect.objectContaining({ promptTokens: 4, completionTokens: 5 }) },
      { type: 'finish', reason: 'tool_calls', nativeReason: 'STOP' },
    ],
  ])
})

const names =
  'candidates content parts text thought thoughtSignature functionCall name args inlineData data mimeType finishReason ' +
  'usageMetadata promptTokenCount candidatesTokenCount groundingMetadata groundingChunks groundingSupports segment'

/** Anything that parses, with the names this format has, in places where they do not belong. */
const odd = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, -1, 0.5, 1e300, '', 'STOP', 'x', [], {}),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names.split(' ')), tie('value'), { maxKeys: 5 }),
  ),
}))

test('whatever a host sends, it is an answer or one error of ours, and counts are counts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(odd['value'], { maxLength: 6 }), async (chunks) => {
      const text = chunks.map((value) => `data: ${JSON.stringify({ candidates: [value], x: value })}\n\n`)
      const raw = chunks.map((value) => `data: ${JSON.stringify(value)}\n\n`)
      for (const texts of [text, raw]) {
        const end = await endOf(...texts, says('a', { finishReason: 'STOP' }))
        expect(end instanceof Error ? end.name : 'GatewayError').toBe('GatewayError')
        const events = await decodeText(...texts, says('a', { finishReason: 'STOP' })).catch(() => [])
        for (const count of Object.values(lastUsage(events) ?? {}).filter(
          (each) => typeof each === 'number',
        )) {
          expect(Number.isSafeInteger(count) && count >= 0).toBe(true)
        }
      }
    }),
    { numRuns: 300 },
  )
})
