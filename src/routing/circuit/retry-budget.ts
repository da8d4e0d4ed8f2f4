/** Names and meaning as in the gateway's limits. */
export interface RetryBudgetLimits {
  retryTokensMax: number
  retryTokensMin: number
  retryTokenSuccesses: number
  retryTokenMs: number
}

/**
 * How often an endpoint may be asked after others have failed (gRPC: retry throttling). A failure takes a token, some
 * successes give one back, and so does time: who is never asked first would otherwise stay spent. Under a total outage
 * this is what keeps a request for three endpoints from becoming three requests.
 */
export class RetryBudget {
  readonly #limits: RetryBudgetLimits
  #tokens: number
  #atMs: number

  constructor(limits: RetryBudgetLimits, nowMs: number) {
    this.#limits = limits
    this.#tokens = limits.retryTokensMax
    this.#atMs = nowMs
  }

  allows(nowMs: number): boolean {
    return this.#add(0, nowMs) > this.#limits.retryTokensMin
  }

  succeeded(nowMs: number): void {
    this.#add(1 / this.#limits.retryTokenSuccesses, nowMs)
  }

  failed(nowMs: number): void {
    this.#add(-1, nowMs)
  }

  #add(tokens: number, nowMs: number): number {
    const { retryTokensMax, retryTokenMs } = this.#limits
    const refilled = Math.min(retryTokensMax, this.#tokens + Math.max(0, nowMs - this.#atMs) / retryTokenMs)
    this.#atMs = Math.max(this.#atMs, nowMs)
    this.#tokens = Math.max(0, Math.min(retryTokensMax, refilled + tokens))
    return this.#tokens
  }
}
