import { errorObject, GatewayError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { GenerationFailure } from '../../generation/events.ts'

export function errorJson(error: GatewayError): JsonObject {
  // Through text, which leaves out what is absent.
  const json: JsonObject = JSON.parse(JSON.stringify(errorObject(error)))
  return json
}

/** The error of an answer that has begun. Of a failure of ours or of a provider's no more than its type is told. */
export function failureJson({ type, message, metadata, availability }: GenerationFailure): JsonObject {
  const { status } = new GatewayError(type, message)
  const { provider_code: code, ...shown } = metadata ?? {}
  const told = status < 500 && code !== undefined ? { provider_code: code, ...shown } : shown
  return errorJson(
    new GatewayError(type, status === 500 ? 'Internal Server Error' : message, {
      metadata: told,
      ...(availability && { availability }),
    }),
  )
}
