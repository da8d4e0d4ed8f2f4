import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import worker from '../../src/index.ts'
import { account } from '../support/account.ts'

afterEach(() => {
  vi.useRealTimers()
})

const hello = { model: 'simulator/echo', messages: [{ role: 'user', content: 'Hi' }] }
const calls = [
  ['POST', '/api/v1/chat/completions', hello],
  ['POST', '/v1/chat/completions', hello],
  ['GET', '/api/v1/models', undefined],
  ['GET', '/api/v1/key', undefined],
  ['GET', '/api/v1/keys', undefined],
  ['POST', '/api/v1/credits', {}],
  ['GET', '/healthz', undefined],
  ['GET', '/nowhere', undefined],
] as const

async function ask(
  gateway: Env,
  [method, path, body]: (typeof calls)[number] | readonly ['GET', '/', undefined],
  { origin = 'https://gateway.example', key }: { origin?: string; key?: string } = {},
) {
  const ctx = createExecutionContext()
  const headers = new Headers(key === undefined ? {} : { authorization: `Bearer ${key}` })
  const request = new Request(origin + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const response = await worker.fetch(request, gateway, ctx)
  const text = await response.text()
  await waitOnExecutionContext(ctx)
  return { status: response.status, headers: response.headers, text }
}

function refusal(message: string): object {
  return { error: { code: 503, message, metadata: { error_type: 'server' } } }
}

test.for([
  ['missing', undefined, 'MASTER_KEY is missing.'],
  ['empty', '', 'MASTER_KEY is missing.'],
  ['blank', '   ', 'MASTER_KEY is not 64 of the digits 0-9a-f.'],
  ['too short', '5a5a', 'MASTER_KEY is not 64 of the digits 0-9a-f.'],
  ['no hex', 'zz'.repeat(32), 'MASTER_KEY is not 64 of the digits 0-9a-f.'],
] as const)(
  'a MASTER_KEY that is %s: every route says so, and what to run',
  async ([, masterKey, problem]) => {
    const { key } = await account(env)
    const gateway = new Proxy<Env>(
      { ...env },
      { get: (target, name) => (name === 'MASTER_KEY' ? masterKey : Reflect.get(target, name)) },
    )
    for (const call of calls) {
      const { status, text } = await ask(gateway, call, { key })
      expect([call[1], status]).toEqual([call[1], 503])
      expect(JSON.parse(text)).toEqual(refusal(`${problem} Run: npm run deploy`))
    }
  },
)

const older =
  'The database is empty or older than this release, which needs version 4 of its tables. Run: npm run deploy'

test('a database without tables: every route says so, and a person reads it as text', async () => {
  const gateway = { ...env, DB: database(noTable) }
  for (const call of calls) {
    const { status, text, headers } = await ask(gateway, call)
    expect([call[1], status]).toEqual([call[1], 503])
    expect(JSON.parse(text)).toEqual(refusal(older))
    expect(Object.fromEntries(headers)).toMatchObject({
      'retry-after': '1',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
    })
  }
  const page = await ask(gateway, ['GET', '/', undefined])
  expect(page).toMatchObject({ status: 503, text: `The gateway is not ready.\n${older}\n` })
  expect(page.headers.get('content-type')).toBe('text/plain; charset=UTF-8')
})

test.for(['http://localhost:8787', 'http://127.0.0.1:9000', 'http://[::1]'])(
  'on %s the command is the one for this machine',
  async (origin) => {
    const { text } = await ask({ ...env, DB: database(noTable) }, calls[2], { origin })
    expect(JSON.parse(text)).toEqual(refusal(older.replace('deploy', 'dev')))
  },
)

test.for([
  ['half migrated', { version: 2 }, 503],
  ['without its version', null, 503],
  ['of this release', { version: 4 }, 200],
  ['of a later release', { version: 9 }, 200],
] as const)('a database that is %s', async ([, row, status]) => {
  const answer = await ask({ ...env, DB: database(async () => await Promise.resolve(row)) }, calls[2])
  expect(answer.status).toBe(status)
})

test('while D1 does not answer, keys the object knows are served', async () => {
  const { key } = await account(env)
  for (const silent of [async () => await Promise.reject<null>(new Error('D1_ERROR: overloaded')), never]) {
    const DB = database(silent)
    // The second request does not wait for a D1 that was silent to the first.
    for (const _ of [1, 2]) expect((await ask({ ...env, DB }, calls[0], { key })).status).toBe(200)
  }
})

test('D1 is asked once when all is well, and again after a second when it is not', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  let version = 1
  let reads = 0
  const DB = database(async () => {
    reads++
    return await Promise.resolve({ version })
  })
  const statuses = async (times: number) => {
    const answers = await Promise.all(Array.from({ length: times }, () => ask({ ...env, DB }, calls[2])))
    return [...new Set(answers.map(({ status }) => status))]
  }
  expect(await statuses(20)).toEqual([503])
  version = 4
  expect(await statuses(20)).toEqual([503])
  expect(reads).toBe(1)
  vi.setSystemTime(Date.now() + 1_000)
  expect(await statuses(20)).toEqual([200])
  vi.setSystemTime(Date.now() + 60_000)
  expect(await statuses(20)).toEqual([200])
  expect(reads).toBe(2)
})

test('a look whose request is cut off holds up nobody else for longer than its own patience', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const begun = Promise.withResolvers<void>()
  // Waits for I/O of the request that asks, and so for ever once that request is gone.
  const DB = database(async () => {
    begun.resolve()
    await scheduler.wait(20)
    return { version: 9 }
  })
  // An object has a context of its own, as each request at the edge has one.
  const first = runInDurableObject(env.LEDGER.getByName('cut off'), async (_, state) => {
    void ask({ ...env, DB }, calls[2]).catch(() => {})
    await begun.promise
    state.abort('cut off')
  })
  await expect(first).rejects.toThrow('cut off')
  // D1 is silent then, which refuses nobody.
  expect((await ask({ ...env, DB }, calls[2])).status).toBe(200)
  expect((await ask({ ...env, DB }, calls[2])).status).toBe(200)
})

type First = () => Promise<{ version: number } | null>

/** The database, in which something else answers the question for its version. */
function database(first: First): D1Database {
  return new Proxy(env.DB, {
    get(target, name): unknown {
      if (name === 'prepare') {
        return (sql: string) => (sql.includes('schema_version') ? { first } : target.prepare(sql))
      }
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

async function noTable(): Promise<null> {
  return await Promise.reject(new Error('D1_ERROR: no such table: schema_version: SQLITE_ERROR'))
}

async function never(): Promise<null> {
  return await new Promise(() => {})
}
