import { app } from './app.ts'
import { scheduled } from './jobs.ts'

export { CatalogueKeeper } from './catalogue/keeper.ts'
export { Ledger } from './ledger/ledger.ts'

export default { fetch: app.fetch, scheduled }
