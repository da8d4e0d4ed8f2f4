import { parseArgs } from 'node:util'
import { rootKeys } from '../src/base/key-text.ts'
import { openAccount, type Cloudflare } from './cloudflare.ts'
import { confirm } from './confirm.ts'
import { deploymentKey, lossByRotation, rotatedKey, type MasterKey } from './deploy-key.ts'
import { present } from './deploy-present.ts'
import {
  makeRelease,
  migrateDeployed,
  readProject,
  upload,
  type Project,
  type Release,
} from './deploy-release.ts'
import { readSettings, type DeploymentSettings } from './deploy-settings.ts'
import {
  createDatabase,
  createNamespace,
  deployedWorker,
  findDatabase,
  findNamespace,
  schedule,
  workersDevSubdomain,
  type DeployedWorker,
} from './deploy-worker.ts'
import { Failure } from './failure.ts'
import { program } from './program.ts'

const usage = `Usage: npm run deploy -- [--rotate] [--confirm NAME]

Deploys the gateway to your Cloudflare account, or brings what is deployed up to date. Settings are read from
.env.production and the environment; the README lists them.

  --rotate        give the Worker a new MASTER_KEY
  --confirm NAME  answer the question that --rotate may ask with the name of the Worker`

interface Options {
  rotate?: boolean
  confirm?: string
}

/** Everything that is known before anything is changed. */
interface Situation {
  account: Cloudflare
  project: Project
  settings: DeploymentSettings
  deployed: DeployedWorker | undefined
  origin: string
}

/** `npm run deploy`: from a clone and a login to a gateway that answers; again, to what has changed since. */
async function deploy(options: Options): Promise<void> {
  const situation = await look()
  const { account, project, settings, deployed, origin } = situation
  const key = await chooseKey(situation, options)
  const keys = key.text === undefined ? undefined : await rootKeys(key.text, settings.worker['KEY_PREFIX'])
  const resources = await provision(situation)
  const release = await makeRelease(project, resources, settings, key.text)
  const isSame = isDeployed(release, situation) && Object.keys(key.sends).length === 0

  // A new database is empty while the first version starts; later, no version meets tables older than itself.
  const migratedBefore = deployed ? await migrate(account, release) : false
  if (!isSame) await send(situation, release, key)
  const migratedAfter = deployed ? false : await migrate(account, release)
  const rescheduled = await wakeHourly(account, project)

  const changed = !isSame || migratedBefore || migratedAfter || rescheduled
  if (!changed) console.log('Nothing has changed since the last deploy.')
  await present({ settings, deployed, key, keys, origin, changed })
}

/** Without a key there is no fingerprint to compare; without the address, an upload broke off after the Worker. */
function isDeployed({ tag }: Release, { deployed, project }: Situation): boolean {
  return tag !== undefined && tag === deployed?.tag && deployed.isOnWorkersDev === project.isOnWorkersDev
}

/** Checks, in the order in which a person can mend them. */
async function look(): Promise<Situation> {
  const settings = readSettings(process.env)
  const project = await readProject(process.env)
  const account = await openAccount(settings.cloudflare, project.accountId)
  const subdomain = await workersDevSubdomain(account)
  if (subdomain === undefined) {
    throw new Failure(
      'This account has no workers.dev subdomain yet. Open ' +
        `https://dash.cloudflare.com/${account.accountId}/workers/onboarding once, and run this again.`,
    )
  }
  // Asked now, so that a token without this right is refused before anything is made.
  await findNamespace(account, '')
  const deployed = await deployedWorker(account, project.name)
  const chosen = keepJurisdiction(settings, deployed)
  const origin = settings.gatewayUrl ?? `https://${project.name}.${subdomain}.workers.dev`
  return { account, project, settings: chosen, deployed, origin }
}

