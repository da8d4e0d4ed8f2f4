import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Conversation } from '../../src/generation/conversation.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { anthropicMessagesDialect } from '../../src/wire/anthropic-messages/dialect.ts'
import type { Dialect } from '../../src/wire/dialect.ts'
import { googleGenerateProtocol } from '../../src/wire/google-generate/protocol.ts'
import { readArray, readObject, readText } from '../../src/wire/json.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiResponsesDialect } from '../../src/wire/openai-responses/dialect.ts'
import { charged, context } from './answers.ts'
import { maker, target } from './google-answers.ts'

const seal = (data: string, by = maker) => ({ maker: by, kind: 'signature', data }) as const
const call = (id: string, by?: string) => ({
  type: 'tool-call' as const,
  id,
  name: 'f',
  arguments: '{}',
  ...(by !== undefined && { seal: seal(`S-${id}`, by) }),
})
const written = (thoughtSignature?: string) => ({
  functionCall: { name: 'f', args: {} },
  ...(thoughtSignature !== undefined && { thoughtSignature }),
})

type AssistantTurn = Extract<Conversation['turns'][number], { role: 'assistant' }>

const hi = openaiChatDialect.decodeRequest(
  { model: 'a/b', messages: [{ role: 'user', content: 'Hi' }] },
  new Headers(),
)

/** What the model is shown of its own turn. */
function modelParts(parts: AssistantTurn['parts'], model: string): Json | undefined {
  const turns = [{ role: 'assistant' as const, parts }]
  const request = { ...hi, conversation: () => ({ ...hi.conversation(), turns }) }
  return googleGenerateProtocol.encodeRequest(request, target(model)).body['contents']
}

const gemini3 = 'gemini-3-pro-preview'

test('each signature is on its own part, and nobody else’s is anywhere', () => {
  expect(
    modelParts(
      [
        { type: 'reasoning', text: 'Own words', seal: seal('S-1') },
        { type: 'reasoning', text: 'Unsigned words' },
        { type: 'reasoning', text: 'Claude’s words', seal: seal('S-2', 'anthropic-claude-v1') },
        { type: 'text', text: 'Said', seal: seal('S-3') },
        call('a', maker),
        call('b'),
      ],
      gemini3,
    ),
  ).toEqual([
    {
      role: 'model',
      parts: [
        { text: 'Own words', thought: true, thoughtSignature: 'S-1' },
        { text: 'Said', thoughtSignature: 'S-3' },
        written('S-a'),
        written(),
      ],
    },
  ])
})

test('a signature that came by itself goes to the call without one, else behind the text', () => {
  const loose = { type: 'reasoning' as const, text: '', seal: seal('S-1') }
  const text = { type: 'text' as const, text: 'Said' }
  expect(modelParts([loose, text, call('a')], gemini3)).toEqual([
    { role: 'model', parts: [{ text: 'Said' }, written('S-1')] },
  ])
  expect(modelParts([loose, text, call('a', maker)], gemini3)).toEqual([
    { role: 'model', parts: [{ text: 'Said' }, { text: '', thoughtSignature: 'S-1' }, written('S-a')] },
  ])
  expect(modelParts([loose, text], gemini3)).toEqual([
    { role: 'model', parts: [{ text: 'Said' }, { text: '', thoughtSignature: 'S-1' }] },
  ])
})

test('the first call of a turn that another model made says so, where the model would miss its signature', () => {
  const sentinel = 'skip_thought_signature_validator'
  const foreign = [call('a', 'anthropic-claude-v1'), call('b')]
  expect(modelParts(foreign, gemini3)).toEqual([{ role: 'model', parts: [written(sentinel), written()] }])
  expect(modelParts(foreign, 'gemini-2.5-pro')).toEqual([{ role: 'model', parts: [written(), written()] }])
})

/** A client of each format, as far as a tool loop goes: it sends back what it was told, with results. */
interface Client {
  dialect: Dialect
  body: (history: Json[]) => JsonObject
  asks: Json
  tells: (answer: JsonObject, results: Record<string, string>) => Json[]
}

const clients: Record<string, Client> = {
  chat: {
    dialect: openaiChatDialect,
    body: (messages) => ({ model: 'a/b', messages }),
    asks: { role: 'user', content: 'Hi' },
    tells: (answer, results) => [
      readObject(readArray(answer['choices'])?.[0])?.['message'] ?? null,
      ...Object.entries(results).map(([id, content]) => ({ role: 'tool', tool_call_id: id, content })),
    ],
  },
  Responses: {
    dialect: openaiResponsesDialect,
    body: (input) => ({ model: 'a/b', input, include: ['reasoning.encrypted_content'] }),
    asks: { type: 'message', role: 'user', content: 'Hi' },
    tells: (answer, results) => [
      ...(readArray(answer['output']) ?? []),
      ...Object.entries(results).map(([id, output]) => ({
        type: 'function_call_output',
        call_id: id,
        output,
      })),
    ],
  },
  Messages: {
    dialect: anthropicMessagesDialect,
    body: (messages) => ({ model: 'a/b', messages, max_tokens: 100 }),
    asks: { role: 'user', content: 'Hi' },
    tells: (answer, results) => [
      { role: 'assistant', content: answer['content'] ?? null },
      {
        role: 'user',
        content: Object.entries(results).map(([id, content]) => ({
          type: 'tool_result',
          tool_use_id: id,
          content,
        })),
      },
    ],
  },
}

