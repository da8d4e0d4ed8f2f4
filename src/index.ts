import { app } from './app.ts'
import { scheduled } from './jobs.ts'

export { CatalogueKeeper } from './catalogue/keeper.ts'
export { Ledger } from './ledger/ledger.ts'
export { Health } from './routing/health/health.ts'

export default { fetch: app.fetch, scheduled }
