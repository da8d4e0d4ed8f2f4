import type { Json, JsonObject } from '../base/json.ts'
import type { SseMessage } from '../base/sse.ts'
import type { GenerationRequest } from '../generation/request.ts'
import { anthropicMessagesOn } from './anthropic-messages/protocol.ts'
import { decodeFault, faultOfException } from './bedrock-converse/faults.ts'
import { parseJson, readArray, readObject, readText } from './json.ts'
import type { Protocol, UpstreamBody, UpstreamTarget } from './protocol.ts'
import { upstreamError } from './upstream-error.ts'

const wrapped = anthropicMessagesOn({
  path: ({ upstreamModel, streams }) =>
    `/model/${encodeURIComponent(upstreamModel)}/${streams ? 'invoke-with-response-stream' : 'invoke'}`,
  framing: 'aws-event-stream',
  versionInBody: 'bedrock-2023-05-31',
  streamInPath: true,
  betasInBody: true,
})

/** Anthropic's own format at Bedrock: what a client of that format sends reaches Claude as it is. */
export const bedrockInvokeProtocol: Protocol = {
  ...wrapped,
  encodeRequest,
  decodeEvents: (messages, target) => wrapped.decodeEvents(unwrap(messages), target),
  decodeFault,
}

const streamedInputBeta = 'fine-grained-tool-streaming-2025-05-14'

/** Bedrock checks bodies against a copy of the format that lacks a few fields, and refuses what it does not know. */
function encodeRequest(request: GenerationRequest, target: UpstreamTarget): UpstreamBody {
  const { body, dropped, ...rest } = wrapped.encodeRequest(request, target)
  const { tools, tool_choice: choice, cache_control: mark, ...others } = body
  const { disable_parallel_tool_use: isSingle, ...kept } = readObject(choice) ?? {}
  const streamsInput = readArray(tools)?.some((tool) => readObject(tool)?.['eager_input_streaming'] === true)
  const betas = readArray(body['anthropic_beta']) ?? []
  const adapted: JsonObject = {}
  for (const [field, value] of Object.entries(body)) {
    if (field === 'tools') adapted[field] = readArray(value)?.map(withoutEagerness) ?? value
    else if (field === 'tool_choice') adapted[field] = kept
    else if (field === 'messages' && mark !== undefined) adapted[field] = markedAtEnd(value, mark)
    else if (field in others) adapted[field] = value
  }
  if (streamsInput) adapted['anthropic_beta'] = [...new Set([...betas, streamedInputBeta])]
  return {
    ...rest,
    body: adapted,
    dropped: isSingle === true ? [...dropped, 'tool_choice.disable_parallel_tool_use'] : dropped,
  }
}

function withoutEagerness(tool: Json): Json {
  const object = readObject(tool)
  if (!object || !('eager_input_streaming' in object)) return tool
  const { eager_input_streaming: _, ...kept } = object
  return kept
}

/** A mark for the whole prompt, which only Anthropic itself takes, stands at its end. */
function markedAtEnd(messages: Json, mark: Json): Json {
  const list = readArray(messages) ?? []
  const last = readObject(list.at(-1))
  const text = readText(last?.['content'])
  const blocks = text === undefined ? readArray(last?.['content']) : [{ type: 'text', text }]
  const block = readObject(blocks?.at(-1))
  if (!last || !blocks || !block || 'cache_control' in block) return messages
  return [
    ...list.slice(0, -1),
    { ...last, content: [...blocks.slice(0, -1), { ...block, cache_control: mark }] },
  ]
}

/** The events of Anthropic's that Bedrock's hold. What came before an exception in the same read counts. */
async function* unwrap(messages: AsyncIterable<SseMessage[]>): AsyncGenerator<SseMessage[], void> {
  for await (const batch of messages) {
    const failed = batch.findIndex((message) => 'event' in message && message.event === 'error')
    yield (failed === -1 ? batch : batch.slice(0, failed)).map(unwrapped)
    const exception = failed === -1 ? undefined : batch[failed]
    if (exception && 'data' in exception) {
      throw upstreamError(null, faultOfException(null, readObject(parseJson(exception.data)) ?? {}))
    }
  }
}

function unwrapped(message: SseMessage): SseMessage {
  if (!('data' in message)) return message
  const bytes = readText(readObject(parseJson(message.data))?.['bytes'])
  return bytes === undefined ? message : { data: textOf(bytes) }
}

/** Broken base64 is text that is no event, which the format knows what to do with. */
function textOf(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)))
  } catch {
    return base64
  }
}
