import { readFile } from 'node:fs/promises'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import * as z from 'zod'
import { rootKeys } from '../../src/base/key-text.ts'
import { bundle } from './bundle.ts'

/** The gateway in a workerd of its own, on its own socket: nothing stands between a TCP client and the Worker. */
export interface RunningGateway {
  /** Origin of the Worker's socket, such as `http://127.0.0.1:40123`. */
  url: string
  keys: { inference: string; management: string }
  database: Awaited<ReturnType<Miniflare['getD1Database']>>
  /** The Durable Objects, by binding name, for what the API does not show. */
  objects: Miniflare
  /** What the Worker wrote to its console. */
  logs: string[]
  /** A management call; the JSON it answers. */
  manage: (path: string, body?: unknown) => Promise<unknown>
  /** The same deployment with other variables beside those it has; gives its new origin. */
  change: (variables: Record<string, string>) => Promise<string>
  stop: () => Promise<void>
}

export interface GatewayOptions {
  /** Variables, such as `OPENAI_API_KEY` and `LIMITS`. */
  variables?: Record<string, string>
  /** A script around the Worker; by default the Worker itself. */
  entry?: string
}

const masterKey = '5a'.repeat(32)

export async function startGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  const script = await bundle(options.entry ?? 'src/index.ts')
  const logs: string[] = []
  const bindings = { MASTER_KEY: masterKey, CATALOGUE_URL: 'off', ...options.variables }
  const miniflare = await startWorker(script, bindings, logs)
  const database = await miniflare.getD1Database('DB')
  await database.batch((await schemaStatements()).map((sql) => database.prepare(sql)))
  const origin = async () => (await miniflare.unsafeGetDirectURL('gateway')).origin
  const url = await origin()
  const keys = await rootKeys(masterKey)
  return {
    url,
    keys,
    database,
    objects: miniflare,
    logs,
    manage: async (path, body) => {
      const response = await fetch(`${url}/api/v1${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${keys.management}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`)
      return JSON.parse(text)
    },
    change: async (variables) => {
      await miniflare.setOptions(await workerOptions(script, { ...bindings, ...variables }, logs))
      return await origin()
    },
    stop: () => miniflare.dispose(),
  }
}

/** A bundled Worker with the bindings of wrangler.toml, in memory, on a free port. */
export async function startWorker(
  scriptPath: string,
  bindings: Record<string, string>,
  logs: string[],
): Promise<Miniflare> {
  const miniflare = new Miniflare(await workerOptions(scriptPath, bindings, logs))
  await miniflare.ready
  return miniflare
}

async function workerOptions(scriptPath: string, bindings: Record<string, string>, logs: string[]) {
  const settings = await wranglerSettings()
  return convertV4MiniflareOptions({
    cf: false,
    host: '127.0.0.1',
    port: 0,
    log: new Log(LogLevel.ERROR),
    handleStructuredLogs: ({ message }) => logs.push(message),
    workers: [
      {
        name: 'gateway',
        modules: true,
        scriptPath,
        ...settings,
        bindings,
        // What is no file is the Worker's, as it is where wrangler serves both.
        assets: { directory: 'public', binding: 'ASSETS', routerConfig: { has_user_worker: true } },
        kvNamespaces: { CACHE: 'cache' },
        d1Databases: { DB: 'switchyard' },
        durableObjects: {
          LEDGER: { className: 'Ledger', useSQLite: true },
          CATALOGUE: { className: 'CatalogueKeeper', useSQLite: true },
          HEALTH: { className: 'Health', useSQLite: true },
        },
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      },
    ],
  })
}

/** The runtime the deployment asks for. Two lines of TOML, read without a parser of it. */
async function wranglerSettings(): Promise<{ compatibilityDate: string; compatibilityFlags: string[] }> {
  const toml = await readFile('wrangler.toml', 'utf8')
  const value = (name: string) => new RegExp(`^${name} = (.+)$`, 'm').exec(toml)?.[1] ?? 'null'
  return {
    compatibilityDate: z.string().parse(JSON.parse(value('compatibility_date'))),
    compatibilityFlags: z.array(z.string()).parse(JSON.parse(value('compatibility_flags'))),
  }
}

async function schemaStatements(): Promise<string[]> {
  const schema = await readFile('schema.sql', 'utf8')
  return schema
    .split(/;\s*(?:\n|$)/)
    .map((sql) => sql.trim())
    .filter((sql) => sql !== '')
}
