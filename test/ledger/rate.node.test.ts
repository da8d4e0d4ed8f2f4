import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { concurrencyRefusal, rateHorizon, RateWindow } from '../../src/ledger/rate.ts'

const none = { requestsPerMinute: null, requestsPerDay: null, concurrentRequests: null }
const midnight = Date.UTC(2026, 0, 2)

test('P12: no 60 s hold more admissions than the limit, and Retry-After is sufficient', () => {
  const gaps = fc.array(fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 90_000 })), { maxLength: 200 })
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 10 }), fc.nat({ max: 199 }), (pausesMs, limit, evictedAt) => {
      const limits = { ...none, requestsPerMinute: limit }
      const admitted: number[] = []
      let window = new RateWindow([])
      let nowMs = midnight - 60_000
      const broken = pausesMs.filter((pauseMs, index) => {
        nowMs += pauseMs
        // Losing the memory changes nothing: the window is built anew from what was admitted.
        if (index === evictedAt) window = new RateWindow(admitted.toReversed())
        const refusal = window.refusal(limits, nowMs)
        if (!refusal) {
          window.add(nowMs)
          admitted.push(nowMs)
          return false
        }
        const { resetAtMs, retryAfterSeconds } = refusal
        const refusedAt = (atMs: number) => new RateWindow(admitted).refusal(limits, atMs) !== undefined
        const isSufficient = nowMs + retryAfterSeconds * 1000 >= resetAtMs && !refusedAt(resetAtMs)
        return !isSufficient || resetAtMs <= nowMs || !refusedAt(resetAtMs - 1)
      })
      expect(broken).toEqual([])
      for (const atMs of admitted) {
        const within = admitted.filter((other) => other >= atMs && other < atMs + 60_000)
        expect(within.length).toBeLessThanOrEqual(limit)
      }
    }),
  )
})

test('a limit of 100 lets 100 of 1,000 calls of one moment through, and the others a minute later', () => {
  const window = new RateWindow([])
  const limits = { ...none, requestsPerMinute: 100 }
  const passed = (nowMs: number) =>
    Array.from({ length: 1000 }).filter(() => {
      if (window.refusal(limits, nowMs)) return false
      window.add(nowMs)
      return true
    }).length
  const nowMs = midnight - 10
  expect(passed(nowMs)).toBe(100)
  expect(passed(nowMs + 20)).toBe(0)
  expect(window.refusal(limits, nowMs + 20)).toEqual({
    name: 'requests_per_minute',
    limit: 100,
    resetAtMs: nowMs + 60_000,
    retryAfterSeconds: 60,
  })
  expect(passed(nowMs + 60_000)).toBe(100)
})

test('the limit of a day starts anew at midnight UTC', () => {
  const limits = { ...none, requestsPerDay: 2 }
  const window = new RateWindow([midnight - 9000, midnight - 8000])
  expect(window.refusal(limits, midnight - 1)).toEqual({
    name: 'requests_per_day',
    limit: 2,
    resetAtMs: midnight,
    retryAfterSeconds: 1,
  })
  expect(window.refusal(limits, midnight)).toBeUndefined()
})

test('a limit of nothing admits nothing', () => {
  expect(new RateWindow([]).refusal({ ...none, requestsPerMinute: 0 }, midnight)).toMatchObject({
    resetAtMs: midnight + 60_000,
  })
  expect(concurrencyRefusal({ ...none, concurrentRequests: 0 }, 0, midnight)).toMatchObject({
    name: 'concurrent_requests',
    retryAfterSeconds: 1,
  })
  expect(concurrencyRefusal({ ...none, concurrentRequests: 2 }, 1, midnight)).toBeUndefined()
})

test('only what a limit needs is read again', () => {
  const noon = midnight + 12 * 3_600_000
  expect(rateHorizon(none, noon)).toBeUndefined()
  expect(rateHorizon({ ...none, requestsPerMinute: 5 }, noon)).toBe(noon - 60_000)
  expect(rateHorizon({ ...none, requestsPerDay: 5 }, noon)).toBe(midnight)
  expect(rateHorizon({ ...none, requestsPerDay: 5 }, midnight + 1000)).toBe(midnight - 59_000)
})
