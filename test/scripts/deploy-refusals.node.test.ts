import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { accountId, token } from '../support/fake-cloudflare.ts'
import { startRehearsal, type Rehearsal } from './rehearsal.ts'

// A deploy is four processes; nothing here is timed.
vi.setConfig({ testTimeout: 120_000 })

let stage: Rehearsal
let wellSet: Rehearsal['environment']
beforeAll(async () => {
  stage = await startRehearsal()
  wellSet = { ...stage.environment }
})
afterAll(() => stage.stop())
beforeEach(() => {
  stage.settings('')
  stage.environment = { ...wellSet }
})

/** A deployment that changes nothing, and says one thing. */
async function expectRefusal(output: string): Promise<void> {
  expect(await stage.run('deploy')).toEqual({ code: 1, output: `${output}\n` })
  expect(stage.cloudflare.changes).toEqual([])
}

test('asks who is not logged in to log in', async () => {
  const home = join(stage.folder, 'home')
  mkdirSync(home)
  stage.environment = {
    ...wellSet,
    CLOUDFLARE_API_TOKEN: undefined,
    HOME: home,
    USERPROFILE: home,
    APPDATA: home,
    XDG_CONFIG_HOME: home,
  }
  await expectRefusal(
    'You are not logged in to Cloudflare. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN, and run this again.',
  )
})

test('says that a token is not accepted', async () => {
  stage.environment['CLOUDFLARE_API_TOKEN'] = 'expired'
  await expectRefusal(
    'Cloudflare does not accept this login: Invalid API Token. ' +
      'Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN, and run this again.',
  )
})

test('lists several accounts to choose from', async () => {
  delete stage.environment['CLOUDFLARE_ACCOUNT_ID']
  stage.cloudflare.account.accounts.push({ id: 'b'.repeat(32), name: 'Analytical Engines' })
  await expectRefusal(
    'This login reaches several accounts. Choose one with CLOUDFLARE_ACCOUNT_ID, in .env.production for instance:\n' +
      `  ${accountId}  Ada\n  ${'b'.repeat(32)}  Analytical Engines`,
  )
  stage.cloudflare.account.accounts.pop()
})

test.for([
  ['/d1/', 'D1: Edit'],
  ['/storage/kv/', 'Workers KV Storage: Edit'],
  ['/workers/', 'Workers Scripts: Edit'],
] as const)('names the permission that a token lacks for %s', async ([denied, permission]) => {
  stage.cloudflare.account.denied = [denied]
  await expectRefusal(
    `The API token lacks the permission "${permission}". Add it at https://dash.cloudflare.com/profile/api-tokens ` +
      '(or run `npx wrangler login` again), and run this again.',
  )
  stage.cloudflare.account.denied = []
})

test('says where to choose the subdomain that an account lacks', async () => {
  stage.cloudflare.account.subdomain = null
  await expectRefusal(
    `This account has no workers.dev subdomain yet. Open https://dash.cloudflare.com/${accountId}/workers/onboarding once, and run this again.`,
  )
  stage.cloudflare.account.subdomain = 'ada'
})

test('names a setting that nothing reads', async () => {
  stage.settings('OPENAI_KEY=key-of-ada\n')
  await expectRefusal(
    '.env.production sets OPENAI_KEY, which nothing reads. Correct the name, or take the line out.',
  )
})

test.for([
  ['JURISDICTION=europe', 'JURISDICTION is not one of the values it may have: eu, fedramp, us.'],
  [
    'LOCATION_HINT=vienna',
    'LOCATION_HINT is not one of the values it may have: wnam, enam, weur, eeur, apac, oc.',
  ],
  ['MASTER_KEY=hunter2', 'MASTER_KEY is not one of the values it may have: 64 of the digits 0-9a-f.'],
  ['GATEWAY_URL=ai.example.com', 'GATEWAY_URL is not an address such as https://ai.example.com.'],
] as const)('refuses %s without repeating it', async ([line, sentence]) => {
  stage.environment['GATEWAY_URL'] = undefined
  stage.settings(`${line}\n`)
  await expectRefusal(`${sentence} Correct it, or leave it out.`)
})

