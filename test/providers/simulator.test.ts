import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { call } from '../../src/providers/call.ts'
import { readArray, readObject, readText } from '../../src/wire/json.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'

const limits = {
  headersTimeoutMs: 5_000,
  firstTokenTimeoutMs: 5_000,
  stallTimeoutMs: 5_000,
  commentsOnlyTimeoutMs: 5_000,
  totalTimeoutMs: 20_000,
}

/** Asks the simulator through the same call that reaches a real host. */
async function ask(upstreamModel: string, body: JsonObject, streams = true): Promise<GenerationEvent[]> {
  const request = openaiChatDialect.decodeRequest(
    { model: `simulator/${upstreamModel}`, messages: [{ role: 'user', content: 'Hi there' }], ...body },
    new Headers(),
  )
  const target = { provider: 'simulator', upstreamModel, quirks: {}, streams }
  const events: GenerationEvent[] = []
  const options = { env: {}, signal: new AbortController().signal, limits }
  for await (const batch of call(target, request, options)) events.push(...batch)
  return events
}

function answer(events: GenerationEvent[]): JsonObject {
  const context = {
    generationId: 'gen-1',
    created: 1,
    model: 'simulator/x',
    provider: 'Simulator',
    promptTokensEstimate: 10,
  }
  const fold = openaiChatDialect.fold()
  fold.add(events.filter((event) => event.type !== 'usage'))
  const body = fold.whole(context)
  return readObject(readArray(body['choices'])?.[0]) ?? {}
}

const usage = (events: GenerationEvent[]) =>
  events.flatMap((event) => (event.type === 'usage' ? [event.usage] : [])).at(-1)

test('echo repeats the last user message and counts honestly', async () => {
  const events = await ask('echo', {})
  expect(answer(events)).toEqual({
    index: 0,
    finish_reason: 'stop',
    native_finish_reason: 'stop',
    logprobs: null,
    message: {
      role: 'assistant',
      content: 'The simulator has no model behind it. You said: Hi there',
      refusal: null,
    },
  })
  expect(usage(events)).toMatchObject({ promptTokens: 6, completionTokens: 14, estimated: false })
})

test('a model that refuses streaming is called without it and says the same', async () => {
  expect(answer(await ask('echo-whole', {}, false))).toEqual(answer(await ask('echo', {})))
  await expect(ask('echo-whole', {})).rejects.toMatchObject({ type: 'invalid_request' })
})

test('lorem is as long as asked and the same for the same seed', async () => {
  const first = await ask('lorem', { max_tokens: 20, seed: 7 })
  const again = await ask('lorem', { max_tokens: 20, seed: 7 })
  const other = await ask('lorem', { max_tokens: 20, seed: 8 })
  expect(answer(first)).toEqual(answer(again))
  expect(answer(first)).not.toEqual(answer(other))
  expect(answer(first)['finish_reason']).toBe('length')
  expect(usage(first)?.completionTokens).toBe(20)
})

test('an answer ends before a stop sequence', async () => {
  expect(answer(await ask('echo', { stop: [' You'] }))).toMatchObject({
    finish_reason: 'stop',
    message: { content: 'The simulator has no model behind it.' },
  })
})

test('thinker thinks first, and its thoughts are counted', async () => {
  const events = await ask('thinker', {})
  expect(answer(events)).toMatchObject({
    finish_reason: 'stop',
    message: {
      content: 'I counted 2 words in: Hi there',
      reasoning: 'The message has 2 words. I am a simulator, so counting them is all I can do.',
      reasoning_details: [
        {
          type: 'reasoning.text',
          text: 'The message has 2 words. I am a simulator, so counting them is all I can do.',
          format: 'unknown',
          index: 0,
        },
      ],
    },
  })
  expect(usage(events)).toMatchObject({ completionTokens: 27, reasoningTokens: 19 })
})

const order: Json = {
  type: 'object',
  required: ['size', 'count', 'lines', 'note', 'kind', 'weight'],
  properties: {
    size: { enum: ['s', 'm'] },
    count: { type: 'integer', minimum: 3, exclusiveMaximum: 5 },
    lines: { type: 'array', minItems: 2, items: { $ref: '#/$defs/line' } },
    note: { anyOf: [{ type: 'null' }, { type: 'string', format: 'date' }] },
    kind: { const: 'order' },
    weight: { type: 'number', multipleOf: 0.25, minimum: 0.6 },
    optional: { type: 'string' },
  },
  $defs: { line: { type: 'object', required: ['ok'], properties: { ok: { type: 'boolean' } } } },
}

const filled = {
  size: 's',
  count: 3,
  lines: [{ ok: true }, { ok: true }],
  note: '2026-01-01',
  kind: 'order',
  weight: 0.75,
}

test('tools calls the tool it is given with what its schema accepts, then tells the result', async () => {
  const tools = [{ type: 'function', function: { name: 'place_order', parameters: order } }]
  const called = answer(await ask('tools', { tools }))
  expect(called).toMatchObject({
    finish_reason: 'tool_calls',
    message: { content: null, tool_calls: [{ type: 'function', function: { name: 'place_order' } }] },
  })
  const toolCall = readObject(readArray(readObject(called['message'])?.['tool_calls'])?.[0])
  expect(JSON.parse(readText(readObject(toolCall?.['function'])?.['arguments']) ?? '')).toEqual(filled)

  const messages: Json = [
    { role: 'user', content: 'Order' },
    called['message']!,
    { role: 'tool', tool_call_id: toolCall?.['id'] ?? '', content: 'done' },
  ]
  expect(answer(await ask('tools', { tools, messages }))).toMatchObject({
    message: { content: "The simulator's tool answered: done" },
  })
})

test('json fills the schema it is given', async () => {
  const response_format = { type: 'json_schema', json_schema: { name: 'order', schema: order } }
  const message = readObject(answer(await ask('json', { response_format }))['message'])
  expect(JSON.parse(readText(message?.['content']) ?? '')).toEqual(filled)
})

test('unreliable fails at its first endpoint so that another can answer', async () => {
  await expect(ask('unreliable-broken', {})).rejects.toMatchObject({
    type: 'provider_overloaded',
    details: { upstream: { status: 503, failOver: true } },
  })
  expect(answer(await ask('unreliable-steady', {}))).toMatchObject({ finish_reason: 'stop' })
})

test('an answer nobody wants any more ends at once', async () => {
  const leaving = new AbortController()
  const request = openaiChatDialect.decodeRequest(
    { model: 'simulator/lorem', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 10_000 },
    new Headers(),
  )
  const target = { provider: 'simulator', upstreamModel: 'lorem', quirks: {}, streams: true }
  const events = call(target, request, { env: {}, signal: leaving.signal, limits })
  await events.next()
  leaving.abort()
  await expect(events.next()).rejects.toHaveProperty('details.upstream.code', 'cancelled')
})

test('what is said in pieces is said whole, space for space', async () => {
  for (const content of ['  two  spaces\n\n\tand a tab ', '', 'ü'.repeat(100), '𝒳 𝒳']) {
    const said = readObject(answer(await ask('echo', { messages: [{ role: 'user', content }] }))['message'])
    expect(said?.['content']).toBe(`The simulator has no model behind it. You said: ${content}`)
  }
})
