import { GatewayError } from '../../src/base/errors.ts'
import { Itinerary } from '../../src/gateway/itinerary.ts'
import { limitsOf } from '../../src/gateway/limits.ts'
import { seededRandom } from './seeded-random.ts'
import { unknownHealth } from '../../src/routing/endpoint-health.ts'
import { Circuits, withCircuits } from '../../src/routing/circuit/circuits.ts'
import { firstTokenTimeout } from '../../src/routing/circuit/first-tokens.ts'
import { resultOf } from '../../src/routing/circuit/result.ts'
import { modelWith, planFor } from './endpoints.ts'

/** What a provider does with a call at a time: the first token after so long, an error after so long, or nothing. */
export type Answer =
  | { tokenMs: number }
  | { errorMs: number; status?: number; retryAfterSeconds?: number }
  | 'silence'
export type Behaviour = (nowMs: number, random: () => number) => Answer

export interface Traffic {
  /** By the tag of the provider; the first is the cheapest by far, so that it is asked first. */
  providers: Record<string, Behaviour>
  perSecond: number
  seconds: number
  seed?: string
}

export interface Journey {
  atMs: number
  /** To the first token; `null` where nobody answered. */
  tookMs: number | null
  /** The tags in the order of calls. */
  calls: string[]
}

/** How long an answer goes on after its first token. */
const streamMs = 1_000

/**
 * Requests in virtual time through what decides who is asked: the plan, the itinerary and the circuits of one isolate.
 * Only the providers are made up, and health that is known for longer is left out.
 */
export async function drive({
  providers,
  perSecond,
  seconds,
  seed = 'traffic',
}: Traffic): Promise<Journey[]> {
  const random = seededRandom(seed)
  const limits = { ...limitsOf({}), inFlightMax: 1_000_000 }
  const circuits = new Circuits(limits, random)
  const model = modelWith(
    'm/m',
    Object.keys(providers).map((provider, index) => ({ provider, dollars: 10 ** index })),
  )
  const clock = new Clock()
  const journeys: Journey[] = []

  const travel = async (nowMs: number): Promise<void> => {
    const health = withCircuits(() => unknownHealth, circuits, nowMs)
    const ranking = planFor({
      models: [model],
      health,
      nowMs,
      random,
      provider: { sort: { by: 'price' } },
    })
    const plan = { endpoints: ranking.ranked.map(({ endpoint }) => endpoint), ranking }
    const itinerary = new Itinerary({ plan, limits }, circuits, random)
    const journey: Journey = { atMs: nowMs, tookMs: null, calls: [] }
    journeys.push(journey)
    const entry = circuits.enter(0)

    const step = async (atMs: number): Promise<void> => {
      const endpoint = await itinerary.next(atMs)
      if (!endpoint) return entry?.leave()
      journey.calls.push(endpoint.tag)
      const trial = circuits.begin(endpoint, { isRetry: itinerary.isRetry, whole: false }, atMs)
      const p99Ms = circuits.p99Ms(endpoint, false, atMs)
      const patienceMs = firstTokenTimeout({ p99Ms, reasons: false, isLast: itinerary.isLast(atMs) }, limits)
      const answer = providers[endpoint.provider]?.(atMs, random) ?? 'silence'
      const fails = async (failedAtMs: number, error: GatewayError): Promise<void> => {
        trial.ended(resultOf(error), failedAtMs, error.details.upstream?.retryAfterSeconds)
        itinerary.failed(endpoint, error)
        await step(failedAtMs)
      }
      if (answer !== 'silence' && 'tokenMs' in answer && answer.tokenMs < patienceMs) {
        clock.at(atMs + answer.tokenMs, (answeredAtMs) => {
          trial.answered(answeredAtMs)
          journey.tookMs = answeredAtMs - nowMs
        })
        clock.at(atMs + answer.tokenMs + streamMs, (endedAtMs) => {
          trial.ended('success', endedAtMs)
          entry?.leave()
        })
      } else if (answer !== 'silence' && 'errorMs' in answer) {
        clock.at(atMs + answer.errorMs, (failedAtMs) => fails(failedAtMs, refusal(answer)))
      } else {
        clock.at(atMs + patienceMs, (failedAtMs) => fails(failedAtMs, timeout))
      }
    }
    await step(nowMs)
  }

  const everyMs = 1_000 / perSecond
  for (let atMs = 0; atMs < seconds * 1_000; atMs += everyMs) clock.at(atMs, travel)
  await clock.run()
  return journeys
}

const timeout = new GatewayError('timeout', 'The provider timed out', {
  upstream: { status: null, code: 'first_token_timeout', failOver: true },
})

function refusal({
  status = 503,
  retryAfterSeconds,
}: {
  status?: number
  retryAfterSeconds?: number
}): GatewayError {
  const type = status === 429 ? 'rate_limit_exceeded' : 'provider_overloaded'
  return new GatewayError(type, 'Provider returned error', {
    upstream: { status, failOver: true, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) },
  })
}

/** Virtual time: things happen in order, and nothing takes any. */
class Clock {
  readonly #due = new Map<number, ((nowMs: number) => void | Promise<void>)[]>()
  readonly #times: number[] = []

  at(atMs: number, run: (nowMs: number) => void | Promise<void>): void {
    const time = Math.round(atMs)
    const runs = this.#due.get(time)
    if (runs) return void runs.push(run)
    this.#due.set(time, [run])
    this.#times.splice(this.#placeOf(time), 0, time)
  }

  async run(): Promise<void> {
    for (let time = this.#times.pop(); time !== undefined; time = this.#times.pop()) {
      const runs = this.#due.get(time) ?? []
      for (let run = runs.shift(); run; run = runs.shift()) {
        // The order is what is simulated.
        await run(time)
      }
      this.#due.delete(time)
    }
  }

  /** Times are kept with the next one last. */
  #placeOf(time: number): number {
    let low = 0
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#times[middle] ?? 0) > time) low = middle + 1
      else high = middle
    }
    return low
  }
}

export const healthy: Behaviour = (_, random) => ({ tokenMs: 300 + 400 * random() })
export const dead: Behaviour = () => ({ errorMs: 5 })
export const silent: Behaviour = () => 'silence'

/** One behaviour, and another from one second up to another. */
export function between(
  fromSeconds: number,
  toSeconds: number,
  other: Behaviour,
  usual = healthy,
): Behaviour {
  return (nowMs, random) =>
    (nowMs >= fromSeconds * 1_000 && nowMs < toSeconds * 1_000 ? other : usual)(nowMs, random)
}

export function successShare(journeys: readonly Journey[]): number {
  return journeys.filter(({ tookMs }) => tookMs !== null).length / journeys.length
}

/** Calls for each request; of one provider, where its tag is given. */
export function load(journeys: readonly Journey[], tag?: string): number {
  const calls = journeys.flatMap((journey) => journey.calls)
  return calls.filter((called) => tag === undefined || called === tag).length / journeys.length
}

export function p95Ms(journeys: readonly Journey[]): number {
  const sorted = journeys.map(({ tookMs }) => tookMs ?? Infinity).toSorted((left, right) => left - right)
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Infinity
}

export function since(journeys: readonly Journey[], seconds: number, until = Infinity): Journey[] {
  return journeys.filter(({ atMs }) => atMs >= seconds * 1_000 && atMs < until * 1_000)
}
