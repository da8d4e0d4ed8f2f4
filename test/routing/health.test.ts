import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import { dayMs, minuteMs, secondMs } from '../../src/base/time.ts'
import {
  agesForPeople,
  agesForRouting,
  kept,
  merge,
  tally,
  type Board,
} from '../../src/routing/health/board.ts'
import { healthFrom, measuresFrom } from '../../src/routing/health/figures.ts'
import { outcomeOf, type Observation } from '../../src/routing/health/observation.ts'
import { bucketOf, percentiles, relativeErrorMax } from '../../src/routing/health/sketch.ts'
import { ToolCalls } from '../../src/routing/health/tool-calls.ts'
import { faultOf } from '../../src/wire/faults.ts'
import { untranslatable, upstreamError } from '../../src/wire/upstream-error.ts'
import { modelWith } from './endpoints.ts'

const nowMs = Date.UTC(2026, 0, 15, 12)
const { endpoints } = modelWith('author/model', [
  { provider: 'one', dollars: 1 },
  { provider: 'two', dollars: 2 },
])
const [endpoint = expect.unreachable('it has two')] = endpoints
const key = 'author/model one'

type Seen = Partial<Omit<Observation, 'endpoint'>>

/** What is known after these, each as often as it says, of the one endpoint. */
function after(...seen: (Seen & { times?: number })[]): Board {
  const board: Board = {}
  for (const { times = 1, ...each } of seen) {
    for (let count = 0; count < times; count++)
      tally(board, { endpoint, atMs: nowMs, outcome: 'success', ...each })
  }
  return board
}

const health = (board: Board, atMs = nowMs) => healthFrom(board[key] ?? {}, atMs)
const measured = (board: Board, atMs = nowMs) => measuresFrom(board, atMs)[key]

test('[R2][R3] an outage is significant for the 30 seconds after it, and then forgotten', () => {
  const board = after({ outcome: 'failure', times: 2 }, { outcome: 'success', times: 2 })
  expect(health(board)).toMatchObject({ outage: true })
  expect(health(board, nowMs + 29 * secondMs)).toMatchObject({ outage: true })
  expect(health(board, nowMs + 31 * secondMs)).toMatchObject({ outage: false })
})

test('[R2] one failure is no outage, nor are two among many answers', () => {
  expect(health(after({ outcome: 'failure' }))).toMatchObject({ outage: false })
  expect(health(after({ outcome: 'failure', times: 2 }, { times: 3 }))).toMatchObject({ outage: false })
})

test('[R2] whom it refuses for their number, and what is not its fault, make no outage', () => {
  const board = after({ outcome: 'rate_limited', times: 9 }, { outcome: 'ignored', times: 9 })
  expect(health(board)).toMatchObject({ outage: false, requests: 0, uptime: 'normal' })
})

test('[R143][R146] under 100 requests in 30 minutes an uptime has no class', () => {
  expect(health(after({ outcome: 'failure', times: 99 }))).toMatchObject({ requests: 99, uptime: 'normal' })
  expect(health(after({ outcome: 'failure', times: 100 }))).toMatchObject({ requests: 100, uptime: 'down' })
})

test.each([
  { failures: 5, uptime: 'normal', status: 0 },
  { failures: 6, uptime: 'degraded', status: -1 },
  { failures: 10, uptime: 'degraded', status: -1 },
  { failures: 20, uptime: 'degraded', status: -1 },
  { failures: 21, uptime: 'down', status: -2 },
])('[R146] of 100 requests $failures failed: $uptime', ({ failures, uptime, status }) => {
  const board = after({ outcome: 'failure', times: failures }, { times: 100 - failures })
  expect(health(board, nowMs + minuteMs)).toMatchObject({ uptime, outage: false })
  expect(measured(board, nowMs + minuteMs)).toMatchObject({ status, uptime_last_30m: 100 - failures })
  expect(health(board, nowMs + 32 * minuteMs)).toMatchObject({ uptime: 'normal', requests: 0 })
})

test('[R146] uptimes of 5 minutes, 30 minutes and a day are each of their own time', () => {
  const board = after(
    { atMs: nowMs - 20 * 60 * minuteMs, outcome: 'failure', times: 20 },
    { atMs: nowMs - 20 * minuteMs, outcome: 'failure', times: 10 },
    { atMs: nowMs, times: 10 },
  )
  expect(measured(board)).toMatchObject({ uptime_last_5m: 100, uptime_last_30m: 50, uptime_last_1d: 25 })
  expect(measured(board, nowMs + 10 * minuteMs)).toMatchObject({ uptime_last_5m: null, status: 0 })
  expect(measured(board, nowMs + 2 * dayMs)).toMatchObject({ uptime_last_1d: null })
})

