import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, type Finished } from './run.ts'

const folder = join(root, 'test', 'clients')
const stamp = join(folder, 'node_modules', '.installed')

/**
 * The client libraries that the gateway is tested with are a package of their own: only who runs the tests downloads
 * them, once per lock file.
 */
export async function installClients(): Promise<Finished> {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return { ok: true, output: '' }
  const npm = process.env['npm_execpath']
  if (npm === undefined) {
    return { ok: false, output: 'test/clients is not installed yet: start this as `npm test`\n' }
  }
  // Nothing of theirs is to be compiled, which would want a compiler.
  const args = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']
  const installed = await run(npm, args, { cwd: folder })
  if (installed.ok) writeFileSync(stamp, lock)
  return installed
}
