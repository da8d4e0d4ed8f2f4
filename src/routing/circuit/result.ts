import type { GatewayError } from '../../base/errors.ts'
import { gatewayBug, notTranslated, regionRefused } from '../../wire/upstream-error.ts'
import type { Result } from './circuit.ts'

/** What says nothing of an endpoint's own state. A refused credential is told elsewhere: its other keys may be fine. */
const ignoredStatuses: ReadonlySet<number | null> = new Set([400, 401, 402, 404, 413, 422])
const ignoredCodes: ReadonlySet<string | undefined> = new Set([
  notTranslated,
  gatewayBug,
  regionRefused,
  'total_timeout',
])
const silentCodes: ReadonlySet<string | undefined> = new Set(['headers_timeout', 'first_token_timeout'])

/** What a failed attempt says of its endpoint. */
export function resultOf({ type, details: { upstream } }: GatewayError): Result {
  // An unpaid key is told by 429 as well, and inside a stream: its endpoint is neither busy nor broken.
  if (!upstream?.failOver || upstream.isCredential) return 'ignored'
  // Some hosts say that of a single request which is larger than a minute allows, with 413.
  if (ignoredStatuses.has(upstream.status) || ignoredCodes.has(upstream.code)) return 'ignored'
  if (type === 'rate_limit_exceeded') return 'limited'
  return silentCodes.has(upstream.code) ? 'silent' : 'failure'
}
