import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { anthropicMessagesDialect } from '../../src/wire/anthropic-messages/dialect.ts'
import type { Dialect } from '../../src/wire/dialect.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiChatProtocol } from '../../src/wire/openai-chat/protocol.ts'
import { openaiResponsesDialect } from '../../src/wire/openai-responses/dialect.ts'
import type { Quirks } from '../../src/wire/protocol.ts'
import { messageEnd, messageStart, messageStream, text } from '../support/anthropic-events.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { askWhole, at } from '../support/chat.ts'
import { provider, send, streaming } from '../support/provider.ts'

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

const painter = 'google/gemini-2.5-flash-image'
const png = 'iVBORw0KGgo='
const picture = { inlineData: { mimeType: 'image/png', data: png } }
const paints = streaming(
  send(
    `data: ${JSON.stringify({
      candidates: [{ content: { parts: [{ text: 'Here.' }, picture], role: 'model' }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1300 },
      responseId: 'r1',
    })}\r\n\r\n`,
  ),
)

const draw: JsonObject = { role: 'user', content: 'Draw' }
const again: JsonObject = { role: 'user', content: 'Make it blue' }

/** How a client of each format goes on with what it was answered. */
const formats: [path: string, field: string, (answer: Json) => Json[]][] = [
  ['chat/completions', 'messages', (answer) => [at(at(at(answer, 'choices'), 0), 'message') ?? null]],
  ['messages', 'messages', (answer) => [{ role: 'assistant', content: at(answer, 'content') ?? null }]],
  ['responses', 'input', (answer) => [at(answer, 'output') ?? []].flat()],
]

test.each(formats)('at /%s the picture of an answer goes back to its model', async (path, field, saidIn) => {
  const upstream = await provider(paints)
  const claude = await provider(messageStream(messageStart(), ...text(0, 'No'), ...messageEnd('end_turn')))
  const gateway: Env = {
    ...env,
    GOOGLE_AI_STUDIO_API_KEY: 'google-key',
    GOOGLE_AI_STUDIO_BASE_URL: upstream.baseUrl,
    ANTHROPIC_API_KEY: 'anthropic-key',
    ANTHROPIC_BASE_URL: claude.baseUrl,
  }
  const options = {
    key: caller.key,
    path: `/api/v1/${path}`,
    headers: { 'x-openrouter-metadata': 'enabled' },
  }
  const ask = async (model: string, turns: Json[]) => {
    const asked = await askWhole(gateway, { model, [field]: turns }, options)
    expect(asked.response.status).toBe(200)
    const answer: Json = JSON.parse(asked.text)
    return answer
  }
  const first = await ask(painter, [draw])
  const turns = [draw, ...saidIn(first), again]
  expect(JSON.stringify(turns)).toContain(png)

  await ask(painter, turns)
  const [, call] = await upstream.calls()
  expect(JSON.parse(call?.body ?? '')).toMatchObject({
    contents: [
      { role: 'user', parts: [{ text: 'Draw' }] },
      { role: 'model', parts: [{ text: 'Here.' }, picture] },
      { role: 'user', parts: [{ text: 'Make it blue' }] },
    ],
  })

  const told = await ask('anthropic/claude-sonnet-4.5', turns)
  expect(at(at(told, 'openrouter_metadata'), 'dropped')).toEqual(['messages.images'])
  const [sent] = await claude.calls()
  expect(JSON.parse(sent?.body ?? '').messages).toHaveLength(3)
  expect(sent?.body).not.toContain(png)
})

const bytes = 'A'.repeat(1_000_000)
const url = `data:image/png;base64,${bytes}`
const source = { type: 'base64', media_type: 'image/png', data: bytes }

test.each<[Dialect, JsonObject]>([
  [openaiChatDialect, { messages: [draw, { role: 'assistant', images: [{ image_url: { url } }] }, again] }],
  [
    anthropicMessagesDialect,
    { messages: [draw, { role: 'assistant', content: [{ type: 'image', source }] }, again] },
  ],
  [openaiResponsesDialect, { input: [draw, { type: 'image_generation_call', result: bytes }, again] }],
])('a picture of the model’s own is counted as one, and needs no model that sees: %#', (dialect, body) => {
  const request = dialect.decodeRequest({ model: painter, ...body }, new Headers())
  expect(request.needs.imageInput).toBe(false)
  expect(request.promptTokensEstimate).toBeGreaterThan(1_000)
  expect(request.promptTokensMax).toBeLessThan(3_000)
})

