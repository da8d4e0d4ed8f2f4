import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import type { Endpoint } from '../../src/catalogue/model.ts'
import { limitsOf } from '../../src/gateway/limits.ts'
import { unknownHealth } from '../../src/routing/endpoint-health.ts'
import type { Result } from '../../src/routing/circuit/circuit.ts'
import { Circuits, circuitsOf, withCircuits } from '../../src/routing/circuit/circuits.ts'
import { firstTokenTimeout } from '../../src/routing/circuit/first-tokens.ts'
import { resultOf } from '../../src/routing/circuit/result.ts'
import { abc, modelWith } from './endpoints.ts'

const limits = limitsOf({})
const second = 1_000
const [a, b] = endpointsOf(abc)

function endpointsOf({ endpoints: [first, next] }: typeof abc): [Endpoint, Endpoint] {
  if (!first || !next) throw new Error('the model has its endpoints')
  return [first, next]
}

/** Circuits whose ejections last what is written down, neither more nor less. */
const circuits = (random = 0.5, overrides: Partial<typeof limits> = {}) =>
  new Circuits({ ...limits, ...overrides }, () => random)

/** One attempt at A that ends like this. */
function tried(known: Circuits, result: Result, atMs: number, retryAfterSeconds?: number): void {
  known.begin(a, { isRetry: false, whole: false }, atMs).ended(result, atMs, retryAfterSeconds)
}

function failed(known: Circuits, times: number, atMs: number): void {
  for (let count = 0; count < times; count++) tried(known, 'failure', atMs)
}

const calm = { panics: false }
const good = { ejected: false, cooling: false, probed: false }
const out = { ejected: true, cooling: false, probed: false }
const probed = { ejected: true, cooling: false, probed: true }

test('an endpoint is given up for 30 s after five failures in a row, and then tried by one request at a time', () => {
  const known = circuits()
  failed(known, 4, 0)
  expect(known.standing(a, 0)).toEqual(good)
  failed(known, 1, 0)
  expect(known.standing(a, 29_999)).toEqual(out)
  expect(known.standing(b, 0)).toEqual(good)
  expect(known.standing(a, 30_000)).toEqual(good)
  const trial = known.begin(a, { isRetry: false, whole: false }, 30_000)
  expect(known.standing(a, 30_001)).toEqual(probed)
  trial.answered(30_500)
  expect(known.standing(a, 30_500)).toEqual(good)
})

test('a success between them, by when they were begun, breaks the row', () => {
  const known = circuits(0.5, { ejectionRequestsMin: 1_000 })
  failed(known, 2, 0)
  const pending = known.begin(a, { isRetry: false, whole: false }, 0)
  failed(known, 3, 0)
  expect(known.standing(a, 0)).toEqual(good)
  pending.answered(500)
  failed(known, 4, 600)
  expect(known.standing(a, 600)).toEqual(good)
  failed(known, 1, 600)
  expect(known.standing(a, 600)).toEqual(out)
})

test('half of ten requests that fail within 30 s are as bad as five in a row; half of nine are not', () => {
  const known = circuits()
  for (let count = 0; count < 4; count++) {
    tried(known, 'success', count * second)
    failed(known, 1, count * second)
  }
  tried(known, 'success', 4 * second)
  expect(known.standing(a, 4 * second)).toEqual(good)
  failed(known, 1, 4 * second)
  expect(known.standing(a, 4 * second)).toEqual(out)

  const slowly = circuits()
  for (let count = 0; count < 20; count++) {
    tried(slowly, 'success', count * 8 * second)
    failed(slowly, 1, count * 8 * second)
  }
  expect(slowly.standing(a, 160 * second)).toEqual(good)
})

test('each ejection that follows soon is longer, up to five minutes', () => {
  const known = circuits()
  failed(known, 5, 0)
  const lengths = []
  let nowMs = 0
  for (let count = 0; count < 12; count++) {
    const sinceMs = nowMs
    while (known.standing(a, nowMs).ejected) nowMs += second
    lengths.push((nowMs - sinceMs) / second)
    tried(known, 'failure', nowMs)
  }
  expect(lengths).toEqual([30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300])
  while (known.standing(a, nowMs).ejected) nowMs += second
  tried(known, 'success', nowMs)
  failed(known, 5, nowMs + 301 * second)
  expect(known.standing(a, nowMs + 331 * second)).toEqual(good)
})

