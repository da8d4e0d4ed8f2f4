import { servingOf, type Registry } from './canonical.ts'
import { endpointOf } from './endpoint-facts.ts'
import { sources, type Row } from './row.ts'
import type { SeedEndpoint, SeedModel } from './seed.ts'
import { tokenizerOf } from './tokenizer.ts'

/** What a list that names models, but sells them itself at most, knows of them. */
export interface Names {
  /** As people write it, by id. */
  name(id: string): string | undefined
  huggingFace(id: string): string | undefined
}

/** Models from the rows of every source: one for each id, with an endpoint for each deployment. */
export function assemble(rows: readonly Row[], registry: Registry, names: Names, today: string): SeedModel[] {
  const byModel = new Map<string, Row[]>()
  for (const row of merged(rows)) {
    // What OpenRouter calls a model is its canonical id.
    const id = row.provider === 'openrouter' ? row.upstream : registry.idOf(row.provider, row.upstream)
    if (id === undefined || notModel.test(id) || !row.writes.includes('text') || notChat.test(row.upstream))
      continue
    const known = byModel.get(id)
    if (known) known.push(row)
    else byModel.set(id, [row])
  }
  return [...byModel]
    .flatMap(([id, own]) => modelOf(id, own, names, today) ?? [])
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))
}

/** Names that move from model to model, and routers. */
const notModel = /^(?:~|openrouter\/)|^[^/]*$/

/** Sources call everything that reads text a model; these do not converse. */
const notChat =
  /embed|rerank|(?:^|[/-])(?:bge|e5|gte|m2-bert|indictrans2|m2m100)-|whisper|[-_]tts|transcri|moderation|realtime|live-|imagen|(?:^|[-/])flux|stable-diffusion|translate|[-/]parse|smart-turn|melotts|aura-|esmfold|streampetr|sparsedrive|esm2|prompt-guard|lyria|veo-/i

/** One row for each upstream id: every fact from the freshest source that has it. */
function merged(rows: readonly Row[]): Row[] {
  const byUpstream = new Map<string, Row>()
  for (const row of rows.toSorted((left, right) => rank(left) - rank(right))) {
    const key = `${row.provider} ${row.upstream.toLowerCase()}`
    const known = byUpstream.get(key)
    byUpstream.set(key, known ? completed(known, row) : row)
  }
  return [...byUpstream.values()]
}

function rank({ source }: Row): number {
  return sources.indexOf(source)
}

function completed(row: Row, older: Row): Row {
  return {
    ...older,
    ...row,
    price: row.price ? withRarePrices(row.price, older.price) : older.price,
    context: row.context ?? older.context,
    output: row.output ?? older.output,
    input: row.input.length >= older.input.length ? row.input : older.input,
    writes: row.writes.length >= older.writes.length ? row.writes : older.writes,
    reasoning: row.reasoning ?? older.reasoning,
    able: { ...older.able, ...row.able },
  }
}

