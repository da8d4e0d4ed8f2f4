import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../../src/base/json.ts'
import { questionText, type Question } from '../../src/cache/answer-key.ts'
import { canonicalJson } from '../../src/cache/canonical-json.ts'

test('the example of RFC 8785 is written as it says', () => {
  const text =
    String.raw`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],` +
    String.raw`"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`
  expect(canonicalJson(JSON.parse(text))).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
      String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  )
})

test('names are ordered by their UTF-16 units, numbers among them', () => {
  const names = ['€', '\r', '\uFB33', '10', '1', '2', '😀', '\u0080', 'ö', '']
  const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])))
  expect([...text.matchAll(/"((?:[^"\\]|\\.)*)":/g)].map(([, name]) => name)).toEqual([
    '',
    String.raw`\r`,
    '1',
    '10',
    '2',
    '\u0080',
    'ö',
    '€',
    '😀',
    '\uFB33',
  ])
})

test('negative zero is zero, half a character is kept apart, and what is undefined is absent', () => {
  expect(canonicalJson(-0)).toBe('0')
  expect(canonicalJson('\uD83D')).toBe(String.raw`"\ud83d"`)
  expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}')
})

/** Few values, so that two that are drawn are often the same, or nearly. */
const near = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, true, false, 0, 1, 10, '', '0', '1', '"', '\\', ',', 'null', '\uD800'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('', 'a', 'b', '1', '10', '"', '":0,"'), tie('value'), { maxKeys: 3 }),
  ),
})).value

/** Any value of JSON, but for what its text does not tell apart. */
const any = fc.jsonValue().map((value): Json => JSON.parse(JSON.stringify(value)))

test('two values have one text exactly where they are the same value', () => {
  fc.assert(fc.property(near, near, expectAlike), { numRuns: 5_000 })
  fc.assert(fc.property(any, any, expectAlike), { numRuns: 500 })
})

test('the text says the value, whatever the order of its names and the white space around it', () => {
  fc.assert(
    fc.property(any, fc.integer({ min: 0, max: 4 }), (value, indent) => {
      const text = canonicalJson(value)
      expect(isSame(JSON.parse(text), value)).toBe(true)
      expect(canonicalJson(JSON.parse(JSON.stringify(reversed(value), null, indent)))).toBe(text)
    }),
    { numRuns: 1_000 },
  )
})

test('two questions have one text exactly where key, endpoint, stream, model, rules and body are the same', () => {
  const question: fc.Arbitrary<Question> = fc.record({
    keyHash: fc.constantFrom('a', 'b', 'a"', ''),
    format: fc.constantFrom('openai-chat', 'openai-responses', 'anthropic-messages', 'openai-embeddings'),
    stream: fc.boolean(),
    model: fc.constantFrom('a', 'b', 'a"', ''),
    routing: fc.constantFrom([], [{}], [{ model: 'a' }], [{ ignoredModels: ['a'] }]),
    body: fc.dictionary(fc.constantFrom('model', 'b'), near, { maxKeys: 2 }),
  })
  fc.assert(
    fc.property(question, question, (left, right) => {
      expect(questionText(left) === questionText(right)).toBe(isSame(plain(left), plain(right)))
      expect(questionText({ ...left, stream: !left.stream })).not.toBe(questionText(left))
    }),
    { numRuns: 5_000 },
  )
})

function expectAlike(left: Json, right: Json): void {
  expect(canonicalJson(left) === canonicalJson(right)).toBe(isSame(left, right))
}

function plain(question: Question): Json {
  return JSON.parse(JSON.stringify(question))
}

/** Written without texts: what it finds the same is the same. */
function isSame(left: Json | undefined, right: Json | undefined): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    return left === right
  }
  if (Array.isArray(left) !== Array.isArray(right)) return false
  const [ours, theirs] = [new Map(Object.entries(left)), new Map(Object.entries(right))]
  return ours.size === theirs.size && [...ours].every(([name, value]) => isSame(value, theirs.get(name)))
}

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, field]): [string, Json] => [name, reversed(field)]),
  )
}
