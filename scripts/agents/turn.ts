import { spawn } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import type { Agent, Target } from './agents.ts'

/** A turn of an agent that does not end is ended after this. */
const turnTimeoutMs = 120_000

/** Where an agent lives while it is tried: a home of its own, with a project in it. */
export interface Home {
  folder: string
  /** The file of the project that a turn may change; it says `red`. */
  file: string
  programs: string
}

/** What came of a turn. */
export interface Turn {
  /** Of the process; null where it had to be ended. */
  exitCode: number | null
  output: string
  /** What the file says now. */
  file: string
}

/** Gives an agent one turn, as a person would at a terminal, with nothing of this machine's own settings. */
export async function takeTurn(agent: Agent, target: Target, home: Home, prompt: string): Promise<Turn> {
  await prepare(agent, target, home)
  const child = spawn(join(home.programs, agent.program), agent.turn(target, prompt), {
    cwd: dirname(home.file),
    env: {
      HOME: home.folder,
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      ...agent.environment(target),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it started ends with it.
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const ended = Promise.withResolvers<number | null>()
  child.on('error', ended.reject)
  child.on('exit', () => endGroup(child.pid))
  child.on('close', ended.resolve)
  const timer = setTimeout(() => endGroup(child.pid), turnTimeoutMs)
  const exitCode = await ended.promise.finally(() => clearTimeout(timer))
  return { exitCode, output, file: await readFile(home.file, 'utf8') }
}

async function prepare(agent: Agent, target: Target, { folder, file }: Home): Promise<void> {
  const files = { ...agent.files(target), [file.slice(folder.length + 1)]: 'red\n' }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

export async function removeHome({ folder }: Home): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nothing of the group is left, as it should be.
  }
}
