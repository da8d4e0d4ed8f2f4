import * as z from 'zod/mini'
import { catch as otherwise } from 'zod/mini'
import { hostNames } from './host-names.ts'
import type { Modality } from './model.ts'
import type { Row } from './row.ts'
import type { SeedPrice } from './seed.ts'

/** What is read of `api.json` of models.dev; of what it has besides nothing is believed. */
const number = ifGood(z.number())
const text = ifGood(z.string())
const flag = ifGood(z.boolean())
const words = otherwise(z.array(z.string()), [])
const costs = {
  input: number,
  output: number,
  cache_read: number,
  cache_write: number,
}
const tier = z.object({ ...costs, tier: z.object({ type: z.string(), size: z.number() }) })
const option = z.object({ type: z.string(), values: z.nullish(z.array(z.nullable(z.string()))) })
const model = z.object({
  id: z.string(),
  name: z.string(),
  status: text,
  cost: ifGood(
    z.object({
      ...costs,
      reasoning: number,
      input_audio: number,
      output_audio: number,
      tiers: ifGood(z.array(tier)),
    }),
  ),
  limit: ifGood(z.object({ context: number, output: number })),
  modalities: ifGood(z.object({ input: words, output: words })),
  reasoning: flag,
  reasoning_options: ifGood(z.array(option)),
  tool_call: flag,
  structured_output: flag,
  temperature: flag,
  release_date: text,
  knowledge: text,
  open_weights: flag,
})
const provider = z.object({ models: z.record(z.string(), z.unknown()) })

/** What is not there and what is not as it should be are the same: not known. */
function ifGood<S extends z.ZodMiniType>(schema: S) {
  return otherwise(z.nullish(schema), () => null)
}

type ModelsDevModel = z.infer<typeof model>

/** The rows of the hosts we can call. One that is not what it should be is left out; guards count what is left. */
export function modelsDevRows(json: unknown): Row[] {
  const api = z.record(z.string(), z.unknown()).parse(json)
  return Object.entries(hostNames).flatMap(([slug, host]) =>
    (host.modelsDev ?? []).flatMap((name) => {
      const parsed = provider.safeParse(api[name])
      if (!parsed.success) return []
      return Object.values(parsed.data.models).flatMap((entry) => {
        const row = model.safeParse(entry)
        return row.success ? [rowOf(slug, row.data)] : []
      })
    }),
  )
}

function rowOf(slug: string, entry: ModelsDevModel): Row {
  const efforts = entry.reasoning_options
    ?.find(({ type }) => type === 'effort')
    ?.values?.filter((value) => value !== null)
  const released = dated(entry.release_date)
  const cutoff = dated(entry.knowledge)
  const off = entry.reasoning_options?.some(
    ({ type, values }) => type === 'toggle' || type === 'budget_tokens' || values?.includes('none') === true,
  )
  return {
    provider: slug,
    upstream: entry.id,
    name: entry.name,
    source: 'models.dev',
    price: priceOf(slug, entry.cost),
    context: positive(entry.limit?.context),
    output: positive(entry.limit?.output),
    input: modalities(entry.modalities?.input ?? []),
    writes: modalities(entry.modalities?.output ?? []),
    reasoning: entry.reasoning ? (off === false && efforts ? 'always' : 'optional') : undefined,
    ...(efforts && efforts.length > 0 && { efforts }),
    able: {
      ...(entry.tool_call != null && { tools: entry.tool_call }),
      ...(entry.structured_output != null && { schema: entry.structured_output }),
      ...(entry.temperature != null && { sampling: entry.temperature }),
    },
    ...(released !== undefined && { released }),
    ...(cutoff !== undefined && { cutoff }),
    ...(entry.open_weights != null && { openWeights: entry.open_weights }),
    ...(entry.status === 'deprecated' && { deprecated: true }),
  }
}

/** The longest prompt that a tier with this threshold leaves as it is. */
export function belowTier(slug: string, threshold: number): number {
  return hostNames[slug]?.reachesTiers ? threshold - 1 : threshold
}

function priceOf(slug: string, cost: ModelsDevModel['cost']): SeedPrice | undefined {
  const base = tokenPrices(cost)
  if (!cost || !base) return undefined
  const tiers = (cost.tiers ?? []).flatMap((each) => {
    const prices = tokenPrices(each)
    return each.tier.type === 'context' && prices
      ? [{ above: belowTier(slug, each.tier.size), ...prices }]
      : []
  })
  const { reasoning, input_audio: audio, output_audio: audioOutput } = cost
  return {
    ...base,
    ...(isPrice(reasoning) && { reasoning: usdText(reasoning) }),
    ...(isPrice(audio) && { audio: usdText(audio) }),
    ...(isPrice(audioOutput) && { audioOutput: usdText(audioOutput) }),
    ...(tiers.length > 0 && { tiers }),
  }
}

export interface TokenCosts {
  input?: number | null | undefined
  output?: number | null | undefined
  cache_read?: number | null | undefined
  cache_write?: number | null | undefined
}

/**
 * Prices by token, where they are known. A zero means that the source does not know; a cache that costs what the
 * prompt costs is no tariff either; and where the answer costs more than a hundred times the prompt, one of the two is
 * the price of something else.
 */
export function tokenPrices(cost: TokenCosts | null | undefined): SeedPrice | undefined {
  const { input, output, cache_read: read, cache_write: write } = cost ?? {}
  if (!isPrice(input) || !isPrice(output) || output > input * ratioMax) return undefined
  return {
    prompt: usdText(input),
    completion: usdText(output),
    ...(isPrice(read) && read < input && { cached: usdText(read) }),
    ...(isPrice(write) && write !== input && { cacheWrite: usdText(write) }),
  }
}

const ratioMax = 100

/** Less than can be written would become a zero, which is a price as well. */
function isPrice(dollars: number | null | undefined): dollars is number {
  return dollars != null && dollars >= 0.000_001
}

/** Dollars as decimal text of at most six decimals: what a source computed in floating point is rounded back. */
export function usdText(dollars: number): string {
  return dollars.toFixed(6).replace(/\.?0+$/, '')
}

const known: Record<string, Modality | undefined> = {
  text: 'text',
  image: 'image',
  pdf: 'file',
  document: 'file',
  file: 'file',
  audio: 'audio',
  video: 'video',
}

export function modalities(names: readonly string[]): Modality[] {
  const found = names.flatMap((name) => known[name] ?? [])
  return (['text', 'image', 'file', 'audio', 'video'] as const).filter((name) => found.includes(name))
}

function positive(count: number | null | undefined): number | undefined {
  return count && count > 0 && Number.isInteger(count) ? count : undefined
}

/** A date as it should be; a month alone becomes its last day, as lists of models have it. */
function dated(date: string | null | undefined): string | undefined {
  const [, year, month, day] = /^(20\d\d)-(\d\d)(?:-(\d\d))?$/.exec(date ?? '') ?? []
  if (year === undefined || month === undefined) return undefined
  return day === undefined
    ? new Date(Date.UTC(Number(year), Number(month), 0)).toISOString().slice(0, 10)
    : `${year}-${month}-${day}`
}
