import { expect, test } from 'vitest'
import { retryHint } from '../../src/providers/retry-hint.ts'

const now = Date.UTC(2026, 0, 1)

const hintOf = (headers: Record<string, string>, status = 429, told?: number) =>
  retryHint(new Response(null, { status, headers }), now, told)

test.each<[Record<string, string>, number | undefined]>([
  [{}, undefined],
  [{ 'retry-after': '2' }, 2],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': ' 7 ' }, 7],
  [{ 'retry-after': '1.2' }, 2],
  [{ 'retry-after': '-1' }, 0],
  [{ 'retry-after': '1000000000' }, 120],
  [{ 'retry-after': '1e9' }, 120],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': 'NaN' }, undefined],
  [{ 'retry-after': 'Infinity' }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{ 'retry-after': '2, 3' }, undefined],
  [{ 'retry-after': new Date(now + 30_000).toUTCString() }, 30],
  [{ 'retry-after': new Date(now - 30_000).toUTCString() }, 0],
  [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 2],
  [{ 'retry-after-ms': 'x', 'retry-after': '9' }, 9],
  [{ 'x-ratelimit-reset-requests': '6m0s' }, 120],
  [{ 'x-ratelimit-reset-requests': '120ms', 'x-ratelimit-reset-tokens': '1.2s' }, 2],
  [{ 'x-ratelimit-reset-tokens': '1m3s' }, 63],
  [{ 'x-ratelimit-reset-tokens': 'x' }, undefined],
  [{ 'x-ratelimit-reset-requests': '60s', 'x-ratelimit-remaining-requests': '9999' }, undefined],
  [
    {
      'x-ratelimit-reset-requests': '60s',
      'x-ratelimit-remaining-requests': '12',
      'x-ratelimit-reset-tokens': '7s',
      'x-ratelimit-remaining-tokens': '0',
    },
    7,
  ],
  [
    {
      'anthropic-ratelimit-requests-remaining': '3',
      'anthropic-ratelimit-requests-reset': '2026-01-01T00:01:00Z',
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': '2026-01-01T00:00:20Z',
    },
    20,
  ],
])('[F6] %o is a wait of %s seconds', (headers, seconds) => {
  expect(hintOf(headers)).toBe(seconds)
})

test.each([400, 401, 402, 403, 404, 408, 413, 422])('a refusal with %i asks nobody to wait', (status) => {
  const headers = { 'retry-after': '9', 'x-ratelimit-reset-requests': '60s' }
  expect(hintOf(headers, status, 9)).toBeUndefined()
})

test.each([500, 503, 529])(
  'a %i is believed what it says outright, not what is left of a limit',
  (status) => {
    expect(hintOf({ 'retry-after': '9', 'x-ratelimit-reset-requests': '60s' }, status)).toBe(9)
    expect(hintOf({ 'x-ratelimit-reset-requests': '60s' }, status)).toBeUndefined()
  },
)

test('what a body says counts where no header does', () => {
  expect(hintOf({}, 429, 7)).toBe(7)
  expect(hintOf({ 'retry-after': '2' }, 503, 7)).toBe(2)
})
