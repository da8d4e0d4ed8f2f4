import { expect, test } from 'vitest'
import { retryHint } from '../../src/providers/retry-hint.ts'

const now = Date.UTC(2026, 0, 1)

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
  expect(retryHint(new Headers(headers), now)).toBe(seconds)
})
