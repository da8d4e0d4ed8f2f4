import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { chatAnswer, comment, completion, delta, finish, sse, usage } from '../support/chat-chunks.ts'
import {
  both,
  broken,
  deepinfraNanos,
  indiscretion,
  play,
  prompt,
  refused,
  served,
  words,
} from '../support/chaos.ts'
import {
  fill,
  gate,
  halfClose,
  repeat,
  replyJson,
  reset,
  send,
  silence,
  streaming,
} from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

/** Faults after the first content: the client holds a part of the answer, is told so, and pays nothing. */
const pieces = ['Hello, ', 'completion-canary!']
const begun = sse([delta({ role: 'assistant', content: '' }), ...pieces.map(delta)])
const complaint = { message: indiscretion, type: 'overloaded_error', param: null, code: null }
const named = (event: string, body: JsonObject): string =>
  `event: ${event}\ndata: ${JSON.stringify(body)}\n\n`
const done = send(sse(['[DONE]']))
const after = (...steps: Step[]): Step[] => streaming(send(begun), ...steps)

/** Tokens as the gateway counts them, where nobody else does: a fourth of the characters. */
const counted = {
  prompt: 4 + Math.ceil(prompt.length / 4),
  completion: Math.ceil(words.length / 4),
}
const countedNanos = counted.prompt * 100 + counted.completion * 320

type Case = [name: string, deepinfra: Step[], status?: number, errorType?: string, limits?: object]

const cases: Case[] = [
  ['F14 half-close after two chunks', after(halfClose)],
  ['F14 half-close inside a chunk', after(send('data: {"choices":[{"index":0,"del'), halfClose)],
  ['F15 stall after two chunks', after(silence), 504, 'timeout', { stallTimeoutMs: 300 }],
  [
    'F15 stall with comments',
    after(repeat(comment(indiscretion), 10)),
    504,
    'timeout',
    { commentsOnlyTimeoutMs: 300 },
  ],
  ['F16 end without finish reason and [DONE]', after()],
  ['F16 end inside a chunk', after(send('data: {"choices":[{"index":0,"del'))],
  ['F16 end after usage alone', after(send(sse([usage(5, 2)])))],
  ['F22 error event', after(send(named('error', complaint))), 503, 'provider_overloaded'],
  [
    'F22 error event of Anthropic',
    after(send(named('error', { type: 'error', error: complaint }))),
    503,
    'provider_overloaded',
  ],
  ['F22 error event that is a text', after(send(`event: error\ndata: ${indiscretion}\n\n`), done)],
  ['F22 error chunk', after(send(sse([{ error: { ...complaint, type: 'server_error', code: 500 } }])))],
  ['F22 error chunk that is a text', after(send(sse([{ error: indiscretion }])))],
  [
    'F22 error chunk, then more',
    after(send(sse([{ error: { ...complaint, code: 529 } }, delta('more'), finish('stop'), '[DONE]']))),
    503,
    'provider_overloaded',
  ],
  ['F22 our key refused', after(send(sse([{ error: { ...complaint, code: 401 } }])))],
  ['F22 our bill unpaid', after(send(sse([{ error: { ...complaint, code: 402 } }])))],
  ['F22 finish reason of an error', after(send(sse([finish('error'), '[DONE]'])))],
  ['F23 four malformed events', after(send(sse([...Array<string>(4).fill('{"choices": [{'), '[DONE]'])))],
  ['F25 endless line', after(send('data: '), fill('a', 64 * 1024 * 1024))],
  ['F34 total time', after(repeat(comment(), 10)), 504, 'timeout', { totalTimeoutMs: 1_000 }],
]

describe.concurrent.for(cases)('%s', ([, deepinfra, status = 502, errorType, limits = {}]) => {
  test('ends in one error that says nothing of the provider, and costs nothing', async () => {
    const told = broken(status, errorType ?? 'provider_unavailable')
    const played = await play({ deepinfra, groq: chatAnswer('never'), limits })
    expect(played).toMatchObject(both(told))
    // The usage is shown and owed to the provider, whoever counted it.
    for (const { usage: shown, record, error } of [played.stream, played.whole]) {
      expect(shown).toMatchObject({ completion_tokens: record?.completionTokens, cost: 0 })
      expect(record).toMatchObject({ costNanos: 0, providerName: 'DeepInfra' })
      expect([countedNanos, deepinfraNanos]).toContain(record?.upstreamCostNanos)
      expect(Object.keys(error ?? {})).toEqual(['code', 'message', 'metadata'])
    }
    await hungUpOn(played)
  })
})

