import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { root } from '../../scripts/run.ts'
import { accountId, token } from '../support/fake-cloudflare.ts'
import { startRehearsal, type Rehearsal } from './rehearsal.ts'

// A deploy is four processes; nothing here is timed.
vi.setConfig({ testTimeout: 120_000 })

/** One deployment through its life: the tests below follow each other. */
let stage: Rehearsal
beforeAll(async () => {
  stage = await startRehearsal()
})
afterAll(() => stage.stop())

const key = 'sk-or-v1-[0-9a-f]{64}'
const migrations = String.raw`(?:\d{4}_\w+\.sql(?:, )?)+`
const query = /^POST \/d1\/database\/[^/]+\/query$/
let apiKey = ''
let managementKey = ''
let friendsKey = ''
let gzippedKib = 0

test('makes everything in an empty account, then migrates, and shows a gateway that answers', async () => {
  const { cloudflare } = stage
  stage.settings('OPENAI_API_KEY=key-of-ada\nSIMULATOR=on\n')
  const { code, output } = await stage.run('deploy')

  const lines = [
    'Made the database switchyard and the cache switchyard-cache\\.',
    'No jurisdiction is set for the data\\. One, such as JURISDICTION=eu, can only be chosen before the first deploy\\.',
    String.raw`Uploaded the Worker \(\d+ KiB gzipped\), with MASTER_KEY, OPENAI_API_KEY, SIMULATOR\.`,
    `Migrated the database: ${migrations}\\.`,
    String.raw`Set the cron: 17 \* \* \* \*\.`,
    '',
    `Gateway         ${cloudflare.gateway}/api/v1`,
    `API key         ${key}        account "default", \\$10\\.00 of credit`,
    `Management key  ${key}`,
    'Providers       OpenAI, Cloudflare Workers AI, Simulator',
    '',
    `curl -N ${cloudflare.gateway}/api/v1/chat/completions .*`,
    '',
    'This line was tried just now\\. The answer: .*You said: Hello.*',
    '',
  ]
  expect(output).toMatch(new RegExp(`^${lines.join('\n')}$`))
  expect(code).toBe(0)
  gzippedKib = Number(/\((\d+) KiB/.exec(output)?.[1])

  const changes = cloudflare.changes.splice(0)
  expect(changes.filter((change) => !query.test(change))).toEqual([
    'POST /d1/database',
    'POST /storage/kv/namespaces',
    'POST /workers/scripts/switchyard/assets-upload-session',
    'PUT /workers/scripts/switchyard',
    'POST /workers/scripts/switchyard/subdomain',
    'PUT /workers/scripts/switchyard/schedules',
  ])
  // The Worker first, the tables after it.
  expect(changes.findIndex((change) => query.test(change))).toBeGreaterThan(4)

  apiKey = keyOf(output, 'API')
  managementKey = keyOf(output, 'Management')
  friendsKey = z.object({ key: z.string() }).parse(await manage('/keys', { name: 'friend' })).key
})

test('keeps to the budget of the bundle, 185 KiB gzipped', () => {
  expect(gzippedKib).toBeLessThanOrEqual(185)
})

test('uploads what the Worker is bound to, and its secrets as secrets', () => {
  const { cloudflare } = stage
  const worker = cloudflare.worker()
  const named = (type: string) =>
    worker?.bindings.filter((each) => each.type === type).map(({ name }) => name)
  expect(worker?.bindings).toContainEqual({ type: 'd1', name: 'DB', id: cloudflare.databases[0]?.uuid })
  expect(worker?.bindings).toContainEqual({
    type: 'kv_namespace',
    name: 'CACHE',
    namespace_id: cloudflare.namespaces[0]?.id,
  })
  expect(named('durable_object_namespace')).toEqual(['LEDGER', 'CATALOGUE', 'HEALTH'])
  expect(named('secret_text')).toEqual(['OPENAI_API_KEY', 'SIMULATOR', 'MASTER_KEY'])
  expect(named('plain_text')).toEqual(['WORKERS_AI'])
  expect(worker?.metadata.migrations).toMatchObject({
    steps: [
      { new_sqlite_classes: ['Ledger'] },
      { new_sqlite_classes: ['CatalogueKeeper'] },
      { new_sqlite_classes: ['Health'] },
    ],
  })
  expect(cloudflare.crons()).toEqual(['17 * * * *'])
  expect(cloudflare.unknown).toEqual([])
})

test('keeps MASTER_KEY where its owner alone reads it, and wrangler.toml as it was', () => {
  const path = join(stage.folder, '.switchyard', 'deployed', 'master-key')
  expect(readFileSync(path, 'utf8')).toBe(`${secret('MASTER_KEY')}\n`)
  // Windows has no such modes.
  expect(process.platform === 'win32' ? 0o600 : statSync(path).mode & 0o777).toBe(0o600)
  expect(tomlOf(stage.folder)).toBe(tomlOf(root))
})

test('changes nothing when run again, and says so', async () => {
  const { code, output } = await stage.run('deploy')
  const lines = [
    'Nothing has changed since the last deploy\\.',
    '',
    `Gateway         ${stage.cloudflare.gateway}/api/v1`,
    `API key         ${apiKey}        account "default", \\$9\\.99\\d+ of credit`,
    'Management key  in .switchyard/deployed/management-key',
    'Providers       OpenAI, Cloudflare Workers AI, Simulator',
    '',
    'curl .*',
    '',
  ]
  expect(output).toMatch(new RegExp(`^${lines.join('\n')}$`))
  expect(code).toBe(0)
  // Asking which migrations have run is a query.
  expect(stage.cloudflare.changes.splice(0).filter((change) => !query.test(change))).toEqual([])
})

test('refuses another jurisdiction than the first', async () => {
  stage.environment['JURISDICTION'] = 'eu'
  expect(await stage.run('deploy')).toEqual({
    code: 1,
    output:
      'This gateway was first deployed without a jurisdiction, and its data cannot move to eu: ' +
      'take JURISDICTION back, or start anew after `npm run destroy`.\n',
  })
  delete stage.environment['JURISDICTION']
  expect(stage.cloudflare.changes).toEqual([])
})

test('when only the cron has changed, says so; where the line then fails, says what to do', async () => {
  await takeCronAway()
  stage.environment['PATH'] = `${folderOfFailingCurl()}:${process.env['PATH']}`
  const { code, output } = await stage.run('deploy')
  delete stage.environment['PATH']
  expect(output).toMatch(/^Set the cron: 17 \* \* \* \*\.\n\nGateway {9}http/)
  expect(output).toContain(
    '\n\nThe gateway is deployed, but this line failed just now: No provider of this model answered. (OpenAI answered 401)\n' +
      'See which provider refused: npm run status -- --url deployed. ' +
      'The next `npm run deploy` tries the line again.\n',
  )
  expect(code).toBe(1)
  expect(stage.cloudflare.crons()).toEqual(['17 * * * *'])

  // What the arguments of a process are, everybody on the machine may read.
  const given = readFileSync(join(stage.folder, 'curl', 'arguments'), 'utf8')
  expect(given).toContain('/api/v1/chat/completions')
  expect(given).not.toContain(apiKey)
  expect(output).toContain(`-H 'Authorization: Bearer ${apiKey}' -H 'Content-Type: application/json' -d '{`)
})

test('tries the line again until it has answered once', async () => {
  const { code, output } = await stage.run('deploy')
  expect(output).toMatch(/^Nothing has changed since the last deploy\.\n/)
  expect(output).toMatch(/\n\nThis line was tried just now\. The answer: .*You said: Hello.*\n$/)
  expect(code).toBe(0)
})

test('later migrates first, adds new settings, and names those it does not take away', async () => {
  stage.settings('GROQ_API_KEY=key-of-ada\nSIMULATOR=on\n')
  writeFileSync(
    join(stage.folder, 'migrations', '0999_note.sql'),
    'create table note (id integer primary key);\n',
  )
  const { code, output } = await stage.run('deploy')
  expect(output).toContain('Migrated the database: 0999_note.sql.\nUploaded the Worker (')
  expect(output).toContain('), with GROQ_API_KEY, SIMULATOR.\n')
  expect(output).toContain('\nProviders       OpenAI, Groq, Cloudflare Workers AI, Simulator\n')
  expect(output).toContain(
    '\nStill on the Worker, though not set here: OPENAI_API_KEY. To remove one: npx wrangler secret delete NAME\n',
  )
  expect(code).toBe(0)
  const changes = stage.cloudflare.changes.splice(0)
  expect(changes.findLastIndex((change) => query.test(change))).toBeLessThan(
    changes.indexOf('POST /workers/scripts/switchyard/versions'),
  )
})

test('without the kept MASTER_KEY updates the Worker, leaves its secret alone, and says how to get it back', async () => {
  const before = secret('MASTER_KEY')
  hideMasterKey()
  const { code, output } = await stage.run('deploy')
  expect(output).toMatch(
    new RegExp(
      [
        String.raw`^Uploaded the Worker \(\d+ KiB gzipped\), with GROQ_API_KEY, SIMULATOR\.`,
        '',
        `Gateway         ${stage.cloudflare.gateway}/api/v1`,
        'Providers       OpenAI, Groq, Cloudflare Workers AI, Simulator',
        '',
        'Still on the Worker, .*',
        '',
        'The Worker keeps its MASTER_KEY\\. Cloudflare does not show it again, and .switchyard/deployed/master-key is not here, [^]*',
        String.raw`[^]* If it is lost, make a new one: npm run deploy -- --rotate\n$`,
      ].join('\n'),
    ),
  )
  expect(code).toBe(0)
  expect(secret('MASTER_KEY')).toBe(before)
})

test('does not rotate a lost MASTER_KEY before somebody has agreed to what is lost', async () => {
  const before = secret('MASTER_KEY')
  const { code, output } = await stage.run('deploy', '--rotate')
  expect(output)
    .toBe(`The former MASTER_KEY is not here, so every key made under it stops working at once: the API key, the management key
and every key that was given to anybody. Accounts, balances and history stay.
Type switchyard to go on: Nothing was done. To go on without being asked: --confirm switchyard
`)
  expect(code).toBe(1)
  expect(secret('MASTER_KEY')).toBe(before)
  showMasterKey()
})

test('rotates MASTER_KEY: the keys of people stay valid, those that derive from it are new', async () => {
  const before = secret('MASTER_KEY')
  const { code, output } = await stage.run('deploy', '--rotate')
  expect(output).toMatch(new RegExp(`^Management key  ${key}$`, 'm'))
  expect(output).toContain('npx wrangler secret delete MASTER_KEY_PREVIOUS')
  expect(code).toBe(0)
  expect(secret('MASTER_KEY_PREVIOUS')).toBe(before)
  expect(secret('MASTER_KEY')).not.toBe(before)
  expect(await statusWith(friendsKey)).toBe(200)
  expect(await statusWith(apiKey)).toBe(401)
  expect(await statusWith(keyOf(output, 'API'))).toBe(200)

  const kept = readFileSync(join(stage.folder, '.switchyard', 'deployed', 'master-key'), 'utf8')
  expect(kept).toBe(`${secret('MASTER_KEY')}\n`)
})

test('removes nothing before the name of the Worker is typed, then everything', async () => {
  stage.typed = 'yes\n'
  const refused = await stage.run('destroy')
  expect(refused.output).toContain('Nothing was done. To go on without being asked: --confirm switchyard\n')
  expect(refused.code).toBe(1)
  expect(stage.cloudflare.worker()).toBeDefined()

  stage.typed = 'switchyard\n'
  stage.cloudflare.changes.splice(0)
  const { code, output } = await stage.run('destroy')
  expect(output).toBe(`This removes, for good:
  the Worker switchyard, with the objects that hold balances and limits, and all its secrets
  the database switchyard, with accounts, keys, the ledger and the history
  the cache, ${'c'.repeat(32)}

Type switchyard to go on: Removed the Worker switchyard.
Removed the database switchyard.
Removed the cache.

Kept here: .switchyard/deployed/, with MASTER_KEY. A later deploy starts empty, with the same API key and management key.
For new ones, delete that folder first.
`)
  expect(code).toBe(0)
  expect(stage.cloudflare.databases).toEqual([])
  expect(stage.cloudflare.namespaces).toEqual([])
  expect(await stage.run('destroy')).toEqual({
    code: 0,
    output: 'Nothing of switchyard is deployed in this account.\n',
  })
})

test('has shown no secret but the keys it is asked to show', () => {
  const shown = stage.outputs.join('\n')
  for (const hidden of [...stage.secrets, token, 'key-of-ada']) expect(shown).not.toContain(hidden)
})

function keyOf(output: string, which: 'API' | 'Management'): string {
  return new RegExp(`^${which} key +(${key})`, 'm').exec(output)?.[1] ?? ''
}

function secret(name: string): string {
  const text = stage.cloudflare.worker()?.bindings.find((each) => each.name === name)?.text ?? ''
  stage.secrets.push(text)
  return text
}

async function takeCronAway(): Promise<void> {
  await fetch(`${stage.cloudflare.url}/accounts/${accountId}/workers/scripts/switchyard/schedules`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: '[]',
  })
}

