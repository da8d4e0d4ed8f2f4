import type { Setting, Suffix } from '../variables.ts'

/** A request as it is about to leave, for those who sign it. */
export interface Outgoing {
  method: 'POST'
  url: string
  headers: Readonly<Record<string, string>>
  body: string
}

/** Asks something on the way to a call, such as for an access token: the answer to a POST, whole. */
export type Ask = (
  request: Pick<Outgoing, 'url' | 'headers' | 'body'>,
) => Promise<{ status: number; text: string }>

/** How a provider is shown who pays. */
export interface Auth {
  /** What must be set for the provider to be live. */
  needs: readonly Suffix[]
  /** What will do in its place: each is a set of its own. */
  instead?: readonly (readonly Suffix[])[]
  /** What may be set beside. */
  takes?: readonly Suffix[]
  /** The headers to add to a request. */
  headers(
    request: Outgoing,
    setting: Setting,
    nowMs: number,
    ask: Ask,
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

export function keyHeader(name: string, key: string | undefined, prefix: string): Record<string, string> {
  return key === undefined ? {} : { [name]: prefix + key }
}
