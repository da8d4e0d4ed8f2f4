import { GatewayError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { GenerationFailure } from '../../generation/events.ts'

/** The format's word for each of the contract's error types (OpenRouter: errors and debugging). */
const types: Record<string, string> = {
  authentication: 'authentication_error',
  permission_denied: 'permission_error',
  payment_required: 'billing_error',
  not_found: 'not_found_error',
  rate_limit_exceeded: 'rate_limit_error',
  provider_overloaded: 'overloaded_error',
  timeout: 'timeout_error',
}

export function errorJson(error: GatewayError, generationId: string): JsonObject {
  const { metadata, availability } = error.details
  const { errorType, status, type } = error
  const otherwise = status < 500 ? 'invalid_request_error' : 'api_error'
  const body = {
    type: 'error',
    error: {
      type: types[type] ?? otherwise,
      message: error.message,
      error_type: errorType,
      // Where the format itself has a code for it, that is what its own library acts on.
      details: metadata?.['error_code'] === undefined ? undefined : metadata,
      availability,
    },
    // Before the key is known to be one of ours there is no request to speak of.
    request_id: type === 'authentication' ? null : generationId,
    metadata,
  }
  // Through text, which leaves out what is absent.
  const json: JsonObject = JSON.parse(JSON.stringify(body))
  return json
}

/** The failure of an answer that has begun. Of a failure of ours or of a provider's no more than its type is told. */
export function failureOf({ type, message, metadata, availability }: GenerationFailure): GatewayError {
  const { status } = new GatewayError(type, message)
  const { provider_code: code, ...shown } = metadata ?? {}
  const told = status < 500 && code !== undefined ? { provider_code: code, ...shown } : shown
  return new GatewayError(type, status === 500 ? 'Internal Server Error' : message, {
    ...(Object.keys(told).length > 0 && { metadata: told }),
    ...(availability && { availability }),
  })
}
