import type { Json, JsonObject } from '../../src/base/json.ts'
import {
  eventText,
  messageEnd,
  messageStart,
  text,
  thinking,
  toolUse,
} from '../../test/support/anthropic-events.ts'
import { completion, delta, finish, sse, usage } from '../../test/support/chat-chunks.ts'
import {
  call as functionCall,
  completed,
  created,
  message,
  responsesSse,
  thought,
  wholeResponse,
} from '../../test/support/responses-frames.ts'
import type { ToolCall } from './agents.ts'

/** What a model says in one answer. */
export interface Reply {
  /** A thought, sealed with this, comes first. */
  seal?: string
  text?: string
  call?: ToolCall & { id: string }
}

/** A format that a provider answers in. */
export interface Speech {
  /** The reply as a stream. */
  stream: (reply: Reply) => string
  /** The beginning of a stream, with half of the text. */
  half: (text: string) => string
  whole: (reply: Reply) => JsonObject
}

export const messages: Speech = {
  stream: (reply) => eventText(messageStart(), ...messageEvents(reply)),
  half: (words) => eventText(messageStart(), ...text(0, words).slice(0, 2)),
  whole: ({ text: words = '' }) => ({
    id: 'msg_upstream',
    type: 'message',
    role: 'assistant',
    model: 'claude-upstream',
    content: [{ type: 'text', text: words }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 25, output_tokens: 12 },
  }),
}

function messageEvents({ seal, text: words, call }: Reply): JsonObject[] {
  const blocks = [
    ...(seal === undefined ? [] : [(index: number) => thinking(index, 'I should look.', seal)]),
    ...(words === undefined ? [] : [(index: number) => text(index, ...halves(words))]),
    ...(call ? [(index: number) => toolUse(index, call, ...halves(JSON.stringify(call.input)))] : []),
  ]
  return [...blocks.flatMap((block, index) => block(index)), ...messageEnd(call ? 'tool_use' : 'end_turn')]
}

export const chat: Speech = {
  stream: ({ text: words, call }) =>
    sse([
      delta({ role: 'assistant', content: '' }),
      ...(words === undefined ? [] : halves(words).map(delta)),
      ...(call ? callChunks(call) : []),
      finish(call ? 'tool_calls' : 'stop'),
      usage(25, 12),
      '[DONE]',
    ]),
  half: (words) => sse([delta({ role: 'assistant', content: '' }), delta(words)]),
  whole: ({ text: words = '' }) => completion(words),
}

function callChunks({ id, name, input }: NonNullable<Reply['call']>): JsonObject[] {
  const [first, second] = halves(JSON.stringify(input))
  return [
    callChunk({ id, type: 'function', function: { name, arguments: first } }),
    callChunk({ function: { arguments: second } }),
  ]
}

function callChunk(fields: JsonObject): JsonObject {
  return delta({ tool_calls: [{ index: 0, ...fields }] })
}

export const responses: Speech = {
  stream: (reply) => responsesSse([created, ...responseFrames(reply), completed(25, 12)]),
  half: (words) => responsesSse([created, ...message(0, words).slice(0, 3)]),
  whole: (reply) => wholeResponse(responseFrames(reply)),
}

function responseFrames({ seal, text: words, call }: Reply): JsonObject[] {
  const items = [
    ...(seal === undefined ? [] : [(index: number) => thought(index, 'rs_upstream', seal)]),
    ...(words === undefined ? [] : [(index: number) => message(index, ...halves(words))]),
    ...(call
      ? [(index: number) => functionCall(index, call.id, call.name, ...halves(JSON.stringify(call.input)))]
      : []),
  ]
  return items.flatMap((item, index) => item(index))
}

function halves(words: string): [string, string] {
  const middle = Math.ceil(words.length / 2)
  return [words.slice(0, middle), words.slice(middle)]
}

/** How a provider of each format refuses for now. */
export const overloaded: Json = {
  type: 'error',
  error: { type: 'overloaded_error', message: 'Overloaded', code: 'server_overloaded' },
}
