import { runRefresh } from '../src/catalogue/run-refresh.ts'
import type { Env } from '../src/env.ts'

// Every Worker of wrangler.toml exports the classes its bindings name.
export { CatalogueKeeper, Health, Ledger } from '../src/index.ts'

/** Refreshes the catalogue from the list at the address it is given, as the keeper does in its alarm. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { result } = await runRefresh(env, await request.text(), undefined, Date.now())
    return Response.json(result)
  },
}
