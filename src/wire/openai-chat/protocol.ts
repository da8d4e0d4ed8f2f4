import type { JsonObject } from '../../base/json.ts'
import type { SseMessage } from '../../base/sse.ts'
import type { GenerationEvent, GenerationEvents } from '../../generation/events.ts'
import { faultOf } from '../faults.ts'
import type { Protocol, UpstreamTarget } from '../protocol.ts'
import { ChunkReader } from './chunk-reader.ts'
import { encodeRequest } from './encode-request.ts'
import { isRequestField } from './fields.ts'
import { answerOfOwn } from './own-chunks.ts'

/** OpenAI's chat completions, as providers speak it. */
export const openaiChatProtocol: Protocol = {
  format: 'openai-chat',
  path: () => '/chat/completions',
  encodeRequest,
  decodeEvents,
  decodeGeneration,
  decodeFault: (status, body) => faultOf(status, body, isRequestField),
}

async function* decodeEvents(
  messages: AsyncIterable<SseMessage[]>,
  target: UpstreamTarget,
): GenerationEvents {
  const reader = new ChunkReader(target.quirks)
  let ended = false
  try {
    for await (const batch of messages) {
      // Read to the very end, or the connection could not be used again.
      if (ended) continue
      const events: GenerationEvent[] = []
      const failure = readBatch(reader, batch, events)
      if (reader.closed && failure === undefined) {
        events.push(reader.end())
        ended = true
      }
      if (events.length > 0) yield events
      if (failure !== undefined) throw failure
    }
  } catch (error) {
    // A finished answer is whole: a connection that breaks then costs at most the usage.
    if (!ended && !reader.finished) throw error
  }
  if (!ended) yield [reader.end()]
}

/** What came before a failure in the same read was sent, and counts; the failure is returned to be thrown after it. */
function readBatch(reader: ChunkReader, batch: SseMessage[], events: GenerationEvent[]): unknown {
  try {
    for (const message of batch) {
      if (reader.closed) break
      events.push(...reader.readMessage(message))
    }
    return undefined
  } catch (error) {
    return error
  }
}

async function* decodeGeneration(body: JsonObject, target: UpstreamTarget): GenerationEvents {
  const reader = new ChunkReader(target.quirks)
  const events = reader.readChunk(target.quirks.ownChunks ? answerOfOwn(body) : body)
  yield [...events, reader.end()]
}
