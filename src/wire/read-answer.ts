import type { SseMessage } from '../base/sse.ts'
import type { GenerationEvent, GenerationEvents } from '../generation/events.ts'

/** Reads the frames of one answer, and remembers what no single frame tells. */
export interface AnswerReader {
  /** The host has said that nothing follows. */
  readonly closed: boolean
  /** The answer is whole, whether or not the host says so. */
  readonly finished: boolean
  readMessage(message: SseMessage): GenerationEvent[]
  /** The end of the answer; throws where it is not at its end. */
  end(): GenerationEvent[]
}

/** A streamed answer of any format, to its very end: else the connection could not be used again. */
export async function* readAnswer(
  messages: AsyncIterable<SseMessage[]>,
  reader: AnswerReader,
): GenerationEvents {
  let ended = false
  try {
    for await (const batch of messages) {
      if (ended) continue
      const events: GenerationEvent[] = []
      const failure = readBatch(reader, batch, events)
      if (reader.closed && failure === undefined) {
        events.push(...reader.end())
        ended = true
      }
      if (events.length > 0) yield events
      if (failure !== undefined) throw failure
    }
  } catch (error) {
    // A finished answer is whole: a connection that breaks then costs at most the usage.
    if (!ended && !reader.finished) throw error
  }
  if (!ended) yield reader.end()
}

/** What came before a failure in the same read was sent, and counts; the failure is returned to be thrown after it. */
function readBatch(reader: AnswerReader, batch: SseMessage[], events: GenerationEvent[]): unknown {
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
