import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import type { AnswerEvent } from '../../src/wire/dialect.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { readArray, readObject } from '../../src/wire/json.ts'
import { chunksOf } from './answers.ts'
import {
  bytesOf,
  charged,
  context,
  decode,
  decodeText,
  decodeWhole,
  framesOf,
  neutral,
  stream,
  target,
  whole,
} from './responses-answers.ts'

const files = import.meta.glob<string>('../fixtures/openai-responses/*', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const file = (name: string): string => files[`../fixtures/openai-responses/${name}`] ?? ''

/** Each provider's stream, beside what a client gets of it, streamed and whole. */
const scenarios = Object.keys(files).flatMap((path) => /([a-z-]+)\.sse$/.exec(path)?.[1] ?? [])
const usageOf = async (name: string) => (await decodeFile(name)).find(({ type }) => type === 'usage')
const decodeFile = (name: string) => decode([bytesOf(file(`${name}.sse`))])

test.each(scenarios)('%s: the client sees what is written beside it', async (name) => {
  const events = charged(await decodeFile(name))
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

test.each(scenarios)('%s: streamed and whole end in the same items', async (name) => {
  const events = charged(await decodeFile(name))
  expect(framesOf(stream(events)).at(-1)?.['response']).toEqual(whole(events))
})

test.each(scenarios)(
  '[105] %s: events are numbered from 0, from created to the one that ends',
  async (name) => {
    const text = stream(charged(await decodeFile(name)))
    const frames = framesOf(text)
    expect(frames.map((frame) => frame['sequence_number'])).toEqual(frames.map((_, index) => index))
    expect(frames.slice(0, 2).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress'])
    expect(frames.at(-1)?.['type']).toMatch(/^response\.(completed|incomplete|failed)$/)
    expect(text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true)
  },
)

const say = (text: string): AnswerEvent => ({ type: 'text-delta', text })
const stop: AnswerEvent = { type: 'finish', reason: 'stop' }
const ends = (...events: AnswerEvent[]): AnswerEvent[] => {
  const charge = charged([]).at(-1)
  return charge ? [...events, charge] : events
}
const ours = (kind: string, index: number): string => `${kind}_1760000000abcdefghijklmnopqrstuv_${index}`

test('[104] [105] words of any format are a message with one part, begun, told and ended', () => {
  const frames = framesOf(stream(ends({ type: 'start' }, say('Hel'), say('lo'), stop)))
  const place = { item_id: ours('msg', 0), output_index: 0, content_index: 0 }
  const part = { type: 'output_text', text: 'Hello', annotations: [], logprobs: [] }
  const item = {
    id: ours('msg', 0),
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [part],
  }
  expect(frames.slice(2, -1)).toEqual([
    {
      type: 'response.output_item.added',
      sequence_number: 2,
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
    },
    {
      type: 'response.content_part.added',
      sequence_number: 3,
      ...place,
      part: { ...part, text: '' },
    },
    { type: 'response.output_text.delta', sequence_number: 4, ...place, delta: 'Hel', logprobs: [] },
    { type: 'response.output_text.delta', sequence_number: 5, ...place, delta: 'lo', logprobs: [] },
    { type: 'response.output_text.done', sequence_number: 6, ...place, text: 'Hello', logprobs: [] },
    { type: 'response.content_part.done', sequence_number: 7, ...place, part },
    { type: 'response.output_item.done', sequence_number: 8, output_index: 0, item },
  ])
  expect(frames.at(-1)).toMatchObject({ type: 'response.completed', response: { output: [item] } })
})

test('thoughts, words and interleaved calls of any format are items in the order they began', () => {
  const events = ends(
    { type: 'reasoning-delta', text: 'Hm', maker: 'anthropic-claude-v1' },
    { type: 'seal', seal: { maker: 'anthropic-claude-v1', kind: 'signature', data: 'EqQB' } },
    say('Let me see.'),
    { type: 'tool-call-delta', index: 0, id: 'call_a', name: 'f', arguments: '{"a"' },
    { type: 'tool-call-delta', index: 1, id: 'call_b', name: 'g', arguments: '' },
    { type: 'tool-call-delta', index: 0, arguments: ':1}' },
    { type: 'finish', reason: 'tool_calls' },
  )
  const output = [
    {
      id: ours('rs', 0),
      type: 'reasoning',
      status: 'completed',
      summary: [],
      content: [{ type: 'reasoning_text', text: 'Hm' }],
      encrypted_content: 'anthropic-claude-v1.signature.EqQB',
      format: 'anthropic-claude-v1',
    },
    expect.objectContaining({ id: ours('msg', 1), type: 'message' }),
    {
      id: ours('fc', 2),
      type: 'function_call',
      status: 'completed',
      call_id: 'call_a',
      name: 'f',
      arguments: '{"a":1}',
    },
    {
      id: ours('fc', 3),
      type: 'function_call',
      status: 'completed',
      call_id: 'call_b',
      name: 'g',
      arguments: '{}',
    },
  ]
  expect(whole(events)['output']).toEqual(output)
  const frames = framesOf(stream(events))
  expect(frames.at(-1)).toMatchObject({ type: 'response.completed', response: { output } })
  expect(frames.filter(({ type }) => type === 'response.function_call_arguments.done')).toMatchObject([
    { item_id: ours('fc', 2), name: 'f', arguments: '{"a":1}' },
    { item_id: ours('fc', 3), name: 'g', arguments: '{}' },
  ])
})

test.each<[{ of?: 'text'; index?: number }, string, string[]]>([
  [{ of: 'text' }, 'google-gemini-v1.text.AbC=', ['message', 'reasoning']],
  [{ index: 1 }, 'google-gemini-v1.call1.AbC=', ['message', 'reasoning']],
  [{}, 'google-gemini-v1.signature.AbC=', ['message', 'reasoning', 'message']],
])('a signature without a thought before it, %j, rides in an item of its own', (place, encrypted, types) => {
  const seal = { maker: 'google-gemini-v1', kind: 'signature', data: 'AbC=' } as const
  const output = readArray(whole(ends(say('Hi'), { type: 'seal', seal, ...place }, say('!'), stop))['output'])
  expect(output?.map((item) => readObject(item)?.['type'])).toEqual(types)
  expect(output?.[1]).toMatchObject({ summary: [], encrypted_content: encrypted, format: 'google-gemini-v1' })
})

test('media of any format: images are items, sources are annotations of the words they came with', () => {
  const citation = { kind: 'citation', url: 'https://a.example', title: 'A', start: 0, end: 2 } as const
  const output = whole(
    ends(
      { type: 'media', media: citation },
      say('So'),
      { type: 'media', media: { kind: 'image', url: 'data:image/png;base64,iVBO' } },
      stop,
    ),
  )['output']
  const annotation = {
    type: 'url_citation',
    url: 'https://a.example',
    title: 'A',
    start_index: 0,
    end_index: 2,
  }
  expect(output).toMatchObject([
    { type: 'message', content: [{ text: 'So', annotations: [annotation] }] },
    { type: 'image_generation_call', id: ours('ig', 1), result: 'iVBO' },
  ])
})

test('[108] usage tells the cost, with the names of input and output', () => {
  const usage = whole(ends(say('Hi'), stop))['usage']
  expect(usage).toMatchObject({
    cost: expect.any(Number),
    is_byok: false,
    cost_details: {
      upstream_inference_cost: null,
      upstream_inference_input_cost: expect.any(Number),
      upstream_inference_output_cost: expect.any(Number),
    },
  })
})

test('the response repeats what was asked, functions with all their fields', () => {
  const asked: JsonObject = {
    model: 'author/model',
    input: 'Hi',
    instructions: 'Be brief',
    metadata: { a: 'b' },
    temperature: 0.5,
    max_output_tokens: 99,
    tools: [{ type: 'function', name: 'f' }, { type: 'web_search' }],
    tool_choice: 'required',
    text: { format: { type: 'json_object' }, verbosity: null },
    reasoning: { effort: 'low' },
  }
  expect(whole(ends(say('Hi'), stop), { ...context, asked })).toMatchObject({
    object: 'response',
    status: 'completed',
    instructions: 'Be brief',
    metadata: { a: 'b' },
    temperature: 0.5,
    max_output_tokens: 99,
    tools: [
      { type: 'function', name: 'f', description: null, parameters: null, strict: null },
      { type: 'web_search' },
    ],
    tool_choice: 'required',
    text: { format: { type: 'json_object' } },
    reasoning: { effort: 'low', summary: null },
    store: false,
    previous_response_id: null,
  })
})

const failing = (
  type: 'provider_unavailable' | 'context_length_exceeded' | 'server' | 'rate_limit_exceeded',
) =>
  ends(
    say('Half'),
    { type: 'tool-call-delta', index: 0, id: 'c', name: 'rm', arguments: '{"path":"/ho' },
    { type: 'error', error: { type, message: 'Upstream died' } },
  )

test('[107] a failure after content is response.failed with what there is, and no call that broke off is ended', () => {
  const frames = framesOf(stream(failing('provider_unavailable')))
  expect(frames.filter(({ type }) => type === 'response.output_item.done')).toMatchObject([
    { item: { type: 'message' } },
  ])
  expect(frames.at(-1)).toMatchObject({
    type: 'response.failed',
    response: {
      status: 'failed',
      completed_at: null,
      error: { code: 'server_error', message: 'Upstream died' },
      error_type: 'provider_unavailable',
      output: [
        { type: 'message', status: 'completed', content: [{ text: 'Half' }] },
        { type: 'function_call', status: 'incomplete', arguments: '{"path":"/ho' },
      ],
    },
  })
  expect(whole(failing('provider_unavailable'))).toMatchObject({
    status: 'failed',
    error_type: 'provider_unavailable',
  })
})

test.each([
  ['rate_limit_exceeded', 'rate_limit_exceeded', 'Upstream died'],
  ['server', 'server_error', 'Internal Server Error'],
] as const)('a failure of type %s is told as %s', (type, code, message) => {
  expect(whole(failing(type))).toMatchObject({ status: 'failed', error: { code, message }, error_type: type })
})

test('[106] too much text ends an answer that has begun as its cap does', () => {
  expect(framesOf(stream(failing('context_length_exceeded'))).at(-1)).toMatchObject({
    type: 'response.incomplete',
    response: { status: 'incomplete', error: null, incomplete_details: { reason: 'max_output_tokens' } },
  })
})

test.each([
  ['length', 'incomplete', { reason: 'max_output_tokens' }],
  ['content_filter', 'incomplete', { reason: 'content_filter' }],
  ['tool_calls', 'completed', null],
] as const)('the end %s of any format is %s', (reason, status, details) => {
  expect(whole(ends(say('a'), { type: 'finish', reason }))).toMatchObject({
    status,
    incomplete_details: details,
  })
})

test('a client that hides reasoning gets the other items, numbered without gaps', async () => {
  const events = charged(await decodeFile('thinking-tools'))
  const hiding = { ...context, hidesReasoning: true }
  const frames = framesOf(stream(events, hiding))
  expect(JSON.stringify(frames)).not.toContain('Look it up')
  expect(frames.find(({ type }) => type === 'response.output_item.added')).toMatchObject({
    output_index: 0,
    item: { type: 'message' },
  })
  expect(frames.at(-1)?.['response']).toEqual(whole(events, hiding))
})

test('[113] the phase of a message is kept', async () => {
  expect(whole(charged(await decodeFile('thinking-tools')))['output']).toContainEqual(
    expect.objectContaining({ type: 'message', phase: 'commentary' }),
  )
})

test('[109] encrypted thoughts of OpenAI reach a client byte for byte, those of others behind their name', async () => {
  const text = file('thinking-tools.sse')
  const own = charged(await decode([bytesOf(text)]))
  const other = charged(await decode([bytesOf(text)], { ...target, maker: 'xai-responses-v1' }))
  expect(whole(own)['output']).toContainEqual(expect.objectContaining({ encrypted_content: 'gAAAAABo+/==' }))
  expect(whole(other)['output']).toContainEqual(
    expect.objectContaining({
      encrypted_content: 'xai-responses-v1.gAAAAABo+/==',
      format: 'xai-responses-v1',
    }),
  )
  expect(neutral(await decode([bytesOf(text)]))).toContainEqual({
    type: 'seal',
    seal: { maker: 'openai-responses-v1', kind: 'encrypted', data: 'gAAAAABo+/==', id: 'rs_up1' },
  })
})

test('usage: cached and written tokens are of the input, reasoning of the output, searches are counted', async () => {
  expect(await usageOf('plain')).toMatchObject({
    usage: { promptTokens: 20, completionTokens: 7, cachedTokens: 12 },
  })
  expect(await usageOf('thinking-tools')).toMatchObject({
    usage: { promptTokens: 50, completionTokens: 40, cacheWriteTokens: 10, reasoningTokens: 30 },
  })
  expect(await usageOf('search')).toMatchObject({ usage: { webSearches: 1 } })
})

test('a whole answer of a provider is what its stream would have been', async () => {
  const terminal = framesOf(`event: response.completed\n${file('at-once.sse').trim()}\n\n`)[0]?.['response']
  const events = await decodeWhole(JSON.parse(JSON.stringify(terminal)))
  expect(stream(charged(events))).toBe(file('at-once.client'))
})

test('another format is told the same', async () => {
  const encoder = openaiChatDialect.encoder(context)
  const chunks = chunksOf(encoder.encode(charged(await decodeFile('thinking-tools'))) + encoder.end())
  expect(chunks.map((chunk) => chunk['choices'])).toMatchObject([
    [{ delta: { reasoning: 'Look ' } }],
    [{ delta: { reasoning: 'it up.' } }],
    [{ delta: { reasoning: '\n\nTwice.' } }],
    [{ delta: { reasoning_details: [{ type: 'reasoning.encrypted', data: 'gAAAAABo+/==', id: 'rs_up1' }] } }],
    [{ delta: { content: 'On it.' } }],
    [{ delta: { tool_calls: [{ index: 0, id: 'call_a', function: { name: 'weather', arguments: '' } }] } }],
    [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{"ci' } }] } }],
    [{ delta: { tool_calls: [{ index: 0, function: { arguments: 'ty":"Oslo"}' } }] } }],
    [{ delta: { tool_calls: [{ index: 1, id: 'call_b', function: { name: 'time', arguments: '' } }] } }],
    [{ delta: { tool_calls: [{ index: 1, function: { arguments: '{}' } }] } }],
    [{ delta: {}, finish_reason: 'tool_calls' }],
    [],
  ])
})

test('a stream that stops without its terminal event is broken, a terminal event is enough', async () => {
  const text = file('plain.sse')
  const broken = text.slice(0, text.indexOf('event: response.completed'))
  await expect(decodeText(broken)).rejects.toMatchObject({
    type: 'provider_unavailable',
    details: { upstream: { code: 'ended_early', failOver: true } },
  })
  await expect(decodeText(`${broken}data: [DONE]\n\n`)).rejects.toThrow('Provider returned error')
})

/** Generated answers: thoughts with the seals of this format, words, refusals, calls told in any pieces. */
const words = fc.string({ minLength: 1, maxLength: 8, unit: 'binary' })
const block: fc.Arbitrary<GenerationEvent[]> = fc.oneof(
  fc
    .array(words, { minLength: 1, maxLength: 3 })
    .map((texts) => texts.map((text): GenerationEvent => ({ type: 'text-delta', text }))),
  words.map((text): GenerationEvent[] => [{ type: 'refusal-delta', text }]),
  fc
    .record({ text: words, isSummary: fc.boolean(), data: fc.base64String({ minLength: 4 }) })
    .map(({ text, isSummary, data }): GenerationEvent[] => [
      {
        type: 'reasoning-delta',
        text,
        ...(isSummary && { isSummary }),
        maker: 'openai-responses-v1',
      },
      { type: 'seal', seal: { maker: 'openai-responses-v1', kind: 'encrypted', data } },
    ]),
)
const call = fc.record({
  id: fc.uuid(),
  name: fc.constantFrom('f', 'g'),
  pieces: fc.array(words, { minLength: 1 }),
})
const answer = fc
  .record({
    blocks: fc.array(block, { maxLength: 5 }),
    calls: fc.array(call, { maxLength: 3 }),
    isCut: fc.boolean(),
  })
  .map(({ blocks, calls, isCut }): GenerationEvent[] => [
    ...blocks.flat(),
    ...calls.flatMap(({ id, name, pieces }, index): GenerationEvent[] => [
      { type: 'tool-call-delta', index, id, name, arguments: '' },
      ...pieces.map((text): GenerationEvent => ({ type: 'tool-call-delta', index, arguments: text })),
    ]),
    {
      type: 'finish',
      reason: isCut ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop',
      nativeReason: isCut ? 'max_output_tokens' : 'completed',
    },
  ])

test('what one side writes the other reads: any answer comes back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(answer, async (events) => {
      const decoded = await decode([bytesOf(stream(charged(events)))])
      const told = neutral(decoded)
        .filter(({ type }) => type !== 'start' && type !== 'usage')
        .map((event) => {
          if (event.type !== 'seal') return event
          const { id: _ours, ...seal } = event.seal
          return { ...event, seal }
        })
      expect(told).toEqual(events)
    }),
    { numRuns: 60 },
  )
})

test('mutated streams never throw anything but a provider error, and are never told as two answers', async () => {
  const lines = scenarios.flatMap((name) => file(`${name}.sse`).split('\n\n'))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...lines), { maxLength: 30 }), async (picked) => {
      const events = await decodeText(`${picked.join('\n\n')}\n\n`).catch((error: unknown) => {
        if (error instanceof GatewayError) return []
        throw error
      })
      const frames = framesOf(stream(charged(events)))
      const lasts = ['response.completed', 'response.incomplete', 'response.failed']
      expect(frames.filter(({ type }) => lasts.some((last) => last === type))).toHaveLength(1)
      const done = frames.filter(({ type }) => type === 'response.output_item.done')
      expect(new Set(done.map((frame) => frame['output_index'])).size).toBe(done.length)
    }),
    { numRuns: 100 },
  )
})
