import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import type { Json } from '../../src/base/json.ts'
import { account, type TestAccount } from '../support/account.ts'
import { expectEnd, leaksOf } from '../support/chaos.ts'
import { sse } from '../support/chat-chunks.ts'
import { askWhole, at, contentOf } from '../support/chat.ts'
import { halfClose, provider, reset, send, sendUntil, streaming } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

/** One short stream, cut at each of its bytes. Its chunks are as small as chunks get. */
const texts = ['He', 'l€', '😀']
const text = sse([
  ...texts.map((content) => ({ choices: [{ delta: { content } }] })),
  { choices: [{ finish_reason: 'stop' }] },
  { usage: { prompt_tokens: 5, completion_tokens: 2 } },
  '[DONE]',
])
const bytes = new TextEncoder().encode(text).length
const positions = Array.from({ length: bytes + 1 }, (_, position) => position)
const answer = texts.join('')
const body = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'prompt-canary' }] }

interface Cut {
  status: number
  /** What the client holds, without what differs between any two answers. */
  text: string
  content: string
  finish: Json | undefined
  cost: Json | undefined
}

/** Asks once for each position, some at a time, and gives the answers in their order. */
async function askAll(key: string, stepsOf: (position: number) => Step[], stream: boolean): Promise<Cut[]> {
  const cuts: Cut[] = []
  const queue = positions.values()
  const worker = async (): Promise<void> => {
    for (const position of queue) {
      // One after the other is what a worker of this pool is for.
      cuts[position] = await askOnce(key, stepsOf(position), stream)
    }
  }
  await Promise.all(Array.from({ length: 24 }, worker))
  return cuts
}

async function askOnce(key: string, steps: Step[], stream: boolean): Promise<Cut> {
  const { baseUrl } = await provider(streaming(...steps))
  const gateway = { ...env, OPENAI_API_KEY: 'sk-key-canary', OPENAI_BASE_URL: baseUrl }
  const asked = await askWhole(gateway, { ...body, stream }, { key })
  const { response, events } = asked
  if (events.length > 0) expectEnd(events)
  const parts: Json[] =
    events.length > 0
      ? events.map((event) => ('json' in event ? event.json : null))
      : [JSON.parse(asked.text)]
  const choices = parts.map((part) => at(at(part, 'choices'), 0))
  return {
    status: response.status,
    text: asked.text.replaceAll(/gen-\w+-\w+/g, 'gen').replaceAll(/"created":\d+/g, '"created":0'),
    content: contentOf(asked),
    finish: choices
      .map((choice) => at(choice, 'finish_reason'))
      .findLast((reason) => typeof reason === 'string'),
    cost: at(
      parts.map((part) => at(part, 'usage')).findLast((usage) => usage !== undefined),
      'cost',
    ),
  }
}

const modes = [
  ['streamed', true],
  ['whole', false],
] as const

test.for(modes)(
  'F26 %s: delivered in two pieces, parted anywhere, and byte by byte, the same',
  async ([, stream]) => {
    const client = await account(env)
    const parted = await askAll(
      client.key,
      (position) => [sendUntil(text, position), sendFrom(position)],
      stream,
    )
    expect(parted[0]).toMatchObject({ status: 200, content: answer, finish: 'stop', cost: 0.00000195 })
    const different = parted.filter((cut) => cut.text !== parted[0]?.text)
    expect(different).toEqual([])
    expect(await askOnce(client.key, [send(text, 1)], stream)).toEqual(parted[0])
    expect(await client.usage()).toBeCloseTo(0.00000195 * (positions.length + 1), 9)
    expect(await client.heldNanos()).toBe(0)
  },
)

/** The bytes from a position on. */
function sendFrom(position: number): Step {
  const rest = new TextEncoder().encode(text).subarray(position)
  return { do: 'bytes', hex: rest.toHex() }
}

/** What a cut has made of the answer; anything else is given back whole, to be seen. */
function kindOf(cut: Cut): 'refused' | 'part' | 'whole' | Cut {
  const { status, content, finish, cost } = cut
  if (status === 503 && content === '' && finish === undefined) return 'refused'
  if (status === 200 && content === answer && finish === 'stop') return 'whole'
  const isPart = content !== '' && answer.startsWith(content)
  return status === 200 && isPart && finish === 'error' && cost === 0 ? 'part' : cut
}

const kinds = ['refused', 'part', 'whole'] as const

test.for([
  ['F14 half-close', 'streamed', true, [halfClose]],
  ['F14 half-close', 'whole', false, [halfClose]],
  ['F16 clean end', 'streamed', true, []],
] as const)('%s at every byte, %s: all of it, or a part and one error', async ([, , stream, steps]) => {
  const client = await account(env)
  const cuts = await askAll(client.key, (position) => [sendUntil(text, position), ...steps], stream)
  expect([...new Set(cuts.map(kindOf))]).toEqual(kinds)
  await expectBooked(client, cuts)
})

test('F14 reset at every byte: all of it, or a part and one error', async () => {
  const client = await account(env)
  const cuts = await askAll(client.key, (position) => [sendUntil(text, position), reset], true)
  // A reset overtakes bytes that are on their way, so a position may have either outcome.
  expect(kinds).toEqual(expect.arrayContaining([...new Set(cuts.map(kindOf))]))
  await expectBooked(client, cuts)
})

/** The account was charged what its clients were told, and nothing is held or leaked. */
async function expectBooked(client: TestAccount, cuts: Cut[]): Promise<void> {
  const told = cuts.reduce((sum, { cost }) => sum + (typeof cost === 'number' ? cost : 0), 0)
  expect(await client.usage()).toBeCloseTo(told, 9)
  expect(await client.heldNanos()).toBe(0)
  expect(await leaksOf(client)).toEqual([])
}
