import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { root, run, type Finished } from './run.ts'
import { surroundings, type Environment } from './surroundings.ts'

const program = join(root, 'node_modules', 'wrangler', 'wrangler-dist', 'cli.js')

/** Wrangler without what is not the user's business: banner, update check, metrics, prompts, calls home. */
const quiet = {
  CI: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  DO_NOT_TRACK: '1',
  NODE_NO_WARNINGS: '1',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_SEND_METRICS: 'false',
  X_LOCAL_EXPLORER: 'false',
  X_LOCAL_OBSERVABILITY: 'false',
}

/** Runs wrangler to its end. Of the environment it sees what describes the machine, and what is given here. */
export async function wrangler(args: string[], environment: Environment = {}): Promise<Finished> {
  return await run(program, args, { env: { ...environment, ...quiet } })
}

/** Brings the local D1 database up to date. */
export async function migrate(dataFolder: string): Promise<Finished> {
  return await wrangler(['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', dataFolder])
}

/** Starts the gateway on 127.0.0.1. The variables of the file, and no others, reach the Worker. */
export function serve(port: number, envFile: string, dataFolder: string): ChildProcess {
  const args = ['dev', '--local', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0']
  args.push('--env-file', envFile, '--persist-to', dataFolder, '--log-level', 'error')
  args.push('--show-interactive-dev-session', 'false')
  return spawn(process.execPath, [program, ...args], {
    cwd: root,
    env: { ...surroundings(process.env), ...quiet },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

interface Patience {
  /** What a login in front of the gateway wants to see. */
  headers?: Record<string, string>
  limitMs?: number
  pauseMs?: number
}

/** Waits until the gateway answers that it is well; false where it does not within the time. */
export async function ready(
  origin: string,
  { headers = {}, limitMs = 60_000, pauseMs = 100 }: Patience = {},
): Promise<boolean> {
  const giveUpMs = Date.now() + limitMs
  while (Date.now() < giveUpMs) {
    const signal = AbortSignal.timeout(5_000)
    const answer = await fetch(`${origin}/healthz`, { headers, signal, redirect: 'manual' }).catch(() => null)
    // A login page answers 200 too.
    if (answer?.ok && answer.headers.get('content-type')?.includes('json')) return true
    await setTimeout(pauseMs)
  }
  return false
}
