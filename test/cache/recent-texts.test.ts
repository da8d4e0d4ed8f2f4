import { expect, test } from 'vitest'
import { RecentTexts } from '../../src/cache/recent-texts.ts'

test('beyond a hundred texts, the one that was not used for longest is forgotten', () => {
  const texts = new RecentTexts()
  for (let number = 0; number < 100; number++) texts.set(String(number), `text ${number}`)
  expect(texts.get('0')).toBe('text 0')
  texts.set('100', 'text 100')
  expect(texts.get('0')).toBe('text 0')
  expect(texts.get('1')).toBeUndefined()
  expect(texts.get('2')).toBe('text 2')
})

test('beyond 8 MiB, those that were not used for longest are forgotten', () => {
  const texts = new RecentTexts()
  const million = 'x'.repeat(1024 * 1024)
  for (const key of ['a', 'b', 'c', 'd']) texts.set(key, million)
  // What takes the place of another counts once.
  texts.set('d', million)
  expect(texts.get('a')).toBe(million)
  texts.set('e', 'x')
  expect(texts.get('b')).toBeUndefined()
  expect(['a', 'c', 'd', 'e'].map((key) => texts.get(key)?.length)).toEqual([2 ** 20, 2 ** 20, 2 ** 20, 1])
  texts.delete('a')
  texts.delete('unknown')
  texts.set('f', 'x')
  expect(['c', 'd', 'e', 'f'].every((key) => texts.get(key) !== undefined)).toBe(true)
})
