import * as z from 'zod/mini'
import { inEnglish } from '../base/english.ts'
import { GatewayError } from '../base/errors.ts'
import type { Env } from '../env.ts'

const positive = z.int().check(z.positive())
const percent = z.int().check(z.positive(), z.lte(100))

/** How long and how large anything may get. A deployment overrides single values by the JSON variable `LIMITS`. */
const limits = z.strictObject({
  /** A request body, bytes. */
  bodyBytesMax: z._default(positive, 10 * 1024 * 1024),
  /** Nesting of a request body. */
  bodyDepthMax: z._default(positive, 64),
  /** Endpoints tried before the first content. */
  attemptsMax: z._default(positive, 3),
  /** Until a provider's response headers. */
  headersTimeoutMs: z._default(positive, 15_000),
  /** Until its first content: three times what it usually takes at the worst, between these. Who reasons thinks longer. */
  firstTokenTimeoutMinMs: z._default(positive, 10_000),
  firstTokenTimeoutMs: z._default(positive, 60_000),
  firstTokenTimeoutReasoningMs: z._default(positive, 300_000),
  /** Requests that wait for an endpoint which has said nothing for so long are the last it gets for now. */
  silenceMs: z._default(positive, 1_000),
  /** Without a byte, and with nothing but comments, once content has come. */
  stallTimeoutMs: z._default(positive, 45_000),
  commentsOnlyTimeoutMs: z._default(positive, 120_000),
  /** A whole generation. */
  totalTimeoutMs: z._default(positive, 15 * 60_000),
  /** Between keep-alives; also how long the headers of a stream wait for its first content. */
  keepAliveMs: z._default(positive, 10_000),
  /** A client that reads nothing for so long has left. */
  writeTimeoutMs: z._default(positive, 60_000),
  /** How long a provider that bills on is listened to after the client left. The platform allows 30 s in all. */
  drainMs: z._default(positive, 25_000),
  /** Between two signs of life to the ledger; its holds expire after 60 s without one. */
  beatMs: z._default(positive, 15_000),
  /** Requests that one isolate serves at a time; more are refused before their bodies are read. */
  inFlightMax: z._default(positive, 200),
  /** And bytes of their bodies, for an isolate has 128 MB. */
  bufferedBytesMax: z._default(positive, 64 * 1024 * 1024),
  /** An endpoint is given up after so many failures in a row, or of so many requests in a window so many per cent. */
  ejectionFailures: z._default(positive, 5),
  ejectionRequestsMin: z._default(positive, 10),
  ejectionFailurePercent: z._default(percent, 50),
  ejectionWindowMs: z._default(positive, 30_000),
  /** For so long, and for longer each time; then one request at a time tries it. */
  ejectionMs: z._default(positive, 30_000),
  ejectionMaxMs: z._default(positive, 300_000),
  /** An endpoint that asks for less is left alone for as long as it says, or so long where it does not say. */
  coolingMs: z._default(positive, 1_000),
  coolingMaxMs: z._default(positive, 120_000),
  /**
   * Asking an endpoint after others have failed: from the most tokens down to the least, one for each failure; so many
   * successes, or so much time, give one back.
   */
  retryTokensMax: z._default(positive, 10),
  retryTokensMin: z._default(positive, 5),
  retryTokenSuccesses: z._default(positive, 5),
  retryTokenMs: z._default(positive, 10_000),
  /** And in one isolate, of all that it serves, so many at a time: a whole burst may have met the same failing host. */
  retriesInFlightPercent: z._default(percent, 20),
  retriesInFlightMin: z._default(positive, 200),
  /** A connection that broke before any answer is tried again within so long, where nobody else is left to ask. */
  repeatDelayMs: z._default(positive, 250),
  /** How long a caller's profile is used without asking for a newer one. */
  profileFreshMs: z._default(z.int().check(z.nonnegative()), 10_000),
})

export type Limits = z.infer<typeof limits>

export function limitsOf(env: Pick<Env, 'LIMITS'>): Limits {
  if (limitsCache && limitsCache.text === env.LIMITS) return limitsCache.limits
  const parsed = variable.safeParse(env.LIMITS ?? '{}', inEnglish)
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

const variable = z.pipe(z.string(), z.pipe(z.transform(parseJson), limits))

function parseJson(text: string, { issues }: z.core.ParsePayload): unknown {
  try {
    return JSON.parse(text)
  } catch {
    issues.push({ code: 'custom', message: 'not JSON', input: text })
    return z.NEVER
  }
}

let limitsCache: { text: string | undefined; limits: Limits } | undefined
