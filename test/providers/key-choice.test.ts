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
  expect(chooseKey({}, text, random, 0)).toBe(key)
})

test('a key that was refused is not drawn for five minutes, while there is another', () => {
  const env = {}
  const drawn = (nowMs: number) => [0, 0.99].map((random) => chooseKey(env, 'a, b', random, nowMs))
  expect(setKeyAside(env, 'a, b', 'a', 0)).toBe(true)
  expect(drawn(299_999)).toEqual(['b', 'b'])
  expect(drawn(300_000)).toEqual(['a', 'b'])
  expect(setKeyAside(env, 'a, b', 'a', 1)).toBe(true)
  expect(setKeyAside(env, 'a, b', 'b', 1)).toBe(false)
  expect(drawn(2)).toEqual(['a', 'b'])
})
