import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { surroundings } from '../../scripts/surroundings.ts'
import { accountId, fakeCloudflare, token, type FakeCloudflare } from '../support/fake-cloudflare.ts'
import { copyProject, removeProject } from './project.ts'

/** A clone of the project, and a Cloudflare to deploy it to. */
export interface Rehearsal {
  folder: string
  cloudflare: FakeCloudflare
  /** Writes `.env.production`. */
  settings: (lines: string) => void
  /** The real command in its own process, without a terminal; `typed` is what comes in on its standard input. */
  run: (command: string, ...args: string[]) => Promise<Ended>
  /** Wrangler itself, as `npx wrangler` starts it. */
  wrangler: (...args: string[]) => Promise<Ended>
  /** Further variables for the commands from now on; `undefined` takes one away. */
  environment: Record<string, string | undefined>
  typed: string
  /** What the commands have printed. */
  outputs: string[]
  /** What they must not have printed, as tests come upon it. */
  secrets: string[]
  stop: () => Promise<void>
}

interface Ended {
  code: number | null
  output: string
}

export async function startRehearsal(): Promise<Rehearsal> {
  const parts = ['migrations', 'package.json', 'public', 'scripts', 'src', 'tsconfig.json', 'wrangler.toml']
  const folder = copyProject(parts)
  const cloudflare = await fakeCloudflare()
  const rehearsal: Rehearsal = {
    folder,
    cloudflare,
    settings: (lines) => writeFileSync(join(folder, '.env.production'), lines),
    environment: {
      CLOUDFLARE_API_BASE_URL: cloudflare.url,
      CLOUDFLARE_API_TOKEN: token,
      CLOUDFLARE_ACCOUNT_ID: accountId,
      GATEWAY_URL: cloudflare.gateway,
    },
    typed: '',
    outputs: [],
    secrets: [],
    run: (command, ...args) => start([join(folder, 'scripts', `${command}.ts`), ...args], rehearsal),
    wrangler: (...args) =>
      start([join('node_modules', 'wrangler', 'bin', 'wrangler.js'), ...args], rehearsal),
    stop: async () => {
      await cloudflare.stop()
      removeProject(folder)
    },
  }
  return rehearsal
}

async function start(program: string[], { folder, environment, typed, outputs }: Rehearsal): Promise<Ended> {
  const child = spawn(process.execPath, program, {
    cwd: folder,
    env: { ...surroundings(process.env), CI: '', WRANGLER_SEND_METRICS: 'false', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(typed)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  await once(child, 'close')
  outputs.push(output)
  return { code: child.exitCode, output }
}
