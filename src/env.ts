import type { Ledger } from './ledger/ledger.ts'
import type { ProviderVariable } from './providers/variables.ts'

/** The bindings of wrangler.toml, and the variables a deployment may set. */
export interface Env {
  DB: D1Database
  LEDGER: DurableObjectNamespace<Ledger>
  MASTER_KEY: string
  /** `on` keeps the simulator beside real providers. */
  SIMULATOR?: string
  /** JSON that overrides single values of `gateway/limits.ts`. */
  LIMITS?: string
  /** What rows of the provider table name: `OPENAI_API_KEY`, `OPENAI_BASE_URL`, … */
  [variable: ProviderVariable]: string | undefined
}
