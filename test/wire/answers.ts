import type { JsonObject } from '../../src/base/json.ts'
import { readSse } from '../../src/base/sse.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { noUsage, type Usage } from '../../src/generation/usage.ts'
import type { AnswerContext, AnswerEvent } from '../../src/wire/dialect.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiChatProtocol } from '../../src/wire/openai-chat/protocol.ts'
import type { Quirks } from '../../src/wire/protocol.ts'

export const context: AnswerContext = {
  generationId: 'gen-1760000000-abcdefghijklmnopqrstuv',
  created: 1_760_000_001,
  model: 'author/model',
  provider: 'Host',
  promptTokensEstimate: 10,
}

/** The events of a provider's stream that comes in the given pieces. */
export async function decode(pieces: Uint8Array[], quirks: Quirks = {}): Promise<GenerationEvent[]> {
  const left = [...pieces]
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
  })
  const target = { upstreamModel: 'm', quirks, streams: true }
  const events: GenerationEvent[] = []
  for await (const batch of openaiChatProtocol.decodeEvents(readSse(body), target)) events.push(...batch)
  return events
}

/** What a gateway makes of a provider's events: usage becomes one charge, at the end. */
export function charged(events: GenerationEvent[]): AnswerEvent[] {
  const usage = lastUsage(events) ?? { ...noUsage, estimated: true }
  const charge = {
    usage,
    costNanos: usage.promptTokens * 150 + usage.completionTokens * 600,
    upstreamPromptNanos: usage.promptTokens * 150,
    upstreamCompletionNanos: usage.completionTokens * 600,
  }
  return [...events.filter((event) => event.type !== 'usage'), { type: 'charge', charge }]
}

export function lastUsage(events: GenerationEvent[]): Usage | undefined {
  return events.flatMap((event) => (event.type === 'usage' ? [event.usage] : [])).at(-1)
}

export function stream(events: AnswerEvent[], given: AnswerContext = context): string {
  const encoder = openaiChatDialect.encoder(given)
  return events.map((event) => encoder.encode([event])).join('') + encoder.end()
}

export function whole(events: AnswerEvent[], given: AnswerContext = context): JsonObject {
  const fold = openaiChatDialect.fold()
  fold.add(events)
  return fold.whole(given)
}

export function chunksOf(text: string): JsonObject[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice(6)))
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
