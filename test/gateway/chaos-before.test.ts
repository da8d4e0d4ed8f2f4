import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { chatAnswer, chatStream, comment, delta, sse } from '../support/chat-chunks.ts'
import {
  both,
  deepinfraNanos,
  indiscretion,
  next,
  play,
  refused,
  served,
  words,
  type Fault,
} from '../support/chaos.ts'
import {
  fill,
  halfClose,
  provider,
  raw,
  repeat,
  reply,
  replyJson,
  reset,
  send,
  sendUntil,
  silence,
  streaming,
} from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

/** Faults before the first content: another endpoint answers and the client never knows, or nobody pays. */
const fine = chatAnswer(words)
const preamble = sse([delta({ role: 'assistant', content: '' })])
const complaint = { message: indiscretion, type: 'server_error', param: null, code: 'internal_error' }
const short = { headersTimeoutMs: 800, firstTokenTimeoutMs: 800 }

const html = `<html><body>502 Bad Gateway: ${indiscretion}</body></html>`
const named = (event: string, body: JsonObject): string =>
  `event: ${event}\ndata: ${JSON.stringify(body)}\n\n`
const withPreamble = (...steps: Step[]): Step[] => streaming(send(preamble), ...steps)

type Case = [name: string, deepinfra: Fault['deepinfra'], limits?: object]

const unavailable: Case[] = [
  ['F1 refused connection', 'refused'],
  ['F2 connection that never answers', [silence], short],
  ['F3 stream without a token', streaming(silence), short],
  ['F3 stream of comments alone', streaming(repeat(comment(indiscretion), 10)), short],
  ['F3 stream that stops after its preamble', withPreamble(silence), short],
  ['F7 500', replyJson(500, { error: complaint })],
  ['F7 503 that is no JSON', reply(503, html, { 'content-type': 'text/html' })],
  ['F8 529', replyJson(529, { error: { ...complaint, type: 'overloaded_error' } })],
  ['F8 529 in a stream', chatStream([delta({ role: 'assistant' }), { error: { ...complaint, code: 529 } }])],
  ['F8 error event in a stream', withPreamble(send(named('error', complaint)))],
  ['F9 401', replyJson(401, { error: { ...complaint, code: 'invalid_api_key' } })],
  ['F9 402', replyJson(402, { error: { ...complaint, code: 'insufficient_quota' } })],
  ['F9 403', replyJson(403, { error: complaint })],
  ['F9 401 in a stream', chatStream([{ error: { ...complaint, code: 401 } }])],
  ['F11 HTML page', reply(200, html, { 'content-type': 'text/html' })],
  ['F11 HTML page said to be a stream', reply(200, html, { 'content-type': 'text/event-stream' })],
  ['F11 HTML page said to be JSON', reply(200, html, { 'content-type': 'application/json' })],
  ['F11 empty body', reply(200, '', { 'content-type': 'application/json' })],
  ['F11 empty stream', streaming()],
  ['F11 204', [raw('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n')]],
  ['F12 error in JSON', replyJson(200, { error: complaint })],
  ['F12 error as a text in JSON', replyJson(200, { error: indiscretion })],
  ['F12 error object in JSON', replyJson(200, { object: 'error', ...complaint })],
  ['F12 detail in JSON', replyJson(200, { detail: indiscretion })],
  ['F13 reset before the head', [reset]],
  ['F13 reset after the head', streaming(reset)],
  ['F13 reset after the preamble', withPreamble(reset)],
  ['F13 half-close after the preamble', withPreamble(halfClose)],
  ['F13 clean end after the preamble', withPreamble()],
  ['F13 reset inside the first chunk', withPreamble(sendUntil(sse([delta(words)]), 150), reset)],
  [
    'F13 JSON that breaks off',
    [...reply(200, '{"choices":[{"message":', { 'content-length': '900' }), reset],
  ],
  ['F23 four malformed events', chatStream([...Array<string>(4).fill('{"choices": ['), delta(words)])],
  ['F25 endless line', streaming(fill('a', 64 * 1024 * 1024))],
]

describe.concurrent.for(unavailable)('%s', ([, deepinfra, limits = {}]) => {
  test('moves on to the next endpoint, unseen', async () => {
    const played = await play({ deepinfra, groq: fine, limits })
    const calls = [deepinfra === 'refused' ? 0 : 1, 1]
    expect(played).toMatchObject(both({ ...next, calls }))
  })

  test('costs nothing where nobody else answers', async () => {
    const nobody = refused(503, 'provider_overloaded')
    expect(await play({ deepinfra, groq: deepinfra, limits })).toMatchObject(both(nobody))
  })
})

test('F3 is told in the stream where keep-alives have committed its headers', async () => {
  const deepinfra = streaming(silence)
  const limits = { firstTokenTimeoutMs: 100, keepAliveMs: 20 }
  const { stream } = await play({ deepinfra, groq: deepinfra, limits })
  expect(stream.events[0]).toEqual({ comment: 'OPENROUTER PROCESSING' })
  expect(stream).toMatchObject({
    status: 200,
    content: '',
    finish: 'error',
    error: { code: 503, metadata: { error_type: 'provider_overloaded' } },
    usage: { cost: 0, completion_tokens: 0 },
    chargedNanos: 0,
    heldNanos: 0,
    calls: [1, 1],
    leaks: [],
  })
  const behind = await play({ deepinfra, groq: fine, limits })
  expect(behind.stream.events[0]).toEqual({ comment: 'OPENROUTER PROCESSING' })
  expect(behind).toMatchObject(both(next))
})

