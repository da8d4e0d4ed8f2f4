import { readSse } from '../../src/base/sse.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { cohereChatProtocol } from '../../src/wire/cohere-chat/protocol.ts'
import type { UpstreamTarget } from '../../src/wire/protocol.ts'

export function target(fields: Partial<UpstreamTarget> = {}): UpstreamTarget {
  return { upstreamModel: 'command-a', quirks: {}, streams: true, ...fields }
}

/** The events of a stream that comes in the given pieces. */
export async function decode(pieces: Uint8Array[]): Promise<GenerationEvent[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
  const events: GenerationEvent[] = []
  for await (const batch of cohereChatProtocol.decodeEvents(readSse(body), target())) events.push(...batch)
  return events
}