test.for([
  ['LIMITS={bad', 'The variable LIMITS is not valid: not JSON. Correct it, or leave it out.'],
  [
    'LIMITS={"attempts":1}',
    'The variable LIMITS is not valid: Unrecognized key: "attempts". Correct it, or leave it out.',
  ],
  [
    'MASTER_KEY_PREVIOUS=hunter2',
    'MASTER_KEY_PREVIOUS is not 64 of the digits 0-9a-f. Set it to the MASTER_KEY before this one, or remove it.',
  ],
  [
    'KEY_PREFIX=hunter2',
    'KEY_PREFIX must be 2 to 16 letters, digits, - and _, begin with a letter or digit and end with - or _, ' +
      'such as sy-. Change it, or remove it.',
  ],
  [
    'OLLAMA_BASE_URL=hunter2',
    'OLLAMA_BASE_URL is not an address such as https://ai.example.com/v1. Correct it, or leave it out.',
  ],
  [
    'OLLAMA_HEADERS={X-Key: hunter2}',
    'OLLAMA_HEADERS is not JSON such as {"X-Name": "value"}. Correct it, or leave it out.',
  ],
  [
    'GATEWAY_URL=http://ai.example.com',
    'GATEWAY_URL is not an address such as https://ai.example.com. Correct it, or leave it out.',
  ],
] as const)('uploads no %s, with which the gateway would not serve', async ([line, sentence]) => {
  stage.environment['GATEWAY_URL'] = undefined
  stage.settings(`${line}\n`)
  await expectRefusal(sentence)
})

test('does not touch a Worker of another project that has its name', async () => {
  const script = `${stage.cloudflare.url}/accounts/${accountId}/workers/scripts/switchyard`
  const headers = { authorization: `Bearer ${token}` }
  const metadata = { main_module: 'index.js', bindings: [], compatibility_date: '2026-10-15' }
  const body = new FormData()
  body.set('metadata', JSON.stringify(metadata))
  body.set('index.js', 'export default { fetch: () => new Response("The trains of today") }')
  expect((await fetch(script, { method: 'PUT', headers, body })).status).toBe(200)
  stage.cloudflare.changes.splice(0)

  const refusal =
    'A Worker of another project is called switchyard in this account: choose another name in wrangler.toml, ' +
    'or remove that Worker with `npx wrangler delete switchyard`, and run this again.'
  await expectRefusal(refusal)
  expect(await stage.run('destroy', '--confirm', 'switchyard')).toEqual({ code: 1, output: `${refusal}\n` })
  expect(stage.cloudflare.changes).toEqual([])

  await fetch(script, { method: 'DELETE', headers })
  stage.cloudflare.changes.splice(0)
})

test('tells how it is used', async () => {
  const { code, output } = await stage.run('deploy', '--help')
  expect(output).toMatch(/^Usage: npm run deploy -- \[--rotate\] \[--confirm NAME\]\n/)
  expect(code).toBe(0)
  const wrong = await stage.run('deploy', '--rotat')
  expect(wrong.output).toMatch(/^Unknown option '--rotat'[^]*\nUsage: npm run deploy/)
  expect(wrong.code).toBe(1)
})

