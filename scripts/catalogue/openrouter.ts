import * as z from 'zod'
import type { Names } from '../../src/catalogue/assemble.ts'
import { modelKey } from '../../src/catalogue/canonical.ts'
import { modalities } from '../../src/catalogue/models-dev.ts'
import type { Row } from '../../src/catalogue/row.ts'
import { piAiModels, priceOf } from './pi-ai.ts'
import { piCatalog, rowsOf } from './pi-catalog.ts'

const named = z.object({ models: z.record(z.string(), z.object({ id: z.string(), name: z.string() })) })
const api = z.object({ openrouter: named, huggingface: named })

/** OpenRouter's list: the canonical ids, what people call them, and what it sells or gives away under them. */
export interface OpenRouterList extends Names {
  ids: string[]
  rows: Row[]
  /** Free of charge for whoever has a key, as `author/slug:free`. */
  free: Row[]
}

export async function openRouterList(
  homes: { piAi: string; piCatalog: string },
  modelsDev: unknown,
): Promise<OpenRouterList> {
  const listed = api.parse(modelsDev)
  const catalog = await piCatalog(homes.piCatalog)
  const fresh = (await freshRows(homes.piAi)).filter(isModel)
  const older = rowsOf(catalog, 'openrouter', 'openrouter').filter(isModel)
  const freshIds = new Set(fresh.map(({ upstream }) => upstream))
  // What is on both of the older lists is believed to be there still; what is on one is only a name.
  const both = older.filter(({ upstream }) => !freshIds.has(upstream) && upstream in listed.openrouter.models)
  const rows = [...fresh, ...both]
  const all = [...rows, ...older]
  const names = new Map(all.toReversed().map(({ upstream, name }) => [upstream, name]))
  const weights = [...Object.keys(listed.huggingface.models), ...Object.keys(catalog['huggingface'] ?? {})]
  const byKey = new Map(weights.filter((id) => id.includes('/')).map((id) => [modelKey(id), id]))
  return {
    ids: [...new Set(all.map(({ upstream }) => upstream).filter((id) => !id.includes(':')))],
    rows: rows.filter(({ upstream }) => !upstream.includes(':')),
    free: fresh.filter(({ upstream }) => upstream.endsWith(':free')),
    name: (id) => names.get(id)?.replace(/ \(free\)$/, ''),
    huggingFace: (id) => byKey.get(modelKey(id)),
  }
}

/** Its routers and its names that move from model to model are not models. */
function isModel({ upstream }: Row): boolean {
  return !upstream.startsWith('~') && !upstream.startsWith('openrouter/') && upstream.includes('/')
}

async function freshRows(home: string): Promise<Row[]> {
  return (await piAiModels(home, 'openrouter')).map((model) => ({
    provider: 'openrouter',
    upstream: model.id,
    name: model.name,
    source: 'pi-ai',
    price: priceOf('openrouter', model.cost),
    context: model.contextWindow || undefined,
    output: model.maxTokens || undefined,
    input: modalities(model.input),
    writes: ['text'],
    reasoning: model.reasoning ? 'optional' : undefined,
  }))
}
