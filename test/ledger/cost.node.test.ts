import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Price } from '../../src/catalogue/model.ts'
import { noUsage, type Usage } from '../../src/generation/usage.ts'
import { cost, holdNanos, markupOf, parseMarkup, type Markup } from '../../src/ledger/cost.ts'

const price: Price = {
  promptPicos: 150_000,
  completionPicos: 600_000,
  cachedPicos: 75_000,
  cacheWritePicos: 187_500,
  promptAudioPicos: 10_000_000,
  completionAudioPicos: 20_000_000,
  requestNanos: 1_000,
}
const one: Markup = { numerator: 1n, denominator: 1n }

test('cached, cache-writing and audio tokens leave the prompt total, and reasoning stays in the completion', () => {
  const usage = {
    ...noUsage,
    promptTokens: 1000,
    cachedTokens: 600,
    cacheWriteTokens: 100,
    promptAudioTokens: 50,
    completionTokens: 200,
    reasoningTokens: 150,
    completionAudioTokens: 10,
  }
  const promptNanos = 600 * 75 + 100 * 187.5 + 50 * 10_000 + 250 * 150 + 1000
  const completionNanos = 10 * 20_000 + 190 * 600
  expect(cost(usage, price, one)).toEqual({
    promptNanos,
    completionNanos,
    upstreamNanos: promptNanos + completionNanos,
    costNanos: promptNanos + completionNanos,
  })
})

test('a cost is rounded up once, after the mark-up', () => {
  const cheap = { promptPicos: 1, completionPicos: 1 }
  const usage = { ...noUsage, promptTokens: 1, completionTokens: 1 }
  expect(cost(usage, cheap, one)).toEqual({
    promptNanos: 1,
    completionNanos: 0,
    upstreamNanos: 1,
    costNanos: 1,
  })
  expect(
    cost({ ...noUsage, promptTokens: 1_000_000 }, price, { numerator: 21n, denominator: 20n }),
  ).toMatchObject({
    upstreamNanos: 150_001_000,
    costNanos: 157_501_050,
  })
})

test('a mark-up is a decimal or a fraction, exact, and nothing else', () => {
  expect(parseMarkup('1')).toEqual({ numerator: 1n, denominator: 1n })
  expect(parseMarkup('1.05')).toEqual({ numerator: 105n, denominator: 100n })
  expect(parseMarkup('21/20')).toEqual({ numerator: 21n, denominator: 20n })
  expect(parseMarkup('0')).toEqual({ numerator: 0n, denominator: 1n })
  const others = ['', '-1', '1.', '.5', '1/0', '1e3', '1/2.5', '0x1', '1 ', '१', '1234567890']
  expect(others.filter((text) => parseMarkup(text))).toEqual([])
})

test("a model's own mark-up comes before the account's", () => {
  const markups = { default: '1', models: { 'a/b': '21/20' } }
  expect(markupOf(markups, 'a/b')).toEqual({ numerator: 21n, denominator: 20n })
  expect(markupOf(markups, 'constructor')).toEqual(one)
})

const rate = (special: number | undefined, usual: number) => BigInt(special ?? usual)
const tokens = fc.nat({ max: 10_000_000 })
const picos = fc.nat({ max: 600_000_000 })
const anyPrice: fc.Arbitrary<Price> = fc.record(
  {
    promptPicos: picos,
    completionPicos: picos,
    cachedPicos: picos,
    cacheWritePicos: picos,
    promptAudioPicos: picos,
    completionAudioPicos: picos,
    requestNanos: fc.nat({ max: 1_000_000 }),
  },
  { requiredKeys: ['promptPicos', 'completionPicos'] },
)
/** Small enough for every cost to stay within the exact integers. */
const anyMarkup = fc.record({
  numerator: fc.bigInt({ min: 0n, max: 100n }),
  denominator: fc.bigInt({ min: 1n, max: 100n }),
})
const anyUsage: fc.Arbitrary<Usage> = fc.record({
  promptTokens: tokens,
  completionTokens: tokens,
  cachedTokens: tokens,
  cacheWriteTokens: tokens,
  cacheWriteLongTokens: fc.constant(0),
  reasoningTokens: tokens,
  promptAudioTokens: tokens,
  completionAudioTokens: tokens,
  promptImageTokens: fc.constant(0),
  completionImageTokens: fc.constant(0),
  webSearches: fc.constant(0),
  estimated: fc.boolean(),
})

