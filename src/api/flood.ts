import { createMiddleware } from 'hono/factory'
import { bearsOurKey } from '../accounts/caller.ts'
import { GatewayError } from '../base/errors.ts'
import { errorResponse } from '../base/http.ts'
import type { Env } from '../env.ts'

/** The period of the binding in wrangler.toml, seconds: it does not tell when it lets an address in again. */
const periodSeconds = 10

/**
 * Brakes a flood of junk before it reaches a body or a store. A key with our tag is never counted, because checking
 * the tag asks no storage and who has one has limits of its own; everything else is counted by where it comes from.
 */
export const flood = createMiddleware<{ Bindings: Env }>(async (c, next) => {
  const { headers } = c.req.raw
  // Set by Cloudflare over whatever a client sends; without it there is nobody to count.
  const address = headers.get('cf-connecting-ip')
  const { FLOOD: brake } = c.env
  if (!brake || address === null || (await bearsOurKey(c.env, headers))) return await next()
  if (await admits(brake, networkOf(address))) return await next()
  return errorResponse(
    new GatewayError(
      'rate_limit_exceeded',
      `Too many requests without a valid API key from your address. Check the key, and try again in ${periodSeconds} seconds.`,
      { headers: { 'retry-after': String(periodSeconds) } },
    ),
  )
})

/** A brake that fails lets everybody in: it protects, it does not decide. */
async function admits(brake: RateLimit, key: string): Promise<boolean> {
  try {
    return (await brake.limit({ key })).success
  } catch {
    return true
  }
}

/** Who has one IPv6 address has its whole /64, and a new one for each request. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  const groups = [...left, ...zeros, ...right].slice(0, 4)
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
