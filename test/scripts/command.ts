import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { surroundings } from '../../scripts/surroundings.ts'

/** What a script printed, and the code it ended with. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Starts programs of a project as `npm run` does, in UTC, without a terminal, with these variables and no others. */
export function commandsOf(folder: string, variables: Record<string, string>) {
  return async (line: string, more: Record<string, string> = {}): Promise<Ended> => {
    const [name = '', ...args] = wordsOf(line)
    // What is printed has no colours where neither of these says otherwise.
    const { FORCE_COLOR: _, NO_COLOR: __, ...machine } = surroundings(process.env)
    const child = spawn(process.execPath, [join(folder, 'scripts', `${name}.ts`), ...args], {
      cwd: folder,
      env: { ...machine, TZ: 'UTC', ...variables, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { code: child.exitCode, stdout, stderr }
  }
}

/** The words of a line, of which some may stand in double quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}