test('a host of chat that makes pictures is shown its own, whatever format the client speaks', () => {
  const said = [
    { type: 'text', text: 'Here.' },
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
  ]
  const request = anthropicMessagesDialect.decodeRequest(
    { model: painter, max_tokens: 50, messages: [draw, { role: 'assistant', content: said }, again] },
    new Headers(),
  )
  const sent = (quirks: Quirks) =>
    openaiChatProtocol.encodeRequest(request, { upstreamModel: painter, quirks, streams: false })
  const shown = { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }
  const message = { role: 'assistant', content: 'Here.' }
  const known = sent({ extensions: true })
  expect(known.body['messages']).toEqual([draw, { ...message, images: [shown] }, again])
  expect(known.dropped).toEqual([])
  const unknown = sent({})
  expect(unknown.body['messages']).toEqual([draw, message, again])
  expect(unknown.dropped).toEqual(['messages.images'])
})

const shown = { type: 'image_url', image_url: { url: 'https://cdn.example.com/a.png' } }
const seen = { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }
const byAddress = { type: 'image', source: { type: 'url', url: 'https://cdn.example.com/a.png' } }

test.each<[string, string, JsonObject]>([
  ['in images', 'chat/completions', { content: 'Here.', images: [shown] }],
  ['in content', 'chat/completions', { content: [{ type: 'text', text: 'Here.' }, shown] }],
  ['of a client of Messages', 'messages', { content: [{ type: 'text', text: 'Here.' }, byAddress] }],
  ['that is none', 'chat/completions', { content: 'Here.', images: ['iVBORw0KGgo='] }],
])('a picture that a model has but the address of is left out, and told: %s', async (_, path, said) => {
  const upstream = await provider(paints)
  const { response, text: answer } = await askWhole(
    { ...env, GOOGLE_AI_STUDIO_API_KEY: 'google-key', GOOGLE_AI_STUDIO_BASE_URL: upstream.baseUrl },
    { model: painter, messages: [draw, { role: 'assistant', ...said }, again] },
    { key: caller.key, path: `/api/v1/${path}`, headers: { 'x-openrouter-metadata': 'enabled' } },
  )
  expect([response.status, at(at(JSON.parse(answer), 'openrouter_metadata'), 'dropped')]).toEqual([
    200,
    ['messages.images'],
  ])
  const [call] = await upstream.calls()
  expect(JSON.parse(call?.body ?? '').contents[1]).toEqual({ role: 'model', parts: [{ text: 'Here.' }] })
})

test.each<[string, JsonObject, JsonObject]>([
  ['in images', { content: 'Here.', images: [seen] }, { content: 'Here.' }],
  [
    'in content',
    { content: [{ type: 'text', text: 'Here.' }, seen] },
    { content: [{ type: 'text', text: 'Here.' }] },
  ],
  ['alone in content', { content: [seen] }, { content: '' }],
  ['that is none', { content: 'Here.', images: ['iVBORw0KGgo=', null] }, { content: 'Here.' }],
])('a model of chat that sees nothing goes on after a picture: %s', async (_, said, left) => {
  const upstream = await provider(chatAnswer('Ho'))
  const { response, text: answer } = await askWhole(
    { ...env, GROQ_API_KEY: 'groq-key', GROQ_BASE_URL: upstream.baseUrl },
    { model: 'openai/gpt-oss-20b', messages: [draw, { role: 'assistant', ...said }, again] },
    { key: caller.key, headers: { 'x-openrouter-metadata': 'enabled' } },
  )
  expect([response.status, at(at(JSON.parse(answer), 'openrouter_metadata'), 'dropped')]).toEqual([
    200,
    ['messages.images'],
  ])
  const [call] = await upstream.calls()
  expect(JSON.parse(call?.body ?? '').messages).toEqual([draw, { role: 'assistant', ...left }, again])
})
