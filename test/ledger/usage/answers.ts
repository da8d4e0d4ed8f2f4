import type { Json, JsonObject } from '../../../src/base/json.ts'
import type { SseMessage } from '../../../src/base/sse.ts'
import type { Usage } from '../../../src/generation/usage.ts'
import { anthropicMessagesProtocol } from '../../../src/wire/anthropic-messages/protocol.ts'
import { bedrockConverseProtocol } from '../../../src/wire/bedrock-converse/protocol.ts'
import { cohereChatProtocol } from '../../../src/wire/cohere-chat/protocol.ts'
import { googleGenerateProtocol } from '../../../src/wire/google-generate/protocol.ts'
import { openaiChatProtocol } from '../../../src/wire/openai-chat/protocol.ts'
import { openaiResponsesProtocol } from '../../../src/wire/openai-responses/protocol.ts'
import type { Protocol } from '../../../src/wire/protocol.ts'
import type { AnswerFormat, UsageRow } from './row.ts'

/** An answer that holds a row's usage, as its host sends it whole and as it streams it. */
interface Answers {
  protocol: Protocol
  whole: (row: UsageRow) => JsonObject
  stream: (row: UsageRow) => SseMessage[]
}

/** The usage that a row's answer is read to have. */
export async function usageOf(row: UsageRow, form: 'whole' | 'streamed'): Promise<Usage | undefined> {
  const { protocol, whole, stream } = answers[row.format]
  const target = { upstreamModel: 'model', quirks: row.quirks ?? {}, streams: form === 'streamed' }
  const events =
    form === 'whole'
      ? protocol.decodeGeneration(whole(row), target)
      : protocol.decodeEvents(batches(stream(row)), target)
  let usage: Usage | undefined
  for await (const batch of events) {
    for (const event of batch) if (event.type === 'usage') usage = event.usage
  }
  return usage
}

/** The whole answer of a row. */
export function wholeAnswer(row: UsageRow): JsonObject {
  return answers[row.format].whole(row)
}

async function* batches(messages: SseMessage[]): AsyncGenerator<SseMessage[], void> {
  for (const message of messages) yield [message]
}

function frame(data: Json, event?: string): SseMessage {
  return { data: JSON.stringify(data), ...(event !== undefined && { event }) }
}

