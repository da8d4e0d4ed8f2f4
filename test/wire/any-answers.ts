import * as fc from 'fast-check'
import { readEventStream } from '../../src/base/event-stream.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { readSse } from '../../src/base/sse.ts'
import type { FinishReason, GenerationEvent, GenerationEvents } from '../../src/generation/events.ts'
import { noUsage, type Usage } from '../../src/generation/usage.ts'
import { anthropicMessagesDialect } from '../../src/wire/anthropic-messages/dialect.ts'
import { anthropicMessagesProtocol } from '../../src/wire/anthropic-messages/protocol.ts'
import { bedrockConverseProtocol } from '../../src/wire/bedrock-converse/protocol.ts'
import { cohereChatProtocol } from '../../src/wire/cohere-chat/protocol.ts'
import type { AnswerContext, Dialect } from '../../src/wire/dialect.ts'
import { googleGenerateProtocol } from '../../src/wire/google-generate/protocol.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiChatProtocol } from '../../src/wire/openai-chat/protocol.ts'
import { openaiResponsesDialect } from '../../src/wire/openai-responses/dialect.ts'
import { openaiResponsesProtocol } from '../../src/wire/openai-responses/protocol.ts'
import type { Protocol, UpstreamTarget } from '../../src/wire/protocol.ts'
import { bytesOf, charged, context } from './answers.ts'
import { bytesOf as messagesOf, type Written } from './bedrock-answers.ts'

/** An answer of any model, in no format's words. */
export interface Answer {
  thoughts: readonly string[]
  words: readonly string[]
  calls: readonly { id: string; name: string; input: JsonObject; pieces: number }[]
  reason: FinishReason
  usage: Usage
}

const fragments = fc.array(fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }), { maxLength: 3 })
const calls = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[a-zA-Z0-9_-]{9,30}$/),
    name: fc.stringMatching(/^[a-z_]{1,12}$/),
    input: fc.dictionary(fc.string({ maxLength: 6 }), fc.oneof(fc.string(), fc.integer(), fc.boolean()), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    pieces: fc.integer({ min: 1, max: 60 }),
  }),
  { maxLength: 3, selector: ({ id }) => id },
)
const usages = fc
  .record({
    prompt: fc.integer({ min: 1, max: 9_999 }),
    cached: fc.nat(9_999),
    completion: fc.integer({ min: 1, max: 999 }),
  })
  .map(({ prompt, cached, completion }): Usage => ({
    ...noUsage,
    promptTokens: prompt,
    cachedTokens: Math.min(cached, prompt),
    completionTokens: completion,
  }))

/** With calls an answer ends in them: that it does is all that some formats have to tell it by. */
export const answers: fc.Arbitrary<Answer> = fc
  .record({
    thoughts: fragments,
    words: fragments,
    calls,
    reason: fc.constantFrom('stop' as const, 'length' as const, 'content_filter' as const),
    usage: usages,
  })
  .map((answer) => (answer.calls.length > 0 ? { ...answer, reason: 'tool_calls' } : answer))

/** The answer as a provider of the three formats that clients speak as well would give it. */
export function eventsOf({ thoughts, words, calls: called, reason, usage }: Answer): GenerationEvent[] {
  return [
    { type: 'start', model: 'm', upstreamId: 'up-1' },
    ...thoughts.map((text): GenerationEvent => ({ type: 'reasoning-delta', text })),
    ...words.map((text): GenerationEvent => ({ type: 'text-delta', text })),
    ...called.flatMap(({ id, name, input, pieces }, index): GenerationEvent[] => [
      { type: 'tool-call-delta', index, id, name, arguments: '' },
      ...cut(JSON.stringify(input), pieces).map((text): GenerationEvent => ({
        type: 'tool-call-delta',
        index,
        arguments: text,
      })),
    ]),
    { type: 'usage', usage },
    { type: 'finish', reason },
  ]
}

function cut(text: string, pieces: number): string[] {
  const length = Math.ceil(text.length / pieces)
  return text === '' ? [] : [text.slice(0, length), ...cut(text.slice(length), Math.max(1, pieces - 1))]
}

