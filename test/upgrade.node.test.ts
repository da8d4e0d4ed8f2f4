import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { root, run } from '../scripts/run.ts'
import { writeEnvFile } from '../scripts/secrets.ts'
import { migrate, ready, serve } from '../scripts/wrangler.ts'
import { rootKeys } from '../src/base/key-text.ts'
import { freePort } from './support/free-port.ts'

/**
 * What the first release left on a disk, as its Worker had written it when it was killed: the book, and the objects of
 * three accounts, one of them with two streams running and with lines that were not in the book yet. `answers.json` is
 * what it answered shortly before. One stream had told what it had delivered; the other's hold lasts until 2100 here.
 */
const release = join(import.meta.dirname, 'fixtures', 'releases', '0.1.0')
const masterKey = '5a'.repeat(32)
const wrangler = join(root, 'node_modules', 'wrangler', 'wrangler-dist', 'cli.js')

const { keys, answers } = z
  .object({
    keys: z.record(
      z.string(),
      z.string().transform((digits) => `sk-or-v1-${digits}`),
    ),
    answers: z.record(z.string(), z.looseObject({})),
  })
  .parse(JSON.parse(readFileSync(join(release, 'answers.json'), 'utf8')))

const folder = mkdtempSync(join(tmpdir(), 'switchyard-'))
const state = join(folder, '.wrangler', 'state')
let origin: string
let stop: () => Promise<void>
let management: string

beforeAll(async () => {
  for (const path of readdirSync(release, { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.sql')) restore(join(release, path), join(state, path.replace(/\.sql$/, '.sqlite')))
  }
  management = (await rootKeys(masterKey)).management
  const port = await freePort()
  origin = `http://localhost:${port}`
  const server = serve(port, writeEnvFile(folder, { MASTER_KEY: masterKey, SIMULATOR: 'on' }), state)
  stop = async () => {
    server.kill('SIGTERM')
    if (server.exitCode === null) await once(server, 'exit')
  }
  await vi.waitFor(() => fetch(`${origin}/healthz`), { timeout: 60_000, interval: 100 })
}, 90_000)

afterAll(async () => {
  await stop()
  rmSync(folder, { recursive: true, maxRetries: 5 })
})

test('the tables of the first release are refused until they are brought up to date, once', async () => {
  expect(await ask('/models')).toMatchObject({
    status: 503,
    body: { error: { message: expect.stringMatching(/^The database is .* older .* Run: npm run dev$/) } },
  })
  expect(await migrate(state)).toMatchObject({ ok: true, output: expect.stringContaining('0002_') })
  expect(await ready(origin)).toBe(true)
  const again = await migrate(state)
  expect(again).toMatchObject({ ok: true, output: expect.stringContaining('No migrations to apply') })
})

test('every key is what it was', async () => {
  const statuses = Object.entries(keys).map(async ([name, key]) => [
    name,
    (await ask('/key', { key })).status,
  ])
  expect(Object.fromEntries(await Promise.all(statuses))).toEqual({
    friend: 200,
    disabled: 401,
    deleted: 401,
    guest: 200,
    studio: 200,
    house: 200,
  })
})

test.for(Object.entries(answers))('GET %s tells what it told', async ([path, answer]) => {
  const key = path.startsWith('/generation?') ? keys['friend'] : management
  expect(await ask(path, { key })).toMatchObject({ status: 200, body: answer })
})

test('a hold still holds; one that nobody came to settle is charged by what it had told, once', async () => {
  // What the object has asked D1 of its rules is written down, and with it what is over.
  await vi.waitFor(async () => {
    const lost = '/generation?id=gen-1795268415-7Q81nCIf9DOgj3MrCEaqyt'
    const record = { total_cost: 0.00501225, usage_estimated: true, error_type: 'server' }
    expect((await ask(lost, { key: keys['studio'] })).body).toMatchObject({ data: record })
  }, 10_000)
  const correction = { amount: -17.495, kind: 'correction', reference: 'all of it', account: 'studio' }
  const { status, body } = await ask('/credits', { body: correction })
  // The balance, 17.4996409 with what was not in the book yet, without this 0.00501225 and the 0.00455775 still held.
  const message = 'Only $17.4900709 can be taken back'
  expect([status, body]).toMatchObject([409, { error: { message } }])

  expect((await ask('/chat/completions', { key: keys['studio'], body: hello })).status).toBe(200)
  await vi.waitFor(async () => {
    const credits = creditsReply.parse((await ask('/credits?account=studio')).body).data
    const balance = expect.closeTo(credits.total_credits - credits.total_usage, 9)
    const studio = expect.objectContaining({ name: 'studio', balance })
    expect((await ask('/accounts')).body).toMatchObject({ data: expect.arrayContaining([studio]) })
  }, 10_000)
})

test('and the gateway goes on from there', async () => {
  const usage = async () => ownKey.parse((await ask('/key', { key: keys['friend'] })).body).data.usage
  const before = await usage()
  expect((await ask('/chat/completions', { key: keys['friend'], body: hello })).status).toBe(200)
  expect(await usage()).toBeGreaterThan(before)
})

test('a backup of the book by wrangler, put back into an empty place, is the book', async () => {
  await stop()
  cpSync(join(root, 'wrangler.toml'), join(folder, 'wrangler.toml'))
  const d1 = async (...args: string[]) => await run(wrangler, ['d1', ...args], { cwd: folder })
  const book = join(state, 'v3', 'd1')
  const before = contentsOf(book)
  expect(before).toContain('friend')
  expect(await d1('export', 'DB', '--local', '--output', 'backup.sql')).toMatchObject({ ok: true })
  rmSync(book, { recursive: true })
  expect(await d1('execute', 'DB', '--local', '--file', 'backup.sql', '--yes')).toMatchObject({ ok: true })
  expect(contentsOf(book)).toBe(before)
})

const hello = { model: 'simulator/echo', messages: [{ role: 'user', content: 'Hi' }] }
const ownKey = z.object({ data: z.object({ usage: z.number() }) })
const creditsReply = z.object({ data: z.object({ total_credits: z.number(), total_usage: z.number() }) })

async function ask(
  path: string,
  { key = management, body }: { key?: string | undefined; body?: object } = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${origin}/api/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${key}` },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

/** Every row of the one database below a folder, as JSON. */
function contentsOf(place: string): string {
  const paths = readdirSync(place, { recursive: true, encoding: 'utf8' })
  const [path = ''] = paths.filter((each) => /[0-9a-f]{64}\.sqlite$/.test(each))
  const database = new DatabaseSync(join(place, path))
  const tables = database
    .prepare(
      "select name from sqlite_schema where type = 'table' and name not like '\\_cf\\_%' escape '\\' order by name",
    )
    .all()
    .map(({ name }) => String(name))
  const rows = tables.map((name) => [name, database.prepare(`select * from "${name}"`).all()])
  database.close()
  return JSON.stringify(rows)
}

/** A database as its SQL tells it. */
function restore(sql: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path)
  database.exec(readFileSync(sql, 'utf8'))
  database.close()
}
