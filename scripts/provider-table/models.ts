import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SeedModel } from '../../src/catalogue/seed.ts'
import { shardPath } from '../../src/catalogue/shards.ts'
import snapshot from '../../src/catalogue/snapshot.json' with { type: 'json' }

/** Every model of the committed catalogue. */
export async function catalogueModels(root: string): Promise<SeedModel[]> {
  const shards = Array.from({ length: snapshot.shards }, async (_, shard): Promise<SeedModel[]> => {
    return JSON.parse(await readFile(join(root, 'public', shardPath(shard)), 'utf8'))
  })
  return (await Promise.all(shards)).flat()
}
