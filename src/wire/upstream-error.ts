import { GatewayError, type ErrorType } from '../base/errors.ts'
import type { ProviderFault } from './protocol.ts'

/** What each kind of refusal is to a client, and whether another endpoint might do better. */
const verdicts = {
  invalid_request: { type: 'invalid_request', failOver: false },
  context_length_exceeded: { type: 'context_length_exceeded', failOver: false },
  content_policy_violation: { type: 'content_policy_violation', failOver: false },
  payload_too_large: { type: 'payload_too_large', failOver: false },
  // Never a client's 401 or 402: the caller's key and credit are fine.
  credential: { type: 'provider_unavailable', failOver: true },
  region: { type: 'provider_unavailable', failOver: true },
  model_missing: { type: 'not_found', failOver: true },
  rate_limit: { type: 'rate_limit_exceeded', failOver: true },
  overloaded: { type: 'provider_overloaded', failOver: true },
  timeout: { type: 'timeout', failOver: true },
  other: { type: 'provider_unavailable', failOver: true },
} as const satisfies Record<ProviderFault['type'], { type: ErrorType; failOver: boolean }>

/**
 * The code of a refusal for the country that our data centre is in. It is in the record of the attempt: neither the
 * provider's health nor the client has a part in it.
 */
export const regionRefused = 'region_refused'

/** The code of a request that the endpoint's format has no words for: the endpoint was not asked. */
export const notTranslated = 'not_translated'

/** The code of a bug of ours in asking or reading an endpoint: it had no part in it. */
export const gatewayBug = 'gateway_bug'

/** A bug of ours as the failure of one endpoint: another's format may be without it. */
export function bugAt(cause: unknown): GatewayError {
  const upstream = { status: null, code: gatewayBug, failOver: true }
  return new GatewayError('server', 'Internal Server Error', { upstream, cause })
}

/** Our own refusal to translate, as the failure of one endpoint: another may speak the client's format. */
export function untranslatable(error: GatewayError): GatewayError {
  const upstream = { status: null, code: notTranslated, failOver: true }
  return new GatewayError(error.type, error.message, { ...error.details, upstream })
}

/** A provider's refusal as an error. `status` is null where the provider did not get so far as to answer. */
export function upstreamError(
  status: number | null,
  fault: ProviderFault,
  options: { retryAfterSeconds?: number; cause?: unknown } = {},
): GatewayError {
  const { type, failOver } = verdicts[fault.type]
  const { retryAfterSeconds = fault.retryAfterSeconds, cause } = options
  const tellsCode = fault.code !== undefined && (!failOver || fault.type === 'rate_limit')
  return new GatewayError(type, fault.message, {
    ...(tellsCode && { metadata: { provider_code: fault.code } }),
    upstream: {
      status,
      failOver,
      // 403 is said of a single request or a single model as well, and of those anybody may ask.
      ...(fault.type === 'credential' && status !== 403 && { isCredential: true }),
      ...(fault.code !== undefined && { code: fault.code }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    },
    cause,
  })
}

/** The provider broke the connection or the format. `code` is for the record, not for the client. */
export function brokenAnswer(code: string, cause?: unknown): GatewayError {
  return upstreamError(null, { type: 'other', message: 'Provider returned error', code }, { cause })
}
