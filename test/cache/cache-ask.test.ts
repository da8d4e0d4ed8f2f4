import { expect, test } from 'vitest'
import { cacheAsked, type CachePreset } from '../../src/cache/cache-ask.ts'

const asked = (headers: Record<string, string>, preset?: CachePreset) =>
  cacheAsked(new Headers(headers), preset)
const header = (value: string) => ({ 'x-openrouter-cache': value })
const on = { enabled: true }
const off = { enabled: false }
const usual = { ttlSeconds: 300, clear: false }

test.each([
  ['nothing is said', {}, undefined, undefined],
  ['the header says yes', header('true'), undefined, usual],
  ['the header says it in capitals', header('TRUE'), undefined, usual],
  ['the header says no', header('false'), undefined, undefined],
  ['the header says neither', header('1'), undefined, undefined],
  ['the preset says yes', {}, on, usual],
  ['the preset says yes, and the header something else', header('yes'), on, usual],
  ['the preset says no', {}, off, undefined],
  ['the preset says yes and the header no', header('false'), on, undefined],
  ['both say yes', header('true'), on, usual],
  ['[I161] the preset says no and the header yes', header('true'), off, undefined],
])('%s', (_, headers, preset, expected) => {
  expect(asked(headers, preset)).toEqual(expected)
})

test.each([
  ['0', 1],
  ['1', 1],
  ['999999', 86_400],
  ['9'.repeat(400), 86_400],
  ['60abc', 60],
  ['1.5', 1],
  ['007', 7],
  ['abc', 300],
  ['', 300],
  ['-5', 300],
])('[I159] a header that says %j seconds', (value, ttlSeconds) => {
  expect(asked({ ...header('true'), 'x-openrouter-cache-ttl': value })).toEqual({ ttlSeconds, clear: false })
})

test('a lifetime is the header’s, else the preset’s, else five minutes', () => {
  const preset = { ttlSeconds: 20 }
  const ttl = { ...header('true'), 'x-openrouter-cache-ttl': '10' }
  expect(asked(ttl, preset)?.ttlSeconds).toBe(10)
  expect(asked(header('true'), preset)?.ttlSeconds).toBe(20)
  expect(asked({ ...ttl, 'x-openrouter-cache-ttl': 'soon' }, preset)?.ttlSeconds).toBe(20)
  expect(asked({}, preset)).toBeUndefined()
})

test('[I160] to clear is asked for by one word, and means nothing while the cache is off', () => {
  const clear = { 'x-openrouter-cache-clear': 'true' }
  expect(asked({ ...header('true'), ...clear })?.clear).toBe(true)
  expect(asked({ ...header('true'), 'x-openrouter-cache-clear': '1' })?.clear).toBe(false)
  expect(asked(clear)).toBeUndefined()
  expect(asked({ ...header('false'), ...clear })).toBeUndefined()
})
