import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assemble } from '../../src/catalogue/assemble.ts'
import { Registry } from '../../src/catalogue/canonical.ts'
import { hostNames } from './host-names.ts'
import { modelsDevRows } from '../../src/catalogue/models-dev.ts'
import type { Row } from '../../src/catalogue/row.ts'
import { parseSeed, type Seed, type SeedModel } from '../../src/catalogue/seed.ts'
import { withFastClaude } from './fast-claude.ts'
import { freeModels } from './free.ts'
import { genaiPricesRows, isListedByGenaiPrices } from './genai-prices.ts'
import { openRouterList } from './openrouter.ts'
import { packages } from './packages.ts'
import { piAiRows } from './pi-ai.ts'
import { piCatalogRows } from './pi-catalog.ts'
import { withServiceTiers } from './service-tiers.ts'

const folder = import.meta.dirname

/** Where the sources have been unpacked. */
export interface Homes {
  piAi: string
  piCatalog: string
  genaiPrices: string
}

/** Every model that the sources tell of, checked; those that were looked at by a person as that person has them. */
export async function buildSeed(homes: Homes): Promise<{ seed: Seed; rows: number }> {
  const curated = parseSeed(await jsonOf('curated.json'))
  const simulator = parseSeed(await jsonOf('simulator.json'))
  const modelsDev = await jsonOf('models-dev.json')
  const openRouter = await openRouterList(homes, modelsDev)
  const registry = new Registry([...curated.models.map(({ id }) => id), ...openRouter.ids])
  const fromModelsDev = modelsDevRows(modelsDev)
  const rows = current([
    ...(await piAiRows(homes.piAi)),
    ...(await piCatalogRows(homes.piCatalog)),
    ...(await genaiPricesRows(homes.genaiPrices)),
    ...fromModelsDev,
  ])
  const models = assemble([...rows, ...openRouter.rows], registry, openRouter, packages.piAi.date)
  const listed = withFastClaude(withCurated(models, curated.models))
  const seed = parseSeed({
    sources: [...curated.sources, ...simulator.sources],
    models: [...listed, ...freeModels(listed, openRouter.free), ...simulator.models]
      .map(inOrder)
      .map(withServiceTiers)
      .toSorted(byId),
  })
  return { seed, rows: fromModelsDev.length }
}

async function jsonOf(file: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, file), 'utf8'))
}

/**
 * Old lists name models that were switched off since. Believed is the freshest list that has the host, and the one
 * that marks what is deprecated; of the others, what two agree on. A price list alone proves no listing.
 */
function current(rows: readonly Row[]): Row[] {
  const fresh = new Set(rows.filter(({ source }) => source === 'pi-ai').map(({ provider }) => provider))
  const listed = new Set(
    rows.filter(({ source }) => source !== 'genai-prices').map(({ provider }) => provider),
  )
  const told = Map.groupBy(rows, (row) => `${row.provider} ${row.upstream.toLowerCase()}`)
  return [...told.values()].flatMap((same) => {
    if (same.some(({ deprecated }) => deprecated) && !same.some(({ source }) => source === 'pi-ai')) return []
    const names = new Set(same.map(({ source }) => source))
    const provider = same[0]?.provider ?? ''
    const isListed =
      names.has('pi-ai') ||
      names.has('models.dev') ||
      (names.has('pi-catalog') && !fresh.has(provider)) ||
      (isListedByGenaiPrices(provider) && !listed.has(provider))
    return isListed || (names.has('pi-catalog') && names.size > 1) ? same : []
  })
}

/** A model that a person looked at keeps that person's words; hosts that were not looked at are added to it. */
function withCurated(models: readonly SeedModel[], curated: readonly SeedModel[]): SeedModel[] {
  const merged = new Map(models.map((model) => [model.id, model]))
  for (const model of curated) {
    const looked = new Set(model.endpoints.map(({ provider }) => provider))
    const others = merged.get(model.id)?.endpoints.filter(({ provider }) => !looked.has(provider)) ?? []
    const endpoints = [...model.endpoints, ...others]
    const { efforts } = merged.get(model.id) ?? {}
    const context = Math.max(model.context, ...endpoints.map((endpoint) => endpoint.context))
    merged.set(model.id, { ...model, ...(efforts && { efforts }), context, endpoints })
  }
  return [...merged.values()]
}

/** Endpoints in the order of our list of hosts, which begins with those who make models: the first is the one to try. */
function inOrder(model: SeedModel): SeedModel {
  const endpoints = model.endpoints.toSorted(
    (left, right) => hosts.indexOf(left.provider) - hosts.indexOf(right.provider),
  )
  return { ...model, endpoints }
}

const hosts = Object.keys(hostNames)

function byId(left: SeedModel, right: SeedModel): number {
  return left.id < right.id ? -1 : 1
}
