import * as z from 'zod/mini'
import type { Json } from '../base/json.ts'
import type { Preferences, PriceCeiling, Thresholds } from '../generation/routing.ts'
import { inEnglish } from '../base/english.ts'
import { firstIssue, invalid } from './refusals.ts'

const names = z.nullish(z.array(z.string().check(z.minLength(1), z.maxLength(200))).check(z.maxLength(200)))
const flag = z.nullish(z.boolean())
const by = z.enum(['price', 'throughput', 'latency', 'exacto'])

const threshold = z.number().check(z.nonnegative())
const thresholds = z.nullish(
  z.union([
    threshold,
    z.strictObject({
      p50: z.nullish(threshold),
      p75: z.nullish(threshold),
      p90: z.nullish(threshold),
      p99: z.nullish(threshold),
    }),
  ]),
)

/** Dollars, as a number or as decimal text. */
const dollars = z.nullish(
  z.union([
    z.number().check(z.nonnegative(), z.lte(1_000_000)),
    z.string().check(z.regex(/^\d{1,7}(?:\.\d{1,12})?$/, 'must be an amount of dollars')),
  ]),
)

/** The quantizations of the contract. */
export const quantizationNames = [
  'int4',
  'int8',
  'fp4',
  'mxfp4',
  'nvfp4',
  'fp6',
  'fp8',
  'mxfp8',
  'fp16',
  'bf16',
  'fp32',
  'unknown',
] as const

/** The contract's object `provider`, which is closed: a mistyped preference must not pass for one that holds. */
export const providerPreferences = z.strictObject({
  order: names,
  only: names,
  ignore: names,
  allow_fallbacks: flag,
  require_parameters: flag,
  data_collection: z.nullish(z.enum(['allow', 'deny'])),
  zdr: flag,
  enforce_distillable_text: flag,
  quantizations: z.nullish(z.array(z.enum(quantizationNames))),
  sort: z.nullish(
    z.union([by, z.strictObject({ by: z.nullish(by), partition: z.nullish(z.enum(['model', 'none'])) })]),
  ),
  preferred_min_throughput: thresholds,
  preferred_max_latency: thresholds,
  max_price: z.nullish(
    z.strictObject({
      prompt: dollars,
      completion: dollars,
      request: dollars,
      image: dollars,
      audio: dollars,
    }),
  ),
  /** Of each provider, fields to pass on; none are. */
  options: z.nullish(z.record(z.string(), z.unknown())),
})

export type ProviderPreferences = z.infer<typeof providerPreferences>

/** Reads what a client sent as `provider`; throws a 400 that names the path of what is wrong. */
export function readPreferences(provider: Json | undefined): Preferences {
  if (provider === undefined || provider === null) return {}
  const parsed = providerPreferences.safeParse(provider, inEnglish)
  if (!parsed.success) throw invalid(firstIssue(parsed.error.issues, ['provider']))
  return preferencesOf(parsed.data)
}

export function preferencesOf(given: ProviderPreferences): Preferences {
  const { sort } = given
  return compact({
    order: given.order?.length ? given.order : undefined,
    only: given.only,
    ignore: given.ignore,
    allowFallbacks: given.allow_fallbacks,
    requireParameters: given.require_parameters,
    dataCollection: given.data_collection,
    zdr: given.zdr,
    distillable: given.enforce_distillable_text,
    quantizations: given.quantizations,
    sort:
      typeof sort === 'string' ? { by: sort } : sort && compact({ by: sort.by, partition: sort.partition }),
    minThroughput: thresholdsOf(given.preferred_min_throughput),
    maxLatency: thresholdsOf(given.preferred_max_latency),
    maxPrice: given.max_price && ceilingOf(given.max_price),
  })
}

function thresholdsOf(given: z.infer<typeof thresholds>): Thresholds | undefined {
  return typeof given === 'number' ? { p50: given } : given ? compact(given) : undefined
}

/** Dollars per million tokens are pico-USD per token times a million. */
function ceilingOf(given: NonNullable<ProviderPreferences['max_price']>): PriceCeiling {
  return compact({
    promptPicos: scaled(given.prompt, 1e6),
    completionPicos: scaled(given.completion, 1e6),
    requestNanos: scaled(given.request, 1e9),
    imageNanos: scaled(given.image, 1e9),
    audioPicos: scaled(given.audio, 1e6),
  })
}

/** A price ends on a whole unit; a ceiling between two allows what lies below it. */
function scaled(amount: z.infer<typeof dollars>, units: number): number | undefined {
  if (amount === undefined || amount === null) return undefined
  // Decimal texts are no exact doubles: a ceiling of 0.1 must let 0.1 pass.
  return Math.floor(Number((Number(amount) * units).toPrecision(15)))
}

type Compact<T> = { [K in keyof T]?: NonNullable<T[K]> }

/** Without the fields that are not set. */
function compact<T extends object>(fields: T): Compact<T>
function compact(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  )
}
