import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { rootKeys } from '../../src/base/key-text.ts'
import { freePort } from '../support/free-port.ts'
import { portOf } from '../support/upstream.ts'
import { commandsOf } from './command.ts'
import { copyProject, removeProject } from './project.ts'

const folder = copyProject(['package.json', 'scripts', 'src'])
const run = commandsOf(folder, { MANAGEMENT_KEY: 'sk-or-v1-some' })
const stops: (() => void)[] = []

afterEach(() => stops.splice(0).forEach((stop) => stop()))
afterAll(() => removeProject(folder))

/** Something that listens where a gateway should. */
async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => server.close().closeAllConnections())
  return `http://127.0.0.1:${portOf(server.address())}`
}

test.for([
  ['key lst', 'npm run key knows list, create, disable, enable, delete, not lst. Did you mean list?'],
  ['key create', 'create needs a name.'],
  ['key create my friend', 'create takes a name: what is "friend"? Quote a name that has spaces.'],
  ['key create friend --limt 5', 'Unknown option --limt. Did you mean --limit?'],
  ['key create friend --limit --json', '--limit needs a value after it.'],
  ['key create friend --limit five', '--limit five: write an amount of dollars, such as 5 or 0.25.'],
  ['key create friend --reset monthly', '--reset needs a --limit that it resets.'],
  ['key create friend --limit 5 --reset yearly', '--reset yearly: choose daily, weekly or monthly.'],
  ['key create friend --requests-per-day 1.5', '--requests-per-day 1.5: write a whole number above 0.'],
  ['key disable friend --limit 5', 'disable has no option --limit.'],
  ['credit add', 'add needs an amount of dollars.'],
  ['key create friend --expires 2020-01-31', '--expires 2020-01-31: choose a time to come.'],
  ['credit add -5', 'Unknown option -5. An amount is written without a minus.'],
  ['credit add 0.0000000001', '0.0000000001: write an amount of dollars, such as 5 or 0.25.'],
  ['credit add 99999999999', '99999999999: write an amount of at most 9000000 dollars.'],
  ['key create friend --limit 9000000.01', '--limit 9000000.01: write an amount of at most 9000000 dollars.'],
  ['credit add 5 --kind gift', '--kind gift: choose purchase, grant or correction.'],
  ['account create', 'create needs a name.'],
  ['status --json=yes', '--json takes no value.'],
  [
    'status --url localhost:8787',
    '--url localhost:8787: write an address such as https://switchyard.example.workers.dev, or deployed',
  ],
  [
    'status --url https://example.com/console',
    '--url https://example.com/console: write it without a path, as in https://example.com',
  ],
] as const)('npm run %s is wrong usage', async ([line, message]) => {
  const name = line.split(' ')[0]
  const stderr = `${message}\nHelp: npm run ${name} -- --help\n`
  expect(await run(line)).toEqual({ code: 2, stdout: '', stderr })
})

test('an option that npm kept for itself makes no key without a limit', async () => {
  // What `npm run key create friend --limit=5` starts us with.
  const npm = { npm_lifecycle_event: 'key', npm_config_limit: '5' }
  expect(await run('key create friend', npm)).toEqual({
    code: 2,
    stdout: '',
    stderr: 'npm kept --limit for itself. Write -- first: npm run key -- …\nHelp: npm run key -- --help\n',
  })
})

test.for(['key', 'credit', 'account', 'status'])(
  'npm run %s -- --help tells how it is used',
  async (name) => {
    const { code, stdout, stderr } = await run(`${name} --help`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`  npm run ${name} -- `)
  },
)

test('where no gateway answers, it says how to start one', async () => {
  const port = await freePort()
  expect(await run(`status --url http://localhost:${port}`)).toEqual({
    code: 1,
    stdout: '',
    stderr: `No gateway answers at http://localhost:${port} (ECONNREFUSED). Start it with \`npm run dev\`, or name another one with --url.\n`,
  })
})

test('without a key it says where to take one from', async () => {
  const none = { MANAGEMENT_KEY: '' }
  expect((await run('status', none)).stderr).toBe(
    'There is no key for http://localhost:8787 in this folder. ' +
      'Start the gateway with `npm run dev`, or set MANAGEMENT_KEY to the management key that it printed elsewhere.\n',
  )
  expect((await run('status --url https://ai.example.com/api/v1/', none)).stderr).toBe(
    'There is no key for https://ai.example.com in this folder. ' +
      'Set MANAGEMENT_KEY to the management key that `npm run deploy` printed.\n',
  )
  expect((await run('status --url deployed', none)).stderr).toBe(
    'Nothing was deployed from this folder. Run `npm run deploy`, or write the address after --url.\n',
  )
})

