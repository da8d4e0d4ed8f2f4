import type { JsonObject } from '../../base/json.ts'
import type { SseMessage } from '../../base/sse.ts'
import type { GenerationEvent, GenerationEvents } from '../../generation/events.ts'
import { faultOf } from '../faults.ts'
import type { Protocol, UpstreamTarget } from '../protocol.ts'
import { encodeRequest } from './encode-request.ts'
import { EventReader } from './event-reader.ts'
import { isRequestField } from './fields.ts'

/** OpenAI's Responses, as providers speak it: stateless, nothing is stored. */
export const openaiResponsesProtocol: Protocol = {
  format: 'openai-responses',
  path: () => '/responses',
  encodeRequest,
  decodeEvents,
  decodeGeneration,
  decodeFault: (status, body) => faultOf(status, body, isRequestField),
}

async function* decodeEvents(
  messages: AsyncIterable<SseMessage[]>,
  target: UpstreamTarget,
): GenerationEvents {
  const reader = new EventReader(target)
  let ended = false
  try {
    for await (const batch of messages) {
      // Read to the very end, or the connection could not be used again.
      if (ended) continue
      const events: GenerationEvent[] = []
      const failure = readBatch(reader, batch, events)
      if (reader.finished && failure === undefined) {
        events.push(reader.end())
        ended = true
      }
      if (events.length > 0) yield events
      if (failure !== undefined) throw failure
    }
  } catch (error) {
    // The terminal event holds everything: what breaks after it costs nothing.
    if (!ended) throw error
  }
  if (!ended) yield [reader.end()]
}

/** What came before a failure in the same read was sent, and counts; the failure is returned to be thrown after it. */
function readBatch(reader: EventReader, batch: SseMessage[], events: GenerationEvent[]): unknown {
  try {
    for (const message of batch) {
      if (reader.finished) break
      events.push(...reader.readMessage(message))
    }
    return undefined
  } catch (error) {
    return error
  }
}

async function* decodeGeneration(body: JsonObject, target: UpstreamTarget): GenerationEvents {
  const reader = new EventReader(target)
  const events = reader.readWhole(body)
  yield [...events, reader.end()]
}
