import type { GatewayError } from '../base/errors.ts'
import type { Endpoint } from '../catalogue/model.ts'
import { neverAnswered } from '../providers/call.ts'
import type { Circuits } from '../routing/circuit/circuits.ts'
import type { Ranking } from '../routing/plan.ts'
import { notTranslated } from '../wire/upstream-error.ts'
import type { Limits } from './limits.ts'
import type { Plan } from './plan.ts'

/** What it takes of a plan. */
type Itinerant = Pick<Plan, 'endpoints'> & { ranking: Pick<Ranking, 'panics'> }

/** Who is asked next: the plan's order, and what is left of it after the failures so far. */
export class Itinerary {
  readonly #limits: Limits
  readonly #circuits: Circuits
  readonly #random: () => number
  readonly #ranking: Pick<Ranking, 'panics'>
  #queue: Endpoint[]
  readonly #tried = new Set<string>()
  /** Models that the request itself is wrong for: their other endpoints would say the same, of so long a context. */
  readonly #unfit = new Map<string, number>()
  #attempts = 0
  #repeat: Endpoint | undefined
  #hasRepeated = false

  constructor(
    { plan, limits }: { plan: Itinerant; limits: Limits },
    circuits: Circuits,
    random: () => number,
  ) {
    this.#limits = limits
    this.#circuits = circuits
    this.#random = random
    this.#ranking = plan.ranking
    this.#queue = [...plan.endpoints]
  }

  /** Whether somebody was asked before. */
  get isRetry(): boolean {
    return this.#attempts > 1
  }

  /** Whether nobody is left to ask after the one that `next` gave. */
  isLast(nowMs: number): boolean {
    const { attemptsMax } = this.#limits
    return this.#attempts >= attemptsMax || !this.#queue.some((endpoint) => this.#mayCome(endpoint, nowMs))
  }

  /** The endpoint to ask now; `undefined` where there is none, or as many were asked as may be. */
  async next(nowMs: number): Promise<Endpoint | undefined> {
    if (this.#attempts >= this.#limits.attemptsMax) return undefined
    if (this.#attempts === 0) this.#queue = this.#probedLast(nowMs)
    const index = this.#queue.findIndex((endpoint) => this.#mayCome(endpoint, nowMs))
    const [endpoint] = index < 0 ? [await this.#again(nowMs)] : this.#queue.splice(0, index + 1).slice(-1)
    if (!endpoint) return undefined
    this.#attempts++
    this.#tried.add(endpoint.model.id)
    return endpoint
  }

  /** The endpoint that `next` gave last has failed like this. */
  failed(endpoint: Endpoint, error: GatewayError): void {
    const { upstream } = error.details
    // It was not asked.
    if (upstream?.code === notTranslated) this.#attempts--
    if (!upstream?.failOver) {
      const isTooLong = error.type === 'context_length_exceeded'
      this.#unfit.set(endpoint.model.id, isTooLong ? endpoint.contextLength : Infinity)
    }
    const isWorthIt = upstream?.hasAnotherKey || (upstream?.code === neverAnswered && !this.#hasRepeated)
    this.#repeat = isWorthIt ? endpoint : undefined
  }

  /**
   * All that came while an endpoint was due were told to try it; the first of them does. The others ask those beside it
   * before, but no other model sooner than they were told to.
   */
  #probedLast(nowMs: number): Endpoint[] {
    let place = 0
    return this.#queue
      .map((endpoint, index) => {
        if (endpoint.model.id !== this.#queue[index - 1]?.model.id) place += 2
        return { endpoint, place: place + Number(this.#circuits.standing(endpoint, nowMs).probed) }
      })
      .toSorted((left, right) => left.place - right.place)
      .map(({ endpoint }) => endpoint)
  }

  #mayCome(endpoint: Endpoint, nowMs: number): boolean {
    const { id } = endpoint.model
    if (this.#isUnfit(endpoint)) return false
    if (this.#attempts > 0 && !this.#mayRetry(endpoint, nowMs)) return false
    // The models that come later each keep an attempt, as far as there are enough.
    return !this.#tried.has(id) || this.#limits.attemptsMax - this.#attempts > this.#modelsToCome()
  }

  #mayRetry(endpoint: Endpoint, nowMs: number): boolean {
    return this.#circuits.mayRetry(endpoint, nowMs, this.#ranking)
  }

  #isUnfit({ model, contextLength }: Endpoint): boolean {
    return contextLength <= (this.#unfit.get(model.id) ?? 0)
  }

  #modelsToCome(): number {
    const models = new Set(this.#queue.map(({ model }) => model.id))
    return [...models].filter((id) => !this.#tried.has(id)).length
  }

  /**
   * Where nobody else is left, a connection that broke before any answer is worth a second one, once, and a refused key
   * each other one. All who lost one at the same moment must not come back at the same moment.
   */
  async #again(nowMs: number): Promise<Endpoint | undefined> {
    const endpoint = this.#repeat
    if (!endpoint || !this.#mayRetry(endpoint, nowMs)) return undefined
    this.#hasRepeated = true
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, this.#random() * this.#limits.repeatDelayMs)
    await promise
    return endpoint
  }
}
