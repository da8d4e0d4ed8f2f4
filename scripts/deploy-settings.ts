import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import * as z from 'zod'
import { isPrivateHost } from '../src/base/hosts.ts'
import { accessHeaders, accessVariables } from './access.ts'
import { cloudflareVariables } from './cloudflare.ts'
import { Failure } from './failure.ts'
import { root } from './run.ts'
import { chosenVariables } from './secrets.ts'
import type { Environment } from './surroundings.ts'
import { chosenForWorker, workerVariables } from './variables.ts'

/** What a person has chosen for the deployment, in the environment or in `.env.production`. */
export interface DeploymentSettings {
  /** Uploaded as secrets: provider keys and everything else the Worker reads. */
  worker: Record<string, string>
  cloudflare: Record<string, string>
  masterKey: string | undefined
  jurisdiction: string | undefined
  locationHint: string | undefined
  /** As wrangler.toml would have it under `placement`. */
  placement: object | undefined
  /** What a login in front of the gateway wants to see. */
  accessHeaders: Record<string, string>
  /** The origin that people use, where it is not the one at workers.dev. */
  gatewayUrl: string | undefined
  /** Whether Cloudflare's own models are served, which need no key there: `on` unless it is `off`. */
  workersAi: string
}

const fileName = '.env.production'

const ownSettings = [
  ...accessVariables,
  'GATEWAY_URL',
  'JURISDICTION',
  'LOCATION_HINT',
  'MASTER_KEY',
  'PLACEMENT',
  'WORKERS_AI',
] as const

const jurisdiction = z.enum(['eu', 'fedramp', 'us'])
const locationHint = z.enum(['wnam', 'enam', 'weur', 'eeur', 'apac', 'oc'])
const workersAi = z.enum(['on', 'off'])
const masterKey = z.string().regex(/^[0-9a-f]{64}$/)
const placement = z.string().regex(/^(smart|(aws|gcp|azure):[a-z0-9-]+)$/)

export function readSettings(environment: Environment): DeploymentSettings {
  const path = join(root, fileName)
  const known = [...workerVariables, ...cloudflareVariables, ...ownSettings]
  refuseUnknown(path, known)
  const chosen = (names: readonly string[]) => chosenVariables(names, environment, path)
  const own = chosen(ownSettings)
  const region = checked('PLACEMENT', placement, own, '`smart`, or a region such as `aws:eu-central-1`')
  return {
    worker: chosenForWorker(environment, path),
    cloudflare: chosen(cloudflareVariables),
    masterKey: checked('MASTER_KEY', masterKey, own, '64 of the digits 0-9a-f'),
    jurisdiction: checked('JURISDICTION', jurisdiction, own, jurisdiction.options.join(', ')),
    locationHint: checked('LOCATION_HINT', locationHint, own, locationHint.options.join(', ')),
    placement: region === undefined ? undefined : region === 'smart' ? { mode: 'smart' } : { region },
    accessHeaders: accessHeaders(own),
    gatewayUrl: originOf(own['GATEWAY_URL']),
    workersAi: checked('WORKERS_AI', workersAi, own, workersAi.options.join(', ')) ?? 'on',
  }
}

/** A misspelt name would do nothing, in silence. */
function refuseUnknown(path: string, known: readonly string[]): void {
  if (!existsSync(path)) return
  const unknown = Object.keys(parseEnv(readFileSync(path, 'utf8'))).filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  throw new Failure(
    `${fileName} sets ${unknown.join(', ')}, which nothing reads. Correct the name, or take the line out.`,
  )
}

/** A value that is not printed, as it may be a secret. */
function checked(
  name: (typeof ownSettings)[number],
  schema: z.ZodType<string>,
  values: Record<string, string>,
  allowed: string,
): string | undefined {
  const value = values[name]?.trim()
  if (value === undefined || schema.safeParse(value).success) return value
  throw new Failure(`${name} is not one of the values it may have: ${allowed}. Correct it, or leave it out.`)
}

function originOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  // The management key is sent there, so it travels in the clear at most within a network of one's own.
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isPrivateHost(url.hostname)))
    return url.origin
  throw new Failure(
    'GATEWAY_URL is not an address such as https://ai.example.com. Correct it, or leave it out.',
  )
}
