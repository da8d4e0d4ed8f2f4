import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { surroundings } from '../../scripts/surroundings.ts'
import { freePort } from '../support/free-port.ts'
import { copyProject, removeProject } from './project.ts'

const parts = ['migrations', 'package.json', 'public', 'scripts', 'src', 'tsconfig.json', 'wrangler.toml']
const folder = copyProject(parts)
const running: ChildProcess[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map(stop))
})
afterAll(() => removeProject(folder))

test('a clone that nobody set up starts, and tells on every route what to run, which mends it', async () => {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const wrangler = join('node_modules', 'wrangler', 'bin', 'wrangler.js')
  const bare = start(wrangler, 'dev', '--local', '--port', String(port), '--inspector-port', '0')
  await vi.waitFor(() => fetch(`${origin}/healthz`), { timeout: 60_000, interval: 100 })
  const routes = ['/', '/healthz', '/api/v1/models', '/api/v1/keys', '/v1/chat/completions', '/nowhere']
  for (const path of routes) {
    const response = await fetch(origin + path, { method: path.endsWith('completions') ? 'POST' : 'GET' })
    expect([path, response.status]).toEqual([path, 503])
    expect(await response.text()).toContain('MASTER_KEY is missing. Run: npm run dev')
  }
  await stop(bare)

  start(join('scripts', 'dev.ts'), '--port', String(port))
  await vi.waitFor(
    async () => {
      for (const path of ['/', '/healthz', '/api/v1/models']) {
        expect([path, (await fetch(origin + path)).status]).toEqual([path, 200])
      }
    },
    { timeout: 60_000, interval: 100 },
  )
}, 150_000)

/** A program of the project, without a terminal and with nothing set. */
function start(program: string, ...args: string[]): ChildProcess {
  const env = { ...surroundings(process.env), CI: 'true', WRANGLER_SEND_METRICS: 'false' }
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env, stdio: 'ignore' })
  running.push(child)
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
