import type { Env } from '../env.ts'
import { callableModels } from './callable.ts'
import { latestOf, type Alias } from './latest.ts'
import { publicModel } from './public-model.ts'
import type { Selection } from './resolve.ts'

/** One model of the list: itself, and how the contract shows it, as the text that goes out. */
export interface Listed {
  selection: Selection
  text: string
}

/** The texts of a list, which is made once for each catalogue and set of providers: a request only puts them together. */
const listedCache = new WeakMap<readonly Selection[], readonly Listed[]>()

export async function listedModels(env: Env): Promise<readonly Listed[]> {
  const selections = await callableModels(env)
  const known = listedCache.get(selections)
  if (known) return known
  const listed = [
    ...selections.map((selection) => ({ selection, text: JSON.stringify(publicModel(selection)) })),
    ...latestOf(selections).map(aliasRow),
  ]
  listedCache.set(selections, listed)
  return listed
}

/** `~author/family-latest` as a row of its own, which is its target's but for the name. */
function aliasRow({ alias, target: { model, endpoints } }: Alias): Listed {
  const { id: slug, name } = model
  const selection = { model: { ...model, id: alias, name: `${name} (latest)` }, endpoints }
  return { selection, text: JSON.stringify({ ...publicModel(selection), alias_target: { slug, name } }) }
}

export interface Page {
  offset?: number | undefined
  limit?: number | undefined
}

const limitOfPage = 500

/** The contract's envelope of a list. Paging is for who asks for it; who does not gets all. */
export function listText(listed: readonly Listed[], { offset, limit }: Page, path: string): string {
  const paged = offset !== undefined || limit !== undefined
  const start = offset ?? 0
  const count = limit ?? limitOfPage
  const page = paged ? listed.slice(start, start + count) : listed
  const more = paged && start + count < listed.length
  const next = more ? `${path}${path.includes('?') ? '&' : '?'}offset=${start + count}&limit=${count}` : null
  const data = page.map(({ text }) => text).join(',')
  return `{"data":[${data}],"total_count":${listed.length},"links":{"next":${JSON.stringify(next)}}}`
}
