import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { rootKeys } from '../src/base/key-text.ts'
import { Failure, WrongUsage } from './failure.ts'
import type { Gateway } from './management-client.ts'
import { root } from './run.ts'
import { addressFile, chosenVariables, deploymentFolder, masterKey, masterKeyFile } from './secrets.ts'
import type { Environment } from './surroundings.ts'

const localOrigin = 'http://localhost:8787'

/** What this folder keeps of a gateway that was started from it. */
interface Home {
  /** Where the secret is that its keys derive from. */
  secrets: string
  /** The file that sets its variables. */
  variables: string
}

const local: Home = { secrets: join(root, '.switchyard'), variables: join(root, '.dev.vars') }
const deployed: Home = { secrets: deploymentFolder, variables: join(root, '.env.production') }

/** The gateway at an address, or the one of this machine, with the management key that belongs to it. */
export async function findGateway(url: string | undefined, environment: Environment): Promise<Gateway> {
  const origin =
    url === undefined
      ? originOf(environment['SWITCHYARD_URL'] || localOrigin, 'SWITCHYARD_URL')
      : originOf(url, '--url')
  const home = homeOf(origin)
  const names = ['CF_ACCESS_CLIENT_ID', 'CF_ACCESS_CLIENT_SECRET', 'KEY_PREFIX']
  const chosen = chosenVariables(names, environment, home?.variables ?? '')
  const key = handedOver(environment) ?? (await derived(origin, home, chosen['KEY_PREFIX']))
  return { origin, isLocal: isLocal(origin), ...key, headers: accessHeaders(chosen) }
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
  const address = keptAddress()
  if (address !== undefined) return address
  throw new Failure(
    'Nothing was deployed from this folder. Run `npm run deploy`, or write the address after --url.',
  )
}

function keptAddress(): string | undefined {
  const path = join(deployed.secrets, addressFile)
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}

/** A key is derived for a gateway of this folder only: any other must not see it. */
function homeOf(origin: string): Home | undefined {
  if (URL.parse(keptAddress() ?? '')?.origin === origin) return deployed
  return isLocal(origin) ? local : undefined
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

async function derived(
  origin: string,
  home: Home | undefined,
  prefix: string | undefined,
): Promise<ManagementKey> {
  const path = home && join(home.secrets, masterKeyFile)
  if (!home || !path || !existsSync(path)) {
    const advice = isLocal(origin)
      ? 'Start the gateway with `npm run dev`, or set MANAGEMENT_KEY to the management key that it printed elsewhere.'
      : 'Set MANAGEMENT_KEY to the management key that `npm run deploy` printed.'
    throw new Failure(`There is no key for ${origin} in this folder. ${advice}`)
  }
  const { management } = await rootKeys(masterKey(home.secrets), prefix)
  return { key: management, keySource: `the key that derives from ${relative(root, path)}` }
}

/** A service token of Cloudflare Access, where that stands in front of the gateway. */
function accessHeaders(chosen: Record<string, string>): Record<string, string> {
  const { CF_ACCESS_CLIENT_ID: id, CF_ACCESS_CLIENT_SECRET: secret } = chosen
  return id && secret ? { 'cf-access-client-id': id, 'cf-access-client-secret': secret } : {}
}
