import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { GenerationEvent } from '../../src/generation/events.ts'
import { noUsage } from '../../src/generation/usage.ts'
import { answers, asked, clients, decode, encoded, eventsOf, providers, sse } from './any-answers.ts'
import { charged } from './answers.ts'
import { bytesOf as messagesOf, type Written } from './bedrock-answers.ts'
import { oddValues, replaced } from './mangle.ts'

type Edit = { at: number; to: number; kind: 'drop' | 'double' | 'swap' | 'odd'; value: Json; place: number }

const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    at: fc.nat(60),
    to: fc.nat(60),
    kind: fc.constantFrom('drop', 'double', 'swap', 'odd'),
    value: oddValues,
    place: fc.nat(200),
  }),
  { minLength: 1, maxLength: 6 },
)

/** A list with some of it left out, told twice, in another order, or replaced by something odd. */
function mangled<T>(list: readonly T[], changes: readonly Edit[], odd: (item: T, edit: Edit) => T): T[] {
  let result = [...list]
  for (const edit of changes) {
    const at = edit.at % Math.max(1, result.length)
    const item = result[at]
    if (item === undefined) continue
    if (edit.kind === 'odd') result[at] = odd(item, edit)
    else {
      const rest = edit.kind === 'double' ? result : result.toSpliced(at, 1)
      result = edit.kind === 'drop' ? rest : rest.toSpliced(edit.to % (rest.length + 1), 0, item)
    }
  }
  return result
}

const fixtures = import.meta.glob<string>('../fixtures/*/*.{sse,json}', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** The frames of every stream of a format that is written down. */
const framesOf = (format: string): Json[][] =>
  Object.entries(fixtures).flatMap(([path, text]) => {
    if (!path.startsWith(`../fixtures/${format}/`) || path.endsWith('.client.json')) return []
    if (path.endsWith('.json')) return [JSON.parse(text)]
    const lines = text.split(/\r?\n/).filter((line) => line.startsWith('data: {'))
    return [lines.flatMap((line) => parsed(line.slice(6)))]
  })

/** Some fixtures hold broken JSON on purpose. */
function parsed(text: string): Json[] {
  try {
    return [JSON.parse(text)]
  } catch {
    return []
  }
}

function isEvent(json: Json): json is Written {
  return Array.isArray(json) && typeof json[0] === 'string' && typeof json[1] === 'object' && json[1] !== null
}

function bytesIn(format: string, frames: Json[]): Uint8Array {
  if (format === 'bedrock-converse') return messagesOf(frames.filter(isEvent))
  return sse(frames.map((frame): JsonObject => Object(frame)))
}

/** What is read of a stream until it fails, if it does; anything but a GatewayError is a bug, and thrown. */
async function readUntilFailure(
  format: string,
  bytes: Uint8Array,
): Promise<{ events: GenerationEvent[]; failure?: GatewayError }> {
  const speaker = providers[format]
  if (!speaker) throw new Error(`there is no ${format}`)
  const events: GenerationEvent[] = []
  try {
    await decode(speaker.protocol, bytes, events)
    return { events }
  } catch (error) {
    if (error instanceof GatewayError) return { events, failure: error }
    throw error
  }
}

/** Whether a count is one that can be paid for. */
function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

test.each(Object.keys(providers))(
  'frames of %s that are mangled end in one finish or one error of ours, with counts that are counts',
  async (format) => {
    const streams = framesOf(format)
    expect(streams.length).toBeGreaterThan(5)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...streams), edits, async (frames, changes) => {
        const bytes = bytesIn(format, mangled(frames, changes, replaced))
        const { events, failure } = await readUntilFailure(format, bytes)
        const finishes = events.filter(({ type }) => type === 'finish').length
        expect(finishes).toBe(failure ? 0 : 1)
        for (const event of events) {
          if (event.type !== 'usage') continue
          const { serviceTier: _, estimated: __, iterations: ___, ...counts } = event.usage
          expect(Object.entries(counts).filter(([, count]) => !isCount(count))).toEqual([])
          expect(counts.cachedTokens + counts.cacheWriteTokens).toBeLessThanOrEqual(counts.promptTokens)
          expect(counts.cacheWriteLongTokens).toBeLessThanOrEqual(counts.cacheWriteTokens)
          expect(counts.reasoningTokens).toBeLessThanOrEqual(counts.completionTokens)
        }
        for (const { dialect } of Object.values(clients)) encoded(dialect, events)
      }),
      { numRuns: 400 },
    )
  },
)

/** How often a stream of a format tells its end. */
const ends: Record<string, (text: string) => number> = {
  'openai-chat': (text) => text.split('data: [DONE]\n\n').length - 1,
  'openai-responses': (text) =>
    [...text.matchAll(/^event: response\.(completed|incomplete|failed)$/gm)].length,
  'anthropic-messages': (text) => [...text.matchAll(/^event: (message_stop|error)$/gm)].length,
}

const maker = fc.constantFrom('anthropic-claude-v1', 'openai-responses-v1', 'google-gemini-v1', 'x-v1')

/** Events of any kind, in places where no protocol would put them. */
const strayEvents: fc.Arbitrary<GenerationEvent> = fc.oneof(
  fc.constantFrom<GenerationEvent>(
    { type: 'start' },
    { type: 'frame' },
    { type: 'text-delta', text: '' },
    { type: 'refusal-delta', text: 'No' },
    { type: 'finish', reason: 'error' },
    { type: 'error', error: { type: 'provider_unavailable', message: 'Gone' } },
    { type: 'media', media: { kind: 'image', url: 'https://a.example/b.png' } },
    { type: 'media', media: { kind: 'citation', url: '', start: 9, end: 3 } },
    { type: 'media', media: { kind: 'audio' } },
    { type: 'usage', usage: noUsage },
  ),
  fc
    .record({ maker, kind: fc.constantFrom('signature' as const, 'encrypted' as const), index: fc.nat(9) })
    .map(({ index, ...seal }): GenerationEvent => ({ type: 'seal', seal: { ...seal, data: 'AA==' }, index })),
  fc
    .record({ index: fc.nat(9), arguments: fc.string() })
    .map((call): GenerationEvent => ({ type: 'tool-call-delta', ...call })),
)

test.each(Object.entries(clients))(
  'events in any order and number never break %s, and end it once',
  (format, { dialect }) => {
    fc.assert(
      fc.property(answers, edits, fc.array(strayEvents, { maxLength: 4 }), (answer, changes, strays) => {
        const odd = (event: GenerationEvent, { at }: Edit): GenerationEvent =>
          strays[at % strays.length] ?? event
        const events = mangled([...eventsOf(answer), ...strays], changes, odd)
        const text = encoded(dialect, events)
        expect(ends[format]?.(text)).toBe(1)
        for (const line of text.split('\n')) {
          if (line.startsWith('data: ') && line !== 'data: [DONE]') JSON.parse(line.slice(6))
        }
        const fold = dialect.fold()
        fold.add(charged(events))
        try {
          JSON.stringify(fold.whole(asked))
        } catch (error) {
          // A format whose whole answers cannot tell a failure throws it.
          if (!(error instanceof GatewayError)) throw error
        }
      }),
      { numRuns: 400 },
    )
  },
)
