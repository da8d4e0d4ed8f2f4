import type { Suffix } from '../variables.ts'

/** A request as it is about to leave, for those who sign it. */
export interface Outgoing {
  method: 'POST'
  url: string
  headers: Readonly<Record<string, string>>
  body: string
}

/** How a provider is shown who pays. */
export interface Auth {
  /** What must be set for the provider to be live. */
  needs: readonly Suffix[]
  /** What may be set beside. */
  takes?: readonly Suffix[]
  /** The headers to add to a request. `setting` gives a variable of this provider. */
  headers(
    request: Outgoing,
    setting: (suffix: Suffix) => string | undefined,
    nowMs: number,
  ): Promise<Record<string, string>> | Record<string, string>
}

/** `Authorization: Bearer <key>`. */
export const bearer: Auth = {
  needs: ['API_KEY'],
  headers: (_, setting) => keyHeader('authorization', setting('API_KEY'), 'Bearer '),
}

/** The key by itself, under a name of the provider's. */
export function keyIn(name: string): Auth {
  return { needs: ['API_KEY'], headers: (_, setting) => keyHeader(name, setting('API_KEY'), '') }
}

function keyHeader(name: string, key: string | undefined, prefix: string): Record<string, string> {
  return key === undefined ? {} : { [name]: prefix + key }
}