test.for([
  [0, 24],
  [0.5, 30],
  [1, 36],
])('lengths are spread by a fifth either way: drawn %f is %i s', ([random, seconds]) => {
  const known = circuits(random)
  failed(known, 5, 0)
  expect(known.standing(a, (seconds ?? 0) * second - 1)).toEqual(out)
  expect(known.standing(a, (seconds ?? 0) * second)).toEqual(good)
})

test('what was begun before an ejection neither ends nor lengthens it', () => {
  const known = circuits()
  const [early, late] = [0, 0].map((atMs) => known.begin(a, { isRetry: false, whole: false }, atMs))
  for (let count = 0; count < 6; count++) tried(known, 'silent', 10)
  early?.answered(20)
  expect(known.standing(a, 20)).toEqual(out)
  late?.ended('failure', 30_010)
  expect(known.standing(a, 30_010)).toEqual(good)
})

test('one first token that does not come in time is enough', () => {
  const known = circuits()
  tried(known, 'silent', 10 * second)
  expect(known.standing(a, 10 * second)).toEqual(out)
})

test.for<Result>(['success', 'failure', 'limited', 'ignored'])(
  'the place of a probe is free when the probe ends, not when an older attempt does: %s',
  (result) => {
    const known = circuits()
    const early = known.begin(a, { isRetry: false, whole: true }, 0)
    failed(known, 6, 0)
    const trial = known.begin(a, { isRetry: false, whole: true }, 30 * second)
    early.ended(result, 31 * second, 0)
    expect(known.standing(a, 31 * second)).toEqual(probed)
    trial.ended('ignored', 32 * second)
    expect(known.standing(a, 32 * second)).toEqual(good)
  },
)

test('a probe that says nothing leaves its turn to the next', () => {
  const known = circuits()
  failed(known, 5, 0)
  const trial = known.begin(a, { isRetry: false, whole: false }, 30 * second)
  trial.ended('ignored', 31 * second)
  expect(known.standing(a, 31 * second)).toEqual(good)
})

test('a probe that hangs keeps its place no longer than until the next ejection', () => {
  const known = circuits()
  failed(known, 5, 0)
  known.begin(a, { isRetry: false, whole: false }, 30 * second)
  tried(known, 'success', 31 * second)
  failed(known, 5, 32 * second)
  expect(known.standing(a, 92 * second)).toEqual(good)
  known.begin(a, { isRetry: false, whole: false }, 92 * second)
  expect(known.standing(a, 92 * second)).toEqual(probed)
})

test('faults of the request, departures and refused credentials count for nothing, however many', () => {
  const known = circuits()
  for (let count = 0; count < 100; count++) tried(known, 'ignored', count, 60)
  expect(known.standing(a, 100)).toEqual(good)
  expect(known.mayRetry(a, 100, calm)).toBe(true)
})

test.for([
  [undefined, 1],
  [7, 7],
  [0, 0],
  [86_400, 120],
])('who limits its rate is left alone as long as it says: %s s are %i s', ([hint, seconds]) => {
  const known = circuits()
  tried(known, 'limited', 0, hint)
  const untilMs = (seconds ?? 0) * second
  expect(known.standing(a, Math.max(0, untilMs - 1)).cooling).toBe(untilMs > 0)
  expect(known.standing(a, untilMs)).toEqual(good)
  for (let count = 0; count < 20; count++) tried(known, 'limited', 0, hint)
  expect(known.standing(a, 0).ejected).toBe(false)
})

test('a failure that comes with a hint cools as well as it counts', () => {
  const known = circuits()
  tried(known, 'failure', 0, 5)
  expect(known.standing(a, 4_999)).toEqual({ ...good, cooling: true })
})

