import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { modelKey } from '../../src/catalogue/canonical.ts'
import type { Names } from '../../src/catalogue/assemble.ts'
import { piAiModels, priceOf } from './pi-ai.ts'
import type { Row } from '../../src/catalogue/row.ts'
import { modalities } from '../../src/catalogue/models-dev.ts'

const catalog = z.record(
  z.string(),
  z.record(z.string(), z.object({ id: z.string(), name: z.string(), kind: z.string().optional() })),
)
const api = z.record(
  z.string(),
  z.object({ models: z.record(z.string(), z.object({ id: z.string(), name: z.string() })) }),
)

/** OpenRouter's list: the canonical ids, what people call them, and which of them are free there. */
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
  const fresh = await piAiModels(homes.piAi, 'openrouter')
  const text = await readFile(join(homes.piCatalog, 'src', 'models.json'), 'utf8')
  const older = catalog.parse(JSON.parse(text))
  const listed = api.parse(modelsDev)
  const chat = Object.values(older['openrouter'] ?? {}).filter(({ kind }) => kind === undefined)
  const named = [...fresh, ...chat, ...Object.values(listed['openrouter']?.models ?? {})].filter(
    ({ id }) => !id.startsWith('~') && !id.startsWith('openrouter/') && id.includes('/'),
  )
  const weights = [
    ...Object.keys(listed['huggingface']?.models ?? {}),
    ...Object.keys(older['huggingface'] ?? {}),
  ].filter((id) => id.includes('/'))
  const byKey = new Map(weights.map((id) => [modelKey(id), id]))
  const byId = new Map(named.toReversed().map(({ id, name }) => [id, name]))
  const rows = fresh
    .filter(({ id }) => !id.startsWith('~') && !id.startsWith('openrouter/'))
    .map((model): Row => ({
      provider: 'openrouter',
      upstream: model.id,
      name: model.name,
      source: 'pi-ai',
      price: priceOf(model.cost),
      context: model.contextWindow || undefined,
      output: model.maxTokens || undefined,
      input: modalities(model.input),
      writes: ['text'],
      reasoning: model.reasoning ? 'optional' : undefined,
    }))
  return {
    ids: [...new Set(named.map(({ id }) => id).filter((id) => !id.includes(':')))],
    rows: rows.filter(({ upstream }) => !upstream.includes(':')),
    free: rows.filter(({ upstream }) => upstream.endsWith(':free')),
    name: (id) => byId.get(id)?.replace(/ \(free\)$/, ''),
    huggingFace: (id) => byKey.get(modelKey(id)),
  }
}
