import { nanosMax, type UsdNanos } from '../base/money.ts'
import type { Price } from '../catalogue/model.ts'
import type { Usage } from '../generation/usage.ts'
import type { Markups } from './contract.ts'

/** An exact factor on the provider's price. */
export interface Markup {
  numerator: bigint
  denominator: bigint
}

export interface Cost {
  /** What the provider charges for the prompt (with its fee per request) and for the completion; both in whole. */
  promptNanos: UsdNanos
  completionNanos: UsdNanos
  upstreamNanos: UsdNanos
  /** What the client pays: the provider's price times the mark-up, rounded up once. */
  costNanos: UsdNanos
}

/** The most tokens a request can use: what a hold has to cover. */
export interface TokenCaps {
  promptTokensMax: number
  completionTokensMax: number
}

const picosPerNano = 1000n

/** What a generation costs. Exact in BigInt pico-USD until its one rounding, upwards, to nano-USD. */
export function cost(usage: Usage, price: Price, markup: Markup): Cost {
  const promptPicos = promptCost(usage, price)
  const picos = promptPicos + completionCost(usage, price)
  const promptNanos = ceilNanos(promptPicos, picosPerNano)
  const upstreamNanos = ceilNanos(picos, picosPerNano)
  return {
    promptNanos,
    completionNanos: upstreamNanos - promptNanos,
    upstreamNanos,
    costNanos: marked(picos, markup),
  }
}

/**
 * At least the cost of any usage within the caps. Which tokens will be cached, written to a cache or audio is not
 * known before, so each counts at the dearest price it could have.
 */
export function holdNanos(caps: TokenCaps, price: Price, markup: Markup): UsdNanos {
  const promptPicos = Math.max(
    price.promptPicos,
    price.cachedPicos ?? 0,
    price.cacheWritePicos ?? 0,
    price.promptAudioPicos ?? 0,
  )
  const completionPicos = Math.max(price.completionPicos, price.completionAudioPicos ?? 0)
  const picos =
    count(caps.promptTokensMax) * BigInt(promptPicos) +
    count(caps.completionTokensMax) * BigInt(completionPicos) +
    requestPicos(price)
  return marked(picos, markup)
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

/**
 * Cached, cache-writing and audio tokens are part of the prompt's total and leave it, in this order, at their own
 * prices. A provider whose parts exceed its total is billed for the total.
 */
function promptCost(usage: Usage, price: Price): bigint {
  const { promptPicos, cachedPicos, cacheWritePicos, promptAudioPicos } = price
  const total = count(usage.promptTokens)
  const cached = least(count(usage.cachedTokens), total)
  const written = least(count(usage.cacheWriteTokens), total - cached)
  const audio = least(count(usage.promptAudioTokens), total - cached - written)
  return (
    cached * BigInt(cachedPicos ?? promptPicos) +
    written * BigInt(cacheWritePicos ?? promptPicos) +
    audio * BigInt(promptAudioPicos ?? promptPicos) +
    (total - cached - written - audio) * BigInt(promptPicos) +
    requestPicos(price)
  )
}

/** Reasoning is part of the completion and costs the same. */
function completionCost(usage: Usage, price: Price): bigint {
  const total = count(usage.completionTokens)
  const audio = least(count(usage.completionAudioTokens), total)
  return (
    audio * BigInt(price.completionAudioPicos ?? price.completionPicos) +
    (total - audio) * BigInt(price.completionPicos)
  )
}

function requestPicos(price: Price): bigint {
  return BigInt(price.requestNanos ?? 0) * picosPerNano
}

function marked(picos: bigint, markup: Markup): UsdNanos {
  return ceilNanos(picos * markup.numerator, picosPerNano * markup.denominator)
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
