import { GatewayError } from '../base/errors.ts'
import { nameOf } from './hosts.ts'
import type { Resolution } from './selection.ts'

export type Unresolved = Exclude<Resolution, { kind: 'model' }>

/** What refusals of names cost to tell; `missing` is the error of a name that means nothing. */
export interface Naming {
  id: string
  missing: 'invalid_request' | 'not_found'
  /** The names most like one that means nothing. */
  near: () => Promise<string[]>
}

/** The refusal that says why a name cannot be served. */
export async function unresolved(
  resolution: Unresolved,
  { id, missing, near }: Naming,
): Promise<GatewayError> {
  switch (resolution.kind) {
    case 'no_key':
      return noKey(id, resolution.variables)
    case 'unpriced':
      return unpriced(id, resolution.providers)
    case 'free_ended':
      return freeEnded(id, resolution.paid)
    case 'unknown':
      return unknownModel(missing, id, await near())
  }
}

/** The contract wants the message to end as it does, so the near names are in the metadata. */
function unknownModel(type: 'invalid_request' | 'not_found', id: string, near: string[]): GatewayError {
  return new GatewayError(type, `${shown(id)} is not a valid model ID`, {
    ...(near.length > 0 && { metadata: { near } }),
    availability: availability('model_not_found', id),
  })
}

/** Names the setting of the first endpoint, which is the author's own where the author sells it; metadata has all. */
function noKey(id: string, variables: string[]): GatewayError {
  return new GatewayError('not_found', `${shown(id)} is known here; set ${variables[0]} to use it`, {
    metadata: { variables },
    availability: availability('no_endpoints', id),
  })
}

/** Nothing is served on an unknown bill: the operator says what it costs, or that it costs nothing. */
function unpriced(id: string, providers: string[]): GatewayError {
  return new GatewayError(
    'not_found',
    `${shown(id)} has no known price at ${providers.map(nameOf).join(' or ')}, so it is not served. ` +
      'The operator can set one: PUT /api/v1/catalogue/prices',
  )
}

/** Who asked for the free variant did not ask for a bill. */
function freeEnded(id: string, paid: string): GatewayError {
  return new GatewayError('not_found', `${shown(id)} is not free (any more). Ask for ${paid} to pay for it`, {
    availability: { ...availability('free_variant_ended', id), fallback_models: [paid] },
  })
}

function availability(code: 'model_not_found' | 'no_endpoints' | 'free_variant_ended', id: string) {
  return {
    code,
    retryable: false,
    requested_models: [shown(id)],
    docs_url: `https://openrouter.ai/docs/errors#${code}`,
  }
}

/** An id as it is repeated to the client: whole, unless somebody sends a novel. */
export function shown(id: string): string {
  return id.length <= 200 ? id : `${id.slice(0, 200)}…`
}
