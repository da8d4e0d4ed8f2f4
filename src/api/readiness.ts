import { createMiddleware } from 'hono/factory'
import { GatewayError } from '../base/errors.ts'
import { errorResponse } from '../base/http.ts'
import { isMasterKey } from '../base/master-key.ts'
import type { Env } from '../env.ts'

/** The number of the last file in `migrations/`. This release serves with these tables, and with any later ones. */
export const schemaVersion = 4

/** How long a request waits to hear whether the tables are there. A D1 that is slower holds up nobody else. */
const patienceMs = 500
/** What is not right is looked at again after so long. */
const againMs = 1_000

/** `silent`: D1 did not say. That is for the routes that need it to tell, not a reason to refuse the others. */
type Tables = 'ready' | 'behind' | 'silent'

interface Look {
  atMs: number
  answer: Promise<Tables>
  /** What came of it, once it is known. */
  found?: Tables
}

/** The last look at each database of this isolate, which has one. Ready is ready for ever: migrations only add. */
const looksCache = new WeakMap<D1Database, Look>()

/** Answers 503 with the command that mends it until the secret and the tables are there; stands before every route. */
export const readiness = createMiddleware<{ Bindings: Env }>(async (c, next) => {
  const problem =
    masterKeyProblem(c.env.MASTER_KEY) ??
    (await tablesProblem(c.env.DB, Date.now(), (look) => c.executionCtx.waitUntil(look)))
  if (problem === undefined) return await next()
  const command = localHosts.has(new URL(c.req.url).hostname) ? 'npm run dev' : 'npm run deploy'
  const message = `${problem} Run: ${command}`
  const headers = { 'cache-control': 'no-store', 'retry-after': '1' }
  if (c.req.path === '/') return c.text(`The gateway is not ready.\n${message}\n`, 503, headers)
  return errorResponse(new GatewayError('service_unavailable', message, { headers }))
})

const localHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/** The binding's type promises a text; a deployment that nobody gave the secret has none. */
function masterKeyProblem(masterKey: string | undefined): string | undefined {
  if (masterKey === undefined || masterKey === '') return 'MASTER_KEY is missing.'
  return isMasterKey(masterKey) ? undefined : 'MASTER_KEY is not 64 of the digits 0-9a-f.'
}

async function tablesProblem(
  database: D1Database,
  nowMs: number,
  keepAlive: (look: Promise<unknown>) => void,
): Promise<string | undefined> {
  const last = looksCache.get(database)
  if (last?.found === 'ready') return undefined
  const look = last && nowMs < last.atMs + againMs ? last : lookAgain(database, nowMs)
  const heard = hear(look)
  if (look !== last) keepAlive(heard)
  // Where the last look was in vain nobody waits for the next one.
  const tables = look.found ?? (last?.found === 'silent' ? 'silent' : await heard)
  if (tables !== 'behind') return undefined
  return `The database is empty or older than this release, which needs version ${schemaVersion} of its tables.`
}

function lookAgain(database: D1Database, atMs: number): Look {
  const look: Look = { atMs, answer: tablesOf(database) }
  // An answer that comes late still counts for those who come later.
  void look.answer.then((found) => (look.found = found))
  looksCache.set(database, look)
  return look
}

/**
 * The answer, or `silent` after a while. The look may be another request's, and with that request its answer is gone and
 * its timers too: whoever waits has a timer of their own.
 */
async function hear(look: Look): Promise<Tables> {
  if (look.found !== undefined) return look.found
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Tables>((resolve) => {
    timer = setTimeout(() => resolve('silent'), patienceMs)
  })
  try {
    const tables = await Promise.race([look.answer, late])
    return (look.found ??= tables)
  } finally {
    clearTimeout(timer)
  }
}

async function tablesOf(database: D1Database): Promise<Tables> {
  try {
    const row = await database.prepare('select version from schema_version').first<{ version: number }>()
    return row && row.version >= schemaVersion ? 'ready' : 'behind'
  } catch (error) {
    return /no such table/i.test(String(error)) ? 'behind' : 'silent'
  }
}
