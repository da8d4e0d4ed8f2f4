import { createMiddleware } from 'hono/factory'
import { digitsOfOurKey } from '../accounts/caller.ts'
import { GatewayError } from '../base/errors.ts'
import { errorResponse } from '../base/http.ts'
import type { Env } from '../env.ts'

/** The period of the binding in wrangler.toml, seconds: it does not tell when it lets an address in again. */
const periodSeconds = 10

/**
 * Brakes a flood of junk before it reaches a body or a store. A key with our tag is not counted, because checking the
 * tag asks no storage and a key in force has limits of its own; everything else is counted by where it comes from. So
 * is a key that was just refused, under any prefix: who once had one could otherwise flood the object of its account.
 */
export const flood = createMiddleware<{ Bindings: Env }>(async (c, next) => {
  const { headers } = c.req.raw
  // Set by Cloudflare over whatever a client sends; without it there is nobody to count.
  const address = headers.get('cf-connecting-ip')
  const { FLOOD: brake } = c.env
  if (!brake || address === null) return await next()
  const digits = await digitsOfOurKey(c.env, headers)
  if (digits !== undefined && !isRefused(digits, Date.now())) {
    await next()
    if (c.res.status === 401) refuse(digits, Date.now())
    return
  }
  if (await admits(brake, networkOf(address))) return await next()
  return errorResponse(
    new GatewayError(
      'rate_limit_exceeded',
      `Too many requests without a valid API key from your address. Check the key, and try again in ${periodSeconds} seconds.`,
      { headers: { 'retry-after': String(periodSeconds) } },
    ),
  )
})

/** Until when keys count as junk, by their digits: those that were refused in this isolate. */
const refusedUntilMsCache = new Map<string, number>()
const refusedMax = 1_000

function isRefused(digits: string, nowMs: number): boolean {
  return nowMs < (refusedUntilMsCache.get(digits) ?? 0)
}

function refuse(digits: string, nowMs: number): void {
  if (refusedUntilMsCache.size >= refusedMax) refusedUntilMsCache.clear()
  refusedUntilMsCache.set(digits, nowMs + periodSeconds * 1000)
}

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
