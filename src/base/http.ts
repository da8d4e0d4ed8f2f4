import { errorObject, type GatewayError } from './errors.ts'

/** Retrying cannot help, and the official SDKs obey this header: the request is at fault, or the caller. */
const finalStatuses = new Set([400, 401, 402, 403, 404, 405, 409, 413, 422])

/** An error as a whole response: in the contract's envelope, where no dialect says otherwise. */
export function errorResponse(
  error: GatewayError,
  body: object = { error: errorObject(error) },
  headers: Record<string, string> = {},
): Response {
  return Response.json(body, {
    status: error.status,
    headers: {
      ...(finalStatuses.has(error.status) && { 'x-should-retry': 'false' }),
      ...error.details.headers,
      ...headers,
    },
  })
}