const refusal = (status: number, body: string) => upstreamError(status, faultOf(status, body))

test.each([
  { name: '400', error: refusal(400, '{"error":{"message":"bad"}}'), counts: 'ignored' },
  {
    name: '400 that quotes the request',
    error: refusal(400, '{"error":{"message":"Invalid value: incorrect api key"}}'),
    counts: 'ignored',
  },
  {
    name: '400 for a tool call that the model wrote',
    error: refusal(400, '{"error":{"code":"tool_use_failed"}}'),
    counts: 'ignored',
  },
  { name: '413', error: refusal(413, ''), counts: 'ignored' },
  { name: '429', error: refusal(429, '{}'), counts: 'rate_limited' },
  {
    name: '403 for a region',
    error: refusal(403, '{"error":{"code":"unsupported_country_region_territory","message":"no"}}'),
    counts: 'ignored',
  },
  { name: '401', error: refusal(401, '{}'), counts: 'failure' },
  { name: '402', error: refusal(402, '{}'), counts: 'failure' },
  { name: '404', error: refusal(404, '{}'), counts: 'failure' },
  { name: '500', error: refusal(500, '{}'), counts: 'failure' },
  { name: '503', error: refusal(503, 'overloaded'), counts: 'failure' },
  {
    name: 'what it could not be asked',
    error: untranslatable(new GatewayError('invalid_request', 'no')),
    counts: 'ignored',
  },
  { name: 'our own fault', error: new GatewayError('server', 'bug'), counts: 'ignored' },
])('[R145] $name counts as $counts', ({ error, counts }) => {
  expect(outcomeOf(error)).toBe(counts)
})

test('a percentile of latency is what so many of a hundred stayed below', () => {
  const board: Board = {}
  for (let latencyMs = 10; latencyMs <= 1000; latencyMs += 10)
    tally(board, { endpoint, atMs: nowMs, outcome: 'success', latencyMs })
  const { p50 = 0, p75 = 0, p90 = 0, p99 = 0 } = health(board).latencyMs ?? {}
  expect([p50 / 500, p75 / 750, p90 / 900, p99 / 990].every(isNearOne)).toBe(true)
  expect(health(board, nowMs + 7 * minuteMs).latencyMs).toBeUndefined()
  expect(measured(board, nowMs + 7 * minuteMs)?.latency_last_30m).toEqual({ p50, p75, p90, p99 })
})

test('[R56] a percentile of throughput is what so many of a hundred beat, so it falls', () => {
  const board: Board = {}
  for (let throughput = 1; throughput <= 100; throughput++)
    tally(board, { endpoint, atMs: nowMs, outcome: 'success', throughput })
  const { p50 = 0, p75 = 0, p90 = 0, p99 = 0 } = health(board).throughput ?? {}
  expect([p50 / 51, p75 / 26, p90 / 11, p99 / 2].every(isNearOne)).toBe(true)
})

/** Within the sketch's error, and what rounding to four digits adds. */
function isNearOne(ratio: number): boolean {
  return Math.abs(ratio - 1) <= relativeErrorMax + 0.001
}

test('a percentile is off by less than the stated error, whatever the samples', () => {
  const samples = fc.array(fc.double({ min: 0.11, max: 900_000, noNaN: true }), {
    minLength: 1,
    maxLength: 200,
  })
  fc.assert(
    fc.property(samples, fc.constantFrom('low', 'high'), (values, good) => {
      const counts = new Map<number, number>()
      for (const value of values) counts.set(bucketOf(value), (counts.get(bucketOf(value)) ?? 0) + 1)
      const best = values.toSorted((left, right) => (good === 'low' ? left - right : right - left))
      const found = percentiles([...counts], good)
      for (const [name, share] of [
        ['p50', 0.5],
        ['p75', 0.75],
        ['p90', 0.9],
        ['p99', 0.99],
      ] as const) {
        const exact = best[Math.ceil(share * best.length) - 1] ?? 0
        expect(isNearOne((found?.[name] ?? 0) / exact)).toBe(true)
      }
    }),
  )
})