const limited = (headers: Record<string, string>): Step[] =>
  replyJson(429, { error: { ...complaint, code: 'rate_limit_exceeded' } }, headers)
const inOneHour = (): string => new Date(Date.now() + 3_600_000).toUTCString()

const hints: [name: string, deepinfra: object, groq: object, retryAfter: string | undefined][] = [
  ['F5 the smaller hint', { 'retry-after': '40' }, { 'retry-after': '2' }, '2'],
  ['F5 the one hint there is', {}, { 'retry-after': '7' }, '7'],
  ['F5 a hint in milliseconds', { 'retry-after-ms': '1500' }, {}, '2'],
  ['F5 a hint per request and token', { 'x-ratelimit-reset-requests': '6m0s' }, {}, '60'],
  ['F6 -1', { 'retry-after': '-1' }, { 'retry-after': '-1' }, '1'],
  ['F6 0', { 'retry-after': '0' }, {}, '1'],
  ['F6 1e9', { 'retry-after': '1e9' }, { 'retry-after': '1000000000' }, '60'],
  ['F6 a fraction', { 'retry-after': '2.1' }, {}, '3'],
  ['F6 a date', { 'retry-after': inOneHour() }, {}, '60'],
  ['F6 a date in the past', { 'retry-after': new Date(0).toUTCString() }, {}, '1'],
  ['F6 a text', { 'retry-after': 'soon, canary' }, { 'retry-after': 'NaN' }, undefined],
  ['F6 nothing', { 'retry-after': '' }, {}, undefined],
]

test.concurrent.for(hints)('%s', async ([, deepinfra, groq, retryAfter]) => {
  const played = await play({ deepinfra: limited({ ...deepinfra }), groq: limited({ ...groq }) })
  for (const seen of [played.stream, played.whole]) {
    expect(seen).toMatchObject({ ...refused(429, 'rate_limit_exceeded'), calls: [1, 1] })
    expect(seen.headers['retry-after']).toBe(retryAfter)
    expect(seen.error).toMatchObject({
      availability: {
        code: 'capacity_exhausted',
        retryable: true,
        ...(retryAfter !== undefined && { retry_after: Number(retryAfter) }),
      },
    })
  }
})

test('the endpoints of one generation share its time', async () => {
  const limits = { headersTimeoutMs: 200, firstTokenTimeoutMs: 900, totalTimeoutMs: 1_000 }
  const played = await play({ deepinfra: [silence], groq: streaming(silence), limits })
  const attempts = [{ error: 'headers_timeout' }, { error: 'total_timeout' }]
  expect(played).toMatchObject(both({ calls: [1, 1], record: { attempts } }))
})

test('F5 429 moves on', async () => {
  const played = await play({ deepinfra: limited({ 'retry-after': '2' }), groq: fine })
  expect(played).toMatchObject(both(next))
})

test('F9 a refused key is told to the operator, by its provider', async () => {
  const refusing = replyJson(401, { error: { ...complaint, code: 'invalid_api_key' } })
  const played = await play({ deepinfra: refusing, groq: fine })
  expect(played).toMatchObject(both({ ...next, log: { failed: 'deepinfra 401 invalid_api_key' } }))
})

test('F7 500 once is answered by the next call', async () => {
  const failing = await play({ deepinfra: replyJson(500, { error: complaint }) })
  const nobody = { ...refused(503, 'provider_overloaded'), calls: [1, 0] }
  expect(failing).toMatchObject(both(nobody))
  const healthy = await play({ deepinfra: fine })
  const answered = served(deepinfraNanos)
  expect(healthy).toMatchObject(both(answered))
})

const overflow = {
  message: `This model's maximum context length is 131072 tokens, you sent: ${indiscretion}`,
  type: 'invalid_request_error',
  code: 'context_length_exceeded',
}

test.concurrent.for<[string, Step[]]>([
  ['as 400', replyJson(400, { error: overflow })],
  ['as 400 in plain text', reply(400, `prompt is too long: ${indiscretion}`)],
  ['as 200 in JSON', replyJson(200, { error: overflow })],
  ['as 200 in a stream', chatStream([{ error: overflow }])],
])('F10 context overflow %s is the request’s fault: no failover', async ([, deepinfra]) => {
  const typed = { ...refused(400, 'context_length_exceeded'), calls: [1, 0] }
  const played = await play({ deepinfra, groq: fine })
  expect(played).toMatchObject(both(typed))
  expect(played.whole.headers['x-should-retry']).toBe('false')
})

test.concurrent.for([301, 302, 303, 307, 308])(
  'F33 redirect %i is not followed, and takes no key along',
  async (status) => {
    const elsewhere = await provider(chatAnswer('stolen'))
    const deepinfra = reply(status, '', { location: `${elsewhere.baseUrl}/chat/completions` })
    expect(await play({ deepinfra, groq: fine })).toMatchObject(both(next))
    const nobody = { ...refused(503, 'provider_overloaded'), calls: [1, 0] }
    expect(await play({ deepinfra })).toMatchObject(both(nobody))
    expect(await elsewhere.calls()).toEqual([])
  },
)