test('P1: a cost is the exact rational, rounded up, for usage whose parts fit into its totals', () => {
  const parts = fc.tuple(tokens, tokens, tokens, tokens, tokens, tokens)
  fc.assert(
    fc.property(
      parts,
      anyPrice,
      anyMarkup,
      ([plain, cached, written, audio, text, speech], rates, markup) => {
        const usage = {
          ...noUsage,
          promptTokens: plain + cached + written + audio,
          cachedTokens: cached,
          cacheWriteTokens: written,
          promptAudioTokens: audio,
          completionTokens: text + speech,
          completionAudioTokens: speech,
        }
        const picoTotal =
          BigInt(plain) * BigInt(rates.promptPicos) +
          BigInt(cached) * rate(rates.cachedPicos, rates.promptPicos) +
          BigInt(written) * rate(rates.cacheWritePicos, rates.promptPicos) +
          BigInt(audio) * rate(rates.promptAudioPicos, rates.promptPicos) +
          BigInt(text) * BigInt(rates.completionPicos) +
          BigInt(speech) * rate(rates.completionAudioPicos, rates.completionPicos) +
          BigInt(rates.requestNanos ?? 0) * 1000n
        const { costNanos, promptNanos, completionNanos, upstreamNanos } = cost(usage, rates, markup)
        const exact = picoTotal * markup.numerator
        const unit = 1000n * markup.denominator
        expect(BigInt(costNanos) * unit >= exact).toBe(true)
        expect((BigInt(costNanos) - 1n) * unit < exact).toBe(true)
        expect(completionNanos).toBeGreaterThanOrEqual(0)
        expect(promptNanos + completionNanos).toBe(upstreamNanos)
      },
    ),
  )
})

test('P1: a cost never falls when a total rises, and two costs together differ from one by a nano at most', () => {
  fc.assert(
    fc.property(anyUsage, tokens, anyPrice, anyMarkup, (usage, more, rates, markup) => {
      const before = cost(usage, rates, markup).costNanos
      const raised = [
        { ...usage, promptTokens: usage.promptTokens + more },
        { ...usage, completionTokens: usage.completionTokens + more },
      ]
      for (const larger of raised)
        expect(cost(larger, rates, markup).costNanos).toBeGreaterThanOrEqual(before)
      expect(before).toBeGreaterThanOrEqual(0)

      const free = { ...rates, requestNanos: 0 }
      const prompt = { ...noUsage, promptTokens: usage.promptTokens }
      const completion = { ...noUsage, completionTokens: usage.completionTokens }
      const apart = cost(prompt, free, markup).costNanos + cost(completion, free, markup).costNanos
      const together = cost({ ...prompt, completionTokens: usage.completionTokens }, free, markup).costNanos
      expect([0, 1]).toContain(apart - together)
    }),
  )
})

test('P2: a hold covers any usage within the caps it was computed for', () => {
  fc.assert(
    fc.property(anyUsage, fc.tuple(tokens, tokens), anyPrice, anyMarkup, (usage, more, rates, markup) => {
      const caps = {
        promptTokensMax: usage.promptTokens + more[0],
        completionTokensMax: usage.completionTokens + more[1],
      }
      expect(holdNanos(caps, rates, markup)).toBeGreaterThanOrEqual(cost(usage, rates, markup).costNanos)
    }),
  )
})
