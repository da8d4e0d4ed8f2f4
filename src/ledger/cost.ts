import { nanosMax, type UsdNanos, type UsdPicos } from '../base/money.ts'
import type { Price, TokenPrices } from '../catalogue/model.ts'
import type { Usage } from '../generation/usage.ts'
import type { Markups } from './contract.ts'
import { factorUnit, pricesAt, pricesWithin } from './tariff.ts'

/** An exact factor on the provider's price. */
export interface Markup {
  numerator: bigint
  denominator: bigint
}

export interface Cost {
  /** What the provider charges for the prompt (with its fees per request and search) and for the completion; both in whole. */
  promptNanos: UsdNanos
  completionNanos: UsdNanos
  upstreamNanos: UsdNanos
  /** What the client pays: the provider's price times the mark-up, rounded up once. */
  costNanos: UsdNanos
}

/** The most a request can use: what a hold has to cover. */
export interface Caps extends PromptCaps {
  completionTokensMax: number
}

export interface PromptCaps {
  promptTokensMax: number
  /** Whether some of the prompt may be sound, which costs many times what text does. */
  hasSound: boolean
  webSearchesMax: number
  /** How often the model may read all that and write as much, where its provider runs tools. Absent: once. */
  turnsMax?: number
  /** The service tier that is asked for. */
  serviceTier?: string
  /**
   * How long the prompt is asked to be kept in a cache. Absent: nobody knows, so as long as may be. What a host writes
   * unasked is paid as it says, and may exceed the hold.
   */
  kept?: Kept
}

export type Kept = 'not' | 'minutes' | 'hour'

/** Amounts are in pico-USD times `factorUnit` until they are rounded. */
const perNano = 1000n * factorUnit

/**
 * What a generation costs that was admitted at this time. Exact in BigInt until its one rounding, upwards, to
 * nano-USD.
 */
export function cost(usage: Usage, price: Price, markup: Markup, atMs: number): Cost {
  let prompt = fees(price, usage.webSearches)
  let completion = 0n
  for (const turn of usage.iterations ?? [usage]) {
    const { prices, factor } = pricesAt(price, turn, atMs)
    prompt += promptPicos(turn, prices) * factor
    completion += completionPicos(turn, prices) * factor
  }
  const whole = prompt + completion
  const promptNanos = ceilNanos(prompt, perNano)
  const upstreamNanos = ceilNanos(whole, perNano)
  return {
    promptNanos,
    completionNanos: upstreamNanos - promptNanos,
    upstreamNanos,
    costNanos: marked(whole, markup),
  }
}

/**
 * At least the cost of any usage within the caps, at any time. Which tokens will be cached, written to a cache, audio
 * or thoughts is not known before, so each counts at the dearest price it could have.
 */
export function holdNanos(caps: Caps, price: Price, markup: Markup): UsdNanos {
  const prompt = count(caps.promptTokensMax)
  const completion = count(caps.completionTokensMax)
  const promptPrices = [
    ...textPrices,
    ...writePrices.slice(0, writesWithin(caps.kept, price)),
    ...(caps.hasSound ? soundPrices : []),
  ]
  const tokens = pricesWithin(price, caps.promptTokensMax, caps.serviceTier).map(
    ({ prices, factor }) =>
      (prompt * dearest(prices, promptPrices) + completion * dearest(prices, completionPrices)) * factor,
  )
  const most = tokens.reduce((left, right) => (left > right ? left : right), 0n)
  return marked(most * count(caps.turnsMax ?? 1) + fees(price, caps.webSearchesMax), markup)
}

/** `1`, `1.05` or `21/20` as an exact factor; `undefined` for anything else. */
export function parseMarkup(text: string): Markup | undefined {
  const match = /^(\d{1,9})(?:\.(\d{1,9})|\/(\d{1,9}))?$/.exec(text)
  if (!match) return undefined
  const [, whole = '0', fraction = '', divisor] = match
  const numerator = BigInt(whole + fraction)
  const denominator = divisor === undefined ? 10n ** BigInt(fraction.length) : BigInt(divisor)
  return denominator === 0n ? undefined : { numerator, denominator }
}

