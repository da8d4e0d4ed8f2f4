import type { JsonObject } from '../../src/base/json.ts'
import { readEventStream } from '../../src/base/event-stream.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { bedrockConverseProtocol } from '../../src/wire/bedrock-converse/protocol.ts'
import type { Protocol, UpstreamTarget } from '../../src/wire/protocol.ts'
import { eventMessage, joinBytes } from '../support/event-stream.ts'

export const claudeId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'

export function target(upstreamModel = claudeId, fields: Partial<UpstreamTarget> = {}): UpstreamTarget {
  const maker = upstreamModel.includes('claude') ? 'anthropic-claude-v1' : 'amazon-bedrock-v1'
  return { upstreamModel, quirks: {}, streams: true, maker, ...fields }
}

/** An event by name with its payload, or with text that is none. */
export type Written = [string, JsonObject | string]

export function bytesOf(written: readonly Written[]): Uint8Array {
  return joinBytes(
    written.map(([name, payload]) => {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
      const isException = name.endsWith('Exception')
      return eventMessage(
        isException
          ? { ':exception-type': name, ':content-type': 'application/json', ':message-type': 'exception' }
          : { ':event-type': name, ':content-type': 'application/json', ':message-type': 'event' },
        text,
      )
    }),
  )
}

/** The events of an answer that comes in the given pieces. */
export async function decode(
  pieces: Uint8Array[],
  protocol: Protocol = bedrockConverseProtocol,
): Promise<GenerationEvent[]> {
  const left = [...pieces]
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
  })
  const events: GenerationEvent[] = []
  for await (const batch of protocol.decodeEvents(readEventStream(body), target())) events.push(...batch)
  return events
}

export async function decodeWhole(body: JsonObject): Promise<GenerationEvent[]> {
  const events: GenerationEvent[] = []
  for await (const batch of bedrockConverseProtocol.decodeGeneration(body, target())) events.push(...batch)
  return events
}
