import type { Protocol, Quirks } from '../wire/protocol.ts'
import type { Auth } from './auth/auth.ts'
import type { Address, Setting } from './variables.ts'

/** One way to speak to a provider: a protocol at an address. */
export interface Surface {
  protocol: Protocol
  /**
   * Absent where each operator has an own one: then the variable for it is what makes the provider live. `{REGION}`
   * stands for the variable `<SLUG>_REGION`, and `{REGION:us-east-1}` has a default. What no template can say is a
   * function of the variables, and `Auth.takes` names those.
   */
  baseUrl?: Address
  /** Default: the key as a bearer token. */
  auth?: Auth
  quirks: Quirks
  /** The models that it serves, by the provider's ids of them. Default: all that the provider has. */
  serves?: RegExp
  /** Who made the thoughts that it seals, see `Seal`; by model where it has several. Default: `<slug>-v1`. */
  maker?: string | ((model: string) => string | undefined)
}

/** A deployment of a protocol. A provider that speaks a protocol we have costs one row here and no code. */
export interface Provider extends Surface {
  slug: string
  /** As people and the contract's `provider` field spell it. */
  name: string
  /** Whether closing the connection stops generation and billing; if not, an abandoned answer is drained for its usage. */
  cancellable: boolean
  /**
   * Further ways to speak to it: taken where a client speaks that format, where an endpoint asks for it, or where the
   * first serves other models. Without an address of its own such a surface is where the provider is.
   */
  also?: readonly Surface[]
  /** Sells what others host: those are asked first, if they can be. */
  aggregator?: boolean
  /** Whether endpoints of a region can be asked from where the operator is. Default: all can. */
  reaches?: (region: string, setting: Setting) => boolean
  /** Its models are whatever it serves: `<slug>/<model>`. */
  open?: boolean
  /** Takes further headers, as JSON, from `<SLUG>_HEADERS`: what a tunnel in front of it wants to see. */
  takesHeaders?: boolean
  /** What answers in place of the network: a provider that is part of the gateway. */
  transport?: Transport
  /** A binding of the deployment that answers in place of the network, without a key, where `<SLUG>` is `on`. */
  binding?: 'AI'
}

/** The part of `fetch` that a call needs. */
export type Transport = (url: string, request: UpstreamRequest) => Promise<Response>

export interface UpstreamRequest {
  method: 'POST'
  headers: Record<string, string>
  body: string
  signal: AbortSignal
  redirect: 'manual'
}
