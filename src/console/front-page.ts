import type { Context } from 'hono'
import type { Env } from '../env.ts'
import { factsOf } from './facts.ts'
import { page } from './page.ts'

/** Everything the page needs comes from this origin, and nothing may be written into it. */
const headers = {
  'content-security-policy': [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** The page at `/`: that the gateway is up, what it serves, and how clients are pointed at it. */
export async function frontPage(
  c: Context<{ Bindings: Env }>,
  routes: readonly { method: string; path: string }[],
): Promise<Response> {
  const served = new Set(routes.filter(({ method }) => method === 'POST').map(({ path }) => path))
  const facts = await factsOf(c.env, c.req.url)
  return await c.html(
    page(facts, ({ path }) => served.has(`/api/v1${path}`)),
    200,
    headers,
  )
}