/** The deployed Worker is the truth: elsewhere, an object of the same name would be another, and empty. */
function keepJurisdiction(
  settings: DeploymentSettings,
  deployed: DeployedWorker | undefined,
): DeploymentSettings {
  if (!deployed) return settings
  const jurisdiction = deployed.variables['JURISDICTION']
  if (settings.jurisdiction === undefined || settings.jurisdiction === jurisdiction) {
    return { ...settings, jurisdiction }
  }
  const now = jurisdiction === undefined ? 'without a jurisdiction' : `in the jurisdiction ${jurisdiction}`
  throw new Failure(
    `This gateway was first deployed ${now}, and its data cannot move to ${settings.jurisdiction}: ` +
      'take JURISDICTION back, or start anew after `npm run destroy`.',
  )
}

async function chooseKey(situation: Situation, options: Options): Promise<MasterKey> {
  const { project, settings, deployed } = situation
  const facts = {
    given: settings.masterKey,
    deployed: deployed?.secrets.includes('MASTER_KEY') ?? false,
    inCi: Boolean(process.env['CI'] || process.env['WORKERS_CI']),
  }
  if (!options.rotate) return deploymentKey(facts)
  const loss = lossByRotation(deployed?.secrets.includes('MASTER_KEY_PREVIOUS') ?? false)
  if (facts.deployed && facts.given === undefined && loss !== undefined) {
    await confirm(loss, project.name, options.confirm)
  }
  return rotatedKey(facts)
}

/** Finds what the Worker is bound to, or makes it: a first deploy that broke off goes on where it was. */
async function provision(situation: Situation): Promise<{ databaseId: string; namespaceId: string }> {
  const { account, project, settings, deployed } = situation
  const database = await findDatabase(
    account,
    project.databaseId ?? deployed?.databaseId ?? project.databaseName,
  )
  if (database && !deployed && (database.jurisdiction ?? undefined) !== settings.jurisdiction) {
    throw new Failure(
      `The database ${database.name} is there already, in another place than JURISDICTION says. ` +
        `Set JURISDICTION as it was, or remove the database: npx wrangler d1 delete ${database.name}`,
    )
  }
  const title = `${project.name}-cache`
  const namespaceId = project.namespaceId ?? deployed?.namespaceId ?? (await findNamespace(account, title))
  const made = database ? [] : [`the database ${project.databaseName}`]
  const databaseId = (database ?? (await createDatabase(account, project.databaseName, settings))).uuid
  if (namespaceId === undefined) made.push(`the cache ${title}`)
  const resources = { databaseId, namespaceId: namespaceId ?? (await createNamespace(account, title)) }
  if (made.length > 0) console.log(`Made ${made.join(' and ')}.`)
  if (!deployed) console.log(placeOf(settings))
  return resources
}

function placeOf({ jurisdiction }: DeploymentSettings): string {
  return jurisdiction === undefined
    ? 'No jurisdiction is set for the data. One, such as JURISDICTION=eu, can only be chosen before the first deploy.'
    : `The data stays in the jurisdiction ${jurisdiction}. This was chosen for good.`
}

async function send({ account, settings }: Situation, release: Release, key: MasterKey): Promise<void> {
  const secrets = { ...settings.worker, ...key.sends }
  await upload(account, release, secrets)
  key.keep()
  const names = Object.keys(secrets).toSorted((a, b) => a.localeCompare(b))
  const size = (release.gzippedBytes / 1024).toFixed(0)
  console.log(
    `Uploaded the Worker (${size} KiB gzipped)${names.length > 0 ? `, with ${names.join(', ')}` : ''}.`,
  )
}

async function migrate(account: Cloudflare, release: Release): Promise<boolean> {
  const applied = await migrateDeployed(account, release)
  if (applied.length > 0) console.log(`Migrated the database: ${applied.join(', ')}.`)
  return applied.length > 0
}

async function wakeHourly(account: Cloudflare, { name, crons }: Project): Promise<boolean> {
  const outcome = await schedule(account, name, crons)
  if (typeof outcome === 'string') return outcome === 'changed'
  console.log(
    `Deployed without its hourly cron (Cloudflare: ${outcome.refused}). The gateway works; but after a database is restored, ` +
      'accounts at rest are not compared with it by themselves. Free a cron at another Worker, and run this again.',
  )
  return false
}

const options = { rotate: { type: 'boolean' }, confirm: { type: 'string' } } as const

await program(usage, (args) => deploy(parseArgs({ args, options }).values))