/** The provider has answered to its end or was hung up on: no connection is left behind. */
async function hungUpOn(played: Awaited<ReturnType<typeof play>>): Promise<void> {
  for (const { upstreams } of [played.stream, played.whole]) {
    const calls = await upstreams[0]?.until(([call]) => (call?.completedAtMs ?? call?.abortedAtMs) !== null)
    expect(calls?.[0]?.bytesSent).toBeLessThan(32 * 1024 * 1024)
  }
}

test.concurrent('F14 reset after two chunks', async () => {
  // What is still on its way is lost with a reset: the test lets it arrive first.
  const played = play({ deepinfra: after(repeat(comment(), 20, 20), reset), groq: chatAnswer('never') })
  const told = broken(502, 'provider_unavailable')
  expect(await played).toMatchObject(both(told))
})

test.concurrent('F14 usage that came before the break is what is shown and owed', async () => {
  const deepinfra = streaming(send(sse([...pieces.map(delta), usage(5, 2), delta('')])), halfClose)
  const told = broken(502, 'provider_unavailable')
  const owed = {
    usage: { prompt_tokens: 5, completion_tokens: 2 },
    record: { upstreamCostNanos: deepinfraNanos },
  }
  const played = await play({ deepinfra })
  expect(played).toMatchObject(both(told))
  expect(played).toMatchObject(both(owed))
})

test.concurrent('F14 whole answer of a provider that breaks off is no answer', async () => {
  const [head, body] = replyJson(200, completion(words), { 'content-length': '5000' })
  const nobody = { ...refused(503, 'provider_overloaded'), calls: [1, 0] }
  expect(await play({ deepinfra: [head!, body!, reset] })).toMatchObject(both(nobody))
})

const finished: [string, Step[], number][] = [
  ['clean end', [send(sse([finish('stop')]))], countedNanos],
  ['half-close', [send(sse([finish('stop')])), halfClose], countedNanos],
  ['usage, then a half-close', [send(sse([finish('stop'), usage(5, 2)])), halfClose], deepinfraNanos],
  ['[DONE] without a finish reason', [send(sse(['[DONE]']))], countedNanos],
  ['[DONE], then more', [send(sse([finish('stop'), usage(5, 2), '[DONE]', delta('x')]))], deepinfraNanos],
  [
    '[DONE], and an open connection',
    [send(sse([finish('stop'), usage(5, 2), '[DONE]'])), silence],
    deepinfraNanos,
  ],
]

test.concurrent.for(finished)('F16 finish reason, then %s: the answer is whole', async ([, steps, nanos]) => {
  const answered = served(nanos)
  const played = await play({ deepinfra: after(...steps), groq: chatAnswer('never') })
  expect(played).toMatchObject(both(answered))
  await hungUpOn(played)
})

test.concurrent('F15 stall after the finish reason: the answer is whole', async () => {
  const deepinfra = after(send(sse([finish('stop')])), silence)
  const answered = { ...served(countedNanos), usage: { estimated: true } }
  const played = await play({ deepinfra, limits: { stallTimeoutMs: 200 } })
  expect(played).toMatchObject(both(answered))
})

test.concurrent('F34 slow upstream: keep-alives in the gaps, and the whole answer', async () => {
  const slow = streaming(
    repeat(sse([delta('tick ')]), 120, 4),
    send(sse([delta('tock'), finish('stop'), usage(5, 2), '[DONE]'])),
  )
  const played = await play({ deepinfra: slow, limits: { keepAliveMs: 30, stallTimeoutMs: 5_000 } })
  const answered = served(deepinfraNanos, 'tick tick tick tick tock')
  expect(played).toMatchObject(both(answered))
  const kinds = played.stream.events.map((event) => ('comment' in event ? event.comment : ''))
  const firstTick = kinds.indexOf('')
  expect(kinds.slice(firstTick)).toContain('OPENROUTER PROCESSING')
})

test.concurrent('F34 total time is that of the generation, not of each endpoint', async () => {
  const deepinfra = streaming(gate('never'))
  const nobody = { ...refused(503, 'provider_overloaded'), calls: [1, 0] }
  const played = await play({ deepinfra, groq: chatAnswer('late'), limits: { totalTimeoutMs: 300 } })
  expect(played).toMatchObject(both(nobody))
})
