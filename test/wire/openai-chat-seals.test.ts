import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Turn } from '../../src/generation/conversation.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { readArray, readObject, readText } from '../../src/wire/json.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiChatProtocol } from '../../src/wire/openai-chat/protocol.ts'
import { charged, chunksOf, stream, whole } from './answers.ts'

const claude = 'anthropic-claude-v1'

/** What Claude, OpenAI and Gemini each say of two thoughts and a call between them. */
const answers: Record<string, GenerationEvent[]> = {
  claude: [
    { type: 'reasoning-delta', text: 'First ', maker: claude },
    { type: 'reasoning-delta', text: 'thought', maker: claude },
    { type: 'seal', seal: { maker: claude, kind: 'signature', data: 'SIG1' } },
    { type: 'seal', seal: { maker: claude, kind: 'encrypted', data: 'REDACTED' } },
    { type: 'text-delta', text: 'Let me look.' },
    { type: 'reasoning-delta', text: 'Second', maker: claude },
    { type: 'seal', seal: { maker: claude, kind: 'signature', data: 'SIG2' } },
    { type: 'tool-call-delta', index: 0, id: 'toolu_1', name: 'look', arguments: '{"a":1}' },
    { type: 'finish', reason: 'tool_calls' },
  ],
  openai: [
    { type: 'reasoning-delta', text: 'About', isSummary: true, maker: 'openai-responses-v1' },
    {
      type: 'seal',
      seal: { maker: 'openai-responses-v1', kind: 'encrypted', data: 'gAAAA', id: 'rs_1' },
    },
    { type: 'tool-call-delta', index: 0, id: 'call_1', name: 'look', arguments: '{}' },
    { type: 'finish', reason: 'tool_calls' },
  ],
  gemini: [
    { type: 'tool-call-delta', index: 0, id: 'call_1', name: 'look', arguments: '{}' },
    { type: 'seal', index: 0, seal: { maker: 'google-gemini-v1', kind: 'signature', data: 'GSIG' } },
    { type: 'finish', reason: 'tool_calls' },
  ],
}

const turns: Record<string, Turn> = {
  claude: {
    role: 'assistant',
    parts: [
      { type: 'reasoning', text: 'First thought', seal: { maker: claude, kind: 'signature', data: 'SIG1' } },
      { type: 'reasoning', text: '', seal: { maker: claude, kind: 'encrypted', data: 'REDACTED' } },
      { type: 'reasoning', text: 'Second', seal: { maker: claude, kind: 'signature', data: 'SIG2' } },
      { type: 'text', text: 'Let me look.' },
      { type: 'tool-call', id: 'toolu_1', name: 'look', arguments: '{"a":1}' },
    ],
  },
  openai: {
    role: 'assistant',
    parts: [
      {
        type: 'reasoning',
        text: 'About',
        isSummary: true,
        seal: { maker: 'openai-responses-v1', kind: 'encrypted', data: 'gAAAA', id: 'rs_1' },
      },
      { type: 'tool-call', id: 'call_1', name: 'look', arguments: '{}' },
    ],
  },
  gemini: {
    role: 'assistant',
    parts: [
      {
        type: 'tool-call',
        id: 'call_1',
        name: 'look',
        arguments: '{}',
        seal: { maker: 'google-gemini-v1', kind: 'signature', data: 'GSIG' },
      },
    ],
  },
}

test.each(Object.keys(answers))('what %s seals survives the way to the client and back', (name) => {
  const message = messageOf(whole(charged(answers[name] ?? [])))
  expect(conversationWith(message).turns[1]).toEqual(turns[name])
  // A client of a stream puts the pieces of one detail together by its index.
  expect(messageOfStream(stream(charged(answers[name] ?? [])))['reasoning_details']).toEqual(
    message['reasoning_details'],
  )
})

test('a host of open models is shown no seal at all', () => {
  const request = decode(messageOf(whole(charged(answers['claude'] ?? []))))
  const target = { upstreamModel: 'up', quirks: {}, streams: false }
  const sent = JSON.stringify(openaiChatProtocol.encodeRequest(request, target).body)
  expect(sent).not.toMatch(/SIG1|SIG2|REDACTED/)
})

function decode(message: JsonObject) {
  const messages: Json[] = [{ role: 'user', content: 'Hi' }, message]
  return openaiChatDialect.decodeRequest({ model: 'a/b', messages }, new Headers())
}

const conversationWith = (message: JsonObject) => decode(message).conversation()

function messageOf(body: JsonObject): JsonObject {
  return readObject(readObject(readArray(body['choices'])?.[0])?.['message']) ?? {}
}

function messageOfStream(text: string): JsonObject {
  const details: JsonObject[] = []
  for (const chunk of chunksOf(text)) {
    const delta = readObject(readObject(readArray(chunk['choices'])?.[0])?.['delta'])
    for (const detail of (readArray(delta?.['reasoning_details']) ?? []).map(readObject)) {
      const last = details.at(-1)
      const { text: told, ...rest } = detail ?? {}
      if (
        last &&
        last['index'] === rest['index'] &&
        last['type'] === rest['type'] &&
        typeof told === 'string'
      ) {
        Object.assign(last, rest, { text: (readText(last['text']) ?? '') + told })
      } else details.push({ ...detail })
    }
  }
  return { reasoning_details: details }
}

test('a tool loop that is open names whose thoughts are in it', () => {
  const assistant = messageOf(whole(charged(answers['claude'] ?? [])))
  const result: JsonObject = { role: 'tool', tool_call_id: 'toolu_1', content: 'Rain' }
  const loopMaker = (...more: Json[]) =>
    openaiChatDialect.decodeRequest(
      { model: 'a/b', messages: [{ role: 'user', content: 'Hi' }, assistant, ...more] },
      new Headers(),
    ).loopMaker
  expect(loopMaker(result)).toBe(claude)
  expect(loopMaker()).toBeUndefined()
  expect(loopMaker(result, { role: 'user', content: 'And?' })).toBeUndefined()
  const again: JsonObject = { role: 'assistant', content: null, tool_calls: assistant['tool_calls'] ?? [] }
  expect(loopMaker(result, again, result)).toBe(claude)
  expect(loopMaker(result, { role: 'system', content: 'Be brief' })).toBe(claude)
  expect(loopMaker(result, { role: 'user', content: 'And?' }, again, result)).toBeUndefined()
})
