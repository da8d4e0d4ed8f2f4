import { GatewayError } from '../base/errors.ts'
import type { Beat } from '../ledger/contract.ts'
import type { DispatchEvent } from './dispatch.ts'
import type { Exchange } from './exchange.ts'
import type { Outcome } from './outcome.ts'

/** A beat is due at the latest when this much more has been metered: one US cent, in nano-USD. */
const stepNanosMax = 10_000_000

/**
 * Keeps the hold ahead of the answer: tells the ledger of progress, raises the hold where the answer outgrows it,
 * and stops the generation when the money or the key has given out. Nothing is delivered that no hold covers.
 */
export class Meter {
  /** Aborts, with the reason as a GatewayError, when the generation may not go on. */
  readonly stop: AbortSignal
  readonly #stopper = new AbortController()
  readonly #exchange: Exchange
  readonly #outcome: Outcome
  readonly #heartbeat: ReturnType<typeof setInterval>
  #beatenNanos = 0
  /** Below this count of delivered tokens nothing is due: most batches cost one comparison. */
  #quietBelowTokens = 0
  #pending: Promise<void> | undefined
  /** The last raise was refused: ask no more before it is needed. */
  #short = false

  constructor(exchange: Exchange, outcome: Outcome) {
    this.#exchange = exchange
    this.#outcome = outcome
    this.stop = this.#stopper.signal
    this.#heartbeat = setInterval(() => this.#beat(0), exchange.limits.beatMs)
  }

  /**
   * Called with each batch before it is sent on. Waits only where the hold is used up; throws where the answer must
   * end, and the batch then counts as not delivered.
   */
  async observe(batch: DispatchEvent[]): Promise<void> {
    if (this.#outcome.tokensMost < this.#quietBelowTokens && !this.stop.aborted) return
    const { hold } = this.#exchange
    const exposure = this.#outcome.meteredNanos('exposed')
    const estimate = this.#outcome.meteredNanos('estimated')
    const ahead = this.#aheadNanos()
    const untilRaise = hold.amountNanos - ahead - exposure
    const untilBeat = this.#beatenNanos + this.#stepNanos() - estimate
    if (untilRaise < 0 && !this.#short) this.#beat(exposure + 2 * ahead)
    else if (untilBeat <= 0) this.#beat(0)
    else this.#quietBelowTokens = this.#outcome.tokensAfter(Math.min(untilRaise, untilBeat))
    while (exposure > hold.amountNanos && !this.stop.aborted) {
      // A beat that was under way may have asked for less, or for more than there is.
      this.#beat(exposure)
      await this.#pending
    }
    if (this.stop.aborted) this.#outcome.takeBack(batch)
    this.stop.throwIfAborted()
  }

  close(): void {
    clearInterval(this.#heartbeat)
  }

  #stepNanos(): number {
    const { headroomNanos } = this.#exchange.hold
    if (headroomNanos === null) return stepNanosMax
    return Math.max(1, Math.min(stepNanosMax, Math.floor(headroomNanos / 10)))
  }

  /**
   * How far the hold is kept ahead of the answer. A cap of the client's is covered from the start; without one the
   * hold grows with the answer, so that many small answers do not set aside what none of them needs.
   */
  #aheadNanos(): number {
    const { request, hold } = this.#exchange
    if (request.maxTokens !== undefined) return 0
    return Math.min(this.#stepNanos(), Math.ceil(hold.amountNanos / 2))
  }

  /** One beat at a time; a failed one is made up for by the next. */
  #beat(amountNanos: number): void {
    if (this.#pending) return
    const { hold } = this.#exchange
    const meteredNanos = this.#outcome.meteredNanos('estimated')
    const askedNanos = Math.max(hold.amountNanos, amountNanos)
    this.#quietBelowTokens = 0
    this.#pending = hold
      .beat(meteredNanos, askedNanos)
      .then((beat) => this.#heard(beat, meteredNanos, askedNanos))
      .catch((error: unknown) => {
        // The ledger cannot be reached: go on while the hold lasts, and no further.
        if (this.#neededNanos() > hold.amountNanos) this.#stopper.abort(GatewayError.from(error))
      })
      .finally(() => {
        this.#pending = undefined
      })
  }

  #neededNanos(): number {
    return Math.max(this.#exchange.hold.amountNanos, this.#outcome.meteredNanos('exposed'))
  }

  #heard(beat: Beat, meteredNanos: number, askedNanos: number): void {
    if (beat.ok) {
      this.#beatenNanos = meteredNanos
      this.#short = false
      return
    }
    switch (beat.reason) {
      case 'balance':
      case 'key_limit':
        // What is set aside already may still be used up, and less may still be had.
        this.#short = true
        if (askedNanos <= this.#neededNanos()) this.#stopper.abort(exhausted(beat.reason))
        return
      case 'fenced':
        this.#stopper.abort(
          new GatewayError('service_unavailable', 'The credit set aside for this generation had expired.'),
        )
        return
      case 'unknown_key':
      case 'disabled_key':
      case 'expired_key':
        this.#stopper.abort(new GatewayError('authentication', 'This API key was revoked.'))
        return
    }
  }
}

function exhausted(reason: 'balance' | 'key_limit'): GatewayError {
  const purse = reason === 'balance' ? 'the balance of the account' : 'the spending limit of the key'
  return new GatewayError('payment_required', `The answer ends here: ${purse} is used up.`)
}