/** Prices that the fresher source has no word for, where both agree on the others. */
function withRarePrices(price: NonNullable<Row['price']>, older: Row['price']): NonNullable<Row['price']> {
  if (older?.prompt !== price.prompt || older?.completion !== price.completion) return price
  const { cached, cacheWrite, ...rare } = older ?? {}
  return {
    ...rare,
    ...(cached !== undefined && { cached }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...price,
  }
}

function modelOf(id: string, rows: readonly Row[], names: Names, today: string): SeedModel | undefined {
  const endpoints = believable(withVariants(rows.flatMap((row) => endpointOf(row) ?? [])))
  const [first] = rows
  if (!first || endpoints.length === 0) return undefined
  const reasoning = rows.map((row) => row.reasoning).find((each) => each !== undefined)
  const efforts = rows.find((row) => row.efforts)?.efforts
  const released = mostCommon(rows.flatMap((row) => row.released ?? [])) ?? dateIn(id) ?? today
  const cutoff = mostCommon(rows.flatMap((row) => row.cutoff ?? []))
  const huggingFace = names.huggingFace(id)
  return {
    id,
    name: names.name(id) ?? first.name.replace(/ \((?:latest|free)\)$/, ''),
    created: Math.floor(Date.parse(released) / 1000),
    context: Math.max(...endpoints.map(({ context }) => context)),
    input: longest(rows.map(({ input }) => input)),
    output: longest(rows.map(({ writes }) => writes)),
    tokenizer: tokenizerOf(id),
    ...(cutoff !== undefined && { cutoff }),
    ...(huggingFace !== undefined && { huggingFace }),
    ...(rows.some(({ openWeights }) => openWeights) && { open: true }),
    ...(reasoning !== undefined && { reasoning }),
    ...(reasoning !== undefined && efforts && { efforts: [...efforts] }),
    endpoints,
  }
}

/** A prompt at less than a fifth of what others ask is a price of something else, such as of what is cached. */
function believable(endpoints: readonly SeedEndpoint[]): SeedEndpoint[] {
  const usual = usualPrompt(endpoints)
  return endpoints.map((endpoint) =>
    Number(endpoint.prompt ?? usual) < usual / 5 ? unpriced(endpoint) : endpoint,
  )
}

/** The median of what a prompt costs, in dollars per million tokens; zero where nobody knows. */
export function usualPrompt(endpoints: readonly SeedEndpoint[]): number {
  const prompts = endpoints
    .flatMap(({ prompt }) => (prompt === undefined ? [] : [Number(prompt)]))
    .toSorted((left, right) => left - right)
  return prompts[Math.floor(prompts.length / 2)] ?? 0
}

/** The same endpoint, of which nobody knows what it costs. */
export function unpriced(endpoint: SeedEndpoint): SeedEndpoint {
  const { prompt: _, completion: __, ...rest } = endpoint
  return rest
}

/** Endpoints of a model at one host get names to tell them apart; two ids of one deployment are one endpoint. */
function withVariants(endpoints: readonly SeedEndpoint[]): SeedEndpoint[] {
  return addEndpoints(
    [],
    endpoints.toSorted((left, right) => left.model.length - right.model.length),
  )
}

/** Those that are there stay as they are; of the others come those that are no second name of one. */
export function addEndpoints(
  there: readonly SeedEndpoint[],
  others: readonly SeedEndpoint[],
): SeedEndpoint[] {
  const kept = [...there]
  for (const endpoint of others) {
    const siblings = kept.filter(({ provider }) => provider === endpoint.provider)
    if (siblings.some((other) => sameDeployment(other, endpoint))) continue
    const taken = new Set(siblings.map(({ variant }) => variant ?? ''))
    const variant = variantsOf(endpoint, siblings.length).find((each) => !taken.has(each))
    kept.push(variant ? { ...endpoint, variant } : endpoint)
  }
  return kept
}

function variantsOf({ model, region, quantization }: SeedEndpoint, siblings: number): string[] {
  const { variant } = servingOf(model)
  const told = [region, variant, quantization].filter((part) => part !== undefined).join('-')
  return [told, [told, 'other'].filter((part) => part !== '').join('-'), `other-${siblings}`]
}

function sameDeployment(left: SeedEndpoint, right: SeedEndpoint): boolean {
  return (
    left.region === right.region &&
    left.quantization === right.quantization &&
    servingOf(left.model).variant === servingOf(right.model).variant &&
    left.prompt === right.prompt &&
    left.completion === right.completion
  )
}

function longest<T>(lists: readonly (readonly T[])[]): T[] {
  return [...(lists.toSorted((left, right) => right.length - left.length)[0] ?? [])]
}

function mostCommon(values: readonly string[]): string | undefined {
  const count = (value: string) => values.filter((other) => other === value).length
  return [...new Set(values)].toSorted(
    (left, right) => count(right) - count(left) || (left < right ? -1 : 1),
  )[0]
}

/** The date that an id ends in: `-2512` is of December 2025, `-0731` of a year it does not tell. */
function dateIn(id: string): string | undefined {
  const [, year, month] = /-(2[3-6])(0[1-9]|1[0-2])(?=$|-)/.exec(id) ?? []
  return year === undefined || month === undefined ? undefined : `20${year}-${month}-01`
}