/** In it a `curl` that keeps its arguments, and prints what a gateway answers whose provider refuses. */
function folderOfFailingCurl(): string {
  const folder = join(stage.folder, 'curl')
  const metadata = { previous_errors: [{ provider: 'OpenAI', code: 502, status: 401 }] }
  const error = { code: 503, message: 'No provider of this model answered.', metadata }
  const lines = [
    '#!/bin/sh',
    `echo "$@" > '${join(folder, 'arguments')}'`,
    `echo '${JSON.stringify({ error })}'`,
  ]
  mkdirSync(folder)
  writeFileSync(join(folder, 'curl'), `${lines.join('\n')}\n`, { mode: 0o755 })
  return folder
}

const tomlOf = (folder: string) => readFileSync(join(folder, 'wrangler.toml'), 'utf8')

const masterKeyPath = () => join(stage.folder, '.switchyard', 'deployed', 'master-key')
const hideMasterKey = () => renameSync(masterKeyPath(), `${masterKeyPath()}.elsewhere`)
const showMasterKey = () => renameSync(`${masterKeyPath()}.elsewhere`, masterKeyPath())

async function manage(path: string, body: object): Promise<unknown> {
  const response = await fetch(`${stage.cloudflare.gateway}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${managementKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return await response.json()
}

async function statusWith(someKey: string): Promise<number> {
  const headers = { authorization: `Bearer ${someKey}` }
  return (await fetch(`${stage.cloudflare.gateway}/api/v1/key`, { headers })).status
}
