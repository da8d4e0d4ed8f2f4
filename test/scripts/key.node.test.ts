import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import * as z from 'zod'
import { messageStart } from '../support/anthropic-events.ts'
import { startGateway, type RunningGateway } from '../support/harness.ts'
import { providerAt, replyJson, reset, send, streaming } from '../support/provider.ts'
import { commandsOf, type Ended } from './command.ts'
import { copyProject, removeProject } from './project.ts'

const folder = copyProject(['package.json', 'scripts', 'src'])
let gateway: RunningGateway
let run: (line: string, variables?: Record<string, string>) => Promise<Ended>

beforeAll(async () => {
  gateway = await startGateway()
  // As `npm run dev` leaves it: the management key derives from this.
  mkdirSync(join(folder, '.switchyard'))
  writeFileSync(join(folder, '.switchyard', 'master-key'), `${'5a'.repeat(32)}\n`)
  run = commandsOf(folder, { SWITCHYARD_URL: gateway.url })
})
afterAll(async () => {
  await gateway.stop()
  removeProject(folder)
})

/** What a successful command printed, with the same letters in place of what chance and time chose. */
async function printed(line: string): Promise<string> {
  const { code, stdout, stderr } = await run(line)
  expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: '' })
  return same(stdout)
}

function same(text: string): string {
  return text
    .replaceAll(gateway.url, 'GATEWAY')
    .replaceAll(/sk-or-v1-[0-9a-f]{64}/g, 'sk-or-v1-KEY')
    .replaceAll(/\.\.\.[0-9a-f]{3}\b/g, '...xyz')
    .replaceAll(/sk-or-v1-[0-9a-f]{3}\b/g, 'sk-or-v1-abc')
    .replaceAll(/\b[0-9a-f]{16}\b/g, 'ID_OF_AN_ACCOUNT')
    .replaceAll(/\b[0-9a-f]{8}\b/g, 'HASHHASH')
    .replaceAll(/20\d\d-\d\d-\d\d \d\d:\d\d/g, 'YYYY-MM-DD hh:mm')
}

const keyReply = z.object({ key: z.string(), data: z.object({ hash: z.string() }) })

/** A key of a test's own. */
async function makeKey(body: object): Promise<z.infer<typeof keyReply>> {
  return keyReply.parse(await gateway.manage('/keys', body))
}

