import type { JsonObject } from '../../base/json.ts'
import type { SseMessage } from '../../base/sse.ts'
import type { GenerationEvents } from '../../generation/events.ts'
import type { Protocol, UpstreamTarget } from '../protocol.ts'
import { ChunkReader } from './chunk-reader.ts'
import { encodeRequest } from './encode-request.ts'
import { faultOf } from './faults.ts'

/** OpenAI's chat completions, as providers speak it. */
export const openaiChatProtocol: Protocol = {
  format: 'openai-chat',
  path: '/chat/completions',
  encodeRequest,
  decodeEvents,
  decodeGeneration,
  decodeFault: faultOf,
}

async function* decodeEvents(
  messages: AsyncIterable<SseMessage[]>,
  target: UpstreamTarget,
): GenerationEvents {
  const reader = new ChunkReader(target.quirks)
  try {
    for await (const batch of messages) {
      const events = batch.flatMap((message) => (reader.closed ? [] : reader.readMessage(message)))
      if (events.length > 0) yield events
      if (reader.closed) break
    }
  } catch (error) {
    // After its finish reason an answer is whole: a connection that breaks then costs at most the usage.
    if (!reader.finished) throw error
  }
  yield [reader.end()]
}

async function* decodeGeneration(body: JsonObject, target: UpstreamTarget): GenerationEvents {
  const reader = new ChunkReader(target.quirks)
  const events = reader.readChunk(body)
  yield [...events, reader.end()]
}
