import { GatewayError } from '../base/errors.ts'
import type { Env } from '../env.ts'
import { liveProviders, type ProviderEnv } from '../providers/live.ts'
import { idsOfBareName } from './bare-name.ts'
import { catalogueOf, type Catalogue } from './catalogue.ts'
import { isLatest } from './family.ts'
import { latestId } from './latest.ts'
import type { Model } from './model.ts'
import { nearIds } from './near.ts'
import { oldIds } from './old-names.ts'
import { openModel } from './open-model.ts'
import { withLiveEndpoints, type Resolution, type Selection } from './selection.ts'
import { unresolved, type Unresolved } from './unresolved.ts'

export type { Resolution, Selection } from './selection.ts'

/** How a name led to its model. */
export type Way = 'direct' | 'alias' | 'latest'

export type Resolved = Resolution & { via: Way }

/**
 * What a client's name of a model means, or the refusal that says why it cannot be served. `missing` is the error of a
 * name that means nothing: a request that has it is wrong, an address that has it leads nowhere.
 */
export async function selectModel(
  env: Env,
  id: string | undefined,
  missing: 'invalid_request' | 'not_found' = 'invalid_request',
): Promise<Selection> {
  if (!id) throw nameless()
  const resolution = await resolveName(env, id)
  if (resolution.kind !== 'model') throw await refusalOf(env, id, resolution, missing)
  return { model: resolution.model, endpoints: resolution.endpoints }
}

export function nameless(): GatewayError {
  return new GatewayError('invalid_request', 'model: name the model to use, such as openai/gpt-4o-mini')
}

export async function refusalOf(
  env: Env,
  id: string,
  resolution: Unresolved,
  missing: 'invalid_request' | 'not_found' = 'invalid_request',
): Promise<GatewayError> {
  const near = async () => nearIds(await (await catalogueOf(env)).ids(), id)
  // Whose family has no model asked rightly, and there is nothing.
  return await unresolved(resolution, { id, missing: isLatest(id) ? 'not_found' : missing, near })
}

/** What a name means that has no variants but those of the catalogue's own ids. */
export async function resolveName(env: Env, id: string): Promise<Resolved> {
  const catalogue = await catalogueOf(env)
  const live = liveProviders(env)
  const [name = '', ...variants] = id.split(':')
  const suffix = variants.map((variant) => `:${variant}`).join('')
  if (isLatest(name)) return await resolveLatest(env, name, suffix)
  const model = (await catalogue.model(id)) ?? openModel(id) ?? (await firstOf(catalogue, idsOfBareName(id)))
  const base = model ?? (await catalogue.model(name))
  if (base) return { via: 'direct', ...resolve(id, { model, base }, live, env) }
  for (const old of oldIds(name)) {
    const found = { model: await catalogue.model(old + suffix), base: await catalogue.model(old) }
    if (found.model ?? found.base) return { via: 'alias', ...resolve(old + suffix, found, live, env) }
  }
  return { via: 'direct', kind: 'unknown' }
}

/** Only the newest is meant: where it cannot be had, no other takes its place. */
async function resolveLatest(env: Env, name: string, suffix: string): Promise<Resolved> {
  const id = await latestId(env, name)
  const resolved: Resolution = id === undefined ? { kind: 'unknown' } : await resolveName(env, id + suffix)
  return { ...resolved, via: 'latest' }
}

async function firstOf(catalogue: Catalogue, ids: readonly string[]): Promise<Model | undefined> {
  for (const id of ids) {
    const model = await catalogue.model(id)
    if (model) return model
  }
  return undefined
}

/** What the catalogue has under a name, and under the name before its variant. */
export interface Found {
  model: Model | undefined
  base: Model | undefined
}

/** Pure: what an id means with these providers at hand. */
export function resolve(
  id: string,
  { model, base }: Found,
  live: ReadonlySet<string>,
  env: ProviderEnv,
): Resolution {
  if (model) return withLiveEndpoints(model, live, env)
  return base && id === `${base.id}:free` ? { kind: 'free_ended', paid: base.id } : { kind: 'unknown' }
}
