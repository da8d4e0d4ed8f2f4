import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { Failure } from './failure.ts'
import { root } from './run.ts'
import type { Environment } from './surroundings.ts'

/** What a deployment of this working copy needs to be found again: its secret, its keys, its address. */
export const deploymentFolder = join(root, '.switchyard', 'deployed')

export const masterKeyFile = 'master-key'

/** In the folder of a deployment, what the command line needs: where it is, and the key that manages it. */
export const urlFile = 'url'
export const managementKeyFile = 'management-key'
/** The fingerprint of the last release that answered when it was tried. */
export const answeredFile = 'answered'

/** The secret that every key derives from: made once, for this folder, and readable by its owner alone. */
export function masterKey(folder: string): string {
  return keptMasterKey(join(folder, masterKeyFile))
}

/** The secret in that file, which is made if it is not there. */
export function keptMasterKey(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // `wx`: whatever happens, a key that is there is not overwritten.
  if (!existsSync(path))
    writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  const text = readFileSync(path, 'utf8').trim()
  if (/^[0-9a-f]{64}$/.test(text)) return text
  throw new Failure(`${path} does not hold 64 hex digits. Restore it; or delete it, and start with new keys.`)
}

/** Of the named variables those that are set, in the environment or in a `.dev.vars` file; the environment wins. */
export function chosenVariables(
  names: readonly string[],
  environment: Environment,
  devVars: string,
): Record<string, string> {
  const written: Environment = existsSync(devVars) ? parseEnv(readFileSync(devVars, 'utf8')) : {}
  const chosen: Record<string, string> = {}
  for (const name of names) {
    const value = environment[name] ?? written[name]
    if (value) chosen[name] = value
  }
  return chosen
}

/** Writes the file that `wrangler dev --env-file` takes the Worker's variables from, and gives its path. */
export function writeEnvFile(folder: string, variables: Record<string, string>): string {
  const path = join(folder, 'dev.env')
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(name, value)}\n`)
  writePrivate(path, lines.join(''))
  return path
}

/** A file that its owner alone can read. */
export function writePrivate(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, text, { mode: 0o600 })
  // The mode above is for a new file only.
  chmodSync(path, 0o600)
}

/** A value as the reader of the file gives it back: it knows three quotes, escapes none of them, and expands dollars. */
function quoted(name: string, value: string): string {
  const quote = ["'", '`'].find((each) => !value.includes(each))
  if (quote === undefined) throw new Error(`${name} holds both ' and \`, which cannot be handed on.`)
  return quote + value.replaceAll('$', String.raw`\$`) + quote
}
