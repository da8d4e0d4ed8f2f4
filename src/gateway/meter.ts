import { GatewayError } from '../base/errors.ts'
import type { Beat } from '../ledger/contract.ts'
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
  #pending: Promise<void> | undefined
  #exhausted: 'balance' | 'key_limit' | undefined

  constructor(exchange: Exchange, outcome: Outcome) {
    this.#exchange = exchange
    this.#outcome = outcome
    this.stop = this.#stopper.signal
    this.#heartbeat = setInterval(() => this.#beat(0), exchange.limits.beatMs)
  }

  /** Called with each batch before it is sent on. Waits only where the hold is used up; throws where it must end. */
  async observe(): Promise<void> {
    const { hold } = this.#exchange
    const step = this.#stepNanos()
    const exposure = this.#outcome.meteredNanos('exposed')
    const outgrown = exposure + step > hold.amountNanos
    if (outgrown || this.#outcome.meteredNanos('estimated') - this.#beatenNanos >= step) {
      this.#beat(outgrown ? exposure + 2 * step : 0)
    }
    if (exposure > hold.amountNanos) {
      await this.#pending
      if (exposure > hold.amountNanos && this.#exhausted) this.#stopper.abort(exhausted(this.#exhausted))
    }
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

  /** One beat at a time; a failed one is made up for by the next. */
  #beat(amountNanos: number): void {
    if (this.#pending || this.#exhausted) return
    const { hold } = this.#exchange
    const meteredNanos = this.#outcome.meteredNanos('estimated')
    this.#pending = hold
      .beat(meteredNanos, Math.max(hold.amountNanos, amountNanos))
      .then((beat) => this.#heard(beat, meteredNanos))
      .catch((error: unknown) => {
        // The ledger cannot be reached: go on while the hold lasts, and no further.
        if (this.#outcome.meteredNanos('exposed') > hold.amountNanos)
          this.#stopper.abort(GatewayError.from(error))
      })
      .finally(() => {
        this.#pending = undefined
      })
  }

  #heard(beat: Beat, meteredNanos: number): void {
    if (beat.ok) {
      this.#beatenNanos = meteredNanos
      return
    }
    switch (beat.reason) {
      case 'balance':
      case 'key_limit':
        // What is set aside already may still be used up.
        this.#exhausted = beat.reason
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