const calledBy = (id: string, name: string, index = 0): GenerationEvent => ({
  type: 'tool-call-delta',
  index,
  id,
  name,
  arguments: '{}',
})
const sealedBy = (data: string): GenerationEvent => ({ type: 'seal', seal: seal(data), index: 0 })
const called = (tool: string, thoughtSignature?: string) => ({
  functionCall: { name: tool, args: {} },
  ...(thoughtSignature !== undefined && { thoughtSignature }),
})
const result = (tool: string, output: string) => ({
  functionResponse: { name: tool, response: { output } },
})
const toCall: GenerationEvent = { type: 'finish', reason: 'tool_calls' }

test.each(Object.keys(clients))(
  '[I176] [176] signatures survive two tool turns of a client of %s byte for byte',
  (name) => {
    const client = clients[name]
    if (!client) throw new Error(name)
    const { dialect, tells, asks } = client
    const answer = (...events: GenerationEvent[]): JsonObject => {
      const fold = dialect.fold()
      fold.add(charged(events))
      return fold.whole(context)
    }
    const first = answer(
      { type: 'reasoning-delta', text: 'Both.', maker },
      { type: 'text-delta', text: 'Let me look.' },
      calledBy('call_r1_0', 'look'),
      sealedBy('CiQB0e2Kb3+first/=='),
      calledBy('call_r1_1', 'hear', 1),
      toCall,
    )
    const second = answer(calledBy('call_r2_0', 'feel'), sealedBy('CiQB0e2Kb3+second/=='), toCall)
    const history = [
      asks,
      ...tells(first, { call_r1_1: 'Birds', call_r1_0: 'Rain' }),
      ...tells(second, { call_r2_0: 'Cold' }),
    ]
    const request = dialect.decodeRequest(client.body(history), new Headers())
    expect(request.loopMaker).toBe(maker)
    expect(googleGenerateProtocol.encodeRequest(request, target(gemini3)).body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'Hi' }] },
      {
        role: 'model',
        parts: [{ text: 'Let me look.' }, called('look', 'CiQB0e2Kb3+first/=='), called('hear')],
      },
      { role: 'user', parts: [result('look', 'Rain'), result('hear', 'Birds')] },
      { role: 'model', parts: [called('feel', 'CiQB0e2Kb3+second/==')] },
      { role: 'user', parts: [result('feel', 'Cold')] },
    ])
  },
)

test.each(Object.keys(clients))('the signature of a text survives a turn of a client of %s', (name) => {
  const client = clients[name]
  if (!client) throw new Error(name)
  const fold = client.dialect.fold()
  fold.add(
    charged([
      { type: 'text-delta', text: 'Rain.' },
      { type: 'seal', seal: seal('Text+signed=='), of: 'text' },
      { type: 'finish', reason: 'stop' },
    ]),
  )
  const history = [client.asks, ...client.tells(fold.whole(context), {}).slice(0, 2), client.asks]
  const request = client.dialect.decodeRequest(client.body(history.filter(isSaid)), new Headers())
  const sent = googleGenerateProtocol.encodeRequest(request, target(gemini3)).body['contents']
  const [, said] = readArray(sent) ?? []
  const parts = (readArray(readObject(said)?.['parts']) ?? []).map(readObject)
  expect(parts.map((part) => readText(part?.['text'])).join('')).toBe('Rain.')
  expect(parts.map((part) => part?.['thoughtSignature']).filter(Boolean)).toEqual(['Text+signed=='])
})

/** Not a message of results without any. */
function isSaid(turn: Json): boolean {
  return readArray(readObject(turn)?.['content'])?.length !== 0
}

test('beside a picture every part has a signature, or stands without one, where the model asks for them', () => {
  const source = { kind: 'data', mediaType: 'image/png', base64: 'iVBORw0KGgo=' } as const
  const said: AssistantTurn['parts'] = [
    { type: 'text', text: 'Here', seal: seal('S-1') },
    { type: 'text', text: 'it is' },
    { type: 'image', source },
  ]
  const inlineData = { mimeType: 'image/png', data: source.base64 }
  const skip = { thoughtSignature: 'skip_thought_signature_validator' }
  expect(modelParts(said, 'gemini-3-pro-image')).toEqual([
    {
      role: 'model',
      parts: [
        { text: 'Here', thoughtSignature: 'S-1' },
        { text: 'it is', ...skip },
        { inlineData, ...skip },
      ],
    },
  ])
  expect(modelParts(said.slice(1), 'gemini-2.5-flash-image')).toEqual([
    { role: 'model', parts: [{ text: 'it is' }, { inlineData }] },
  ])
})
