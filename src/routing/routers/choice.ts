import { GatewayError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Env } from '../../env.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import type { RoutingSettings } from '../../generation/routing.ts'
import type { Candidate } from '../candidate.ts'

/** What one name of a request came to. */
export interface Choice {
  candidates: readonly Candidate[]
  /** As the client wrote it: `openrouter/auto`. */
  router?: string
  /** None of them may serve by what is asked of all: they are there to be told why. */
  barred?: true
  pipeline?: readonly JsonObject[]
}

export interface RouterInput {
  env: Env
  request: GenerationRequest
  /** The account's, then the key's. */
  settings: readonly RoutingSettings[]
  /** In [0, 1). */
  random: () => number
}

/** How many models a router names: one to serve, the others in its place. */
export const candidatesMax = 3

/** In the contract's words. */
export const nothingLeft = 'No models match your request and model restrictions'

/** What is said where no model can be chosen, whatever the preferences for providers. */
export function nobody(router: string, message: string): GatewayError {
  return new GatewayError('not_found', message, {
    availability: {
      code: 'no_endpoints',
      retryable: false,
      requested_models: [router],
      docs_url: 'https://openrouter.ai/docs/errors#no_endpoints',
    },
  })
}