const observation: fc.Arbitrary<Observation> = fc.record(
  {
    endpoint: fc.constantFrom(...endpoints),
    atMs: fc.integer({ min: nowMs - 2 * dayMs, max: nowMs }),
    outcome: fc.constantFrom('success', 'failure', 'rate_limited', 'ignored'),
    latencyMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
    throughput: fc.double({ min: 0, max: 1e9, noNaN: true }),
    tools: fc.constantFrom('good', 'bad'),
  },
  { requiredKeys: ['endpoint', 'atMs', 'outcome'] },
)

function boardOf(observations: readonly Observation[]): Board {
  const board: Board = {}
  for (const each of observations) tally(board, each)
  return board
}

test('boards add up to the same in any order and grouping, and to what one would have seen alone', () => {
  const seen = fc.array(observation, { maxLength: 30 })
  fc.assert(
    fc.property(seen, seen, seen, (first, second, third) => {
      const alone = boardOf([...first, ...second, ...third])
      const left = merge(merge(boardOf(first), boardOf(second)), boardOf(third))
      const right = merge(boardOf(third), merge(boardOf(second), boardOf(first)))
      expect(left).toEqual(alone)
      expect(right).toEqual(alone)
    }),
  )
})

test('a board stays bounded, however much there was to see', () => {
  const board: Board = {}
  for (let second = 0; second < 3 * 24 * 3600; second += 7) {
    const atMs = nowMs - second * secondMs
    const value = 1.07 ** (second % 300)
    tally(board, { endpoint, atMs, outcome: 'failure', latencyMs: value, throughput: value, tools: 'bad' })
  }
  const stretches = (ages: typeof agesForPeople) => Object.keys(kept(board, nowMs, ages)[key] ?? {}).length
  expect(stretches(agesForPeople)).toBeLessThanOrEqual(31 + 31 + 31 + 97)
  expect(stretches(agesForRouting)).toBeLessThanOrEqual(31 + 31 + 6 + 9)
  const buckets = new Set(Object.values(board[key] ?? {}).flatMap((counts) => Object.keys(counts)))
  expect(buckets.size).toBeLessThanOrEqual(5 + 2 * 170)
})

const chatTools = { tools: [{ type: 'function', function: { name: 'weather' } }] }

test.each([
  { name: 'sound', calls: [['weather', '{"city":"Oslo"}']], body: chatTools, verdict: 'good' },
  { name: 'without arguments', calls: [['weather', '']], body: chatTools, verdict: 'good' },
  { name: 'cut off', calls: [['weather', '{"city":']], body: chatTools, verdict: 'bad' },
  { name: 'of another name', calls: [['wether', '{}']], body: chatTools, verdict: 'bad' },
  {
    name: 'of Anthropic',
    calls: [['a', '{']],
    body: { tools: [{ name: 'a', type: 'custom', input_schema: {} }] },
    verdict: 'bad',
  },
  {
    name: 'of a tool that takes text',
    calls: [['a', '{']],
    body: { tools: [{ type: 'custom', name: 'a' }] },
    verdict: 'good',
  },
  { name: 'that nobody offered', calls: [['a', '{}']], body: {}, verdict: undefined },
  { name: 'that are none', calls: [], body: chatTools, verdict: undefined },
  { name: 'too long to keep', calls: [['weather', 'x'.repeat(70_000)]], body: chatTools, verdict: undefined },
])('[R144] tool calls $name: $verdict', ({ calls, body, verdict }) => {
  const seen = new ToolCalls()
  for (const [index, [name = '', input = '']] of calls.entries()) {
    seen.add({ type: 'tool-call-delta', index, name, arguments: input.slice(0, 3) })
    seen.add({ type: 'tool-call-delta', index, arguments: input.slice(3) })
  }
  expect(seen.verdict(body)).toBe(verdict)
})

test('[R144] five calls of which one has a wrong name are one errored request', () => {
  const seen = new ToolCalls()
  for (let index = 0; index < 5; index++)
    seen.add({ type: 'tool-call-delta', index, name: index === 3 ? 'wether' : 'weather', arguments: '{}' })
  const board = after({ tools: seen.verdict(chatTools) ?? 'good' })
  expect(health(board)).toMatchObject({ toolRequests: 1, toolErrors: 1 })
  expect(health(board, nowMs + 3 * 60 * minuteMs)).toMatchObject({ toolRequests: 0, toolErrors: 0 })
})
