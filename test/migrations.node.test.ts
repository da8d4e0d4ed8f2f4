import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import * as z from 'zod'
import { root, run } from '../scripts/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'switchyard-'))
const program = join(root, 'node_modules', 'wrangler', 'wrangler-dist', 'cli.js')
const later = join(folder, 'migrations', '9999_later.sql')

afterAll(() => rmSync(folder, { recursive: true, maxRetries: 5 }))

test('a migration that breaks off in the middle leaves nothing behind, and the next run resumes', async () => {
  for (const part of ['wrangler.toml', 'migrations'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  const table = 'create table parcels (id text primary key) strict;'
  writeFileSync(
    later,
    `${table}\ninsert into nowhere values (1);\nupdate schema_version set version = 9999;\n`,
  )
  const broken = await wrangler('migrations', 'apply', 'DB', '--local')
  expect(broken).toMatchObject({ ok: false, output: expect.stringContaining('no such table: nowhere') })
  // What came before it stands, and nothing of it does.
  const before = await told()
  expect(before.tables).toContain('schema_version')
  expect(before.tables).not.toContain('parcels')
  expect(before.version).toBeLessThan(9999)

  writeFileSync(later, `${table}\nupdate schema_version set version = 9999;\n`)
  expect(await wrangler('migrations', 'apply', 'DB', '--local')).toMatchObject({ ok: true })
  expect(await told()).toEqual({ tables: expect.arrayContaining(['parcels']), version: 9999 })
}, 120_000)

const results = z.tuple([
  z.object({ results: z.array(z.object({ name: z.string() })) }),
  z.object({ results: z.tuple([z.object({ version: z.number() })]) }),
])

async function told(): Promise<{ tables: string[]; version: number }> {
  const query = "select name from sqlite_schema where type = 'table'; select version from schema_version"
  const { output } = await wrangler('execute', 'DB', '--local', '--json', '--command', query)
  const [tables, [version]] = results
    .transform(([names, versions]) => [names.results.map(({ name }) => name), versions.results] as const)
    .parse(JSON.parse(output))
  return { tables, version: version.version }
}

async function wrangler(...args: string[]) {
  return await run(program, ['d1', ...args], {
    cwd: folder,
    env: { CI: 'true', WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', NO_COLOR: '1' },
  })
}
