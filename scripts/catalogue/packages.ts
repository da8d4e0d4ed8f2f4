import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { runCommand } from './command.ts'

/** Where the facts come from. Exact versions: the same command gives the same snapshot. */
export const packages = {
  piAi: { name: '@earendil-works/pi-ai', version: '1.5.2', date: '2026-11-10' },
  piCatalog: { name: '@oh-my-pi/pi-catalog', version: '18.2.11', date: '2026-09-23' },
  genaiPrices: { name: '@pydantic/genai-prices', version: '0.1.8', date: '2026-09-23' },
} as const

export type PackageName = keyof typeof packages

/** Unpacks a package below the folder without installing it: what it depends on would come along. */
export async function unpack(which: PackageName, folder: string): Promise<string> {
  const { name, version } = packages[which]
  const home = join(folder, which)
  await mkdir(home, { recursive: true })
  await runCommand('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', home], folder)
  const archive = (await readdir(home)).find((file) => file.endsWith('.tgz'))
  if (archive === undefined) throw new Failure(`npm pack made no archive of ${name}@${version}.`)
  await runCommand('tar', ['-xzf', archive, '--strip-components=1'], home)
  return home
}
