import { expect, test } from 'vitest'
import { chooseKey, setKeyAside } from '../../src/providers/auth/key-choice.ts'

test.each([
  ['sk-one', 0.99, 'sk-one'],
  ['a, b', 0, 'a'],
  ['a, b', 0.5, 'b'],
  ['a*3,b', 0.74, 'a'],
  ['a*3,b', 0.75, 'b'],
  ['a*0,b', 0, 'b'],
  ['a,,b,', 0.99, 'b'],
])('of %o at %d it is %o', (text, random, key) => {
  expect(chooseKey({}, { text, host: 'h' }, random, 0)).toBe(key)
})

test('a key that was refused is not drawn for five minutes, while there is another', () => {
  const env = {}
  const keys = { text: 'a, b', host: 'h' }
  const drawn = (nowMs: number) => [0, 0.99].map((random) => chooseKey(env, keys, random, nowMs))
  expect(setKeyAside(env, keys, 'a', 0)).toBe(true)
  expect(drawn(299_999)).toEqual(['b', 'b'])
  expect(drawn(300_000)).toEqual(['a', 'b'])
  expect(setKeyAside(env, keys, 'a', 1)).toBe(true)
  expect(setKeyAside(env, keys, 'b', 1)).toBe(false)
  expect(drawn(2)).toEqual(['a', 'b'])
})

test('a key that one host refuses is drawn for another', () => {
  const env = {}
  expect(setKeyAside(env, { text: 'a, b', host: 'h' }, 'a', 0)).toBe(true)
  expect(chooseKey(env, { text: 'a, b', host: 'h' }, 0, 1)).toBe('b')
  expect(chooseKey(env, { text: 'a, b', host: 'i' }, 0, 1)).toBe('a')
})
