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
  type Resources,
} from './deploy-release.ts'
import { readSettings, type DeploymentSettings } from './deploy-settings.ts'
import {
  cacheTitle,
  createDatabase,
  createNamespace,
  deployedWorker,
  findDatabase,
  findNamespace,
  schedule,
  workersDevSubdomain,
  type Database,
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

/** Nothing written there outlives the run, and what is printed does. */
const inCi = Boolean(process.env['CI'] || process.env['WORKERS_CI'])

/** Everything that is known before anything is changed. */
interface Situation {
  account: Cloudflare
  project: Project
  settings: DeploymentSettings
  deployed: DeployedWorker | undefined
  database: Database | undefined
  namespaceId: string | undefined
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
  await present({ settings, deployed, key, keys, origin, inCi, changed, tag: release.tag })
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
  const deployed = await deployedWorker(account, project)
  const database = await findDatabase(account, project, deployed)
  const namespaceId = await findNamespace(account, project, deployed)
  const chosen = keepJurisdiction(settings, deployed, database)
  const origin = settings.gatewayUrl ?? `https://${project.name}.${subdomain}.workers.dev`
  return { account, project, settings: chosen, deployed, database, namespaceId, origin }
}

/** The deployed Worker is the truth: elsewhere, an object of the same name would be another, and empty. */
function keepJurisdiction(
  settings: DeploymentSettings,
  deployed: DeployedWorker | undefined,
  database: Database | undefined,
): DeploymentSettings {
  const { jurisdiction } = settings
  if (!deployed) {
    if (!database || (database.jurisdiction ?? undefined) === jurisdiction) return settings
    throw new Failure(
      `The database ${database.name} is there already, in another place than JURISDICTION says. ` +
        `Set JURISDICTION as it was, or remove the database: npx wrangler d1 delete ${database.name}`,
    )
  }
  const first = deployed.variables['JURISDICTION']
  if (jurisdiction === undefined || jurisdiction === first) return { ...settings, jurisdiction: first }
  throw new Failure(
    `This gateway was first deployed ${first === undefined ? 'without a jurisdiction' : `in the jurisdiction ${first}`}, ` +
      `and its data cannot move to ${jurisdiction}: take JURISDICTION back, or start anew after \`npm run destroy\`.`,
  )
}

async function chooseKey(situation: Situation, options: Options): Promise<MasterKey> {
  const { project, settings, deployed } = situation
  const facts = {
    given: settings.masterKey,
    deployed: deployed?.secrets.includes('MASTER_KEY') ?? false,
    inCi,
  }
  if (!options.rotate) return deploymentKey(facts)
  const loss = lossByRotation(deployed?.secrets.includes('MASTER_KEY_PREVIOUS') ?? false)
  if (facts.deployed && facts.given === undefined && loss !== undefined) {
    await confirm(loss, project.name, options.confirm)
  }
  return rotatedKey(facts)
}

/** Makes what the Worker is bound to and is not there: a first deploy that broke off goes on where it was. */
async function provision(situation: Situation): Promise<Resources> {
  const { account, project, settings, deployed, database, namespaceId } = situation
  const title = cacheTitle(project)
  const resources = {
    databaseId: (database ?? (await createDatabase(account, project.databaseName, settings))).uuid,
    namespaceId: namespaceId ?? (await createNamespace(account, title)),
  }
  const made = [
    ...(database ? [] : [`the database ${project.databaseName}`]),
    ...(namespaceId === undefined ? [`the cache ${title}`] : []),
  ]
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
  if (outcome === 'as before') return false
  if (outcome === 'changed') {
    console.log(crons.length === 0 ? 'Removed the cron.' : `Set the cron: ${crons.join(', ')}.`)
    return true
  }
  console.log(
    `Deployed without its hourly cron (Cloudflare: ${outcome.refused}). The gateway works; but after a database is restored, ` +
      'accounts at rest are not compared with it by themselves. Free a cron at another Worker, and run this again.',
  )
  return false
}

const options = { rotate: { type: 'boolean' }, confirm: { type: 'string' } } as const

await program(usage, (args) => deploy(parseArgs({ args, options }).values))
