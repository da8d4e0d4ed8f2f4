import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { buildModel } from '../src/catalogue/build-model.ts'
import { cheapestFirst } from '../src/catalogue/price-order.ts'
import { seedModel, type SeedModel } from '../src/catalogue/seed.ts'
import { shardCount, shardOf } from '../src/catalogue/shards.ts'
import { median } from './load.ts'

/** What a cold isolate does for its first request of a model, by the size of the catalogue. */
export interface Resolving {
  models: number
  shards: number
  shardKilobytes: number
  microseconds: number
}

const requests = 400

/** The committed models, again and again under other names, cut into shards as the snapshot is. */
export async function measureResolving(sizes: readonly number[]): Promise<Resolving[]> {
  const committed = await committedModels()
  return sizes.map((size) => {
    const models = Array.from({ length: size }, (_, index) => copyOf(committed, index))
    return resolving(models)
  })
}

async function committedModels(): Promise<SeedModel[]> {
  const folder = join('public', 'catalogue')
  const files = await readdir(folder)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return texts.flatMap((text) => z.array(seedModel).parse(JSON.parse(text)))
}

function copyOf(models: readonly SeedModel[], index: number): SeedModel {
  const model = models[index % models.length]
  if (!model) throw new Error('There is no snapshot. Run: npm run catalogue')
  const round = Math.floor(index / models.length)
  return round === 0 ? model : { ...model, id: `${model.id}-${round}` }
}

function resolving(models: readonly SeedModel[]): Resolving {
  const shards = shardCount(models.length)
  const texts = [...Map.groupBy(models, ({ id }) => shardOf(id, shards)).entries()]
  const byShard = new Map(texts.map(([shard, own]) => [shard, JSON.stringify(own)]))
  const step = Math.max(1, Math.floor(models.length / requests))
  const asked = models.filter((_, index) => index % step === 0)
  for (const { id } of asked) resolveCold(byShard, shards, id)
  const times = asked.map(({ id }) => {
    const startedMs = performance.now()
    resolveCold(byShard, shards, id)
    return (performance.now() - startedMs) * 1000
  })
  const bytes = [...byShard.values()].reduce((sum, text) => sum + text.length, 0)
  return {
    models: models.length,
    shards,
    shardKilobytes: bytes / byShard.size / 1000,
    microseconds: median(times),
  }
}

/** One shard is read and parsed, one model of it built, and its endpoints put in order. */
function resolveCold(texts: ReadonlyMap<number, string>, shards: number, id: string): void {
  const models: SeedModel[] = JSON.parse(texts.get(shardOf(id, shards)) ?? '[]')
  const found = models.find((model) => model.id === id)
  if (!found) throw new Error(`${id} is not where it should be.`)
  cheapestFirst(buildModel(found).endpoints)
}