const answers: Record<AnswerFormat, Answers> = {
  'openai-chat': {
    protocol: openaiChatProtocol,
    whole: ({ usage, beside, place }) => {
      const choice = { index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }
      const head = { id: 'x', object: 'chat.completion', model: 'model', ...beside }
      return place === 'choice'
        ? { ...head, choices: [{ ...choice, usage }] }
        : { ...head, choices: [choice], usage }
    },
    stream: chatStream,
  },
  'openai-responses': {
    protocol: openaiResponsesProtocol,
    whole: responseOf,
    stream: (row) => {
      const { output: _, usage: __, ...response } = responseOf(row)
      const part = { item_id: 'msg_1', output_index: 0, content_index: 0 }
      const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] }
      const searches = responseOf(row).output.slice(1)
      return [
        frame({ type: 'response.created', response: { ...response, status: 'in_progress', usage: null } }),
        frame({ type: 'response.output_item.added', output_index: 0, item }),
        frame({ type: 'response.output_text.delta', ...part, delta: 'Hi' }),
        ...searches.map((search, index) =>
          frame({ type: 'response.output_item.done', output_index: index + 1, item: search }),
        ),
        frame({ type: 'response.completed', response: responseOf(row) }),
      ]
    },
  },
  'anthropic-messages': {
    protocol: anthropicMessagesProtocol,
    whole: ({ usage }) => ({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'model',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
      usage,
    }),
    stream: ({ usage }) => {
      // The beginning has a placeholder for the output; the end tells all that was counted in between.
      const { output_tokens = 0, server_tool_use = null, iterations = null, ...start } = usage
      const content_block = { type: 'text', text: '' }
      const end = { output_tokens, server_tool_use, iterations }
      const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'model', content: [] }
      return [
        frame({ type: 'message_start', message: { ...message, usage: { ...start, output_tokens: 1 } } }),
        frame({ type: 'content_block_start', index: 0, content_block }),
        frame({ type: 'ping' }),
        frame({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } }),
        frame({ type: 'content_block_stop', index: 0 }),
        frame({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: end }),
        frame({ type: 'message_stop' }),
      ]
    },
  },
  'google-generate': {
    protocol: googleGenerateProtocol,
    whole: ({ usage, beside }) => ({
      candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP', ...beside }],
      usageMetadata: usage,
    }),
    stream: ({ usage, beside }) => {
      const content = { role: 'model', parts: [{ text: 'Hi' }] }
      const early = { promptTokenCount: usage['promptTokenCount'] ?? 0, totalTokenCount: 1 }
      return [
        frame({ candidates: [{ content }], usageMetadata: early }),
        frame({ candidates: [{ content, finishReason: 'STOP', ...beside }], usageMetadata: usage }),
      ]
    },
  },
  'cohere-chat': {
    protocol: cohereChatProtocol,
    whole: ({ usage }) => ({
      id: 'x',
      finish_reason: 'COMPLETE',
      message: { role: 'assistant', content: [{ type: 'text', text: 'Hi' }] },
      usage,
    }),
    stream: ({ usage }) => [
      frame({ type: 'message-start', id: 'x', delta: { message: { role: 'assistant' } } }),
      frame({ type: 'content-delta', index: 0, delta: { message: { content: { text: 'Hi' } } } }),
      frame({ type: 'message-end', delta: { finish_reason: 'COMPLETE', usage } }),
    ],
  },
  'bedrock-converse': {
    protocol: bedrockConverseProtocol,
    whole: ({ usage }) => ({
      output: { message: { role: 'assistant', content: [{ text: 'Hi' }] } },
      stopReason: 'end_turn',
      usage,
    }),
    stream: ({ usage }) => [
      frame({ role: 'assistant' }, 'messageStart'),
      frame({ contentBlockIndex: 0, delta: { text: 'Hi' } }, 'contentBlockDelta'),
      frame({ stopReason: 'end_turn' }, 'messageStop'),
      frame({ usage, metrics: { latencyMs: 1 } }, 'metadata'),
    ],
  },
}

function chatStream({ usage, beside, place = 'a chunk of its own' }: UsageRow): SseMessage[] {
  const head = { id: 'x', object: 'chat.completion.chunk', model: 'model', ...beside }
  const delta = { ...head, choices: [{ index: 0, delta: { content: 'Hi' } }] }
  const choice = { index: 0, delta: {}, finish_reason: 'stop' }
  const finish = { ...head, choices: [choice] }
  switch (place) {
    case 'x_groq':
      return [frame(delta), frame({ ...finish, x_groq: { id: 'req', usage } }), { data: '[DONE]' }]
    case 'choice':
      return [frame(delta), frame({ ...head, choices: [{ ...choice, usage }] }), { data: '[DONE]' }]
    case 'finish':
      return [frame(delta), frame({ ...finish, usage }), { data: '[DONE]' }]
    case 'every chunk':
      return [frame({ ...delta, usage }), frame({ ...finish, usage }), { data: '[DONE]' }]
    case 'growing': {
      const early = { ...usage, completion_tokens: 1 }
      return [frame({ ...delta, usage: early }), frame({ ...finish, usage }), { data: '[DONE]' }]
    }
    case 'a chunk of its own': {
      const counted = frame({ ...head, choices: [], usage })
      return [
        frame({ ...delta, usage: null }),
        frame({ ...finish, usage: null }),
        counted,
        { data: '[DONE]' },
      ]
    }
  }
}

function responseOf({ usage, beside }: UsageRow): JsonObject & { output: JsonObject[] } {
  const { searches = 0, ...rest } = beside ?? {}
  const text = { type: 'output_text', text: 'Hi', annotations: [] }
  const search = { type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'q' } }
  return {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    model: 'model',
    output: [
      { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [text] },
      ...Array.from({ length: Number(searches) }, (_, index) => ({ ...search, id: `ws_${index}` })),
    ],
    usage,
    ...rest,
  }
}
