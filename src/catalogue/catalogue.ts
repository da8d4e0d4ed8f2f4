import type { Env } from '../env.ts'
import { GatewayError } from '../base/errors.ts'
import { buildModel } from './build-model.ts'
import type { Model } from './model.ts'
import type { SeedModel } from './seed.ts'
import { idsPath, shardOf, shardPath } from './shards.ts'
import snapshot from './snapshot.json'

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

export type CatalogueEnv = Pick<Env, 'ASSETS'>

/** The models of a shard by id. They are built when they are asked for, most never. */
type Shard = ReadonlyMap<string, SeedModel>

/** What was read of the assets. Beyond the bounds the oldest go: only speed is lost. */
const shardsCache = new Map<number, Shard>()
const shardsMax = 64
const modelsCache = new Map<string, Model>()
const modelsMax = 256

/** The snapshot that is deployed beside the code. */
export function catalogueOf(env: CatalogueEnv): Catalogue {
  const { version, shards } = snapshot
  return {
    version,
    async model(id) {
      const known = modelsCache.get(id)
      if (known) return known
      const seed = (await shardAt(env, shardOf(id, shards))).get(id)
      return seed && remember(modelsCache, modelsMax, id, buildModel(seed))
    },
    async models() {
      const all = await Promise.all(Array.from({ length: shards }, (_, shard) => shardAt(env, shard)))
      return all
        .flatMap((shard) => [...shard.values()])
        .toSorted((left, right) => (left.id < right.id ? -1 : 1))
        .map((seed) => buildModel(seed))
    },
    async ids() {
      return await readAsset<string[]>(env, idsPath)
    },
  }
}

async function shardAt(env: CatalogueEnv, shard: number): Promise<Shard> {
  const known = shardsCache.get(shard)
  if (known) return known
  // Our own command has checked these facts, so a cold isolate does not check them again.
  const models = await readAsset<SeedModel[]>(env, shardPath(shard))
  return remember(shardsCache, shardsMax, shard, new Map(models.map((model) => [model.id, model])))
}

async function readAsset<T>(env: CatalogueEnv, path: string): Promise<T> {
  const response = await env.ASSETS.fetch(`https://assets.invalid${path}`)
  if (response.ok) return await response.json<T>()
  throw new GatewayError('service_unavailable', `The catalogue lacks ${path}. Run: npm run catalogue`)
}

function remember<K, V>(cache: Map<K, V>, entriesMax: number, key: K, value: V): V {
  const [oldest] = cache.keys()
  if (cache.size >= entriesMax && oldest !== undefined) cache.delete(oldest)
  cache.set(key, value)
  return value
}
