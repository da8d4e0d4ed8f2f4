import { DurableObject } from 'cloudflare:workers'
import { minuteMs } from '../base/time.ts'
import type { Env } from '../env.ts'
import { runRefresh, type RefreshMemory, type RefreshResult } from './run-refresh.ts'

const usualUrl = 'https://models.dev/api.json'
const usualMinutes = 60
const minutesMin = 15

/**
 * Keeps the catalogue up to date: one object, woken by the hourly trigger. It works in its alarm, where reading a list
 * of four megabytes may take the time that it takes; a trigger of the Free plan has 10 ms.
 */
export class CatalogueKeeper extends DurableObject<Env> {
  /** Sees to it that there is a next time. Answers at once. */
  async wake(): Promise<void> {
    if (listUrl(this.env) === undefined) return await this.ctx.storage.deleteAlarm()
    const alarm = await this.ctx.storage.getAlarm()
    if (alarm === null) await this.ctx.storage.setAlarm(Date.now())
  }

  override async alarm(): Promise<void> {
    const nowMs = Date.now()
    // The next time is set first: an error now does not end it all.
    await this.ctx.storage.setAlarm(nowMs + intervalMs(this.env))
    try {
      const result = await this.refresh(nowMs)
      console.info(JSON.stringify({ event: 'catalogue', ...result }))
    } catch (error) {
      console.warn(JSON.stringify({ event: 'catalogue', kind: 'failed', reason: String(error) }))
    }
  }

  async refresh(nowMs: number): Promise<RefreshResult> {
    const url = listUrl(this.env)
    if (url === undefined) return { kind: 'unchanged' }
    const before = await this.ctx.storage.get<RefreshMemory>('memory')
    const { result, memory } = await runRefresh(this.env, url, before, nowMs)
    await this.ctx.storage.put('memory', memory)
    return result
  }
}

/** Where the list is; `off` in its place, and nothing is fetched. */
function listUrl({ CATALOGUE_URL: url }: Env): string | undefined {
  const text = url?.trim() || usualUrl
  return text.toLowerCase() === 'off' ? undefined : text
}

function intervalMs({ CATALOGUE_MINUTES: minutes }: Env): number {
  const asked = Number(minutes?.trim() || usualMinutes)
  return Math.max(Number.isFinite(asked) ? asked : usualMinutes, minutesMin) * minuteMs
}

/** The one keeper of a deployment. */
export async function wakeKeeper(env: Env): Promise<void> {
  await env.CATALOGUE.getByName('catalogue').wake()
}