test('a login page in front of the gateway is recognised, and a service token let through it', async () => {
  let seen: unknown[] = []
  const url = await listen((request, response) => {
    seen = [request.url, request.headers.authorization, request.headers['cf-access-client-id']]
    response.writeHead(302, { location: 'https://team.cloudflareaccess.com/login' }).end('<html>')
  })
  const { stderr } = await run(`key list --url ${url}/v1`)
  expect(stderr).toBe(
    `${url} answered 302 with a page, not as a gateway does. Check the address. If Cloudflare Access guards it, ` +
      'set CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET to a service token that may enter.\n',
  )
  expect(seen).toEqual(['/api/v1/accounts?limit=100&offset=0', 'Bearer sk-or-v1-some', undefined])

  const token = { CF_ACCESS_CLIENT_ID: 'robot.access', CF_ACCESS_CLIENT_SECRET: 'hush' }
  expect((await run(`key list --url ${url}`, token)).stderr).toBe(
    `${url} answered 302 with a page, not as a gateway does. Check the address, and that the service token of ` +
      'CF_ACCESS_CLIENT_ID may enter.\n',
  )
  expect(seen[2]).toBe('robot.access')
})

test('another program that speaks JSON is not taken for a gateway', async () => {
  const url = await listen((_, response) => response.end('{"models": []}'))
  expect((await run(`key list --url ${url}`)).stderr).toBe(
    `${url} answers GET /accounts in another form than this command reads. ` +
      'Is it a Switchyard, and of the same release as these scripts?\n',
  )
})

test('a gateway with accounts or keys without end is read to a limit', async () => {
  const page = Array.from({ length: 100 }, () => account)
  let hasOneAccount = false
  const url = await listen((request, response) => {
    const isKeys = request.url?.startsWith('/api/v1/keys') === true
    if (hasOneAccount && !isKeys) response.end(JSON.stringify({ data: [account], total_count: 1 }))
    else response.end(JSON.stringify({ data: isKeys ? page.map(() => key) : page, total_count: 1e9 }))
  })
  expect((await run(`key list --url ${url}`)).stderr).toBe(
    `${url} has more accounts than this command reads (10000). Ask its API: GET /api/v1/accounts\n`,
  )
  hasOneAccount = true
  expect((await run(`key list --url ${url}`)).stderr).toBe(
    'The account "default" has more keys than this command reads (10000). Ask the API: GET /api/v1/keys\n',
  )
})

test('credit whose answer is lost can be asked for again without counting twice', async () => {
  let reference = ''
  const url = await listen((request, response) => {
    if (request.method === 'GET')
      return void response.end(JSON.stringify({ data: [account], total_count: 1 }))
    request.setEncoding('utf8').once('data', (body: string) => {
      reference = JSON.parse(body).reference
      request.destroy()
    })
  })
  const { code, stderr } = await run(`credit add 5 --url ${url}`)
  expect(reference).toMatch(/^cli-[0-9a-f-]{36}$/)
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      `No gateway answers at ${url} (UND_ERR_SOCKET). Start it with \`npm run dev\`, or name another one with --url.\n` +
      `Then repeat the command with --reference ${reference}, which cannot count twice.\n`,
  })
})

test('the key derives with the prefix that keys begin with here', async () => {
  let authorization: string | undefined
  const url = await listen((request, response) => {
    authorization = request.headers.authorization
    response.end('{}')
  })
  mkdirSync(join(folder, '.switchyard'))
  writeFileSync(join(folder, '.switchyard', 'master-key'), `${'5a'.repeat(32)}\n`)
  writeFileSync(join(folder, '.dev.vars'), 'KEY_PREFIX=sy-\n')
  await run(`status --url ${url}`, { MANAGEMENT_KEY: '' })
  expect(authorization).toBe(`Bearer ${(await rootKeys('5a'.repeat(32), 'sy-')).management}`)
})

const key = {
  hash: 'ab'.repeat(32),
  name: 'laptop',
  label: 'sk-or-v1-abc...def',
  disabled: false,
  limit: null,
  limit_remaining: null,
  limit_reset: null,
  usage: 0,
  expires_at: null,
  workspace_id: '0'.repeat(16),
}

const account = {
  id: '0'.repeat(16),
  name: 'default',
  unlimited: false,
  markup: { default: '1', models: {} },
  balance: 0,
  created_at: '2026-01-01T00:00:00.000Z',
}
