import { env } from 'cloudflare:workers'
import { beforeAll } from 'vitest'
import schema from '../../schema.sql?raw'

/** Storage is fresh for each test file. */
beforeAll(async () => {
  const statements = schema
    .split(/;\s*(?:\n|$)/)
    .map((sql) => sql.trim())
    .filter((sql) => sql !== '')
  await env.DB.batch(statements.map((sql) => env.DB.prepare(sql)))
})
