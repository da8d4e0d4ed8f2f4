import { describe, expect, inject, test } from 'vitest'
import * as z from 'zod'

/** Where a library is pointed. */
export interface Way {
  origin: string
  /** `<origin>/api/v1`. */
  baseUrl: string
  apiKey: string
  model: string
}

/** What a library is made to do. */
export interface Client {
  /** The text of an answer that comes whole. */
  whole: (prompt: string) => Promise<string>
  /** The text of an answer that comes as a stream. */
  streamed: (prompt: string) => Promise<string>
  /** The last text of a loop in which `weather` is run, by the library itself where it can. */
  tools: (prompt: string) => Promise<string>
  /** How a stream ended, as a program can see it; what is thrown is thrown. */
  end: (prompt: string) => Promise<string>
}

/** The one tool there is. */
export const weather = {
  name: 'weather',
  description: 'The weather of a city',
  input: z.object({ city: z.string() }),
  parameters: {
    type: 'object' as const,
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
  run: ({ city }: { city: string }) => `Rain in ${city}, 7 degrees`,
  runText: (text: string) => weather.run(weather.input.parse(JSON.parse(text))),
}

/** One speaks chat completions and Responses, the other Messages: for each dialect one of them is a translation. */
const models = ['openai/gpt-4.1-mini', 'anthropic/claude-haiku-4.5']

const places = [
  { upstream: 'our own upstream', thinks: /claude/, ...inject('gateway') },
  { upstream: 'aimock', thinks: /never/, ...inject('gatewayBeforeAimock') },
]

const ways = places.flatMap(({ upstream, thinks, origin, keys }) =>
  models.map((model) => ({
    upstream,
    origin,
    baseUrl: `${origin}/api/v1`,
    apiKey: keys.inference,
    model,
    /** In every dialect: it asks for its thought again, and says where it did not come. */
    thinks: thinks.test(model),
  })),
)

/** How a library is. */
interface Nature {
  /** How it lets a fault be known: a cut answer must not pass for a whole one. */
  sign: RegExp
  /** Whether what a model thought before it called a tool goes back to it with the result. */
  thoughts: 'carried' | 'forgotten'
}

/** Text, whole and streamed, a loop of tools and a fault in the middle, for both models and both upstreams. */
export function conversations(
  library: string,
  { sign, thoughts }: Nature,
  connect: (way: Way) => Client,
): void {
  describe.each(ways)(`${library}: $model of $upstream`, (way) => {
    const client = connect(way)

    test('a whole answer', async () => {
      expect(await client.whole('Hello')).toBe('You said something')
    })

    test('a stream', async () => {
      expect(await client.streamed('Hello')).toBe('You said something')
    })

    test('a loop of tools', async () => {
      const text = await client.tools('Weather?')
      expect(text).toMatch(/^The tool said .*Rain in Oslo, 7 degrees/)
      expect(text.includes('the thought was lost')).toBe(way.thinks && thoughts === 'forgotten')
    })

    test('a fault in the middle', async () => {
      expect(await seen(client.end('break'))).toMatch(sign)
      expect(await seen(client.end('Hello'))).not.toMatch(sign)
    })
  })
}

async function seen(end: Promise<string>): Promise<string> {
  return await end.catch((error: unknown) => `thrown: ${String(error)}`)
}

/** The pieces of a stream, put together. */
export async function joined(pieces: AsyncIterable<string | null | undefined>): Promise<string> {
  return (await Array.fromAsync(pieces)).join('')
}
