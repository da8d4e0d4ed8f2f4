import { createHmac } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as z from 'zod'
import { explainRefusal, type Cloudflare } from './cloudflare.ts'
import type { DeploymentSettings } from './deploy-settings.ts'
import { Failure } from './failure.ts'
import { root } from './run.ts'
import { deploymentFolder, writePrivate } from './secrets.ts'
import type { Environment } from './surroundings.ts'
import { wrangler } from './wrangler.ts'

/** What deploying needs to read of wrangler.toml, the page that stays as it is. */
export interface Project {
  name: string
  /** A build of Cloudflare's has chosen the name. */
  isNamedByBuild: boolean
  accountId: string | undefined
  crons: string[]
  isOnWorkersDev: boolean
  databaseName: string
  databaseId: string | undefined
  namespaceId: string | undefined
  raw: Record<string, unknown>
}

const rawProject = z.looseObject({
  name: z.string(),
  main: z.string(),
  account_id: z.string().optional(),
  workers_dev: z.boolean().optional(),
  preview_urls: z.boolean().optional(),
  assets: z.looseObject({ directory: z.string() }).optional(),
  vars: z.record(z.string(), z.unknown()).optional(),
  triggers: z.object({ crons: z.array(z.string()).optional() }).optional(),
  d1_databases: z.tuple([
    z.looseObject({
      database_name: z.string().optional(),
      database_id: z.string().optional(),
      migrations_dir: z.string(),
    }),
  ]),
  kv_namespaces: z.tuple([z.looseObject({ id: z.string().optional() })]),
})

export async function readProject(environment: Environment): Promise<Project> {
  const { experimental_readRawConfig: readRawConfig } = await import('wrangler')
  const raw = rawProject.parse(readRawConfig({ config: join(root, 'wrangler.toml') }).rawConfig)
  // Cloudflare's own builds may have given the Worker another name.
  const given = environment['WRANGLER_CI_OVERRIDE_NAME']
  const name = given || raw.name
  return {
    name,
    isNamedByBuild: Boolean(given),
    accountId: raw.account_id,
    crons: raw.triggers?.crons ?? [],
    isOnWorkersDev: raw.workers_dev ?? true,
    databaseName: raw.d1_databases[0].database_name ?? `${name}-db`,
    databaseId: raw.d1_databases[0].database_id,
    namespaceId: raw.kv_namespaces[0].id,
    raw,
  }
}

/** wrangler.toml with what this deployment adds to it. */
export interface Release {
  configPath: string
  gzippedBytes: number
  /** A fingerprint of all that would be uploaded. Made with MASTER_KEY, as it must tell nobody of the secrets in it. */
  tag: string | undefined
}

/** The ids of what the Worker is bound to. */
export interface Resources {
  databaseId: string
  namespaceId: string
}

/** Writes the configuration of this deployment, bundles the Worker, and fingerprints both. */
export async function makeRelease(
  project: Project,
  resources: Resources,
  settings: DeploymentSettings,
  key: string | undefined,
): Promise<Release> {
  const config = JSON.stringify(configOf(project, resources, settings), null, 2)
  mkdirSync(deploymentFolder, { recursive: true, mode: 0o700 })
  const configPath = join(deploymentFolder, 'wrangler.json')
  writeFileSync(configPath, config)
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-release-'))
  try {
    await succeed(['deploy', '--dry-run', '--outdir', folder, '--config', configPath])
    const bundle = readFileSync(join(folder, 'index.js'))
    const parts = [config, bundle, ...assetsOf(project), JSON.stringify(settings.worker)]
    return {
      configPath,
      gzippedBytes: gzipSync(bundle).length,
      tag: key === undefined ? undefined : fingerprint(key, parts),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As long as the tag of a version may be. Each part is hashed by itself, so that none runs into the next. */
function fingerprint(key: string, parts: (string | Buffer)[]): string {
  const hmac = createHmac('sha256', key)
  for (const part of parts) hmac.update(createHmac('sha256', key).update(part).digest())
  return hmac.digest('hex').slice(0, 20)
}

/** Uploads the Worker and its secrets as one version, which serves at once. */
export async function upload(
  account: Cloudflare,
  release: Release,
  secrets: Record<string, string>,
): Promise<void> {
  const secretsFile = join(deploymentFolder, 'secrets.json')
  writePrivate(secretsFile, JSON.stringify(secrets))
  const args = ['deploy', '--config', release.configPath, '--secrets-file', secretsFile]
  if (release.tag !== undefined) args.push('--tag', release.tag)
  try {
    await succeed(args, account.environment)
  } finally {
    rmSync(secretsFile, { force: true })
  }
}

/** Brings the deployed database up to date, and names the migrations that this took. */
export async function migrateDeployed(account: Cloudflare, release: Release): Promise<string[]> {
  const args = ['d1', 'migrations', 'apply', 'DB', '--remote', '--config', release.configPath]
  const output = await succeed(args, account.environment)
  return [...new Set([...output.matchAll(/\d{4}_\w+\.sql/g)].map(([name]) => name))]
}

async function succeed(args: string[], environment: Environment = {}): Promise<string> {
  const { ok, output } = await wrangler(args, environment)
  if (ok) return output
  const command = args
    .slice(0, 3)
    .filter((word) => /^[a-z]\w*$/.test(word))
    .join(' ')
  throw new Failure(explainRefusal(output) ?? `wrangler ${command} failed:\n${output}`)
}

function configOf(project: Project, resources: Resources, settings: DeploymentSettings): object {
  const { d1_databases, kv_namespaces, main, assets, triggers: _, ...rest } = rawProject.parse(project.raw)
  const [database] = d1_databases
  const [namespace] = kv_namespaces
  const { jurisdiction, locationHint, placement } = settings
  return {
    ...rest,
    name: project.name,
    main: fromHere(main),
    // Otherwise wrangler warns that it chose them itself.
    workers_dev: project.isOnWorkersDev,
    preview_urls: rest.preview_urls ?? false,
    ...(assets && { assets: { ...assets, directory: fromHere(assets.directory) } }),
    ...(placement && { placement }),
    // Not in wrangler.toml: the binding has no local form, and `wrangler dev` would want an account for it.
    ai: { binding: 'AI' },
    vars: {
      ...rest.vars,
      WORKERS_AI: settings.workersAi,
      ...(jurisdiction !== undefined && { JURISDICTION: jurisdiction }),
      ...(locationHint !== undefined && { LOCATION_HINT: locationHint }),
    },
    d1_databases: [
      { ...database, database_id: resources.databaseId, migrations_dir: fromHere(database.migrations_dir) },
    ],
    kv_namespaces: [{ ...namespace, id: resources.namespaceId }],
  }
}

/** A path of wrangler.toml, as a file in the folder of the deployment writes it. */
function fromHere(path: string): string {
  return relative(deploymentFolder, join(root, path)).replaceAll('\\', '/')
}

function assetsOf(project: Project): (string | Buffer)[] {
  const directory = rawProject.parse(project.raw).assets?.directory
  if (directory === undefined || !existsSync(join(root, directory))) return []
  const files = globSync('**/*', { cwd: join(root, directory) }).toSorted()
  return files
    .map((file) => ({ file, path: join(root, directory, file) }))
    .filter(({ path }) => statSync(path).isFile())
    .flatMap(({ file, path }) => [file.replaceAll('\\', '/'), readFileSync(path)])
}
