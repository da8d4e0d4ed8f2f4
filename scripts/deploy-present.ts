import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { RootKeys } from '../src/base/key-text.ts'
import { liveProviders } from '../src/providers/live.ts'
import { providers } from '../src/providers/table.ts'
import { curlLine, runCurl, type CurlCall } from './curl.ts'
import type { MasterKey } from './deploy-key.ts'
import type { DeploymentSettings } from './deploy-settings.ts'
import type { DeployedWorker } from './deploy-worker.ts'
import { Failure } from './failure.ts'
import { root } from './run.ts'
import { answeredFile, deploymentFolder, managementKeyFile, urlFile, writePrivate } from './secrets.ts'
import { welcome, type RunningGateway } from './welcome.ts'
import { ready } from './wrangler.ts'

/** A new address needs a name and a certificate; a new version needs to reach every data centre. */
const patience = { firstMs: 5_000, addressMs: 180_000, versionMs: 30_000, pauseMs: 1_000 }

interface Deployment {
  settings: DeploymentSettings
  /** As it was before. */
  deployed: DeployedWorker | undefined
  key: MasterKey
  /** Absent where the master key is not here. */
  keys: RootKeys | undefined
  origin: string
  /** Where what is printed is kept, for others to read. */
  inCi: boolean
  changed: boolean
  /** See `Release`. */
  tag: string | undefined
}

/** Waits for the gateway to answer, uses it as a client would, and tells how to. */
export async function present(deployment: Deployment): Promise<void> {
  const { settings, deployed, key, keys, origin } = deployment
  if (key.where !== 'nowhere') await untilReady(origin, settings.accessHeaders)
  console.log('')
  const curl = keys && (await presentKeys(deployment, keys))
  if (curl === undefined) console.log(`Gateway         ${origin}/api/v1`)
  console.log(`Providers       ${liveNames(settings, deployed).join(', ')}`)
  if (curl && keys) console.log(`\n${concealed(curlLine(curl), deployment, keys)}`)
  const kept = keptSecrets(settings, deployed)
  if (kept.length > 0)
    console.log(`\nStill on the Worker, though not set here: ${kept.join(', ')}. ${howToRemove}`)
  if (key.advice !== undefined) console.log(`\n${key.advice}`)
  if (curl !== undefined) await tryOut(curl, deployment)
}

const howToRemove = 'To remove one: npx wrangler secret delete NAME'

/** Prints the keys as `npm run dev` does, and gives a call that the gateway answers. */
async function presentKeys(deployment: Deployment, keys: RootKeys): Promise<CurlCall> {
  const { settings, deployed, origin } = deployment
  const running: RunningGateway = { origin, isLocal: false, keys, headers: settings.accessHeaders }
  await untilAccepted(running, deployed)
  const { gateway, apiKey, managementKey, curl } = await welcome(running)
  const file = join(deploymentFolder, managementKeyFile)
  const isNew = tellOnce(file, keys.management)
  const management = isNew ? managementKey : `Management key  in ${relative(root, file)}`
  writePrivate(join(deploymentFolder, urlFile), `${origin}\n`)
  console.log(concealed([gateway, apiKey, management].join('\n'), deployment, keys))
  return curl
}

function concealed(text: string, { inCi }: Deployment, keys: RootKeys): string {
  if (!inCi) return text
  return text.replaceAll(keys.inference, '$API_KEY').replaceAll(keys.management, '$MANAGEMENT_KEY')
}

/** Keeps the secret in a file; whether it was not there yet, so that nobody has seen it. */
function tellOnce(path: string, secret: string): boolean {
  const text = `${secret}\n`
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false
  writePrivate(path, text)
  return true
}

async function untilReady(origin: string, headers: Record<string, string>): Promise<void> {
  if (await ready(origin, { headers, limitMs: patience.firstMs })) return
  console.log(`Waiting for ${origin} to answer. A new address can take a minute or two.`)
  if (await ready(origin, { headers, limitMs: patience.addressMs, pauseMs: patience.pauseMs })) return
  throw new Failure(
    `The Worker is deployed, but ${origin}/healthz does not say that it is well. Look at it in a browser: where it does ` +
      'not open, run this again in some minutes; where Cloudflare Access asks for a login, set CF_ACCESS_CLIENT_ID and ' +
      'CF_ACCESS_CLIENT_SECRET.',
  )
}

/** Some data centres may serve the version before for some seconds, with the key before. */
async function untilAccepted(running: RunningGateway, deployed: DeployedWorker | undefined): Promise<void> {
  const { origin, keys, headers } = running
  const giveUpMs = Date.now() + patience.versionMs
  while (Date.now() < giveUpMs) {
    const answer = await fetch(`${origin}/api/v1/key`, {
      headers: { ...headers, authorization: `Bearer ${keys.management}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(5_000),
    }).catch(() => null)
    if (answer !== null && answer.status !== 401) return
    await setTimeout(patience.pauseMs)
  }
  const prefix = deployed?.secrets.includes('KEY_PREFIX') ? ', nor with another KEY_PREFIX' : ''
  throw new Failure(
    `${origin} does not accept the keys of the MASTER_KEY that is kept here: it was deployed with another one${prefix}. ` +
      'Put that one into .switchyard/deployed/master-key, or replace it: npm run deploy -- --rotate',
  )
}

function liveNames(settings: DeploymentSettings, deployed: DeployedWorker | undefined): string[] {
  const kept = keptSecrets(settings, deployed).filter((name) => name !== 'SIMULATOR')
  const live = liveProviders({
    ...Object.fromEntries(kept.map((name) => [name, 'set'])),
    ...settings.worker,
    WORKERS_AI: settings.workersAi,
    // The release has the binding, and nobody here calls it.
    AI: { run: () => Promise.reject(new Error('There is none here')) },
  })
  return providers.filter(({ slug }) => live.has(slug)).map(({ name }) => name)
}

/** An upload adds to the secrets of a Worker and takes none away. */
function keptSecrets(settings: DeploymentSettings, deployed: DeployedWorker | undefined): string[] {
  const ours = ['MASTER_KEY', 'MASTER_KEY_PREVIOUS', ...Object.keys(settings.worker)]
  return (deployed?.secrets ?? []).filter((name) => !ours.includes(name))
}

/** A release that has answered is not asked again while nothing changes: that would cost money. */
async function tryOut(curl: CurlCall, { settings, changed, tag }: Deployment): Promise<void> {
  const file = join(deploymentFolder, answeredFile)
  const hasAnswered = existsSync(file) && readFileSync(file, 'utf8').trim() === tag
  if (hasAnswered && !changed) return
  rmSync(file, { force: true })
  const answer = await runCurl(curl, settings.accessHeaders)
  if (answer === 'not installed')
    return console.log('\n(curl is not installed here, so this line was not tried.)')
  if ('failed' in answer) {
    throw new Failure(
      `\nThe gateway is deployed, but this line failed just now: ${answer.failed}\n` +
        'See which provider refused: npm run status -- --url deployed. The next `npm run deploy` tries the line again.',
    )
  }
  writePrivate(file, `${tag}\n`)
  console.log(`\nThis line was tried just now. The answer: ${answer.answered}`)
}
