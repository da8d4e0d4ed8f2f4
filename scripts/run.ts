import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { surroundings, type Environment } from './surroundings.ts'

/** The folder of the project, whatever folder a script was started from. */
export const root = dirname(import.meta.dirname)

export interface Finished {
  ok: boolean
  /** Standard output and standard error, in order of arrival. */
  output: string
}

/** Runs a JavaScript program of this project to its end, with the Node that runs this, and without a shell. */
export async function run(
  program: string,
  args: string[],
  options: { cwd?: string; env?: Environment } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd ?? root,
    env: { ...surroundings(process.env), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const finished = Promise.withResolvers<Finished>()
  child.on('error', (error) => finished.resolve({ ok: false, output: `${output}${error.message}\n` }))
  child.on('close', (code) => finished.resolve({ ok: code === 0, output }))
  return await finished.promise
}
