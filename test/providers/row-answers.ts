import { eventNamed, eventStreamType, invokeChunk, joinBytes } from '../support/event-stream.ts'

/** The shortest whole answer of each format: `Hello`, as a provider streams it. */

export function openaiChatAnswer(): Response {
  return sse([
    { id: 'u', choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello' } }] },
    { id: 'u', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { id: 'u', choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } },
  ])
}

const messageUsage = { input_tokens: 1, output_tokens: 1 }
const messageEvents = [
  {
    type: 'message_start',
    message: { id: 'u', type: 'message', role: 'assistant', content: [], usage: messageUsage },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: messageUsage },
  { type: 'message_stop' },
]

export function anthropicMessagesAnswer(): Response {
  return sse(messageEvents)
}

/** The same in the wrapping of Bedrock's invoke. */
export function invokeAnswer(): Response {
  return eventStream(messageEvents.map(invokeChunk))
}

export function bedrockConverseAnswer(): Response {
  const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
  return eventStream([
    eventNamed('messageStart', { role: 'assistant' }),
    eventNamed('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hello' } }),
    eventNamed('contentBlockStop', { contentBlockIndex: 0 }),
    eventNamed('messageStop', { stopReason: 'end_turn' }),
    eventNamed('metadata', { usage, metrics: { latencyMs: 1 } }),
  ])
}

function eventStream(messages: Uint8Array[]): Response {
  return new Response(joinBytes(messages), { headers: { 'content-type': eventStreamType } })
}

export function openaiResponsesAnswer(): Response {
  const part = { type: 'output_text', text: 'Hello', annotations: [] }
  const item = { type: 'message', id: 'm', role: 'assistant', status: 'completed', content: [part] }
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 }
  return sse([
    { type: 'response.created', response: { id: 'u', status: 'in_progress', output: [] } },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, item_id: 'm', delta: 'Hello' },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: { id: 'u', status: 'completed', output: [item], usage } },
  ])
}

export function googleGenerateAnswer(): Response {
  return sse([
    {
      candidates: [{ content: { role: 'model', parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
      responseId: 'u',
    },
  ])
}

export function cohereChatAnswer(): Response {
  return sse([
    { id: 'u', type: 'message-start', delta: { message: { role: 'assistant', content: [] } } },
    { type: 'content-delta', index: 0, delta: { message: { content: { text: 'Hello' } } } },
    {
      type: 'message-end',
      delta: { finish_reason: 'COMPLETE', usage: { billed_units: { input_tokens: 1, output_tokens: 1 } } },
    },
  ])
}

function sse(chunks: object[]): Response {
  const events = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')
  return new Response(`${events}data: [DONE]\n\n`, { headers: { 'content-type': 'text/event-stream' } })
}
