import type { Env } from '../src/env.ts'

// Every Worker of wrangler.toml exports the classes its bindings name.
export { CatalogueKeeper, Health, Ledger } from '../src/index.ts'

/** The bare pass-through that everything is compared with. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    return await fetch(`${env.OPENAI_BASE_URL}/chat/completions`, request)
  },
}
