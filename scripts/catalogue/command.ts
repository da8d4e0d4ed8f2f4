import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Failure } from '../failure.ts'

/** Runs a program to its end; what it wrote is in the failure. On Windows npm is a script, which needs a shell. */
export async function runCommand(program: string, args: string[], cwd: string): Promise<void> {
  try {
    await promisify(execFile)(program, args, {
      cwd,
      shell: program === 'npm' && process.platform === 'win32',
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure(`${program} ${args.join(' ')} failed. ${reason}`)
  }
}
