import { app } from './app.ts'
import { scheduled } from './jobs.ts'

export { Ledger } from './ledger/ledger.ts'

export default { fetch: app.fetch, scheduled }
