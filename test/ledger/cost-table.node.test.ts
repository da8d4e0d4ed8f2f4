import { calcPrice, extractUsage, findProvider } from '@pydantic/genai-prices'
import { describe, expect, test } from 'vitest'
import { priceOf } from '../../src/catalogue/price.ts'
import { cost } from '../../src/ledger/cost.ts'
import { usageOf, wholeAnswer } from './usage/answers.ts'
import { anthropicRows } from './usage/anthropic.ts'
import { chatHostRows } from './usage/chat-hosts.ts'
import { googleRows } from './usage/google.ts'
import { openHostRows } from './usage/open-hosts.ts'
import { openaiRows } from './usage/openai.ts'
import { otherRows } from './usage/others.ts'
import { sundayNoon, type UsageRow } from './usage/row.ts'

const rows = [...openaiRows, ...chatHostRows, ...openHostRows, ...anthropicRows, ...googleRows, ...otherRows]
const one = { numerator: 1n, denominator: 1n }

async function nanosOf(row: UsageRow, form: 'whole' | 'streamed'): Promise<number | undefined> {
  const usage = await usageOf(row, form)
  const price = priceOf(row.price)
  return usage && price && cost(usage, price, one, Date.parse(row.at ?? sundayNoon)).costNanos
}

test('the table has at least 60 usage blocks, and no name twice', () => {
  const names = rows.map(({ host }) => host)
  expect(names.length).toBeGreaterThanOrEqual(60)
  expect(new Set(names).size).toBe(names.length)
})

test.each(rows)('$host costs $usd dollars, whole and streamed', async (row) => {
  const nanos = [await nanosOf(row, 'whole'), await nanosOf(row, 'streamed')]
  // Nanos are whole and rounded up; how a sum of decimals is kept as a double adds less than a billionth of one.
  const expected = Math.max(0, Math.ceil(row.usd * 1e9 - 1e-6))
  expect(nanos).toEqual([expected, expected])
})

describe('a second opinion, of rules and prices that others wrote down', () => {
  test.each(rows.filter(({ oracle }) => oracle))('$host', (row) => {
    const { provider: id = '', model = '', flavour = '' } = row.oracle ?? {}
    const provider = findProvider({ providerId: id })
    const usage = provider && extractUsage(provider, wholeAnswer(row), flavour).usage
    const timestamp = new Date(row.at ?? sundayNoon)
    const total = usage && calcPrice(usage, model, { providerId: id, timestamp })?.total_price
    expect(total).toBeCloseTo(row.differs?.usd ?? row.usd, 9)
  })

  test('is another than ours wherever a row says so, and why', () => {
    const idle = rows.filter(({ differs, usd, oracle }) => differs && (differs.usd === usd || !oracle))
    expect(idle.map(({ host }) => host)).toEqual([])
  })
})
