import { Hono } from 'hono/tiny'
import { version } from '../../package.json'
import type { Env } from '../env.ts'

const timeoutMs = 2_000

/** Whether this deployment serves, for monitors; no key is needed. */
export const health = new Hono<{ Bindings: Env }>().get('/healthz', async (c) => {
  const d1 = await probe(c.env)
  const healthy = d1 === 'ok'
  return c.json({ status: healthy ? 'ok' : 'degraded', version, d1 }, healthy ? 200 : 503, {
    'cache-control': 'no-store',
  })
})

async function probe(env: Env): Promise<'ok' | 'unavailable'> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<'unavailable'>((resolve) => {
    timer = setTimeout(() => resolve('unavailable'), timeoutMs)
  })
  try {
    return await Promise.race([
      timeout,
      env.DB.prepare('select 1')
        .first()
        .then(() => 'ok' as const),
    ])
  } catch {
    // Why D1 fails is in its own dashboard; a monitor wants to know that it does.
    return 'unavailable'
  } finally {
    clearTimeout(timer)
  }
}
