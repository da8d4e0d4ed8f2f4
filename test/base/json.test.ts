import { expect, test } from 'vitest'
import { exact } from '../../src/base/json.ts'

const written = (text: string) => JSON.stringify(JSON.parse(text, exact(text)))

test.each([
  ['of a long text', `{"id":1234567890123456789,"text":"${'words '.repeat(1_000_000)}"}`],
  ['of many values', `[1234567890123456789,${'1,'.repeat(100_000)}1]`],
])('a long integer %s is written as it was read', (_, text) => {
  expect(written(text) === text).toBe(true)
})

test.each([
  ['values', '1,', '1'],
  ['nested values', '[[[[1]]]],', '[[[[1]]]]'],
])('of more than 128 Ki %s none costs its source', (_, each, last) => {
  const text = `[1234567890123456789,${each.repeat(128 * 1024)}${last}]`
  expect(exact(text)).toBeUndefined()
})