test('after five failures an endpoint is not asked after others, until time or successes give tokens back', () => {
  const known = circuits(0.5, { ejectionFailures: 1_000, ejectionRequestsMin: 1_000 })
  failed(known, 4, 0)
  expect(known.mayRetry(a, 0, calm)).toBe(true)
  failed(known, 1, 0)
  expect(known.mayRetry(a, 0, calm)).toBe(false)
  expect(known.mayRetry(b, 0, calm)).toBe(true)
  expect(known.mayRetry(a, 10, calm)).toBe(true)
  failed(known, 1, 10)
  expect(known.mayRetry(a, 10, calm)).toBe(false)
  for (let count = 0; count < 5; count++) tried(known, 'success', 10)
  expect(known.mayRetry(a, 10, calm)).toBe(true)
})

test('an isolate retries no more than a fifth of what it serves at a time', () => {
  const known = circuits(0.5, { retriesInFlightMin: 3 })
  const retry = () => known.begin(a, { isRetry: true, whole: false }, 0)
  const [first] = [retry(), retry(), retry()]
  expect(known.mayRetry(b, 0, calm)).toBe(false)
  for (let count = 0; count < 20; count++) known.enter(0)
  expect(known.mayRetry(b, 0, calm)).toBe(true)
  retry()
  expect(known.mayRetry(b, 0, calm)).toBe(false)
  // One that has its first content is a retry no more, and counts once.
  first?.answered(0)
  first?.ended('success', 0)
  expect(known.mayRetry(b, 0, calm)).toBe(true)
  retry()
  expect(known.mayRetry(b, 0, calm)).toBe(false)
})

test('requests that come while three wait for an endpoint that has gone silent go elsewhere', () => {
  const known = circuits()
  const begin = (atMs: number) => known.begin(a, { isRetry: false, whole: false }, atMs)
  for (let count = 0; count < 30; count++) begin(0).answered(1_500)
  const waiting = [begin(10_000), begin(10_100), begin(10_200)]
  expect(known.standing(a, 11_500)).toEqual(good)
  expect(known.standing(a, 11_501)).toEqual({ ...good, cooling: true })
  waiting[1]?.ended('ignored', 11_600)
  expect(known.standing(a, 11_600)).toEqual(good)
  begin(11_600)
  expect(known.standing(a, 11_601)).toEqual({ ...good, cooling: true })
  waiting[2]?.answered(12_000)
  expect(known.standing(a, 12_000)).toEqual(good)
})

const wait = (facts: Partial<Parameters<typeof firstTokenTimeout>[0]>) =>
  firstTokenTimeout({ p99Ms: undefined, reasons: false, isLast: false, ...facts }, limits)

test('it takes three times the slowest first token in a hundred to give up, within bounds', () => {
  expect(wait({ p99Ms: 500 })).toBe(10_000)
  expect(wait({ p99Ms: 5_000 })).toBe(15_000)
  expect(wait({ p99Ms: 50_000 })).toBe(60_000)
  expect(wait({})).toBe(30_000)
  expect(wait({ p99Ms: 500, isLast: true })).toBe(60_000)
  expect(wait({ reasons: true })).toBe(300_000)
  // The slowest in a hundred thought less than the next one may.
  expect(wait({ p99Ms: 2_000, reasons: true })).toBe(60_000)
  expect(wait({ p99Ms: 50_000, reasons: true })).toBe(150_000)
  expect(wait({ p99Ms: 200_000, reasons: true })).toBe(300_000)
})

test('a long prompt, and a whole answer that is long, are waited for longer', () => {
  expect(wait({ p99Ms: 500, promptTokens: 40_000 })).toBe(20_000)
  expect(wait({ p99Ms: 500, promptTokens: 1_000_000 })).toBe(60_000)
  expect(wait({ p99Ms: 500, wholeTokens: 400 })).toBe(30_000)
  expect(wait({ p99Ms: 500, wholeTokens: 1_000 })).toBe(60_000)
  expect(wait({ p99Ms: 15_000, promptTokens: 40_000 })).toBe(45_000)
})