/** How a format is spoken to clients and providers, and its provider's answer as bytes. */
export interface Speaker {
  protocol: Protocol
  write: (answer: Answer) => Uint8Array
  /** Does not tell the ids of calls. */
  namesNoCalls?: boolean
}

export const clients: Record<string, { dialect: Dialect; protocol: Protocol }> = {
  'openai-chat': { dialect: openaiChatDialect, protocol: openaiChatProtocol },
  'openai-responses': { dialect: openaiResponsesDialect, protocol: openaiResponsesProtocol },
  'anthropic-messages': { dialect: anthropicMessagesDialect, protocol: anthropicMessagesProtocol },
}

export const asked: AnswerContext = { ...context, asked: { model: 'author/model', input: 'Hi' } }

export function encoded(dialect: Dialect, events: GenerationEvent[]): string {
  const encoder = dialect.encoder(asked)
  return (
    charged(events)
      .map((event) => encoder.encode([event]))
      .join('') + encoder.end()
  )
}

const spoken = (dialect: Dialect) => (answer: Answer) => bytesOf(encoded(dialect, eventsOf(answer)))

export const providers: Record<string, Speaker> = {
  'openai-chat': { protocol: openaiChatProtocol, write: spoken(openaiChatDialect) },
  'openai-responses': { protocol: openaiResponsesProtocol, write: spoken(openaiResponsesDialect) },
  'anthropic-messages': { protocol: anthropicMessagesProtocol, write: spoken(anthropicMessagesDialect) },
  'google-generate': { protocol: googleGenerateProtocol, write: writeGoogle, namesNoCalls: true },
  'bedrock-converse': { protocol: bedrockConverseProtocol, write: writeConverse },
  'cohere-chat': { protocol: cohereChatProtocol, write: writeCohere },
}

export const sse = (events: readonly JsonObject[]): Uint8Array =>
  bytesOf(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''))

function writeGoogle({ thoughts, words, calls: called, reason, usage }: Answer): Uint8Array {
  const native = {
    stop: 'STOP',
    tool_calls: 'STOP',
    length: 'MAX_TOKENS',
    content_filter: 'SAFETY',
    error: 'OTHER',
  }
  const parts: JsonObject[] = [
    ...thoughts.map((text) => ({ text, thought: true })),
    ...words.map((text) => ({ text })),
    ...called.map(({ name, input }) => ({ functionCall: { name, args: input } })),
  ]
  const usageMetadata = {
    promptTokenCount: usage.promptTokens,
    cachedContentTokenCount: usage.cachedTokens,
    candidatesTokenCount: usage.completionTokens,
  }
  const chunk = (part: JsonObject, candidate: JsonObject = {}): JsonObject => ({
    candidates: [{ content: { role: 'model', parts: [part] }, index: 0, ...candidate }],
    usageMetadata,
    responseId: 'up-1',
  })
  return sse([...parts.map((part) => chunk(part)), chunk({ text: '' }, { finishReason: native[reason] })])
}

const block = (contentBlockIndex: number, deltas: JsonObject[], start?: JsonObject): Written[] => [
  ...(start ? [['contentBlockStart', { contentBlockIndex, start }] satisfies Written] : []),
  ...deltas.map((delta): Written => ['contentBlockDelta', { contentBlockIndex, delta }]),
  ['contentBlockStop', { contentBlockIndex }],
]

function writeConverse({ thoughts, words, calls: called, reason, usage }: Answer): Uint8Array {
  const native = {
    stop: 'end_turn',
    tool_calls: 'tool_use',
    length: 'max_tokens',
    content_filter: 'content_filtered',
    error: 'malformed_model_output',
  }
  return messagesOf([
    ['messageStart', { role: 'assistant' }],
    ...block(
      0,
      thoughts.map((text) => ({ reasoningContent: { text } })),
    ),
    ...block(
      1,
      words.map((text) => ({ text })),
    ),
    ...called.flatMap(({ id, name, input, pieces }, index) =>
      block(
        index + 2,
        cut(JSON.stringify(input), pieces).map((text) => ({ toolUse: { input: text } })),
        {
          toolUse: { toolUseId: id, name },
        },
      ),
    ),
    ['messageStop', { stopReason: native[reason] }],
    [
      'metadata',
      {
        usage: {
          inputTokens: usage.promptTokens - usage.cachedTokens,
          cacheReadInputTokens: usage.cachedTokens,
          outputTokens: usage.completionTokens,
        },
      },
    ],
  ])
}

