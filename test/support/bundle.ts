import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { glob, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

const cache = join('node_modules', '.cache', 'switchyard')
const sources = ['src/**/*.{ts,tsx,json,css}', 'bench/**/*.ts', 'wrangler.toml', 'package-lock.json']

/**
 * The Worker as wrangler would deploy it, as the path of one script. `entry` is `src/index.ts` or a wrapper of it.
 * Made once per state of the sources: runs and files side by side share it.
 */
export async function bundle(entry: string): Promise<string> {
  const folder = join(cache, `${basename(entry, '.ts')}-${await sourceHash(entry)}`)
  const script = join(folder, basename(entry).replace(/\.ts$/, '.js'))
  if (existsSync(script)) return script
  await mkdir(cache, { recursive: true })
  // Built beside its place and moved: whoever finds the folder finds it complete.
  const draft = `${folder}.${process.pid}`
  const wrangler = join('node_modules', 'wrangler', 'bin', 'wrangler.js')
  await promisify(execFile)(process.execPath, [wrangler, 'deploy', entry, '--dry-run', '--outdir', draft], {
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_LOG: 'error' },
  })
  try {
    await rename(draft, folder)
  } catch {
    // Another process was faster with the same sources; its result is as good.
    await rm(draft, { recursive: true })
  }
  return script
}

async function sourceHash(entry: string): Promise<string> {
  const hash = createHash('sha256').update(entry)
  const files = await Array.fromAsync(glob(sources))
  for (const file of files.toSorted()) hash.update(file).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}
