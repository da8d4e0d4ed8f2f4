import { readSse } from '../../src/base/sse.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { googleGenerateProtocol } from '../../src/wire/google-generate/protocol.ts'
import type { UpstreamTarget } from '../../src/wire/protocol.ts'

export const maker = 'google-gemini-v1'

export function target(
  upstreamModel = 'gemini-2.5-flash',
  fields: Partial<UpstreamTarget> = {},
): UpstreamTarget {
  return { upstreamModel, quirks: {}, streams: true, maker, ...fields }
}

/** The events of a stream that comes in the given pieces. */
export async function decode(pieces: Uint8Array[]): Promise<GenerationEvent[]> {
  const left = [...pieces]
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
  })
  const events: GenerationEvent[] = []
  for await (const batch of googleGenerateProtocol.decodeEvents(readSse(body), target()))
    events.push(...batch)
  return events
}