const delta = (type: string, message: JsonObject): JsonObject => ({ type, delta: { message } })

function writeCohere({ thoughts, words, calls: called, reason, usage }: Answer): Uint8Array {
  const native = {
    stop: 'COMPLETE',
    tool_calls: 'TOOL_CALL',
    length: 'MAX_TOKENS',
    content_filter: 'ERROR_TOXIC',
    error: 'ERROR',
  }
  return sse([
    { type: 'message-start', id: 'up-1', delta: { message: { role: 'assistant' } } },
    ...thoughts.map((thinking) => delta('content-delta', { content: { thinking } })),
    ...words.map((text) => delta('content-delta', { content: { text } })),
    ...called.flatMap(({ id, name, input, pieces }) => [
      delta('tool-call-start', { tool_calls: { id, type: 'function', function: { name, arguments: '' } } }),
      ...cut(JSON.stringify(input), pieces).map((text) =>
        delta('tool-call-delta', { tool_calls: { function: { arguments: text } } }),
      ),
      { type: 'tool-call-end' },
    ]),
    {
      type: 'message-end',
      delta: {
        finish_reason: native[reason],
        usage: {
          billed_units: { input_tokens: usage.promptTokens, output_tokens: usage.completionTokens },
          cached_tokens: usage.cachedTokens,
        },
      },
    },
  ])
}

export const target: UpstreamTarget = { upstreamModel: 'm', quirks: {}, streams: true, reasoning: true }

/** The events of a provider's stream; `events` gets them as they come, for one that fails. */
export async function decode(
  protocol: Protocol,
  bytes: Uint8Array,
  events: GenerationEvent[] = [],
): Promise<GenerationEvent[]> {
  const body = new Response(bytes).body ?? new ReadableStream<Uint8Array>()
  const messages = protocol.framing === 'aws-event-stream' ? readEventStream(body) : readSse(body)
  return await collected(protocol.decodeEvents(messages, target), events)
}

export async function collected(
  batches: GenerationEvents,
  events: GenerationEvent[] = [],
): Promise<GenerationEvent[]> {
  for await (const batch of batches) events.push(...batch)
  return events
}

/** What somebody who reads events gets of an answer. */
export interface View {
  thoughts: string
  words: string
  calls: { id?: string; name: string; input: unknown }[]
  reason: string | undefined
  usage: Partial<Usage>
}

export function viewOf(events: readonly GenerationEvent[], { withIds = true } = {}): View {
  const view: View = { thoughts: '', words: '', calls: [], reason: undefined, usage: {} }
  const texts = new Map<number, { id: string; name: string; text: string }>()
  for (const event of events) {
    if (event.type === 'reasoning-delta') view.thoughts += event.text
    else if (event.type === 'text-delta') view.words += event.text
    else if (event.type === 'finish') view.reason = event.reason
    else if (event.type === 'usage') {
      const { promptTokens, completionTokens, cachedTokens } = event.usage
      view.usage = { promptTokens, completionTokens, cachedTokens }
    } else if (event.type === 'tool-call-delta') {
      const call = texts.get(event.index) ?? { id: '', name: '', text: '' }
      call.id ||= event.id ?? ''
      call.name ||= event.name ?? ''
      call.text += event.arguments
      texts.set(event.index, call)
    }
  }
  view.calls = [...texts.values()].map(({ id, name, text }) => ({
    ...(withIds && { id }),
    name,
    input: JSON.parse(text || '{}'),
  }))
  return view
}
