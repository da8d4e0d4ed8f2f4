import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { catalogueModels } from '../../scripts/provider-table/models.ts'
import { fatesOf, page } from '../../scripts/provider-table/page.ts'
import { providers } from '../../src/providers/table.ts'

const root = join(import.meta.dirname, '..', '..')

test('docs/providers.md is what the rows, the formats and the catalogue say', async () => {
  const written = await readFile(join(root, 'docs', 'providers.md'), 'utf8')
  expect(written, 'Run: npm run provider-table').toBe(page(await catalogueModels(root)))
})

test('no wish of a client is lost without a word, at any provider in any format', async () => {
  const lost = fatesOf(providers, await catalogueModels(root)).flatMap(({ provider, surface, fates }) =>
    fates
      .filter(({ fate }) => fate.kind === 'lost')
      .map(({ name }) => `${provider.slug} in ${surface.protocol.format}: ${name}`),
  )
  expect(lost).toEqual([])
})
