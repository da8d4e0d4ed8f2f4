import { Hono } from 'hono/tiny'
import type { Env } from '../env.ts'
import { accounts } from './accounts.ts'
import { activity } from './activity.ts'
import { catalogue } from './catalogue.ts'
import { credits } from './credits.ts'
import { generation, generations } from './generations.ts'
import { key } from './key.ts'
import { keys } from './keys.ts'
import { presets } from './presets.ts'

/** Everything under the base path that manages and reports, in the order of the documentation. */
export const management = new Hono<{ Bindings: Env }>()
  .route('/key', key)
  .route('/keys', keys)
  .route('/credits', credits)
  .route('/accounts', accounts)
  .route('/presets', presets)
  .route('/generation', generation)
  .route('/generations', generations)
  .route('/activity', activity)
  .route('/catalogue', catalogue)
