import type { JsonObject } from './json.ts'

/**
 * Every way a request can fail, with the HTTP status it answers. The name is the contract's `error_type`
 * except where `published` below says otherwise. Closed: add a row, and the compiler finds what to extend.
 */
const statuses = {
  invalid_request: 400,
  context_length_exceeded: 400,
  max_tokens_exceeded: 400,
  content_policy_violation: 400,
  authentication: 401,
  payment_required: 402,
  permission_denied: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  payload_too_large: 413,
  unprocessable: 422,
  rate_limit_exceeded: 429,
  server: 500,
  provider_unavailable: 502,
  provider_overloaded: 503,
  /** Our own storage did not answer. Never a 401 or a 402: the caller did nothing wrong. */
  service_unavailable: 503,
  timeout: 504,
} as const

export type ErrorType = keyof typeof statuses
export type ErrorStatus = (typeof statuses)[ErrorType]

const published: Partial<Record<ErrorType, string>> = {
  method_not_allowed: 'invalid_request',
  conflict: 'invalid_request',
  service_unavailable: 'server',
}

/** The contract's machine-readable reason why no endpoint served; absent fields are omitted. */
export interface Availability {
  code:
    | 'model_not_found'
    | 'wrong_endpoint'
    | 'no_endpoints'
    | 'model_unavailable_upstream'
    | 'capacity_exhausted'
    | 'temporarily_unavailable'
    | 'model_deprecated'
    | 'region_restricted'
    | 'privacy_restricted'
    | 'constraint_filtered'
    | 'free_variant_ended'
  retryable: boolean
  requested_models: string[]
  docs_url: string
  retry_after?: number
  affected_providers?: string[]
  excluded_by?: string[]
  fallback_models?: string[]
  constraint?: { field: string; detail: string }
}

export interface ErrorDetails {
  /** Goes to the client as `error.metadata`: no secret, no upstream body. */
  metadata?: Record<string, unknown>
  availability?: Availability
  /** How the request was routed: goes beside `error`, as `openrouter_metadata`, to a client that asks for it. */
  routing?: JsonObject
  /** Extra response headers, such as `Retry-After` (seconds). */
  headers?: Record<string, string>
  upstream?: UpstreamFault
  cause?: unknown
}

/** What a provider did wrong: for failover, for the attempt's record and for retry hints; never shown as it is. */
export interface UpstreamFault {
  /** HTTP status; null where no answer came. */
  status: number | null
  code?: string
  retryAfterSeconds?: number
  /** Whether another endpoint might do better: the request itself is not at fault. */
  failOver: boolean
  /** The operator's key was refused, or their bill is unpaid. */
  isCredential?: boolean
  /** There is another key, which was not refused. */
  hasAnotherKey?: boolean
}

/** The one error this code throws on purpose. Anything else that reaches `onError` is a bug and answers 500. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly type: ErrorType
  readonly details: ErrorDetails

  constructor(type: ErrorType, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.type = type
    this.details = details
  }

  /** Any thrown value as a GatewayError; what was not thrown on purpose is a masked 500. */
  static from(error: unknown): GatewayError {
    return error instanceof GatewayError
      ? error
      : new GatewayError('server', 'Internal Server Error', { cause: error })
  }

  get status(): ErrorStatus {
    return statuses[this.type]
  }

  /** The contract's `error_type`. */
  get errorType(): string {
    return published[this.type] ?? this.type
  }
}

/** The error object of the contract (OpenRouter: errors and debugging): the union of the forms its pages show. */
export function errorObject(error: GatewayError): Record<string, unknown> {
  const { metadata, availability } = error.details
  return {
    code: error.status,
    message: error.message,
    metadata: { error_type: error.errorType, ...metadata },
    ...(availability && { error_type: error.errorType, http_status: error.status, availability }),
  }
}
