import * as z from 'zod'
import { GatewayError } from '../base/errors.ts'
import type { Env } from '../env.ts'

/** How long and how large anything may get. A deployment overrides single values by the JSON variable `LIMITS`. */
const limits = z.strictObject({
  /** A request body, bytes. */
  bodyBytesMax: z
    .int()
    .positive()
    .default(10 * 1024 * 1024),
  /** Nesting of a request body. */
  bodyDepthMax: z.int().positive().default(64),
  /** Endpoints tried before the first content. */
  attemptsMax: z.int().positive().default(3),
  /** Until a provider's response headers. */
  headersTimeoutMs: z.int().positive().default(15_000),
  /** Until its first content; a reasoning model thinks longer. */
  firstTokenTimeoutMs: z.int().positive().default(60_000),
  firstTokenTimeoutReasoningMs: z.int().positive().default(300_000),
  /** Without a byte, and with nothing but comments, once content has come. */
  stallTimeoutMs: z.int().positive().default(45_000),
  commentsOnlyTimeoutMs: z.int().positive().default(120_000),
  /** A whole generation. */
  totalTimeoutMs: z
    .int()
    .positive()
    .default(15 * 60_000),
  /** Between keep-alives; also how long the headers of a stream wait for its first content. */
  keepAliveMs: z.int().positive().default(10_000),
  /** A client that reads nothing for so long has left. */
  writeTimeoutMs: z.int().positive().default(60_000),
  /** How long a provider that bills on is listened to after the client left. The platform allows 30 s in all. */
  drainMs: z.int().positive().default(25_000),
  /** Between two signs of life to the ledger; its holds expire after 60 s without one. */
  beatMs: z.int().positive().default(15_000),
  /** How long a caller's profile is used without asking for a newer one. */
  profileFreshMs: z.int().nonnegative().default(10_000),
})

export type Limits = z.infer<typeof limits>

export function limitsOf(env: Pick<Env, 'LIMITS'>): Limits {
  if (limitsCache && limitsCache.text === env.LIMITS) return limitsCache.limits
  const parsed = variable.safeParse(env.LIMITS ?? '{}')
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '))
    throw new GatewayError(
      'service_unavailable',
      `The variable LIMITS is not valid: ${reasons.join('; ')}. Correct it, or leave it out.`,
    )
  }
  limitsCache = { text: env.LIMITS, limits: parsed.data }
  return parsed.data
}

const variable = z.string().transform(parseJson).pipe(limits)

function parseJson(text: string, { issues }: z.RefinementCtx<string>): unknown {
  try {
    return JSON.parse(text)
  } catch {
    issues.push({ code: 'custom', message: 'not JSON', input: text })
    return z.NEVER
  }
}

let limitsCache: { text: string | undefined; limits: Limits } | undefined
