import type { Endpoint } from '../catalogue/model.ts'
import type { Percentiles } from '../generation/routing.ts'

/** How an endpoint does lately, as far as this isolate knows. What is not known is no reason against it. */
export interface EndpointHealth {
  /** A significant outage within the last 30 s. */
  outage: boolean
  /** Given up for a while: it is tried after all others, unless most are. Whose time is over is given up no more. */
  ejected: boolean
  /** It asked not to be called again yet. */
  cooling: boolean
  /** By its success of the last 30 minutes (OpenRouter: for providers); `normal` where there were few requests. */
  uptime: 'normal' | 'degraded' | 'down'
  /** Milliseconds to the first token, over five minutes; absent without data. */
  latencyMs?: Percentiles
  /** Tokens a second, over five minutes; absent without data. */
  throughput?: Percentiles
  /** Requests of the last 30 minutes; with tools in the last two hours, and those of them with a bad tool call. */
  requests: number
  toolRequests: number
  toolErrors: number
}

export type HealthOf = (endpoint: Endpoint) => EndpointHealth

export const unknownHealth: EndpointHealth = {
  outage: false,
  ejected: false,
  cooling: false,
  uptime: 'normal',
  requests: 0,
  toolRequests: 0,
  toolErrors: 0,
}

/** What tells an endpoint from all others. */
export function endpointKey({ model, tag }: Endpoint): string {
  return `${model.id} ${tag}`
}
