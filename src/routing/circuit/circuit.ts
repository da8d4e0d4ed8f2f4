import { Ejection, type EjectionLimits } from './ejection.ts'
import { FirstTokens, type FirstTokenLimits } from './first-tokens.ts'
import { RetryBudget, type RetryBudgetLimits } from './retry-budget.ts'

/** Names and meaning as in the gateway's limits. */
export interface CircuitLimits extends EjectionLimits, RetryBudgetLimits, FirstTokenLimits {
  coolingMs: number
  coolingMaxMs: number
  silenceMs: number
}

/**
 * What an attempt says of its endpoint. `silent`: nothing came in time. `limited`: it wants to be asked less. `ignored`:
 * nothing, for the request was at fault, or the client left, or the credential is refused.
 */
export type Result = 'success' | 'failure' | 'silent' | 'limited' | 'ignored'

/** How an endpoint stands with this isolate. */
export interface Standing {
  ejected: boolean
  /** It asked not to be called yet, or has fallen silent. */
  cooling: boolean
  /** Its time is over, and another request is trying it: those that come meanwhile go elsewhere, as far as they can. */
  probed: boolean
}

export const goodStanding: Standing = { ejected: false, cooling: false, probed: false }

/** One attempt at an endpoint. */
export interface Trial {
  /** The first content came: that is the success. What it breaks off with later is a failure beside it. */
  answered(nowMs: number): void
  /** Once; what comes after changes nothing. */
  ended(result: Result, nowMs: number, retryAfterSeconds?: number): void
}

/** So many that wait, and nobody answered since the first of them came: that is more than one slow answer. */
const silentMin = 3

/** What an isolate remembers of one endpoint, and concludes from it. */
export class Circuit {
  readonly #limits: CircuitLimits
  readonly #ejection: Ejection
  readonly #budget: RetryBudget
  readonly #firstTokens = { streamed: new FirstTokens(), whole: new FirstTokens() }
  #coolUntilMs = -Infinity
  /** Since it last said anything: how many streams were begun, and when the first was. */
  #unanswered = 0
  #silentSinceMs = 0
  #answers = 0

  constructor(limits: CircuitLimits, random: () => number, nowMs: number) {
    this.#limits = limits
    this.#ejection = new Ejection(limits, random)
    this.#budget = new RetryBudget(limits, nowMs)
  }

  standing(nowMs: number): Standing {
    const state = this.#ejection.state(nowMs)
    return {
      ejected: state === 'out' || state === 'probed',
      cooling: nowMs < this.#coolUntilMs || this.#hasFallenSilent(nowMs),
      probed: state === 'probed',
    }
  }

  /** Whether it may be asked after others have failed. Where most are given up, that is no reason to leave it out. */
  mayRetry(nowMs: number, { panics }: { panics: boolean }): boolean {
    const { ejected, cooling, probed } = this.standing(nowMs)
    return (panics || !ejected || probed) && !cooling && this.#budget.allows(nowMs)
  }

  p99Ms(whole: boolean, nowMs: number): number | undefined {
    return this.#firstTokens[whole ? 'whole' : 'streamed'].p99(nowMs)
  }

  begin(whole: boolean, begunAtMs: number): Trial {
    const attempt = this.#ejection.began(begunAtMs)
    // A whole answer says nothing until it is there.
    if (!whole && this.#unanswered++ === 0) this.#silentSinceMs = begunAtMs
    const answersBefore = this.#answers
    let state: 'waiting' | 'answered' | 'ended' = 'waiting'
    const answered = (nowMs: number): void => {
      if (state !== 'waiting') return
      state = 'answered'
      this.#heard()
      this.#firstTokens[whole ? 'whole' : 'streamed'].add(nowMs - begunAtMs, nowMs)
      this.#ejection.succeeded(attempt, nowMs)
      this.#budget.succeeded(nowMs)
    }
    return {
      answered,
      ended: (result, nowMs, retryAfterSeconds) => {
        if (state === 'ended') return
        if (result === 'success') answered(nowMs)
        if (state === 'waiting') {
          if (result !== 'ignored' && result !== 'silent') this.#heard()
          else if (!whole && answersBefore === this.#answers) this.#unanswered--
        }
        state = 'ended'
        this.#conclude(result, attempt, nowMs)
        // The request of one must not keep all others away.
        const asksToWait = retryAfterSeconds !== undefined && result !== 'ignored'
        if (result === 'limited' || asksToWait) this.#cool(nowMs, retryAfterSeconds)
      },
    }
  }

  #conclude(result: Result, attempt: number, nowMs: number): void {
    switch (result) {
      case 'success':
        return
      case 'failure':
      case 'silent':
        this.#ejection.failed(attempt, nowMs, result === 'silent')
        return this.#budget.failed(nowMs)
      case 'limited':
        this.#ejection.learntNothing(attempt)
        return this.#budget.failed(nowMs)
      case 'ignored':
        return this.#ejection.learntNothing(attempt)
    }
  }

  #heard(): void {
    this.#answers++
    this.#unanswered = 0
  }

  #cool(nowMs: number, retryAfterSeconds?: number): void {
    const { coolingMs, coolingMaxMs } = this.#limits
    const forMs = retryAfterSeconds === undefined ? coolingMs : retryAfterSeconds * 1_000
    this.#coolUntilMs = Math.max(this.#coolUntilMs, nowMs + Math.min(coolingMaxMs, Math.max(0, forMs)))
  }

  /** Requests that came after it stopped answering go elsewhere before the first of them is given up. */
  #hasFallenSilent(nowMs: number): boolean {
    if (this.#unanswered < silentMin) return false
    const waitedMs = nowMs - this.#silentSinceMs
    if (waitedMs <= this.#limits.silenceMs) return false
    const p99Ms = this.p99Ms(false, nowMs) ?? 0
    return p99Ms > 0 && waitedMs > p99Ms
  }
}
