import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { hostNames } from './host-names.ts'
import { belowTier } from '../../src/catalogue/host-names.ts'
import { modalities, tokenPrices, usdText } from '../../src/catalogue/models-dev.ts'
import type { Row } from '../../src/catalogue/row.ts'
import type { SeedPrice } from '../../src/catalogue/seed.ts'
import { named } from './pi-ai.ts'

const cost = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
})
const row = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string().optional(),
  reasoning: z.boolean(),
  input: z.array(z.string()),
  cost: cost.extend({
    longContext: cost.extend({ inputThreshold: z.number() }).optional(),
    timeBased: z
      .object({
        offPeakMultiplier: z.number(),
        peakWindows: z.array(
          z.object({ weekdays: z.array(z.number()), startMinute: z.number(), endMinute: z.number() }),
        ),
        effectiveRates: z.array(cost.extend({ effectiveFrom: z.number() })).optional(),
      })
      .optional(),
  }),
  contextWindow: z.number().nullable(),
  maxTokens: z.number().nullable(),
  thinking: z
    .object({ efforts: z.array(z.string()).optional(), requiresEffort: z.boolean().optional() })
    .optional(),
  supportsTools: z.boolean().optional(),
  compat: z
    .object({ supportsToolChoice: z.boolean().optional(), supportsSamplingParams: z.boolean().optional() })
    .optional(),
})
const file = z.record(z.string(), z.record(z.string(), row))

export type PiCatalog = z.infer<typeof file>
type PiCatalogRow = z.infer<typeof row>

/** Rates that begin at a date count when the package was made after it. */
const madeMs = Date.UTC(2026, 8, 23)

export async function piCatalogRows(home: string): Promise<Row[]> {
  const catalog = await piCatalog(home)
  return Object.entries(hostNames).flatMap(([slug, { piCatalog: names = [] }]) =>
    names.flatMap((name) => rowsOf(catalog, name, slug)),
  )
}

/** By provider of the package, then by id. */
export async function piCatalog(home: string): Promise<PiCatalog> {
  return file.parse(JSON.parse(await readFile(join(home, 'src', 'models.json'), 'utf8')))
}

/** The chat models of one of the package's providers, as those of a host of ours. */
export function rowsOf(catalog: PiCatalog, name: string, slug: string): Row[] {
  return Object.values(catalog[name] ?? {})
    .filter(({ kind }) => kind === undefined)
    .map((model) => rowOf(slug, model))
}

function rowOf(provider: string, model: PiCatalogRow): Row {
  const efforts = model.thinking?.efforts ?? []
  return {
    provider,
    upstream: wireId(provider, model.id),
    name: model.name,
    source: 'pi-catalog',
    price: priceOf(provider, model),
    context: model.contextWindow || undefined,
    output: model.maxTokens || undefined,
    input: modalities(model.input),
    writes: ['text'],
    reasoning: model.reasoning ? (model.thinking?.requiresEffort ? 'always' : 'optional') : undefined,
    ...(efforts.length > 0 && { efforts }),
    able: {
      tools: model.supportsTools ?? true,
      ...(model.compat?.supportsSamplingParams !== undefined && {
        sampling: model.compat.supportsSamplingParams,
      }),
    },
  }
}

/** The package shortens the ids of Fireworks; on the wire they are paths, with `p` for the point of a version. */
function wireId(provider: string, id: string): string {
  if (provider !== 'fireworks' || id.includes('/')) return id
  return `accounts/fireworks/models/${id.replaceAll(/(?<=\d)\.(?=\d)/g, 'p')}`
}

function priceOf(provider: string, { cost: costs }: PiCatalogRow): SeedPrice | undefined {
  const { longContext, timeBased } = costs
  const current = timeBased?.effectiveRates?.findLast(({ effectiveFrom }) => effectiveFrom <= madeMs) ?? costs
  const base = tokenPrices(named(current))
  if (!base) return undefined
  const long = longContext && tokenPrices(named(longContext))
  return {
    ...base,
    ...(longContext &&
      long && { tiers: [{ above: belowTier(provider, longContext.inputThreshold), ...long }] }),
    ...(timeBased && {
      offPeak: {
        factor: usdText(timeBased.offPeakMultiplier),
        peak: timeBased.peakWindows.map(({ weekdays, startMinute, endMinute }) => ({
          days: weekdays,
          from: startMinute,
          to: endMinute,
        })),
      },
    }),
  }
}
