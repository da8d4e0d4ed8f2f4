import { GatewayError } from './errors.ts'

/** The answer of a D1 query. Where D1 fails the reply is a 503: the caller did nothing wrong. */
export async function answerOf<T>(query: Promise<T>): Promise<T> {
  try {
    return await query
  } catch (cause) {
    throw new GatewayError('service_unavailable', 'The database does not answer. Try again.', { cause })
  }
}
