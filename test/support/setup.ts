import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach } from 'vitest'
import schema from '../../schema.sql?raw'
import { forgetCredentials } from '../../src/routing/health/credentials.ts'
import { forgetHealth } from '../../src/routing/health/memory.ts'
import { healthObjects } from './health-objects.ts'

/** Storage is fresh for each test file. */
beforeAll(async () => {
  const statements = schema
    .split(/;\s*(?:\n|$)/)
    .map((sql) => sql.trim())
    .filter((sql) => sql !== '')
  await env.DB.batch(statements.map((sql) => env.DB.prepare(sql)))
})

/** What one test's providers do wrong must not turn the next test's requests away from them. */
beforeEach(() => {
  forgetHealth()
  forgetCredentials()
  if (healthObjects) Reflect.set(env, 'HEALTH', undefined)
})
