import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_splitSqlQuery as splitSql } from 'wrangler'
import * as z from 'zod'

/** The part that the API keeps of an uploaded Worker. */
export interface UploadedWorker {
  script: string
  metadata: Metadata
  bindings: Binding[]
}

const binding = z.looseObject({ type: z.string(), name: z.string(), text: z.string().optional() })
export type Binding = z.infer<typeof binding>

export const metadata = z.looseObject({
  main_module: z.string(),
  bindings: z.array(binding),
  keep_bindings: z.array(z.string()).default([]),
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()).default([]),
  annotations: z.record(z.string(), z.string()).optional(),
  placement: z.unknown().optional(),
  migrations: z.unknown().optional(),
})
type Metadata = z.infer<typeof metadata>

/** Answers where nothing is deployed. */
const nothing: UploadedWorker = {
  script: 'export default { fetch: () => new Response("There is nothing here yet", { status: 404 }) }',
  metadata: {
    main_module: 'index.js',
    bindings: [],
    keep_bindings: [],
    compatibility_date: '2026-10-15',
    compatibility_flags: [],
  },
  bindings: [],
}

/** What Cloudflare runs: one Worker, a real one, with a real database. */
export class Edge {
  readonly #port: number
  #miniflare: Miniflare | undefined

  constructor(port: number) {
    this.#port = port
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Serves the Worker from now on; what its database and objects hold stays. */
  async serve(worker: UploadedWorker = nothing): Promise<void> {
    const options = convertV4MiniflareOptions({
      cf: false,
      host: '127.0.0.1',
      port: this.#port,
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: () => {},
      workers: [
        {
          name: 'switchyard',
          modules: true,
          script: worker.script,
          compatibilityDate: worker.metadata.compatibility_date,
          compatibilityFlags: worker.metadata.compatibility_flags,
          bindings: textOf(worker.bindings),
          d1Databases: { DB: 'database' },
          // What is no file is the Worker's, as it is at Cloudflare.
          assets: { directory: 'public', binding: 'ASSETS', routerConfig: { has_user_worker: true } },
          kvNamespaces: { CACHE: 'cache' },
          ...(worker !== nothing && {
            durableObjects: {
              LEDGER: { className: 'Ledger', useSQLite: true },
              CATALOGUE: { className: 'CatalogueKeeper', useSQLite: true },
              HEALTH: { className: 'Health', useSQLite: true },
            },
          }),
        },
      ],
    })
    if (this.#miniflare) await this.#miniflare.setOptions(options)
    else this.#miniflare = new Miniflare(options)
    await this.#miniflare.ready
  }

  /** What the database answers, statement by statement, as its API tells it; all of them or none. */
  async query(sql: string): Promise<object[]> {
    if (!this.#miniflare) await this.serve()
    const database = await this.#miniflare?.getD1Database('DB')
    const results = await database?.batch(splitSql(sql).map((statement) => database.prepare(statement)))
    return (results ?? []).map((result) => ({ ...result, meta: { duration: 1 } }))
  }

  async stop(): Promise<void> {
    await this.#miniflare?.dispose()
  }
}

/** The local runtime knows no jurisdictions: an object is where the test is. */
function textOf(bindings: Binding[]): Record<string, string> {
  const texts = bindings.filter(
    ({ type, name }) => /^(plain|secret)_text$/.test(type) && name !== 'JURISDICTION',
  )
  return Object.fromEntries(texts.map(({ name, text = '' }) => [name, text]))
}
