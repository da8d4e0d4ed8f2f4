import { app } from './app.ts'

export { Ledger } from './ledger/ledger.ts'

export default app
