import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { anthropicMessagesDialect } from '../../src/wire/anthropic-messages/dialect.ts'
import { cloudBetas } from '../../src/wire/anthropic-messages/betas.ts'
import { bedrockInvokeProtocol } from '../../src/wire/bedrock-invoke.ts'
import { messageEnd, messageStart, text, thinking, toolUse } from '../support/anthropic-events.ts'
import { eventNamed, exceptionNamed, invokeChunk, joinBytes } from '../support/event-stream.ts'
import { decode, target } from './bedrock-answers.ts'

const messages = [{ role: 'user', content: 'Hi' }]
const claude = target(undefined, { quirks: { betas: cloudBetas, answerSchema: false } })

function encode(fields: JsonObject, headers: Record<string, string> = {}) {
  const body = { model: 'anthropic/claude-sonnet-4.5', max_tokens: 100, stream: true, messages, ...fields }
  return bedrockInvokeProtocol.encodeRequest(
    anthropicMessagesDialect.decodeRequest(body, new Headers(headers)),
    claude,
  )
}

test("a client's own body goes as it came, without what the path says and with the version", () => {
  const tools = [{ name: 'now', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } }]
  const { body, headers } = encode(
    { system: 'Be brief.', tools },
    { 'anthropic-beta': 'context-1m-2025-08-07' },
  )
  expect(JSON.stringify(body)).toBe(
    JSON.stringify({
      max_tokens: 100,
      messages,
      system: 'Be brief.',
      tools,
      anthropic_version: 'bedrock-2023-05-31',
      anthropic_beta: ['context-1m-2025-08-07'],
    }),
  )
  expect(headers).toEqual({})
})

test('what Bedrock refuses is left out: one call at a time is named, eager input has a beta', () => {
  const { body, dropped } = encode({
    tools: [{ name: 'now', input_schema: { type: 'object' }, eager_input_streaming: true }],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
  })
  expect(body).toMatchObject({
    tools: [{ name: 'now', input_schema: { type: 'object' } }],
    tool_choice: { type: 'any' },
    anthropic_beta: ['fine-grained-tool-streaming-2025-05-14'],
  })
  expect(JSON.stringify(body)).not.toMatch(/eager|parallel/)
  expect(dropped).toEqual(['tool_choice.disable_parallel_tool_use'])
})

test('a mark for the whole prompt stands at its end', () => {
  const mark = { type: 'ephemeral', ttl: '1h' }
  const { body } = encode({ cache_control: mark })
  expect(body['messages']).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: mark }] },
  ])
  expect(body).not.toHaveProperty('cache_control')
  const own = [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }]
  expect(
    encode({ cache_control: mark, messages: [{ role: 'user', content: own }] }).body['messages'],
  ).toEqual([{ role: 'user', content: own }])
})

const said = [
  messageStart(),
  ...thinking(0, 'Grüße überlegen', 'c2ln+/=='),
  ...text(1, 'Hello', ' 🎏'),
  ...toolUse(2, { id: 'toolu_1', name: 'now' }, '{"zone":', '"CET"}'),
  ...messageEnd('tool_use'),
]

test("the events in Bedrock's are Anthropic's own, cut at every byte", async () => {
  const bytes = joinBytes(said.map(invokeChunk))
  const expected = await decode([bytes], bedrockInvokeProtocol)
  const told = expected.flatMap((event) => (event.native ? [event.native.data] : []))
  expect(told[0]).toMatchObject({ type: 'message_start' })
  expect(told.slice(1)).toEqual(said.slice(1, -1))
  expect(seals(expected)).toEqual([{ maker: 'anthropic-claude-v1', kind: 'signature', data: 'c2ln+/==' }])
  const texts = JSON.stringify(expected)
  for (let cut = 1; cut < bytes.length; cut++) {
    const events = await decode([bytes.subarray(0, cut), bytes.subarray(cut)], bedrockInvokeProtocol)
    expect(JSON.stringify(events)).toBe(texts)
  }
})

function seals(events: GenerationEvent[]) {
  return events.flatMap((event) => (event.type === 'seal' ? [event.seal] : []))
}

async function failureOf(...pieces: Uint8Array[]): Promise<unknown> {
  return await decode([joinBytes(pieces)], bedrockInvokeProtocol).catch((error: unknown) => error)
}

test('an exception after half an answer is what Bedrock says it is', async () => {
  const half = [messageStart(), ...text(0, 'Half')].map(invokeChunk)
  const failure = await failureOf(
    ...half,
    exceptionNamed('throttlingException', 'Too many tokens, please wait'),
  )
  expect(failure).toBeInstanceOf(GatewayError)
  expect(failure).toMatchObject({ type: 'rate_limit_exceeded', details: { upstream: { failOver: true } } })
})

test('a stream that just stops, or holds no events of the format, is broken', async () => {
  const half = [messageStart(), ...text(0, 'Half')].map(invokeChunk)
  expect(await failureOf(...half)).toMatchObject({ details: { upstream: { code: 'ended_early' } } })
  const odd = eventNamed('chunk', { bytes: '%%%' })
  expect(await failureOf(odd, odd, odd, odd)).toMatchObject({
    details: { upstream: { code: 'malformed_events' } },
  })
})

test.each([
  [400, 'The provided model identifier is invalid.', 'model_missing'],
  [400, "Invocation of model ID x with on-demand throughput isn't supported.", 'model_missing'],
  [400, 'Too many tokens, please wait before trying again.', 'rate_limit'],
  [429, 'Too many tokens per day, please wait before trying again.', 'rate_limit'],
  [400, 'Input is too long for requested model.', 'context_length_exceeded'],
  [400, 'prompt is too long: 200001 tokens > 200000 maximum', 'context_length_exceeded'],
  [400, 'Malformed input request: #/messages: expected minimum item count: 1', 'invalid_request'],
  [403, 'The security token included in the request is invalid.', 'credential'],
  [403, 'Access to Anthropic models is not allowed from unsupported countries.', 'region'],
  [404, 'Could not resolve the foundation model from the provided model identifier.', 'model_missing'],
  [408, 'Model timed out', 'timeout'],
  [424, 'The model failed', 'other'],
  [429, 'Model is not ready for inference', 'rate_limit'],
  [500, 'Internal', 'other'],
  [503, 'Unavailable', 'overloaded'],
])('%i %j is %s', (status, message, type) => {
  expect(bedrockInvokeProtocol.decodeFault(status, JSON.stringify({ message })).type).toBe(type)
  expect(bedrockInvokeProtocol.decodeFault(status, JSON.stringify({ Message: message })).type).toBe(type)
})
