import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll } from 'vitest'
import schema from '../../schema.sql?raw'
import { healthObjects } from './health-objects.ts'

/** Storage is fresh for each test file. */
beforeAll(async () => {
  const statements = schema
    .split(/;\s*(?:\n|$)/)
    .map((sql) => sql.trim())
    .filter((sql) => sql !== '')
  await env.DB.batch(statements.map((sql) => env.DB.prepare(sql)))
  // What one test's providers do wrong must not turn the next test's requests away from them.
  if (!healthObjects) return
  // Its helpers look for all objects at their first use, and never again.
  await runInDurableObject(env.LEDGER.getByName('nobody'), () => undefined)
  Reflect.deleteProperty(env, 'HEALTH')
})
