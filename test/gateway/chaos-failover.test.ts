import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { indiscretion, prompt, words } from '../support/chaos.ts'
import { chatAnswer, delta, sse } from '../support/chat-chunks.ts'
import { ask } from '../support/chat.ts'
import { complaint, unavailable } from '../support/faults.ts'
import { halfClose, provider, refusingUrl, reset, send, silence, streaming } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

/** Three providers of one model, the cheapest first, and what each charges for 5 tokens in and 2 out, nano-USD. */
const hosts = [
  { slug: 'DEEPINFRA', name: 'DeepInfra', nanos: 5 * 100 + 2 * 320 },
  { slug: 'NEBIUS', name: 'Nebius', nanos: 5 * 250 + 2 * 750 },
  { slug: 'GROQ', name: 'Groq', nanos: 5 * 590 + 2 * 790 },
] as const

type Play = Step[] | 'refused'

const model = 'meta-llama/llama-3.3-70b-instruct'
const routing = { model, provider: { sort: 'price' } }

/** An error inside an answer. */
const errorsIn = {
  chat: /"finish_reason":"error"/,
  messages: /"type":"error"/,
  responses: /"type":"response\.failed"|"error":\{/,
}

const dialects: readonly [name: keyof typeof errorsIn, path: string, body: JsonObject][] = [
  ['chat', '/api/v1/chat/completions', { messages: [{ role: 'user', content: prompt }] }],
  ['messages', '/api/v1/messages', { messages: [{ role: 'user', content: prompt }], max_tokens: 2_000 }],
  ['responses', '/api/v1/responses', { input: prompt }],
]

interface Way {
  name: keyof typeof errorsIn
  path: string
  body: JsonObject
}

const ways: Way[] = dialects.flatMap(([name, path, body]) =>
  [true, false].map((stream) => ({ name, path, body: { ...routing, ...body, stream } })),
)

interface Seen {
  status: number
  /** Without what differs between any two answers. */
  text: string
  chargedNanos: number
  heldNanos: number
  calls: number[]
}

/** Accounts that nobody uses at the moment: what is charged is told apart by account. */
const idle: TestAccount[] = []

beforeAll(() => {
  for (const method of ['info', 'warn', 'error'] as const) vi.spyOn(console, method).mockReturnValue()
})

/** One request; `plays` are those of the first, the second and the third provider, `undefined` of one without a key. */
async function play({ path, body }: Way, plays: (Play | undefined)[], limits: object = {}): Promise<Seen> {
  const client = idle.pop() ?? (await account(env))
  const before = await client.usage()
  const variables: Record<string, string> = { LIMITS: JSON.stringify(limits) }
  const upstreams = await Promise.all(
    hosts.map(async ({ slug }, index) => {
      const steps = plays[index]
      if (!steps) return undefined
      const upstream = steps === 'refused' ? undefined : await provider(steps)
      variables[`${slug}_API_KEY`] = 'key-canary'
      variables[`${slug}_BASE_URL`] = upstream?.baseUrl ?? refusingUrl
      return upstream
    }),
  )
  const gateway: Env = { ...env, ...variables }
  const { response, settled } = await ask(gateway, body, { key: client.key, path })
  const text = await response.text()
  await settled()
  const calls = await Promise.all(upstreams.map(async (upstream) => (await upstream?.calls())?.length ?? 0))
  const seen = {
    status: response.status,
    text: text
      .replaceAll(/\b(?:gen|msg|resp|rs)[-_][\w-]{8,}/g, 'id')
      .replaceAll(/"(created|created_at|completed_at)":[\d.]+/g, '"$1":0'),
    chargedNanos: Math.round(((await client.usage()) - before) * 1e9),
    heldNanos: await client.heldNanos(),
    calls,
  }
  idle.push(client)
  return seen
}

const fine = chatAnswer(words)

/** What a client sees where only the host that serves in the end is there at all. */
const undisturbed = new Map<string, Promise<Seen>>()

async function usual(way: Way, position: number): Promise<Seen> {
  const key = JSON.stringify([way, position])
  const plays = hosts.map((_, index) => (index === position ? fine : undefined))
  const seen = undisturbed.get(key) ?? play(way, plays)
  undisturbed.set(key, seen)
  return await seen
}

describe.concurrent.for(unavailable)('[R61] %s', ([, fault, limits]) => {
  test.for([1, 2])('%i times: every client gets the answer of the next, and nothing else', async (times) => {
    const served = hosts[times]
    const plays = hosts.map((_, index) => (index < times ? fault : fine))
    const each = await Promise.all(
      ways.map(async (way) => ({ seen: await play(way, plays, limits), expected: await usual(way, times) })),
    )
    for (const { seen, expected } of each) {
      expect(expected).toMatchObject({ status: 200, text: expect.stringContaining(words) })
      expect(seen).toEqual({
        ...expected,
        chargedNanos: served?.nanos,
        heldNanos: 0,
        calls: hosts.map((_, index) => Number(index <= times && (index === times || fault !== 'refused'))),
      })
    }
  })
})

const begun = send(sse([delta({ role: 'assistant', content: '' }), delta(words)]))

/** After the first content; the last is what the client then waits for in vain. */
const broken: [name: string, steps: Step[], limits?: object][] = [
  ['a reset', [reset]],
  ['a half-close', [halfClose]],
  ['an end without its finish', []],
  ['an error in the stream', [send(sse([{ error: { ...complaint, code: 503 } }]))]],
  ['a 429 in the stream', [send(sse([{ error: { ...complaint, code: 429 } }]))]],
  ['an error event', [send(`event: error\ndata: ${JSON.stringify(complaint)}\n\n`)]],
  ['four malformed events', [send('data: {"choices": [\n\n'.repeat(4))]],
  ['a stall', [silence], { stallTimeoutMs: 300 }],
]

describe.concurrent.for(broken)('[R62] %s after the first content', ([, steps, limits]) => {
  test.for(ways)('is told once, and nobody else is asked: $name, streamed $body.stream', async (way) => {
    const seen = await play(way, [streaming(begun, ...steps), fine, fine], limits)
    expect(seen).toMatchObject({ chargedNanos: 0, heldNanos: 0, calls: [1, 0, 0] })
    expect(seen.text).not.toContain(indiscretion)
    // A whole message has no place for an error beside what came before it.
    const isAnswer = way.body['stream'] === true || way.name !== 'messages'
    expect(seen.status === 200).toBe(isAnswer)
    expect(seen.text.includes(words)).toBe(isAnswer)
    const told = way.body['stream'] === true ? seen.text.split('\n\n') : [seen.text]
    expect(told.filter((event) => errorsIn[way.name].test(event))).toHaveLength(1)
  })
})
