import { expect, test } from 'vitest'
import {
  between,
  dead,
  drive,
  healthy,
  load,
  p95Ms,
  silent,
  since,
  successShare,
  type Behaviour,
} from './circuit-traffic.ts'

/** Failing over, in virtual time: minutes of traffic at one isolate, whatever the machine. */

const flaky: Behaviour = (nowMs, random) => (random() < 0.1 ? { errorMs: 50 } : healthy(nowMs, random))

const limited: Behaviour = () => ({ errorMs: 5, status: 429, retryAfterSeconds: 2 })
const flapping: Behaviour = (nowMs, random) =>
  (Math.floor(nowMs / 10_000) % 2 === 1 ? dead : healthy)(nowMs, random)

test.for(['one', 'two', 'three'])(
  'three endpoints that each fail one call in ten serve 99.8 % (seed %s)',
  async (seed) => {
    const journeys = await drive({
      providers: { a: flaky, b: flaky, c: flaky },
      perSecond: 50,
      seconds: 400,
      seed,
    })
    expect(journeys).toHaveLength(20_000)
    expect(successShare(journeys)).toBeGreaterThanOrEqual(0.998)
    expect(Math.max(...journeys.map(({ calls }) => calls.length))).toBeLessThanOrEqual(3)
  },
)

test('a dead provider sees next to nothing, and nobody sees more than is asked for', async () => {
  const journeys = await drive({ providers: { a: dead, b: healthy }, perSecond: 200, seconds: 120 })
  expect(successShare(journeys)).toBe(1)
  expect(load(journeys, 'a')).toBeLessThan(0.01)
  expect(load(journeys, 'b')).toBe(1)
})

test('where all are dead the load stays within 1.2 of what is asked for, after five seconds', async () => {
  const journeys = await drive({ providers: { a: dead, b: dead, c: dead }, perSecond: 200, seconds: 120 })
  expect(successShare(journeys)).toBe(0)
  const late = since(journeys, 5)
  expect(load(late)).toBeGreaterThanOrEqual(1)
  expect(load(late)).toBeLessThanOrEqual(1.2)
  expect(load(journeys)).toBeLessThanOrEqual(1.2)
})

test('where all ask to wait the load stays within 1.2 as well', async () => {
  const journeys = await drive({
    providers: { a: limited, b: limited, c: limited },
    perSecond: 200,
    seconds: 60,
  })
  expect(load(since(journeys, 5))).toBeLessThanOrEqual(1.2)
})

test('all come back by themselves once they answer again', async () => {
  const outage = between(10, 70, dead)
  const journeys = await drive({
    providers: { a: outage, b: outage, c: outage },
    perSecond: 20,
    seconds: 240,
  })
  expect(successShare(since(journeys, 0, 10))).toBe(1)
  expect(successShare(since(journeys, 70))).toBe(1)
  expect(load(since(journeys, 200), 'a')).toBe(1)
})

test.for([
  ['errors', dead, 20],
  ['errors', dead, 200],
  ['silence', silent, 20],
  ['silence', silent, 150],
] as const)(
  'a minute of %s at the first of two costs its clients two seconds at most, p95',
  async ([, fault, perSecond]) => {
    const journeys = await drive({
      providers: { a: between(60, 120, fault), b: healthy },
      perSecond,
      seconds: 180,
    })
    const usual = p95Ms(since(journeys, 0, 60))
    expect(p95Ms(since(journeys, 60, 120))).toBeLessThanOrEqual(usual + 2_000)
    expect(successShare(journeys)).toBeGreaterThanOrEqual(0.999)
  },
)

test('an endpoint that flaps every ten seconds costs no more than one call in a hundred', async () => {
  const journeys = await drive({ providers: { a: flapping, b: healthy }, perSecond: 20, seconds: 600 })
  expect(successShare(journeys)).toBeGreaterThanOrEqual(0.99)
  expect(load(journeys)).toBeLessThanOrEqual(1.05)
})

test('one that becomes slow is left to itself after the first that waited', async () => {
  const slow = between(60, 1_000, () => ({ tokenMs: 25_000 }))
  const journeys = await drive({ providers: { a: slow, b: healthy }, perSecond: 5, seconds: 240 })
  expect(successShare(journeys)).toBe(1)
  const waited = since(journeys, 60).filter(({ tookMs }) => (tookMs ?? Infinity) > 5_000)
  // Those of the first seconds, and then a probe now and then.
  expect(waited.length).toBeLessThanOrEqual(2 * 5 + 10)
  expect(p95Ms(since(journeys, 60))).toBeLessThanOrEqual(2_700)
})
