import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { hostNames } from './host-names.ts'
import { belowTier } from '../../src/catalogue/host-names.ts'
import { modalities, tokenPrices } from '../../src/catalogue/models-dev.ts'
import type { Row } from '../../src/catalogue/row.ts'
import type { SeedPrice } from '../../src/catalogue/seed.ts'

const cost = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
})
const row = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string().optional(),
  reasoning: z.boolean().optional(),
  thinkingLevelMap: z.record(z.string(), z.string().nullable()).optional(),
  input: z.array(z.string()),
  cost: cost.extend({ tiers: z.array(cost.extend({ inputTokensAbove: z.number() })).optional() }),
  contextWindow: z.number().optional(),
  maxTokens: z.number().optional(),
})
/** By wire format, then by `chat:<id>`. */
const file = z.record(z.string(), z.record(z.string(), row))

export type PiAiRow = z.infer<typeof row>

/** The chat models of one of the package's providers. */
export async function piAiModels(home: string, provider: string): Promise<PiAiRow[]> {
  const text = await readFile(join(home, 'dist', 'providers', 'data', `${provider}.json`), 'utf8')
  const formats = file.parse(JSON.parse(text))
  return Object.values(formats).flatMap((models) =>
    Object.values(models).filter(({ type }) => (type ?? 'chat') === 'chat'),
  )
}

export async function piAiRows(home: string): Promise<Row[]> {
  const rows: Row[] = []
  for (const [slug, { piAi = [] }] of Object.entries(hostNames)) {
    for (const name of piAi) rows.push(...(await piAiModels(home, name)).map((model) => rowOf(slug, model)))
  }
  return rows
}

function rowOf(provider: string, model: PiAiRow): Row {
  const levels = Object.entries(model.thinkingLevelMap ?? {}).filter(([level]) => level !== 'off')
  const efforts = levels.flatMap(([, wire]) => wire ?? [])
  const always = model.thinkingLevelMap?.['off'] === null
  return {
    provider,
    upstream: model.id,
    name: model.name,
    source: 'pi-ai',
    price: priceOf(provider, model.cost),
    context: contextOf(provider, model),
    output: model.maxTokens || undefined,
    input: modalities(model.input),
    writes: ['text'],
    reasoning: model.reasoning ? (always ? 'always' : 'optional') : undefined,
    ...(efforts.length > 0 && { efforts: [...new Set(efforts)] }),
  }
}

/** The package ends OpenAI's contexts where prompts begin to cost more; by all other lists those models take this much. */
const openAiLong = 1_050_000

function contextOf(provider: string, { contextWindow, cost: { tiers } }: PiAiRow): number | undefined {
  const isCut = provider === 'openai' && tiers?.some((each) => each.inputTokensAbove === contextWindow)
  return isCut ? openAiLong : contextWindow || undefined
}

export function priceOf(provider: string, costs: PiAiRow['cost']): SeedPrice | undefined {
  const base = tokenPrices(named(costs))
  if (!base) return undefined
  const tiers = (costs.tiers ?? []).flatMap((tier) => {
    const prices = tokenPrices(named(tier))
    return prices ? [{ above: belowTier(provider, tier.inputTokensAbove), ...prices }] : []
  })
  return { ...base, ...(tiers.length > 0 && { tiers }) }
}

export function named(costs: z.infer<typeof cost>) {
  return {
    input: costs.input,
    output: costs.output,
    cache_read: costs.cacheRead,
    cache_write: costs.cacheWrite,
  }
}
