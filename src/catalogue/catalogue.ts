import { GatewayError } from '../base/errors.ts'
import type { Env } from '../env.ts'
import { buildModel } from './build-model.ts'
import type { Model } from './model.ts'
import { overridden, overriddenAll } from './override.ts'
import type { SeedModel } from './seed.ts'
import { shardOf, shardPath } from './shards.ts'
import snapshot from './snapshot.json'
import { stateOf, type CatalogueState } from './state.ts'

/** Every model that is known here, whether or not its providers have keys. */
export interface Catalogue {
  /** Another one wherever anything in it is another. */
  version: string
  model(id: string): Promise<Model | undefined>
  /** Every model, in the order they are listed: for lists, which are made once. */
  models(): Promise<Model[]>
  /** The ids alone: for a mistyped one. */
  ids(): Promise<readonly string[]>
}

export type CatalogueEnv = Pick<Env, 'ASSETS' | 'CACHE'>

/** The models of a shard by id. They are built when they are asked for, most never. */
type Shard = ReadonlyMap<string, SeedModel>

/** What was read, by where it is. Beyond the bounds the oldest go: only speed is lost. */
const shardsCache = new Map<string, Shard>()
const shardsMax = 64
const modelsCache = new Map<string, Model>()
const modelsMax = 256
const idsCache = new Map<string, readonly string[]>()

/** The catalogue as it is now: the deployed snapshot, what was refreshed of it, and what the operator decided. */
export async function catalogueOf(env: CatalogueEnv, nowMs = Date.now()): Promise<Catalogue> {
  const state = await stateOf(env, nowMs)
  const { version } = state
  return {
    version,
    async model(id) {
      const key = `${version} ${id}`
      const known = modelsCache.get(key)
      if (known) return known
      const shard = await shardAt(env, state, shardOf(id, snapshot.shards))
      const seed = overridden(id, shard.get(id), state.overrides)
      return seed && remember(modelsCache, modelsMax, key, buildModel(seed))
    },
    async models() {
      return overriddenAll(await seedModels(env, state), state.overrides).map((seed) => buildModel(seed))
    },
    async ids() {
      const known = idsCache.get(version)
      if (known) return known
      const seeds = overriddenAll(await seedModels(env, state), state.overrides)
      return remember(
        idsCache,
        1,
        version,
        seeds.map(({ id }) => id),
      )
    },
  }
}

/** The facts of every listed model, before the operator's word. */
export async function seedModels(env: CatalogueEnv, state: CatalogueState): Promise<SeedModel[]> {
  const shards = Array.from({ length: snapshot.shards }, (_, shard) => shardAt(env, state, shard))
  return (await Promise.all(shards))
    .flatMap((shard) => [...shard.values()])
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))
}

async function shardAt(env: CatalogueEnv, { shards }: CatalogueState, shard: number): Promise<Shard> {
  const key = shards[shard] ?? shardPath(shard)
  const known = shardsCache.get(key)
  if (known) return known
  const models =
    shards[shard] === undefined ? await readAsset(env, key) : await readRefreshed(env, key, shard)
  return remember(shardsCache, shardsMax, key, new Map(models.map((model) => [model.id, model])))
}

/** Facts of our own making are taken as they are: who made them has checked them, and a cold isolate has no time to. */
async function readAsset(env: CatalogueEnv, path: string): Promise<SeedModel[]> {
  const response = await env.ASSETS.fetch(`https://assets.invalid${path}`)
  if (response.ok) return await response.json<SeedModel[]>()
  throw new GatewayError('service_unavailable', `The catalogue lacks ${path}. Run: npm run catalogue`)
}

/** A shard that KV has not told this place of yet is as it was deployed. */
async function readRefreshed(env: CatalogueEnv, key: string, shard: number): Promise<SeedModel[]> {
  const models = await env.CACHE.get<SeedModel[]>(key, { type: 'json', cacheTtl: 86_400 }).catch(() => null)
  return models ?? (await readAsset(env, shardPath(shard)))
}

function remember<K, V>(cache: Map<K, V>, entriesMax: number, key: K, value: V): V {
  const [oldest] = cache.keys()
  if (cache.size >= entriesMax && oldest !== undefined) cache.delete(oldest)
  cache.set(key, value)
  return value
}
