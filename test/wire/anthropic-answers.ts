import type { JsonObject } from '../../src/base/json.ts'
import { readSse } from '../../src/base/sse.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { anthropicMessagesDialect } from '../../src/wire/anthropic-messages/dialect.ts'
import { anthropicMessagesProtocol } from '../../src/wire/anthropic-messages/protocol.ts'
import type { AnswerContext, AnswerEvent } from '../../src/wire/dialect.ts'
import type { UpstreamTarget } from '../../src/wire/protocol.ts'
import { bytesOf, context } from './answers.ts'

export const claude: UpstreamTarget = {
  upstreamModel: 'claude-sonnet-4-5',
  quirks: { betas: 'all' },
  streams: true,
  maker: 'anthropic-claude-v1',
}

/** The events of a provider's stream that comes in the given pieces. */
export async function decode(pieces: Uint8Array[], target = claude): Promise<GenerationEvent[]> {
  const left = [...pieces]
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
  })
  const events: GenerationEvent[] = []
  for await (const batch of anthropicMessagesProtocol.decodeEvents(readSse(body), target))
    events.push(...batch)
  return events
}

export const decodeText = (text: string, target = claude): Promise<GenerationEvent[]> =>
  decode([bytesOf(text)], target)

export async function decodeWhole(body: JsonObject, target = claude): Promise<GenerationEvent[]> {
  const events: GenerationEvent[] = []
  for await (const batch of anthropicMessagesProtocol.decodeGeneration(body, target)) events.push(...batch)
  return events
}

export function stream(events: AnswerEvent[], given: AnswerContext = context): string {
  const encoder = anthropicMessagesDialect.encoder(given)
  return events.map((event) => encoder.encode([event])).join('') + encoder.end()
}

export function whole(events: AnswerEvent[], given: AnswerContext = context): JsonObject {
  const fold = anthropicMessagesDialect.fold()
  fold.add(events)
  return fold.whole(given)
}

/** Events as any other dialect sees them. */
export function withoutFrames(events: GenerationEvent[]): GenerationEvent[] {
  return events.flatMap((event) => {
    const { native: _, ...bare } = event
    return bare.type === 'frame' ? [] : [bare]
  })
}
