import { expect, test } from 'vitest'
import { chooseKey } from '../../src/providers/auth/key-choice.ts'

test.each([
  ['sk-one', 0.99, 'sk-one'],
  ['a, b', 0, 'a'],
  ['a, b', 0.5, 'b'],
  ['a*3,b', 0.74, 'a'],
  ['a*3,b', 0.75, 'b'],
  ['a*0,b', 0, 'b'],
  ['a,,b,', 0.99, 'b'],
])('of %o at %d it is %o', (text, random, key) => {
  expect(chooseKey(text, random)).toBe(key)
})
