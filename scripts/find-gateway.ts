import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { rootKeys } from '../src/base/key-text.ts'
import { accessHeaders, accessVariables } from './access.ts'
import { Failure, WrongUsage } from './failure.ts'
import type { Gateway } from './management-client.ts'
import { root } from './run.ts'
import {
  chosenVariables,
  deploymentFolder,
  managementKeyFile,
  masterKey,
  masterKeyFile,
  urlFile,
} from './secrets.ts'
import type { Environment } from './surroundings.ts'

const localOrigin = 'http://localhost:8787'

/** May stand in the file of variables as well as in the environment. */
const fileVariables = [...accessVariables, 'KEY_PREFIX']

type Variables = Record<string, string>

/** The gateway at an address, or the one of this machine, with the management key that belongs to it. */
export async function findGateway(url: string | undefined, environment: Environment): Promise<Gateway> {
  const origin =
    url === undefined
      ? originOf(environment['SWITCHYARD_URL'] || localOrigin, 'SWITCHYARD_URL')
      : originOf(url, '--url')
  const isDeployed = origin === URL.parse(kept(urlFile) ?? '')?.origin
  const file = join(root, isDeployed ? '.env.production' : '.dev.vars')
  const variables = chosenVariables(fileVariables, environment, isDeployed || isLocal(origin) ? file : '')
  const key = handedOver(environment) ?? (isDeployed ? keptKey() : await derivedKey(origin, variables))
  if (key) return { origin, isLocal: isLocal(origin), ...key, headers: accessHeaders(variables) }
  throw new Failure(
    `There is no key for ${origin} in this folder. ` +
      (isLocal(origin)
        ? 'Start the gateway with `npm run dev`, or set MANAGEMENT_KEY to the management key that it printed elsewhere.'
        : 'Set MANAGEMENT_KEY to the management key that `npm run deploy` printed.'),
  )
}

/** An address as people have it at hand: with the API's base path at its end, or without. */
function originOf(written: string, where: string): string {
  const text = written === 'deployed' ? deployedAddress() : written
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
  if (!url || url.username || url.password) {
    throw new WrongUsage(
      `${where} ${text}: write an address such as https://switchyard.example.workers.dev, or deployed`,
    )
  }
  if (!/^(?:\/api)?(?:\/v1)?\/*$/.test(url.pathname) || url.search || url.hash) {
    throw new WrongUsage(`${where} ${text}: write it without a path, as in ${url.origin}`)
  }
  return url.origin
}

/** The address that the last deployment from this folder had. */
function deployedAddress(): string {
  const address = kept(urlFile)
  if (address !== undefined) return address
  throw new Failure(
    'Nothing was deployed from this folder. Run `npm run deploy`, or write the address after --url.',
  )
}

/** What the last deployment from this folder left in a file. */
function kept(file: string): string | undefined {
  const path = join(deploymentFolder, file)
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}

function isLocal(origin: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(origin).hostname)
}

type ManagementKey = Pick<Gateway, 'key' | 'keySource'>

function handedOver(environment: Environment): ManagementKey | undefined {
  const key = environment['MANAGEMENT_KEY']?.trim()
  if (!key) return undefined
  if (/^[\x21-\x7e]+$/.test(key)) return { key, keySource: 'the key in MANAGEMENT_KEY' }
  throw new Failure('MANAGEMENT_KEY holds characters that no key has. Copy it anew.')
}

function keptKey(): ManagementKey | undefined {
  const key = kept(managementKeyFile)
  const path = relative(root, join(deploymentFolder, managementKeyFile))
  return key === undefined ? undefined : { key, keySource: `the key in ${path}` }
}

/** Derived for a gateway of this machine only: any other must not see it. */
async function derivedKey(origin: string, variables: Variables): Promise<ManagementKey | undefined> {
  const folder = join(root, '.switchyard')
  const path = join(folder, masterKeyFile)
  if (!isLocal(origin) || !existsSync(path)) return undefined
  const { management } = await rootKeys(masterKey(folder), variables['KEY_PREFIX'])
  return { key: management, keySource: `the key that derives from ${relative(root, path)}` }
}
