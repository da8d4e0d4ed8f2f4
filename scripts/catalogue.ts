import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Seed } from '../src/catalogue/seed.ts'
import { buildSeed } from './catalogue/build.ts'
import { unpack } from './catalogue/packages.ts'
import { writeSnapshot } from './catalogue/write.ts'
import { Failure } from './failure.ts'
import { root } from './run.ts'

/**
 * `npm run catalogue`: makes the snapshot of models and prices that is committed and deployed, from packages that are
 * fetched for the occasion. What changed since the last time is what `git diff` shows.
 */
async function catalogue(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-catalogue-'))
  try {
    const homes = {
      piAi: await unpack('piAi', folder),
      piCatalog: await unpack('piCatalog', folder),
      genaiPrices: await unpack('genaiPrices', folder),
    }
    const { seed, rows } = await buildSeed(homes)
    const head = await writeSnapshot(seed, rows, root)
    console.log(`${head.version}: ${summary(seed)}, in ${head.shards} shards of public/catalogue.`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function summary({ models }: Seed): string {
  const free = models.filter(({ id }) => id.endsWith(':free'))
  const direct = models
    .filter((model) => !free.includes(model))
    .map(({ endpoints }) =>
      endpoints.filter((each) => each.provider !== 'openrouter' && each.prompt !== undefined),
    )
  const providers = direct.map((endpoints) => new Set(endpoints.map(({ provider }) => provider)))
  const all = new Set(providers.flatMap((each) => [...each]))
  return [
    `${models.length - free.length} models and ${free.length} that are free`,
    `${direct.flat().length} priced endpoints at ${all.size} direct providers`,
    `${providers.filter(({ size }) => size > 1).length} models at two or more of them`,
  ].join(', ')
}

try {
  await catalogue()
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exitCode = 1
}