test('in a build without MASTER_KEY makes none; puts data and Worker where they are asked to be; works without a cron', async () => {
  const { cloudflare } = stage
  cloudflare.account.cronsLeft = 0
  stage.environment['CI'] = 'true'
  stage.settings('JURISDICTION=eu\nLOCATION_HINT=weur\nPLACEMENT=aws:eu-central-1\n')
  const { code, output } = await stage.run('deploy')
  expect(output).toMatch(
    new RegExp(
      [
        '^Made the database switchyard and the cache switchyard-cache\\.',
        'The data stays in the jurisdiction eu\\. This was chosen for good\\.',
        String.raw`Uploaded the Worker \(\d+ KiB gzipped\)\.`,
        'Migrated the database: .*',
        String.raw`Deployed without its hourly cron \(Cloudflare: You have exceeded the limit of 5 cron triggers\)\. The gateway works; .*`,
        '',
        `Gateway         ${cloudflare.gateway}/api/v1`,
        'Providers       Cloudflare Workers AI',
        '',
        'The Worker has no MASTER_KEY, and what is made here would be lost with this machine: until it has one, it answers 503\\.',
        'Make one with `openssl rand -hex 32`, keep a copy, and set it: npx wrangler secret put MASTER_KEY\n$',
      ].join('\n'),
    ),
  )
  expect(code).toBe(0)
  expect(existsSync(join(stage.folder, '.switchyard', 'deployed', 'master-key'))).toBe(false)
  expect(cloudflare.databases).toMatchObject([{ name: 'switchyard', jurisdiction: 'eu' }])
  const worker = cloudflare.worker()
  expect(worker?.bindings).toContainEqual({ type: 'plain_text', name: 'JURISDICTION', text: 'eu' })
  expect(worker?.bindings).toContainEqual({ type: 'plain_text', name: 'LOCATION_HINT', text: 'weur' })
  // Cloudflare's own models are served without a key; who deploys can say WORKERS_AI=off.
  expect(worker?.bindings).toContainEqual({ type: 'ai', name: 'AI' })
  expect(worker?.bindings).toContainEqual({ type: 'plain_text', name: 'WORKERS_AI', text: 'on' })
  expect(worker?.metadata.placement).toEqual({ mode: 'targeted', region: 'aws:eu-central-1' })
  cloudflare.account.cronsLeft = 5
})

test('in a build that is given MASTER_KEY sets it, keeps the jurisdiction, and prints no key', async () => {
  const masterKey = '5a'.repeat(32)
  stage.environment['CI'] = 'true'
  stage.environment['MASTER_KEY'] = masterKey
  const { code, output } = await stage.run('deploy')
  expect(output).toContain('\nAPI key         $API_KEY        account "default", $10.00 of credit\n')
  expect(output).toContain('\nManagement key  $MANAGEMENT_KEY\n')
  expect(output).toContain('\nThis line was tried just now.')
  expect(output).not.toContain(masterKey)
  expect(output).not.toContain('sk-or-v1-')
  expect(code).toBe(0)
  expect(stage.cloudflare.worker()?.bindings).toContainEqual({
    type: 'plain_text',
    name: 'JURISDICTION',
    text: 'eu',
  })
  expect(stage.cloudflare.crons()).toEqual(['17 * * * *'])
})

test('a plain `wrangler deploy` needs no id, and keeps what was chosen', async () => {
  const { code, output } = await stage.wrangler('deploy')
  expect(output).toContain('Uploaded switchyard')
  expect(code).toBe(0)
  const worker = stage.cloudflare.worker()
  const names = worker?.bindings.map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining(['DB', 'CACHE', 'LEDGER', 'JURISDICTION', 'LOCATION_HINT', 'MASTER_KEY']),
  )
  expect(worker?.bindings).toContainEqual({ type: 'd1', name: 'DB', id: stage.cloudflare.databases[0]?.uuid })
})

test('names the permission that wrangler lacks in the middle of a deploy', async () => {
  stage.environment['MASTER_KEY'] = '5a'.repeat(32)
  stage.cloudflare.account.denied = ['/query']
  const { code, output } = await stage.run('deploy')
  expect(output).toBe(
    'The API token lacks the permission "D1: Edit". Add it at https://dash.cloudflare.com/profile/api-tokens ' +
      '(or run `npx wrangler login` again), and run this again.\n',
  )
  expect(code).toBe(1)
})