/** The account's factor for a model: the model's own, else the default. */
export function markupOf(markups: Markups, modelId: string): Markup {
  const text = Object.hasOwn(markups.models, modelId) ? markups.models[modelId] : markups.default
  const markup = parseMarkup(text ?? '')
  if (!markup) throw new Error(`The mark-up ${text} of ${modelId} is no factor`)
  return markup
}

const textPrices = ['promptPicos', 'cachedPicos', 'promptImagePicos'] as const
const writePrices = ['cacheWritePicos', 'cacheWriteLongPicos'] as const

/** How many of the two prices may come to apply. Who sells an hour writes on demand alone; others write unasked. */
function writesWithin(kept: Kept = 'hour', { cacheWriteLongPicos: hour }: Price): 0 | 1 | 2 {
  if (kept === 'hour') return 2
  return kept === 'not' && hour !== undefined ? 0 : 1
}

const soundPrices = ['promptAudioPicos', 'cachedAudioPicos'] as const
const completionPrices = [
  'completionPicos',
  'reasoningPicos',
  'completionAudioPicos',
  'completionImagePicos',
] as const

function dearest(prices: TokenPrices, names: readonly (keyof TokenPrices)[]): bigint {
  return BigInt(Math.max(...names.map((name) => prices[name] ?? 0)))
}

function promptPicos(usage: Usage, prices: TokenPrices): bigint {
  const { cachedPicos, cacheWritePicos, promptPicos: usual } = prices
  const cachedAudio = Math.min(usage.cachedAudioTokens, usage.cachedTokens)
  const writtenLong = Math.min(usage.cacheWriteLongTokens, usage.cacheWriteTokens)
  return partsPicos(usage.promptTokens, usual, [
    [cachedAudio, prices.cachedAudioPicos ?? cachedPicos],
    [usage.cachedTokens - cachedAudio, cachedPicos],
    [writtenLong, prices.cacheWriteLongPicos ?? cacheWritePicos],
    [usage.cacheWriteTokens - writtenLong, cacheWritePicos],
    [usage.promptAudioTokens - cachedAudio, prices.promptAudioPicos],
    [usage.promptImageTokens, prices.promptImagePicos],
  ])
}

function completionPicos(usage: Usage, prices: TokenPrices): bigint {
  return partsPicos(usage.completionTokens, prices.completionPicos, [
    [usage.reasoningTokens, prices.reasoningPicos],
    [usage.completionAudioTokens, prices.completionAudioPicos],
    [usage.completionImageTokens, prices.completionImagePicos],
  ])
}

type Part = readonly [tokens: number, picos: UsdPicos | undefined]

/**
 * Parts leave their total in this order, each at its own price; what is left has the usual one. A provider whose
 * parts exceed its total is billed for the total.
 */
function partsPicos(total: number, usual: UsdPicos, parts: readonly Part[]): bigint {
  let left = count(total)
  let picos = 0n
  for (const [tokens, each] of parts) {
    const part = least(count(tokens), left)
    picos += part * BigInt(each ?? usual)
    left -= part
  }
  return picos + left * BigInt(usual)
}

/** No factor is on them. */
function fees({ requestNanos = 0, searchNanos = 0 }: Price, webSearches: number): bigint {
  return (BigInt(requestNanos) + count(webSearches) * BigInt(searchNanos)) * perNano
}

function marked(amount: bigint, markup: Markup): UsdNanos {
  return ceilNanos(amount * markup.numerator, perNano * markup.denominator)
}

/** Rounds up, and stops at the largest amount a column holds: no sum may leave the exact integers. */
function ceilNanos(value: bigint, divisor: bigint): UsdNanos {
  const nanos = (value + divisor - 1n) / divisor
  return Number(least(nanos, BigInt(nanosMax)))
}

function count(tokens: number): bigint {
  return BigInt(Math.max(0, Math.ceil(tokens)))
}

function least(left: bigint, right: bigint): bigint {
  return left < right ? left : right
}
