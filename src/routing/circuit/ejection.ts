/** When an endpoint is given up, and when it is asked again; names and meaning as in the gateway's limits. */
export interface EjectionLimits {
  ejectionFailures: number
  ejectionRequestsMin: number
  ejectionFailurePercent: number
  ejectionWindowMs: number
  ejectionMs: number
  ejectionMaxMs: number
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
 * Gives an endpoint up that fails again and again, for longer each time. When its time is over, one request at a time
 * tries it, and the first that gets through brings it back.
 */
export class Ejection {
  readonly #limits: EjectionLimits
  readonly #random: () => number
  /** How many attempts were begun; each is known by its number. */
  #begun = 0
  /** Failures, and from which attempt to which, without a success that was begun later than the first. */
  #row = { since: 0, until: 0, failed: 0, ignored: 0 }
  #slices: Slice[] = []
  #isOut = false
  /** The attempt that tries it: only its own end leaves its place to another. */
  #probe: number | undefined
  /** Ejections that followed each other closely. */
  #times = 0
  #begunWhenEjected = 0
  #untilMs = -Infinity

  constructor(limits: EjectionLimits, random: () => number) {
    this.#limits = limits
    this.#random = random
  }

  /** `probe`: it is out, but the next request should try it. `probed`: one does. */
  state(nowMs: number): 'in' | 'out' | 'probe' | 'probed' {
    if (!this.#isOut) return 'in'
    if (nowMs < this.#untilMs) return 'out'
    return this.#probe === undefined ? 'probe' : 'probed'
  }

  /** Gives the attempt's number. */
  began(nowMs: number): number {
    const attempt = ++this.#begun
    if (this.state(nowMs) === 'probe') this.#probe = attempt
    return attempt
  }

  succeeded(attempt: number, nowMs: number): void {
    this.#leaveProbe(attempt)
    // What had begun before is no news.
    if (this.#isOut && attempt <= this.#begunWhenEjected) return
    this.#isOut = false
    if (attempt > this.#row.since) this.#row.failed = 0
    this.#count(nowMs, 0)
  }

  /** `isSilent`: it said nothing at all. Each further request would wait as long in vain. */
  failed(attempt: number, nowMs: number, isSilent: boolean): void {
    this.#leaveProbe(attempt)
    if (this.#isOut) {
      if (attempt > this.#begunWhenEjected && nowMs >= this.#untilMs) this.#eject(nowMs)
      return
    }
    if (this.#row.failed === 0) this.#row = { since: attempt, until: attempt, failed: 0, ignored: 0 }
    this.#row.failed++
    this.#row.until = Math.max(this.#row.until, attempt)
    const { total, failed } = this.#count(nowMs, 1)
    const { ejectionRequestsMin, ejectionFailurePercent } = this.#limits
    const failsOften = total >= ejectionRequestsMin && failed * 100 >= total * ejectionFailurePercent
    if (isSilent || failsOften || this.#failsAlways()) this.#eject(nowMs)
  }

  /** An attempt said nothing about it. */
  learntNothing(attempt: number): void {
    this.#leaveProbe(attempt)
    if (attempt > this.#row.since) this.#row.ignored++
  }

  #leaveProbe(attempt: number): void {
    if (attempt === this.#probe) this.#probe = undefined
  }

  /** Errors come faster than answers: what was begun between them and may yet succeed breaks the row as well. */
  #failsAlways(): boolean {
    const { since, until, failed, ignored } = this.#row
    return failed >= this.#limits.ejectionFailures && failed + ignored >= until - since + 1
  }

  #eject(nowMs: number): void {
    const { ejectionMs, ejectionMaxMs } = this.#limits
    if (nowMs - this.#untilMs > ejectionMaxMs) this.#times = 0
    this.#times++
    const drawn = 1 - jitter + 2 * jitter * this.#random()
    this.#isOut = true
    // An old one may hang for minutes: it keeps nobody from trying next time.
    this.#probe = undefined
    this.#begunWhenEjected = this.#begun
    this.#untilMs = nowMs + Math.min(ejectionMaxMs, Math.round(ejectionMs * this.#times * drawn))
    this.#row.failed = 0
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
