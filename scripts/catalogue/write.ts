import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Seed, SeedModel } from '../../src/catalogue/seed.ts'
import { shardCount, shardOf, shardPath } from '../../src/catalogue/shards.ts'

/** What a snapshot is, without its models: the Worker carries this with its code. */
export interface SnapshotHead {
  version: string
  shards: number
  models: number
  endpoints: number
  /** Rows of models.dev that it was made with: a list with much fewer is broken. */
  rows: number
  sources: Seed['sources']
}

/** Writes the snapshot: a file of models for each shard, and the head. The same seed, the same bytes. */
export async function writeSnapshot(seed: Seed, rows: number, root: string): Promise<SnapshotHead> {
  const shards = shardCount(seed.models.length)
  const byShard = Map.groupBy(seed.models, ({ id }) => shardOf(id, shards))
  const assets = join(root, 'public')
  await mkdir(join(assets, 'catalogue'), { recursive: true })
  for (const file of await readdir(join(assets, 'catalogue'))) await rm(join(assets, 'catalogue', file))
  for (let shard = 0; shard < shards; shard++) {
    await writeFile(join(assets, shardPath(shard)), shardText(byShard.get(shard) ?? []))
  }
  const head: SnapshotHead = {
    version: createHash('sha256').update(JSON.stringify(seed)).digest('hex').slice(0, 12),
    shards,
    models: seed.models.length,
    endpoints: seed.models.flatMap(({ endpoints }) => endpoints).length,
    rows,
    sources: seed.sources,
  }
  await writeFile(join(root, 'src', 'catalogue', 'snapshot.json'), `${JSON.stringify(head, null, 2)}\n`)
  return head
}

/** One model a line, so that a change of one shows as one. */
export function shardText(models: readonly SeedModel[]): string {
  return `[\n${models.map((model) => JSON.stringify(model)).join(',\n')}\n]\n`
}