async function chat(key: string, model = 'simulator/echo', origin = gateway.url): Promise<number> {
  const response = await fetch(`${origin}/api/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  })
  await response.text()
  return response.status
}

test('a friend gets an account, credit and a key with $5 a month, and loses the key again', async () => {
  expect(await printed('account create friend')).toBe(
    'Account "friend" is made. Next, give it credit and a key:\n\n' +
      '  npm run credit -- add 5 --account friend\n' +
      '  npm run key -- create <name> --account friend\n',
  )
  expect(await printed('key list --account friend')).toBe(
    'No keys yet. Make one: npm run key -- create <name> --account friend\n',
  )
  expect(await printed('credit add 20 --account friend')).toBe(
    'Added $20.00 to account "friend". Its balance is $20.00.\n',
  )
  const made = await run('key create laptop --account friend --limit 5 --reset monthly --expires 2099-01-31')
  expect(same(made.stdout)).toBe(
    `Key "laptop" of account "friend": may spend $5.00/month, expires YYYY-MM-DD hh:mm.

  Base URL  GATEWAY/api/v1
  API key   sk-or-v1-KEY

Copy the key now: it is not kept, and cannot be shown again.
`,
  )
  const key = /sk-or-v1-\S{64}/.exec(made.stdout)?.[0] ?? ''
  expect(await chat(key)).toBe(200)

  expect(await printed('key disable laptop')).toBe(
    'Key "laptop" (sk-or-v1-abc...xyz) is disabled: what it asks is refused from now on.\n',
  )
  expect(await chat(key)).toBe(401)
  expect(await printed('key list --account friend')).toBe(
    'NAME    HASH      LABEL               ACCOUNT       USED        LIMIT       LEFT  STATE     EXPIRES\n' +
      'laptop  HASHHASH  sk-or-v1-abc...xyz  friend   $0.000024  $5.00/month  $4.999976  disabled  YYYY-MM-DD hh:mm\n',
  )
  expect(await printed('key enable laptop')).toBe('Key "laptop" (sk-or-v1-abc...xyz) is enabled again.\n')
  expect(await chat(key)).toBe(200)
  expect(await printed('key delete laptop')).toBe(
    'Key "laptop" (sk-or-v1-abc...xyz) is deleted. What it did stays in the books.\n',
  )
  expect(await chat(key)).toBe(401)
  expect(await printed('credit show --account friend')).toBe(
    'Account  friend\nGiven    $20.00\nUsed     $0.000048\nBalance  $19.999952\n',
  )
  expect(await printed('credit take 19 --account friend --note "a loan"')).toBe(
    'Took $19.00 from account "friend". Its balance is $0.999952.\n',
  )
})

test('a key is told which models it may use, and that nothing may be kept', async () => {
  const made = await run('key create careful --models simulator/echo,nobody/* --zdr')
  expect(same(made.stdout)).toContain(
    'Key "careful" of account "default": no limit of its own, may use simulator/echo,nobody/*, zero data retention.',
  )
  const key = /sk-or-v1-\S{64}/.exec(made.stdout)?.[0] ?? ''
  const response = await fetch(`${gateway.url}/api/v1/models/user`, {
    headers: { authorization: `Bearer ${key}` },
  })
  const list = z.object({ data: z.array(z.object({ id: z.string() })) }).parse(await response.json())
  expect(list.data.map(({ id }) => id)).toEqual(['simulator/echo'])
})

test('credit with a reference of its own is added once, exactly', async () => {
  await gateway.manage('/accounts', { name: 'exact' })
  const line = 'credit add 0.100000001 --account exact --kind purchase --reference invoice-17'
  expect(await printed(line)).toBe('Added $0.100000001 to account "exact". Its balance is $0.100000001.\n')
  expect(await printed(line)).toBe(
    'Nothing changed: invoice-17 was asked for before, and left a balance of $0.100000001.\n',
  )
  expect(await run(line.replace('0.1', '0.2'))).toEqual({
    code: 1,
    stdout: '',
    stderr: 'The gateway refused: The reference invoice-17 was used before, for $0.100000001.\n',
  })
})

test('a name that means two keys does nothing but list them; a hash means one', async () => {
  await gateway.manage('/accounts', { name: 'twins' })
  const [first] = [
    await makeKey({ name: 'twin', account: 'twins' }),
    await makeKey({ name: 'twin', account: 'twins', limit: 0 }),
  ]
  const both = await run('key delete twin')
  expect({ ...both, stderr: same(both.stderr) }).toEqual({
    code: 1,
    stdout: '',
    stderr: `2 keys are called "twin". Nothing was done. Name one of them by its hash:

NAME  HASH      LABEL               ACCOUNT   USED  LIMIT   LEFT  STATE    EXPIRES
twin  HASHHASH  sk-or-v1-abc...xyz  twins    $0.00  $0.00  $0.00  used up  never
twin  HASHHASH  sk-or-v1-abc...xyz  twins    $0.00   none      -  active   never
`,
  })
  expect(both.stderr).toContain(first.data.hash.slice(0, 8))
  await printed(`key delete ${first.data.hash.slice(0, 8)}`)
  expect(await chat(first.key)).toBe(401)
  await printed('key delete twin')
})

test('with --json, the API is all that is printed', async () => {
  await gateway.manage('/accounts', { name: 'machines' })
  const { code, stdout } = await run('key create robot --account machines --requests-per-minute 60 --json')
  expect(code).toBe(0)
  const made = keyReply.parse(JSON.parse(stdout))
  const keys = await gateway.manage('/keys?account=machines')
  expect(keys).toMatchObject({ data: [{ name: 'robot', hash: made.data.hash, requests_per_minute: 60 }] })
  expect(JSON.parse(await printedAsIs('key list --account machines --json'))).toEqual(keys)
  const account = await printedAsIs('credit show --account machines --json')
  expect(JSON.parse(account)).toEqual({ data: { total_credits: 0, total_usage: 0 } })
})

async function printedAsIs(line: string): Promise<string> {
  return (await run(line)).stdout
}

test('the state of the gateway: who serves, what is left, what was spent today, what was asked last', async () => {
  expect(await printed('status')).toMatch(
    /^Gateway    GATEWAY\/api\/v1\nProviders  Simulator: 6 models\nAccount    default\n/,
  )
  await gateway.manage('/accounts', { name: 'busy' })
  await gateway.manage('/credits', { account: 'busy', amount: 1, kind: 'grant', reference: 'first' })
  expect(await printed('status --account busy')).toBe(`Gateway    GATEWAY/api/v1
Providers  Simulator: 6 models
Account    busy
Balance    $1.00
Today      $0.00 in 0 requests since 00:00 UTC

No requests yet.

Only the built-in simulator answers. Set a key such as OPENAI_API_KEY where the gateway runs to have real models.
`)
  const { key, data } = await makeKey({ name: 'busy', account: 'busy' })
  await chat(key)
  // What a deleted key spent today was spent all the same.
  await run(`key delete ${data.hash}`)
  await vi.waitFor(
    async () => expect(await gateway.manage('/activity?date=today&account=busy')).not.toEqual({ data: [] }),
    10_000,
  )
  expect(
    (await printed('status --account busy')).replace(/\S+ ms/, 'N ms').replace(/COST +TIME/, 'COST  TIME'),
  ).toContain(`Balance    $0.999976
Today      $0.000024 in 1 request since 00:00 UTC

WHEN              MODEL           PROVIDER   STATUS  IN  OUT       COST  TIME
YYYY-MM-DD hh:mm  simulator/echo  Simulator     200   6   14  $0.000024  N ms
`)
})

test('who failed lately is told, and what that cost', async () => {
  const failing = await startGateway({
    variables: { ANTHROPIC_API_KEY: 'sk-upstream', ANTHROPIC_BASE_URL: `${inject('upstreamUrl')}/anthropic` },
  })
  const start = `event: message_start\ndata: ${JSON.stringify(messageStart({ input_tokens: 1_000 }))}\n\n`
  const refusal = { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } }
  await providerAt('anthropic', streaming(send(start), reset), replyJson(401, refusal))
  await failing.manage('/credits', { amount: 1, kind: 'grant', reference: 'first' })
  const { key } = keyReply.parse(await failing.manage('/keys', { name: 'key' }))
  const statuses = [await chat(key, 'anthropic/claude-sonnet-4.5', failing.url)]
  statuses.push(await chat(key, 'anthropic/claude-sonnet-4.5', failing.url))
  expect(statuses).toEqual([503, 503])
  await vi.waitFor(async () => {
    const { stdout } = await run(`status --url ${failing.url}`, { MANAGEMENT_KEY: failing.keys.management })
    expect(stdout).toContain(
      'Wasted     $0.003 that providers charge you for failed attempts\n' +
        'Failing    anthropic, 2 times in the last 2 requests: 401, connection_lost. It refuses its key, or its bill is unpaid\n',
    )
  }, 10_000)
  await failing.stop()
})

test('accounts are listed with what is left to them', async () => {
  await gateway.manage('/accounts', { name: 'family', unlimited: true, markup: '21/20' })
  const lines = (await printed('account list')).split('\n')
  expect(lines[0]).toMatch(/^NAME +ID +BALANCE +MARKUP +CREDIT +MADE$/)
  expect(lines[1]).toMatch(/^family +ID_OF_AN_ACCOUNT +\$0.00 +21\/20 +unlimited +YYYY-MM-DD hh:mm$/)
})

test.for([
  ['key disable nobodys', 'There is no key "nobodys". See: npm run key -- list'],
  ['key list --account defualt', 'There is no account "defualt". Did you mean default?'],
  ['key disable managment', 'There is no key "managment". Did you mean management?'],
  [
    'key disable management',
    'The gateway refused: The management key derives from MASTER_KEY and cannot be disabled: change MASTER_KEY instead.',
  ],
  ['credit take 100000', 'The gateway refused: Only $0.00 can be taken back.'],
  ['account create default', 'The gateway refused: There is an account named default already.'],
  [
    'key create x --expires tomorrow',
    'The gateway refused: expires_at: must be an ISO 8601 date and time in UTC, such as 2030-01-31T00:00:00Z.',
  ],
] as const)('npm run %s fails and says why', async ([line, message]) => {
  expect(await run(line)).toEqual({ code: 1, stdout: '', stderr: `${message}\n` })
})

test('what deploying left behind is enough to manage the deployment', async () => {
  const kept = join(folder, '.switchyard', 'deployed')
  mkdirSync(kept)
  writeFileSync(join(kept, 'url'), `${gateway.url}\n`)
  const none = await run('key list --url deployed')
  expect(none.stderr).toMatch(/^There is no key for http:\S+ in this folder\./)
  writeFileSync(join(kept, 'management-key'), `${gateway.keys.management}\n`)
  expect(await printed('key list --account default --url deployed')).toContain('management  HASHHASH')
})

test('a key that may not manage is told from one that nobody knows', async () => {
  expect((await run('key list', { MANAGEMENT_KEY: gateway.keys.inference })).stderr).toBe(
    `${gateway.url} does not let the key in MANAGEMENT_KEY do this: Only management keys can perform this operation. ` +
      'Set MANAGEMENT_KEY to the management key, not to an API key.\n',
  )
  expect((await run('key list', { MANAGEMENT_KEY: 'sk-or-v1-nobody' })).stderr).toBe(
    `${gateway.url} does not accept the key in MANAGEMENT_KEY: Invalid API key. ` +
      'Set MANAGEMENT_KEY to the management key that was printed when that gateway started.\n',
  )
})
