import type { JsonObject } from '../../src/base/json.ts'
import { readSse } from '../../src/base/sse.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import type { AnswerContext, AnswerEvent } from '../../src/wire/dialect.ts'
import { openaiResponsesDialect } from '../../src/wire/openai-responses/dialect.ts'
import { openaiResponsesProtocol } from '../../src/wire/openai-responses/protocol.ts'
import type { UpstreamTarget } from '../../src/wire/protocol.ts'
import * as chat from './answers.ts'

export const context: AnswerContext = { ...chat.context, asked: { model: 'author/model', input: 'Hi' } }

export const target: UpstreamTarget = {
  upstreamModel: 'gpt-x',
  quirks: {},
  streams: true,
  maker: 'openai-responses-v1',
}

/** The events of a provider's stream that comes in the given pieces. */
export async function decode(
  pieces: Uint8Array[],
  given: UpstreamTarget = target,
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
  for await (const batch of openaiResponsesProtocol.decodeEvents(readSse(body), given)) events.push(...batch)
  return events
}

/** The events of a provider's whole answer. */
export async function decodeWhole(body: JsonObject, given = target): Promise<GenerationEvent[]> {
  const events: GenerationEvent[] = []
  for await (const batch of openaiResponsesProtocol.decodeGeneration(body, given)) events.push(...batch)
  return events
}

export const decodeText = (...texts: string[]) => decode(texts.map(chat.bytesOf))

export function stream(events: AnswerEvent[], given: AnswerContext = context): string {
  const encoder = openaiResponsesDialect.encoder(given)
  return events.map((event) => encoder.encode([event])).join('') + encoder.end()
}

export function whole(events: AnswerEvent[], given: AnswerContext = context): JsonObject {
  const fold = openaiResponsesDialect.fold()
  for (const event of events) fold.add([event])
  return fold.whole(given)
}

/** The events of a stream, with their `event:` lines held against their types. */
export function framesOf(text: string): JsonObject[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('event: '))
    .map((event) => {
      const [, name, data = '{}'] = /^event: (.*)\ndata: (.*)$/.exec(event) ?? []
      const frame: JsonObject = JSON.parse(data)
      if (frame['type'] !== name) throw new Error(`${String(name)} announces ${data}`)
      return frame
    })
}

/** Neutral facts alone: what other formats get to see. */
export function neutral(events: GenerationEvent[]): GenerationEvent[] {
  return events
    .filter(({ type }) => type !== 'frame')
    .map((event) => {
      const { native: _native, ...rest } = event
      return rest
    })
}

export const { bytesOf, charged } = chat
