import type { Endpoint } from '../../catalogue/model.ts'
import { endpointKey, type HealthOf } from '../endpoint-health.ts'
import { Circuit, goodStanding, type CircuitLimits, type Standing, type Trial } from './circuit.ts'

/** Names and meaning as in the gateway's limits. */
export interface CircuitsLimits extends CircuitLimits {
  inFlightMax: number
  bufferedBytesMax: number
  retriesInFlightPercent: number
  retriesInFlightMin: number
}

/** A request that was let in. */
export interface Entry {
  /** Counts what is read of its body; false where that is more than there is room for. */
  buffer: (bytes: number) => boolean
  leave: () => void
}

const endpointsMax = 1_000

/** What an isolate remembers of the endpoints it asked, and how much it has on its hands. Nothing waits for it. */
export class Circuits {
  readonly #limits: CircuitsLimits
  readonly #random: () => number
  /** The one used longest ago first. */
  readonly #circuits = new Map<string, Circuit>()
  #inFlight = 0
  #bufferedBytes = 0
  #retriesInFlight = 0

  constructor(limits: CircuitsLimits, random: () => number) {
    this.#limits = limits
    this.#random = random
  }

  standing(endpoint: Endpoint, nowMs: number): Standing {
    return this.#known(endpoint)?.standing(nowMs) ?? goodStanding
  }

  /** The slowest of a hundred first answers; absent where too little is known. */
  p99Ms(endpoint: Endpoint, whole: boolean, nowMs: number): number | undefined {
    return this.#known(endpoint)?.p99Ms(whole, nowMs)
  }

  /** Whether it may be asked after another has failed: retries must not add much to a load that nobody can bear. */
  mayRetry(endpoint: Endpoint, nowMs: number, plan: { panics: boolean }): boolean {
    const { retriesInFlightMin, retriesInFlightPercent } = this.#limits
    const retriesMax = Math.max(retriesInFlightMin, (this.#inFlight * retriesInFlightPercent) / 100)
    return this.#retriesInFlight < retriesMax && (this.#known(endpoint)?.mayRetry(nowMs, plan) ?? true)
  }

  begin(endpoint: Endpoint, { isRetry, whole }: { isRetry: boolean; whole: boolean }, nowMs: number): Trial {
    const trial = this.#circuit(endpoint, nowMs).begin(whole, nowMs)
    if (!isRetry) return trial
    this.#retriesInFlight++
    let counted = true
    const uncount = (): void => {
      if (counted) this.#retriesInFlight--
      counted = false
    }
    return {
      answered: (atMs) => {
        uncount()
        trial.answered(atMs)
      },
      ended: (result, atMs, retryAfterSeconds) => {
        uncount()
        trial.ended(result, atMs, retryAfterSeconds)
      },
    }
  }

  /** Lets one more request in; `undefined` where there are too many, or no room for a body of the declared size. */
  enter(declaredBytes: number): Entry | undefined {
    const { inFlightMax, bufferedBytesMax } = this.#limits
    const fits = (bytes: number): boolean => this.#bufferedBytes + bytes <= bufferedBytesMax
    if (this.#inFlight >= inFlightMax || !fits(declaredBytes)) return undefined
    this.#inFlight++
    let inside = true
    let ownBytes = 0
    return {
      buffer: (bytes) => {
        if (!inside || !fits(bytes)) return false
        ownBytes += bytes
        this.#bufferedBytes += bytes
        return true
      },
      leave: () => {
        if (!inside) return
        inside = false
        this.#inFlight--
        this.#bufferedBytes -= ownBytes
      },
    }
  }

  #known(endpoint: Endpoint): Circuit | undefined {
    return this.#circuits.get(endpointKey(endpoint))
  }

  #circuit(endpoint: Endpoint, nowMs: number): Circuit {
    const key = endpointKey(endpoint)
    const circuit = this.#circuits.get(key) ?? new Circuit(this.#limits, this.#random, nowMs)
    this.#circuits.delete(key)
    const [oldest] = this.#circuits.keys()
    if (oldest !== undefined && this.#circuits.size >= endpointsMax) this.#circuits.delete(oldest)
    this.#circuits.set(key, circuit)
    return circuit
  }
}

/** The runtime gives all requests of an isolate the same bindings; with others, hosts and keys are others too. */
const circuitsCache = new WeakMap<object, Circuits>()

export function circuitsOf(env: object, limits: CircuitsLimits): Circuits {
  const known = circuitsCache.get(env)
  if (known) return known
  const circuits = new Circuits(limits, Math.random)
  circuitsCache.set(env, circuits)
  return circuits
}

/** The health of endpoints, with what this isolate has just been through with them. */
export function withCircuits(health: HealthOf, circuits: Circuits, nowMs: number): HealthOf {
  return (endpoint) => {
    const known = health(endpoint)
    const { ejected, cooling } = circuits.standing(endpoint, nowMs)
    if (!ejected && !cooling) return known
    return { ...known, ejected: known.ejected || ejected, cooling: known.cooling || cooling }
  }
}
