import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nanosMax } from '../../src/base/money.ts'
import type { Price } from '../../src/catalogue/model.ts'
import { noUsage, type Usage } from '../../src/generation/usage.ts'
import { cost, holdNanos, markupOf, parseMarkup, type Kept, type Markup } from '../../src/ledger/cost.ts'

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
  expect(cost(usage, price, one, 0)).toEqual({
    promptNanos,
    completionNanos,
    upstreamNanos: promptNanos + completionNanos,
    costNanos: promptNanos + completionNanos,
  })
})

test('a cost is rounded up once, after the mark-up', () => {
  const cheap = { promptPicos: 1, completionPicos: 1 }
  const usage = { ...noUsage, promptTokens: 1, completionTokens: 1 }
  expect(cost(usage, cheap, one, 0)).toEqual({
    promptNanos: 1,
    completionNanos: 0,
    upstreamNanos: 1,
    costNanos: 1,
  })
  expect(
    cost({ ...noUsage, promptTokens: 1_000_000 }, price, { numerator: 21n, denominator: 20n }, 0),
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

describe('which prices apply', () => {
  const usage = { ...noUsage, promptTokens: 1000, completionTokens: 100 }
  const nanos = (rates: Price, used: Partial<Usage> = {}, atMs = 0) =>
    cost({ ...usage, ...used }, rates, one, atMs).costNanos

  test('a prompt above a threshold re-prices the whole request, and what a tier does not name stays', () => {
    const tiered: Price = {
      promptPicos: 2_000_000,
      completionPicos: 8_000_000,
      cachedPicos: 500_000,
      contextTiers: [
        { abovePromptTokens: 200_000, promptPicos: 4_000_000, completionPicos: 12_000_000 },
        { abovePromptTokens: 100_000, promptPicos: 3_000_000 },
      ],
    }
    const at = (promptTokens: number) => nanos(tiered, { promptTokens, cachedTokens: 1000 })
    expect(at(100_000)).toBe(1000 * 500 + 99_000 * 2_000 + 100 * 8_000)
    expect(at(100_001)).toBe(1000 * 500 + 99_001 * 3_000 + 100 * 8_000)
    expect(at(200_000)).toBe(1000 * 500 + 199_000 * 3_000 + 100 * 8_000)
    expect(at(200_001)).toBe(1000 * 500 + 199_001 * 4_000 + 100 * 12_000)
  })

  test('a threshold that belongs to its tier is one token less', () => {
    const inclusive: Price = {
      promptPicos: 3_000_000,
      completionPicos: 0,
      contextTiers: [{ abovePromptTokens: 199_999, promptPicos: 6_000_000 }],
    }
    expect(nanos(inclusive, { promptTokens: 199_999 })).toBe(199_999 * 3_000)
    expect(nanos(inclusive, { promptTokens: 200_000 })).toBe(200_000 * 6_000)
  })

  test('outside the peak tokens cost their factor, by the minute in which the request was admitted', () => {
    const weekdays = [1, 2, 3, 4, 5]
    const hours: Price = {
      promptPicos: 300_000,
      completionPicos: 1_200_000,
      requestNanos: 7,
      offPeak: {
        factorMillionths: 500_000,
        peak: [
          { days: weekdays, fromMinute: 60, toMinute: 240 },
          { days: weekdays, fromMinute: 360, toMinute: 600 },
        ],
      },
    }
    const dear = 1000 * 300 + 100 * 1200 + 7
    const cheap = 1000 * 150 + 100 * 600 + 7
    const at = (time: string) => nanos(hours, {}, Date.parse(time))
    // A Monday, and the Sunday before it.
    expect(
      ['00:59:59.999Z', '01:00Z', '03:59:59.999Z', '04:00Z', '06:00Z', '10:00Z'].map((time) =>
        at(`2026-11-16T${time}`),
      ),
    ).toEqual([cheap, dear, dear, cheap, dear, cheap])
    expect(at('2026-11-15T02:00Z')).toBe(cheap)
    expect(at('2026-11-20T23:30:00-03:00')).toBe(cheap)
  })

  test('a request is billed in the service tier that served it; one without a price costs the usual', () => {
    const tiers: Price = {
      promptPicos: 1_250_000,
      completionPicos: 10_000_000,
      cachedPicos: 125_000,
      searchNanos: 10_000_000,
      serviceTiers: {
        flex: { factorMillionths: 500_000 },
        priority: {
          tariff: {
            promptPicos: 2_500_000,
            completionPicos: 20_000_000,
            contextTiers: [{ abovePromptTokens: 999, promptPicos: 5_000_000 }],
          },
        },
      },
    }
    const used = { cachedTokens: 400, webSearches: 2 }
    const searches = 2 * 10_000_000
    expect(nanos(tiers, used)).toBe(400 * 125 + 600 * 1250 + 100 * 10_000 + searches)
    expect(nanos(tiers, { ...used, serviceTier: 'flex' })).toBe(
      200 * 125 + 300 * 1250 + 50 * 10_000 + searches,
    )
    expect(nanos(tiers, { ...used, serviceTier: 'priority' })).toBe(1000 * 5000 + 100 * 20_000 + searches)
    expect(nanos(tiers, { ...used, serviceTier: 'constructor' })).toBe(nanos(tiers, used))
  })

  test('a hold is for the dearest that may apply: the tier in reach, the service tier that is asked for, the peak', () => {
    const dear: Price = {
      promptPicos: 1_000_000,
      completionPicos: 2_000_000,
      reasoningPicos: 3_000_000,
      promptAudioPicos: 9_000_000,
      searchNanos: 5,
      contextTiers: [{ abovePromptTokens: 1000, promptPicos: 4_000_000 }],
      offPeak: { factorMillionths: 500_000, peak: [] },
      serviceTiers: { flex: { factorMillionths: 250_000 }, priority: { factorMillionths: 2_000_000 } },
    }
    const caps = { promptTokensMax: 1000, completionTokensMax: 10, webSearchesMax: 0, hasSound: false }
    const usual = 1000 * 1000 + 10 * 3000
    expect(holdNanos(caps, dear, one)).toBe(usual)
    expect(holdNanos({ ...caps, promptTokensMax: 1001 }, dear, one)).toBe(1001 * 4000 + 10 * 3000)
    expect(holdNanos({ ...caps, serviceTier: 'priority' }, dear, one)).toBe(2 * usual)
    expect(holdNanos({ ...caps, serviceTier: 'flex' }, dear, one)).toBe(usual)
    expect(holdNanos({ ...caps, webSearchesMax: 3 }, dear, one)).toBe(usual + 15)
    expect(holdNanos({ ...caps, hasSound: true }, dear, one)).toBe(1000 * 9000 + 10 * 3000)
  })

  test('a hold is for a cache that is written only where one is asked for, or its host writes one unasked', () => {
    const claude = {
      promptPicos: 3_000_000,
      completionPicos: 0,
      cachedPicos: 300_000,
      cacheWritePicos: 3_750_000,
      cacheWriteLongPicos: 6_000_000,
    }
    const { cacheWriteLongPicos: _, ...unasked } = claude
    const caps = { promptTokensMax: 1000, completionTokensMax: 0, webSearchesMax: 0, hasSound: false }
    const kinds = ['hour', 'minutes', 'not'] as const
    const held = (rates: Price) => kinds.map((kept) => holdNanos({ ...caps, kept }, rates, one))
    expect(held(claude)).toEqual([6_000_000, 3_750_000, 3_000_000])
    expect(held(unasked)).toEqual([3_750_000, 3_750_000, 3_750_000])
    expect(holdNanos(caps, claude, one)).toBe(6_000_000)
  })
})

const tokens = fc.nat({ max: 1_000_000 })
const picos = fc.nat({ max: 600_000_000 })
const factor = fc.nat({ max: 3_000_000 })
const tokenPrices = {
  promptPicos: picos,
  completionPicos: picos,
  cachedPicos: picos,
  cacheWritePicos: picos,
  cacheWriteLongPicos: picos,
  promptAudioPicos: picos,
  cachedAudioPicos: picos,
  promptImagePicos: picos,
  reasoningPicos: picos,
  completionAudioPicos: picos,
  completionImagePicos: picos,
}
const fees = { requestNanos: fc.nat({ max: 1_000_000 }), searchNanos: fc.nat({ max: 50_000_000 }) }
const requiredKeys: ['promptPicos', 'completionPicos'] = ['promptPicos', 'completionPicos']
const flatPrice: fc.Arbitrary<Price> = fc.record({ ...tokenPrices, ...fees }, { requiredKeys })
const contextTiers = fc.array(
  fc.record({ ...tokenPrices, abovePromptTokens: tokens }, { requiredKeys: ['abovePromptTokens'] }),
  { maxLength: 3 },
)
const tariff = fc.record({ ...tokenPrices, contextTiers }, { requiredKeys })
const minute = fc.nat({ max: 1440 })
const offPeak = fc.record({
  factorMillionths: factor,
  peak: fc.array(
    fc.record({ days: fc.subarray([0, 1, 2, 3, 4, 5, 6]), fromMinute: minute, toMinute: minute }),
  ),
})
const serviceTiers = fc.dictionary(
  fc.constantFrom('flex', 'priority'),
  fc.oneof(fc.record({ factorMillionths: factor }), fc.record({ tariff })),
)
/** Everything a price can be, some of it against all sense. */
const anyPrice: fc.Arbitrary<Price> = fc.record(
  { ...tokenPrices, ...fees, contextTiers, offPeak, serviceTiers },
  { requiredKeys },
)
/** Small enough for every cost to stay within the exact integers. */
const anyMarkup = fc.record({
  numerator: fc.bigInt({ min: 0n, max: 100n }),
  denominator: fc.bigInt({ min: 1n, max: 100n }),
})
const searches = fc.nat({ max: 50 })
const anyTime = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
const counts = [
  'promptTokens',
  'completionTokens',
  'cachedTokens',
  'cacheWriteTokens',
  'cacheWriteLongTokens',
  'reasoningTokens',
  'promptAudioTokens',
  'cachedAudioTokens',
  'completionAudioTokens',
  'promptImageTokens',
  'completionImageTokens',
  'webSearches',
] as const
const serviceTier = fc.constantFrom(undefined, 'flex', 'priority', 'scale')
const anyUsage: fc.Arbitrary<Usage> = fc
  .tuple(fc.array(tokens, { minLength: counts.length, maxLength: counts.length }), serviceTier)
  .map(([values, tier]) => {
    const usage: Usage = { ...noUsage, ...(tier !== undefined && { serviceTier: tier }) }
    for (const [index, name] of counts.entries()) usage[name] = values[index] ?? 0
    return { ...usage, webSearches: usage.webSearches % 50 }
  })

test('P1: a cost is the exact rational, rounded up, for usage whose parts fit into its totals', () => {
  const parts = fc.tuple(tokens, tokens, tokens, tokens, tokens, tokens, tokens)
  const written = fc.tuple(tokens, tokens, tokens, tokens)
  const extra = fc.record({ webSearches: searches, flex: factor, off: factor, isPeak: fc.boolean() })
  fc.assert(
    fc.property(fc.tuple(parts, written), flatPrice, anyMarkup, extra, ([prompt, completion], ...rest) => {
      const [rates, markup, more] = rest
      const [plain, cached, cachedSound, short, long, sound, picture] = prompt
      const [text, thought, speech, drawing] = completion
      const usage = {
        ...noUsage,
        promptTokens: prompt.reduce((left, right) => left + right),
        cachedTokens: cached + cachedSound,
        cachedAudioTokens: cachedSound,
        cacheWriteTokens: short + long,
        cacheWriteLongTokens: long,
        promptAudioTokens: sound + cachedSound,
        promptImageTokens: picture,
        completionTokens: completion.reduce((left, right) => left + right),
        reasoningTokens: thought,
        completionAudioTokens: speech,
        completionImageTokens: drawing,
        webSearches: more.webSearches,
        serviceTier: 'flex',
      }
      const days = more.isPeak ? [0, 1, 2, 3, 4, 5, 6] : []
      const factored = {
        ...rates,
        serviceTiers: { flex: { factorMillionths: more.flex } },
        offPeak: { factorMillionths: more.off, peak: [{ days, fromMinute: 0, toMinute: 1440 }] },
      }
      const { promptPicos: input, completionPicos: output } = rates
      const write = rates.cacheWritePicos ?? input
      const read = rates.cachedPicos ?? input
      const each: [number, number][] = [
        [plain, input],
        [cached, read],
        [cachedSound, rates.cachedAudioPicos ?? read],
        [short, write],
        [long, rates.cacheWriteLongPicos ?? write],
        [sound, rates.promptAudioPicos ?? input],
        [picture, rates.promptImagePicos ?? input],
        [text, output],
        [thought, rates.reasoningPicos ?? output],
        [speech, rates.completionAudioPicos ?? output],
        [drawing, rates.completionImagePicos ?? output],
      ]
      const tokenPicos = each.reduce((sum, [count, own]) => sum + BigInt(count) * BigInt(own), 0n)
      const factors = BigInt(more.flex) * BigInt(more.isPeak ? 1_000_000 : more.off)
      const feeNanos = (rates.requestNanos ?? 0) + more.webSearches * (rates.searchNanos ?? 0)
      const exact = (tokenPicos * factors + BigInt(feeNanos) * 10n ** 15n) * markup.numerator
      const unit = 10n ** 15n * markup.denominator

      const { costNanos, promptNanos, completionNanos, upstreamNanos } = cost(usage, factored, markup, 0)
      const ceiling = (exact + unit - 1n) / unit
      expect(BigInt(costNanos)).toBe(ceiling < BigInt(nanosMax) ? ceiling : BigInt(nanosMax))
      expect(completionNanos).toBeGreaterThanOrEqual(0)
      expect(promptNanos + completionNanos).toBe(upstreamNanos)
    }),
  )
})

test('P1: a cost never falls when a total rises and longer prompts are no cheaper', () => {
  fc.assert(
    fc.property(anyUsage, tokens, anyPrice, anyMarkup, (usage, more, any, markup) => {
      const { contextTiers: _, serviceTiers: __, ...flat } = any
      const doubled = Object.entries(flat).map(([name, value]) => [
        name,
        typeof value === 'number' ? 2 * value : value,
      ])
      const tier = { ...Object.fromEntries(doubled), abovePromptTokens: 500_000 }
      const rates = { ...flat, contextTiers: [tier] }
      const before = cost(usage, rates, markup, 0).costNanos
      expect(before).toBeGreaterThanOrEqual(0)
      const raised = [
        { ...usage, promptTokens: usage.promptTokens + more },
        { ...usage, completionTokens: usage.completionTokens + more },
        { ...usage, webSearches: usage.webSearches + 1 },
      ]
      for (const larger of raised)
        expect(cost(larger, rates, markup, 0).costNanos).toBeGreaterThanOrEqual(before)
    }),
  )
})

test('P1: two costs together differ from one by a nano at most', () => {
  fc.assert(
    fc.property(anyUsage, flatPrice, anyMarkup, (usage, rates, markup) => {
      const free = { ...rates, requestNanos: 0 }
      const prompt = { ...noUsage, promptTokens: usage.promptTokens }
      const completion = { ...noUsage, completionTokens: usage.completionTokens }
      const apart = cost(prompt, free, markup, 0).costNanos + cost(completion, free, markup, 0).costNanos
      const both = { ...prompt, completionTokens: usage.completionTokens }
      expect([0, 1]).toContain(apart - cost(both, free, markup, 0).costNanos)
    }),
  )
})

test('P1: parts never count beyond their totals, whatever a provider says', () => {
  const claims = { ...noUsage, cachedTokens: 9, cacheWriteTokens: 9, cacheWriteLongTokens: 99 }
  expect(cost({ ...claims, promptTokens: 0 }, { ...price, requestNanos: 0 }, one, 0).costNanos).toBe(0)
  fc.assert(
    fc.property(anyUsage, fc.record(tokenPrices, { requiredKeys }), (usage, rates) => {
      const totals = usage.promptTokens + usage.completionTokens
      const { costNanos } = cost({ ...usage, serviceTier: 'none' }, rates, one, 0)
      expect(costNanos).toBeLessThanOrEqual(
        Math.ceil((totals * Math.max(...Object.values(rates))) / 1000) + 1,
      )
    }),
  )
})

/** A usage without writes to a cache that nobody asked for, where its host sells an hour: it writes on demand alone. */
function asKept(usage: Usage, kept: Kept | undefined, { cacheWriteLongPicos }: Price): Usage {
  if (kept === undefined || kept === 'hour') return usage
  const isWritten = kept === 'minutes' || cacheWriteLongPicos === undefined
  return { ...usage, ...(!isWritten && { cacheWriteTokens: 0 }), cacheWriteLongTokens: 0 }
}

const keeping = fc.constantFrom<Kept | undefined>(undefined, 'not', 'minutes', 'hour')
const extras = fc.tuple(tokens, tokens, keeping)

test('P2: a hold covers any usage within the caps it was computed for, at any time, in any tier that may serve', () => {
  fc.assert(
    fc.property(anyUsage, extras, anyPrice, anyMarkup, anyTime, (told, more, ...rest) => {
      const [rates, markup, at] = rest
      const kept = more[2]
      const usage = asKept(told, kept, rates)
      const caps = {
        promptTokensMax: usage.promptTokens + more[0],
        completionTokensMax: usage.completionTokens + more[1],
        webSearchesMax: usage.webSearches,
        hasSound: true,
        ...(kept && { kept }),
        ...(usage.serviceTier !== undefined && { serviceTier: usage.serviceTier }),
      }
      const held = holdNanos(caps, rates, markup)
      expect(held).toBeGreaterThanOrEqual(cost(usage, rates, markup, at.getTime()).costNanos)
      const { serviceTier: _, ...usual } = usage
      expect(held).toBeGreaterThanOrEqual(cost(usual, rates, markup, at.getTime()).costNanos)
    }),
  )
})