test('the slowest in a hundred is known from twenty on, for ten minutes, of streams and of whole answers apart', () => {
  const known = circuits()
  for (let count = 1; count <= 19; count++) {
    known.begin(a, { isRetry: false, whole: false }, 0).answered(count * 100)
  }
  expect(known.p99Ms(a, false, 2_000)).toBeUndefined()
  known.begin(a, { isRetry: false, whole: false }, 0).answered(2_000)
  expect(known.p99Ms(a, false, 2_000)).toBe(2_000)
  expect(known.p99Ms(a, true, 2_000)).toBeUndefined()
  expect(known.p99Ms(b, false, 2_000)).toBeUndefined()
  expect(known.p99Ms(a, false, 602_000)).toBeUndefined()
})

test('what is remembered is merged into the health that a plan is made from, and adds to it alone', () => {
  const known = circuits()
  const degraded = { ...unknownHealth, uptime: 'degraded', cooling: true } as const
  expect(withCircuits(() => degraded, known, 0)(a)).toBe(degraded)
  failed(known, 5, 0)
  expect(withCircuits(() => degraded, known, 0)(a)).toEqual({ ...degraded, ejected: true })
  expect(withCircuits(() => degraded, known, 30 * second)(a)).toBe(degraded)
})

test('a thousand endpoints are remembered, the one used longest ago is not', () => {
  const many = modelWith(
    'm/many',
    Array.from({ length: 1_000 }, (_, index) => ({ provider: `p${index}`, dollars: 1 })),
  )
  const known = circuits()
  failed(known, 5, 0)
  for (const endpoint of many.endpoints.slice(1)) {
    known.begin(endpoint, { isRetry: false, whole: false }, 0).ended('success', 0)
  }
  expect(known.standing(a, 0)).toEqual(out)
  known.begin(b, { isRetry: false, whole: false }, 0).ended('success', 0)
  expect(known.standing(a, 0)).toEqual(good)
})

test('the same bindings have the same memory, others another', () => {
  const bindings = {}
  expect(circuitsOf(bindings, limits)).toBe(circuitsOf(bindings, limits))
  expect(circuitsOf(bindings, limits)).not.toBe(circuitsOf({}, limits))
})

const fault = (type: GatewayError['type'], upstream: object) =>
  new GatewayError(type, 'no', { upstream: { status: null, failOver: true, ...upstream } })

test.for<[Result, GatewayError]>([
  ['failure', fault('provider_unavailable', { code: 'connection_failed' })],
  ['failure', fault('provider_unavailable', { status: 500 })],
  ['failure', fault('provider_overloaded', { status: 529 })],
  ['failure', fault('timeout', { code: 'stall_timeout' })],
  ['silent', fault('timeout', { code: 'headers_timeout' })],
  ['silent', fault('timeout', { code: 'first_token_timeout' })],
  ['limited', fault('rate_limit_exceeded', { status: 429 })],
  ['ignored', fault('invalid_request', { status: 400, failOver: false })],
  ['ignored', fault('provider_unavailable', { status: 401 })],
  ['ignored', fault('provider_unavailable', { status: 402 })],
  ['ignored', fault('provider_unavailable', { status: 429, isCredential: true })],
  ['ignored', fault('provider_unavailable', { code: 'insufficient_quota', isCredential: true })],
  ['failure', fault('provider_unavailable', { status: 403 })],
  ['ignored', fault('not_found', { status: 404 })],
  ['ignored', fault('payload_too_large', { status: 413, failOver: false })],
  ['ignored', fault('rate_limit_exceeded', { status: 413 })],
  ['ignored', fault('provider_unavailable', { status: 403, code: 'region_refused' })],
  ['ignored', fault('invalid_request', { code: 'not_translated' })],
  ['ignored', fault('timeout', { code: 'total_timeout' })],
  ['ignored', fault('timeout', { code: 'cancelled', failOver: false })],
  ['ignored', new GatewayError('server', 'a bug')],
])('an attempt is a %s by what it came to', ([result, error]) => {
  expect(resultOf(error)).toBe(result)
})

test('whole answers that take their time are no silence', () => {
  const known = circuits()
  const begin = (whole: boolean, atMs: number) => known.begin(a, { isRetry: false, whole }, atMs)
  for (let count = 0; count < 30; count++) begin(false, 0).answered(500)
  for (const atMs of [10_000, 10_000, 10_000]) begin(true, atMs)
  expect(known.standing(a, 15_000)).toMatchObject({ cooling: false })
})
