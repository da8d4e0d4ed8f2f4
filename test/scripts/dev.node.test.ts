import { exec, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { surroundings } from '../../scripts/surroundings.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { freePort } from '../support/free-port.ts'
import { headerOf, provider, replyJson } from '../support/provider.ts'
import { copyProject, removeProject } from './project.ts'

const project = ['migrations', 'package.json', 'public', 'scripts', 'src', 'tsconfig.json', 'wrangler.toml']
const folder = copyProject(project)
const running: Dev[] = []
const script = [join(folder, 'scripts', 'dev.ts')]
const npm = process.env['npm_execpath']
const viaNpm = npm === undefined ? script : [npm, 'run', '--silent', 'dev', '--']

afterEach(async () => {
  await Promise.all(running.splice(0).map((dev) => dev.stop()))
})
afterAll(() => removeProject(folder))

test('starts with nothing set, and again with the same keys, what was spent, and the variables of the table', async () => {
  const port = await freePort()
  const first = start(port)
  const printed = await first.ready()
  const key = 'sk-or-v1-[0-9a-f]{64}'
  const lines = [
    `Gateway         http://localhost:${port}/api/v1`,
    `API key         ${key}        account "default", \\$10\\.00 of credit`,
    `Management key  ${key}`,
    '',
    'curl .*',
    '',
  ]
  // Nothing else: no banner, no warning, no question.
  expect(printed).toMatch(new RegExp(`^${lines.join('\n')}$`))

  const curl = await promisify(exec)(curlOf(printed))
  expect(curl.stdout).toContain('"content":"')
  expect(curl.stdout.trim()).toMatch(/data: \[DONE\]$/)

  const busy = start(port)
  expect(await busy.ended).toBe(1)
  expect(busy.output()).toBe(`Port ${port} is busy. Choose another: npm run dev -- --port 8787\n`)
  expect(await first.stop()).toBe(0)
  expect(first.output()).toBe(printed)

  const upstream = await provider(chatAnswer('from upstream'), replyJson(401, {}))
  writeFileSync(
    join(folder, '.dev.vars'),
    'OPENAI_API_KEY="of the file"\nGROQ_API_KEY="of the file"\nSTRAY_API_KEY="of the file"\n',
  )
  const second = start(port, viaNpm, {
    OPENAI_API_KEY: `it's "of" the $HOME\\environment`,
    OPENAI_BASE_URL: upstream.baseUrl,
    STRAY_BASE_URL: 'of the environment',
    KEY_PREFIX: 'sy-',
  })
  const again = await second.ready()
  expect(keysOf(again)).toEqual(keysOf(printed).map((each) => each.replace('sk-or-v1-', 'sy-')))
  expect(again).toMatch(/account "default", \$9\.9\d+ of credit/)

  const envFile = join(folder, '.switchyard', 'dev.env')
  const names = [...readFileSync(envFile, 'utf8').matchAll(/^(\w+)=/gm)].map((match) => match[1])
  expect(names).toEqual(['MASTER_KEY', 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'GROQ_API_KEY', 'KEY_PREFIX'])
  // Windows has no such modes.
  const mode = process.platform === 'win32' ? 0o600 : statSync(envFile).mode & 0o777
  expect(mode).toBe(0o600)

  await ask(port, keysOf(again)[0] ?? '', 'openai/gpt-4o-mini')
  const [call] = await upstream.calls()
  expect(headerOf(call, 'authorization')).toBe(`Bearer it's "of" the $HOME\\environment`)

  // A key that the provider refuses is the user's business; an answer is not.
  expect(second.output()).toBe(again)
  await ask(port, keysOf(again)[0] ?? '', 'openai/gpt-4o-mini')
  await vi.waitFor(() => expect(second.output()).toContain('"failed":"openai 401 '), 5_000)

  // Ending npm ends what it started, though npm does not wait for it.
  await second.stop()
  await vi.waitFor(
    () => expect(fetch(`http://localhost:${port}/healthz`)).rejects.toThrow('fetch failed'),
    15_000,
  )
}, 120_000)

test.for([
  [{ KEY_PREFIX: 'sy' }, /^KEY_PREFIX must be .*\n$/],
  [{ LIMITS: '{bad' }, /^The variable LIMITS is not valid: .*\n$/],
] as const)('refuses %j, with which it would not serve, and says why', async ([variables, sentence]) => {
  const dev = start(await freePort(), script, variables)
  expect(await dev.ended).toBe(1)
  expect(dev.output()).toMatch(sentence)
})

test('tells how it is used', async () => {
  const dev = start('--help')
  expect(await dev.ended).toBe(0)
  expect(dev.output()).toBe(
    'Usage: npm run dev -- [--port N]\n\n  --port N  listen on this port instead of 8787\n',
  )
})

test('refuses what it does not know, and says what it knows', async () => {
  const dev = start('--prot')
  expect(await dev.ended).toBe(1)
  expect(dev.output()).toBe(
    `Unknown option '--prot'\n\nUsage: npm run dev -- [--port N]\n\n  --port N  listen on this port instead of 8787\n`,
  )
})

interface Dev {
  output: () => string
  /** Waits for the whole block, and gives it. */
  ready: () => Promise<string>
  /** The exit code. */
  ended: Promise<number | null>
  stop: () => Promise<number | null>
}

/** `npm run dev -- --port N`, or what it runs, without a terminal, and with no variables but these. */
function start(
  port: number | '--prot' | '--help',
  program = script,
  variables: Record<string, string> = {},
): Dev {
  const args = typeof port === 'string' ? [port] : ['--port', String(port)]
  const child = spawn(process.execPath, [...program, ...args], {
    cwd: folder,
    env: { ...surroundings(process.env), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const ended = once(child, 'close').then(() => child.exitCode)
  const dev: Dev = {
    output: () => output,
    ready: () =>
      vi.waitFor(
        () => {
          expect(output).toMatch(/\ncurl [^\n]*\n/)
          return output
        },
        { timeout: 50_000, interval: 50 },
      ),
    ended,
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
  running.push(dev)
  return dev
}

function keysOf(printed: string): string[] {
  return [...printed.matchAll(/^(?:API|Management) key +(\S+)/gm)].map((match) => match[1] ?? '')
}

function curlOf(printed: string): string {
  return /^curl .*$/m.exec(printed)?.[0] ?? ''
}

async function ask(port: number, key: string, model: string): Promise<void> {
  const response = await fetch(`http://localhost:${port}/api/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], stream: true }),
  })
  await response.text()
}
