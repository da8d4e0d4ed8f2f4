import { reconcileInTurn } from './accounts/reconcile.ts'
import { hourMs } from './base/time.ts'
import { wakeKeeper } from './catalogue/keeper.ts'
import type { Env } from './env.ts'

/** What runs by the clock; the triggers are in wrangler.toml. The gateway works without, see the README. */
const jobs = new Map([['17 * * * *', [bringBooksUpToDate, wakeKeeper]]])

export async function scheduled({ cron, scheduledTime }: ScheduledController, env: Env): Promise<void> {
  const done = await Promise.allSettled((jobs.get(cron) ?? []).map((job) => job(env, scheduledTime)))
  const failed = done.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

/** An object at rest does not notice that D1 was set back to an older copy. */
async function bringBooksUpToDate(env: Env, nowMs: number): Promise<void> {
  const { lines, failed } = await reconcileInTurn(env, Math.floor(nowMs / hourMs))
  if (lines > 0 || failed.length > 0) console.info(JSON.stringify({ event: 'reconciled', lines, failed }))
}
