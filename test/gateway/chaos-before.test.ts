import { describe, expect, test } from 'vitest'
import { chatAnswer, chatStream } from '../support/chat-chunks.ts'
import { both, deepinfraNanos, indiscretion, next, play, refused, served, words } from '../support/chaos.ts'
import { provider, reply, replyJson, silence, streaming } from '../support/provider.ts'
import { complaint, unavailable } from '../support/faults.ts'
import type { Step } from '../support/upstream-script.ts'

/** Faults before the first content: another endpoint answers and the client never knows, or nobody pays. */
const fine = chatAnswer(words)

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
    error: {
      code: 503,
      metadata: { error_type: 'provider_overloaded' },
      availability: { code: 'temporarily_unavailable', retryable: true },
    },
    usage: { cost: 0, completion_tokens: 0 },
    chargedNanos: 0,
    heldNanos: 0,
    calls: [1, 1],
    leaks: [],
  })
  const waitsLonger = { firstTokenTimeoutMinMs: 40, firstTokenTimeoutMs: 10_000, keepAliveMs: 20 }
  const behind = await play({ deepinfra, groq: fine, limits: waitsLonger })
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
  const limits = { headersTimeoutMs: 500, firstTokenTimeoutMs: 5_000, totalTimeoutMs: 1_500 }
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
