import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { hostNames } from './host-names.ts'
import { tokenPrices, usdText } from '../../src/catalogue/models-dev.ts'
import type { Row } from '../../src/catalogue/row.ts'
import type { SeedPrice } from '../../src/catalogue/seed.ts'

const tiered = z.object({
  base: z.number(),
  tiers: z.array(z.object({ start: z.number(), price: z.number() })),
})
const amount = z.union([z.number(), tiered]).optional()
const prices = z.object({
  input_mtok: amount,
  output_mtok: amount,
  cache_read_mtok: amount,
  cache_write_mtok: amount,
  cache_write_1h_mtok: amount,
  input_audio_mtok: amount,
  cache_audio_read_mtok: amount,
  output_audio_mtok: amount,
  input_image_mtok: amount,
  output_image_mtok: amount,
  output_reasoning_mtok: amount,
  requests_kcount: amount,
  web_searches_kcount: amount,
})
const conditional = z.object({
  constraint: z.object({ type: z.string(), start_date: z.string().optional() }).optional(),
  prices,
})
const model = z.object({
  id: z.string(),
  name: z.string().optional(),
  deprecated: z.boolean().optional(),
  match: z.unknown(),
  context_window: z.number().optional(),
  prices: z.union([z.array(conditional), prices]),
})
const provider = z.object({ models: z.array(model) })
const library = z.object({
  findProvider: z.custom<(wanted: { providerId: string }) => unknown>((value) => typeof value === 'function'),
})

type GenaiPrices = z.infer<typeof prices>

/** Dates of prices count when the package was made after them. */
const made = '2026-09-23'

/** Hosts whose own ids this package has, because it knows them by what they answer. */
const listed =
  /^(?:arcee|avian|doubleword|modal|ovhcloud|cloudflare|huggingface_(?:hyperbolic|nebius|nscale|publicai|sambanova))$/

export async function genaiPricesRows(home: string): Promise<Row[]> {
  const { findProvider } = library.parse(await import(pathToFileURL(join(home, 'dist', 'index.js')).href))
  return Object.entries(hostNames).flatMap(([slug, { genaiPrices = [] }]) =>
    genaiPrices.flatMap((name) =>
      provider
        .parse(findProvider({ providerId: name }))
        .models.filter(({ deprecated }) => !deprecated)
        .map((each) => rowOf(slug, each)),
    ),
  )
}

/** Hosts that are listed by this package, not only priced by it. */
export function isListedByGenaiPrices(slug: string): boolean {
  return hostNames[slug]?.genaiPrices?.some((name) => listed.test(name)) === true
}

function rowOf(slug: string, each: z.infer<typeof model>): Row {
  const current = Array.isArray(each.prices)
    ? each.prices.findLast(({ constraint }) => !constraint || (constraint.start_date ?? '9') <= made)?.prices
    : each.prices
  return {
    provider: slug,
    upstream: slug === 'sambanova' ? sambaNovaId(each.id) : each.id,
    name: each.name ?? each.id,
    source: 'genai-prices',
    price: current && priceOf(current),
    context: each.context_window,
    output: undefined,
    input: ['text'],
    writes: ['text'],
    reasoning: undefined,
  }
}

/** The package has what the models are called at Hugging Face; the host calls them by the last part alone. */
function sambaNovaId(id: string): string {
  const name = id.split('/').at(-1) ?? id
  return name.replace(/^Llama-3/, 'Meta-Llama-3')
}

function priceOf(each: GenaiPrices): SeedPrice | undefined {
  const base = tokenPrices(at(each, undefined))
  if (!base) return undefined
  const starts = [each.input_mtok, each.output_mtok].flatMap((value) =>
    typeof value === 'object' ? value.tiers.map(({ start }) => start) : [],
  )
  const tiers = [...new Set(starts)].flatMap((above) => {
    const tier = tokenPrices(at(each, above))
    const long = optional('cacheWriteLong', amountAt(each.cache_write_1h_mtok, above))
    return tier ? [{ above, ...tier, ...long }] : []
  })
  return { ...base, ...further(each), ...(tiers.length > 0 && { tiers }) }
}

/** Prices that only this source has. */
function further(each: GenaiPrices): SeedPrice {
  return {
    ...optional('cacheWriteLong', amountAt(each.cache_write_1h_mtok)),
    ...optional('audio', amountAt(each.input_audio_mtok)),
    ...optional('audioCached', amountAt(each.cache_audio_read_mtok)),
    ...optional('audioOutput', amountAt(each.output_audio_mtok)),
    ...optional('image', amountAt(each.input_image_mtok)),
    ...optional('imageOutput', amountAt(each.output_image_mtok)),
    ...optional('reasoning', amountAt(each.output_reasoning_mtok)),
    ...optional('request', amountAt(each.requests_kcount, undefined, 1000)),
    ...optional('search', amountAt(each.web_searches_kcount, undefined, 1000)),
  }
}

function at(each: GenaiPrices, above: number | undefined) {
  return {
    input: amountAt(each.input_mtok, above),
    output: amountAt(each.output_mtok, above),
    cache_read: amountAt(each.cache_read_mtok, above),
    cache_write: amountAt(each.cache_write_mtok, above),
  }
}

function amountAt(value: z.infer<typeof amount>, above?: number, per = 1): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number') return value / per
  const tier = above === undefined ? undefined : value.tiers.findLast(({ start }) => start <= above)
  return (tier?.price ?? value.base) / per
}

function optional<K extends keyof SeedPrice>(name: K, dollars: number | undefined): { [N in K]?: string } {
  const found: { [N in K]?: string } = {}
  if (dollars !== undefined && dollars > 0) found[name] = usdText(dollars)
  return found
}
