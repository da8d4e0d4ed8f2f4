import { belowTier, modelsDevNames } from './host-names.ts'
import type { Modality } from './model.ts'
import type { Row } from './row.ts'
import type { SeedPrice } from './seed.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * The rows of the hosts we can call, of `api.json` of models.dev. A row without an id or a name is left out, a field that
 * is not what it should be is not known, and what there is besides is not looked at; guards count what is left.
 */
export function modelsDevRows(json: unknown): Row[] {
  if (!isFields(json)) throw new Error('The list is no list of providers.')
  return [...modelsDevNames].flatMap(([slug, names]) =>
    names.flatMap((name) =>
      Object.values(fieldsOf(fieldsOf(json[name])['models'])).flatMap((entry) =>
        rowOf(slug, fieldsOf(entry)),
      ),
    ),
  )
}

function rowOf(slug: string, entry: Fields): Row[] {
  const { id, name } = entry
  if (typeof id !== 'string' || typeof name !== 'string') return []
  const limit = fieldsOf(entry['limit'])
  const { input, output } = fieldsOf(entry['modalities'])
  const reasoning = reasoningOf(entry)
  const { released, cutoff } = {
    released: dated(entry['release_date']),
    cutoff: dated(entry['knowledge']),
  }
  return [
    {
      provider: slug,
      upstream: id,
      name,
      source: 'models.dev',
      price: priceOf(slug, fieldsOf(entry['cost'])),
      context: positive(limit['context']),
      output: positive(limit['output']),
      input: modalities(texts(input)),
      writes: modalities(texts(output)),
      ...reasoning,
      able: {
        ...flag('tools', entry['tool_call']),
        ...flag('schema', entry['structured_output']),
        ...flag('sampling', entry['temperature']),
      },
      ...(released !== undefined && { released }),
      ...(cutoff !== undefined && { cutoff }),
      ...flag('openWeights', entry['open_weights']),
      ...(entry['status'] === 'deprecated' && { deprecated: true }),
    },
  ]
}

/** A model that lists efforts, and no way to do without, always reasons. */
function reasoningOf(entry: Fields): Pick<Row, 'reasoning' | 'efforts'> {
  const options = listOf(entry['reasoning_options'])
  const efforts = texts(options.find(({ type }) => type === 'effort')?.['values'])
  const canDoWithout = options.some(
    ({ type, values }) => type === 'toggle' || type === 'budget_tokens' || texts(values).includes('none'),
  )
  const hasEfforts = options.some(({ type, values }) => type === 'effort' && Array.isArray(values))
  return {
    reasoning:
      entry['reasoning'] === true ? (hasEfforts && !canDoWithout ? 'always' : 'optional') : undefined,
    ...(efforts.length > 0 && { efforts }),
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {}
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : []
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

function flag<N extends string>(name: N, value: unknown): { [K in N]?: boolean } {
  const found: { [K in N]?: boolean } = {}
  if (typeof value === 'boolean') found[name] = value
  return found
}

function priceOf(slug: string, cost: Fields): SeedPrice | undefined {
  const base = tokenPrices(costsOf(cost))
  if (!base) return undefined
  const tiers = listOf(cost['tiers']).flatMap((each) => {
    const prices = tokenPrices(costsOf(each))
    const { type, size } = fieldsOf(each['tier'])
    return type === 'context' && typeof size === 'number' && prices
      ? [{ above: belowTier(slug, size), ...prices }]
      : []
  })
  const rare = { reasoning: cost['reasoning'], audio: cost['input_audio'], audioOutput: cost['output_audio'] }
  const known = Object.entries(rare).flatMap(([name, dollars]) =>
    isPrice(dollars) ? [[name, usdText(dollars)]] : [],
  )
  return { ...base, ...Object.fromEntries(known), ...(tiers.length > 0 && { tiers }) }
}

function costsOf({ input, output, cache_read: read, cache_write: write }: Fields): TokenCosts {
  return { input, output, cache_read: read, cache_write: write }
}

export interface TokenCosts {
  input?: unknown
  output?: unknown
  cache_read?: unknown
  cache_write?: unknown
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
function isPrice(dollars: unknown): dollars is number {
  return typeof dollars === 'number' && dollars >= 0.000_001
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

function positive(count: unknown): number | undefined {
  return typeof count === 'number' && count > 0 && Number.isInteger(count) ? count : undefined
}

/** A date as it should be; a month alone becomes its last day, as lists of models have it. */
function dated(date: unknown): string | undefined {
  const text = typeof date === 'string' ? date : ''
  const [, year, month, day] = /^(20\d\d)-(\d\d)(?:-(\d\d))?$/.exec(text) ?? []
  if (year === undefined || month === undefined) return undefined
  return day === undefined
    ? new Date(Date.UTC(Number(year), Number(month), 0)).toISOString().slice(0, 10)
    : `${year}-${month}-${day}`
}
