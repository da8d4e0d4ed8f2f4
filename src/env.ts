import type { CatalogueKeeper } from './catalogue/keeper.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { Health } from './routing/health/health.ts'
import type { AiBinding } from './providers/workers-ai.ts'
import type { ProviderVariable } from './providers/variables.ts'

/** The bindings of wrangler.toml, and the variables a deployment may set. */
export interface Env {
  DB: D1Database
  /** The static files, among them the snapshot of the catalogue. */
  ASSETS: Fetcher
  /** What may be forgotten: refreshed parts of the catalogue. */
  CACHE: KVNamespace
  /** One object, which keeps the catalogue up to date. */
  CATALOGUE: DurableObjectNamespace<CatalogueKeeper>
  LEDGER: DurableObjectNamespace<Ledger>
  /** How endpoints do, one object per model. Absent in configurations older than it: then an isolate knows what it saw itself. */
  HEALTH?: DurableObjectNamespace<Health>
  /** How often an address may send what bears no key of ours. Absent in configurations older than it. */
  FLOOD?: RateLimit
  MASTER_KEY: string
  /** After a rotation, the one before: keys minted under it stay valid. */
  MASTER_KEY_PREVIOUS?: string
  /** What new keys begin with, such as `sy-`. Default `sk-or-v1-`. */
  KEY_PREFIX?: string
  /** Where the objects must be; what a deployment has chosen stays. */
  JURISDICTION?: DurableObjectJurisdiction
  /** Where new objects should be. */
  LOCATION_HINT?: DurableObjectLocationHint
  /** Where the list of models and prices is fetched; `off` leaves the catalogue as it was deployed. */
  CATALOGUE_URL?: string
  /** Between two looks at it. Default 60. */
  CATALOGUE_MINUTES?: string
  /** Hosts, by comma, where models of the operator's own may be though they are private or without TLS. */
  CATALOGUE_HOSTS?: string
  /** Cloudflare's models. There is none locally: it would call the account. */
  AI?: AiBinding
  /** `on` lets them be called through it; a deployment sets that. */
  WORKERS_AI?: string
  /** `on` keeps the simulator beside real providers. */
  SIMULATOR?: string
  /** JSON that overrides single values of `gateway/limits.ts`. */
  LIMITS?: string
  /** JSON that overrides single values of `ledger/free-limits.ts`; `off` turns them off. */
  FREE_LIMITS?: string
  /** What rows of the provider table name: `OPENAI_API_KEY`, `OPENAI_BASE_URL`, … */
  [variable: ProviderVariable]: string | undefined
}
