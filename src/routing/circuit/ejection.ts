/** When an endpoint is given up, and when it is asked again; names and meaning as in the gateway's limits. */
export interface EjectionLimits {
  ejectionFailures: number
  ejectionRequestsMin: number
  ejectionFailurePercent: number
  ejectionWindowMs: number
  ejectionMs: number
  ejectionMaxMs: number
  ejectionProbeEvery: number
}

/** What is drawn on an ejection's length, either way: isolates must not all come back at once. */
const jitter = 0.2
/** Steps in which the window moves on. */
const slicesPerWindow = 6

interface Slice {
  number: number
  total: number
  failed: number
}

/**
 * Gives an endpoint up that fails again and again, for longer each time. When its time is over, one request in so many
 * tries it, and the first that gets through brings it back.
 */
export class Ejection {
  readonly #limits: EjectionLimits
  readonly #random: () => number
  #failuresInRow = 0
  #slices: Slice[] = []
  #isOut = false
  /** Ejections that followed each other closely. */
  #times = 0
  #atMs = -Infinity
  #untilMs = -Infinity
  #requestsSinceProbe = Infinity

  constructor(limits: EjectionLimits, random: () => number) {
    this.#limits = limits
    this.#random = random
  }

  /** `probe`: it is out, but the next request should try it. */
  state(nowMs: number): 'in' | 'out' | 'probe' {
    if (!this.#isOut) return 'in'
    const isDue = nowMs >= this.#untilMs && this.#requestsSinceProbe >= this.#limits.ejectionProbeEvery
    return isDue ? 'probe' : 'out'
  }

  /** A request came that it might serve. */
  sawRequest(): void {
    this.#requestsSinceProbe++
  }

  began(nowMs: number): void {
    if (this.state(nowMs) === 'probe') this.#requestsSinceProbe = 0
  }

  succeeded(begunAtMs: number, nowMs: number): void {
    // What had begun before is no news.
    if (this.#isOut && begunAtMs < this.#atMs) return
    this.#isOut = false
    this.#failuresInRow = 0
    this.#count(nowMs, 0)
  }

  /** `isSilent`: it said nothing at all. Each further request would wait as long in vain. */
  failed(begunAtMs: number, nowMs: number, isSilent: boolean): void {
    if (this.#isOut) {
      if (begunAtMs >= this.#atMs && nowMs >= this.#untilMs) this.#eject(nowMs)
      return
    }
    this.#failuresInRow++
    const { total, failed } = this.#count(nowMs, 1)
    const { ejectionFailures, ejectionRequestsMin, ejectionFailurePercent } = this.#limits
    const failsOften = total >= ejectionRequestsMin && failed * 100 >= total * ejectionFailurePercent
    if (isSilent || failsOften || this.#failuresInRow >= ejectionFailures) this.#eject(nowMs)
  }

  /** A probe said nothing about it. */
  learntNothing(): void {
    this.#requestsSinceProbe = Infinity
  }

  #eject(nowMs: number): void {
    const { ejectionMs, ejectionMaxMs } = this.#limits
    if (nowMs - this.#untilMs > ejectionMaxMs) this.#times = 0
    this.#times++
    const drawn = 1 - jitter + 2 * jitter * this.#random()
    this.#isOut = true
    this.#atMs = nowMs
    this.#untilMs = nowMs + Math.min(ejectionMaxMs, ejectionMs * this.#times * drawn)
    this.#requestsSinceProbe = Infinity
    this.#failuresInRow = 0
    this.#slices = []
  }

  #count(nowMs: number, failed: 0 | 1): { total: number; failed: number } {
    const number = Math.floor((nowMs * slicesPerWindow) / this.#limits.ejectionWindowMs)
    const slices = this.#slices.filter((slice) => slice.number > number - slicesPerWindow)
    const last = slices.at(-1)
    const slice = last?.number === number ? last : { number, total: 0, failed: 0 }
    if (slice !== last) slices.push(slice)
    slice.total++
    slice.failed += failed
    this.#slices = slices
    return {
      total: slices.reduce((sum, each) => sum + each.total, 0),
      failed: slices.reduce((sum, each) => sum + each.failed, 0),
    }
  }
}
