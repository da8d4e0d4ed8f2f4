import { GatewayError } from '../base/errors.ts'
import type { SseMessage } from '../base/sse.ts'
import { brokenAnswer } from '../wire/upstream-error.ts'

/** How long a call may wait, milliseconds; names and meaning as in the gateway's limits. */
export interface CallLimits {
  headersTimeoutMs: number
  firstTokenTimeoutMs: number
  stallTimeoutMs: number
  commentsOnlyTimeoutMs: number
  totalTimeoutMs: number
}

/** The code of a connection that broke in the middle of an answer. */
export const connectionLost = 'connection_lost'

/** How long a connection may stay open after the answer on it is complete. */
const hangUpMs = 250

/**
 * Every time limit of one call behind one timer. It sleeps until the nearest deadline, and one that has moved meanwhile
 * only means another sleep: nothing is set or cleared for each token.
 */
export class Watch {
  readonly #limits: CallLimits
  readonly #headersMs: number
  readonly #expire: (error: GatewayError) => void
  readonly #startedAt = Date.now()
  #finishedAt = 0
  #phase: 'headers' | 'first token' | 'content' | 'finish' = 'headers'
  #byteAt = this.#startedAt
  #messageAt = this.#startedAt
  #readerPaused = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #wakesAtMs = Infinity

  constructor(limits: CallLimits, answer: 'streamed' | 'whole', expire: (error: GatewayError) => void) {
    this.#limits = limits
    const { headersTimeoutMs, firstTokenTimeoutMs } = limits
    // Some hosts send the headers of a whole answer only when they have it.
    this.#headersMs =
      answer === 'whole' ? firstTokenTimeoutMs : Math.min(headersTimeoutMs, firstTokenTimeoutMs)
    this.#expire = expire
    this.#arm()
  }

  sawHeaders(): void {
    this.#phase = 'first token'
    this.#byteAt = this.#messageAt = Date.now()
    this.#arm()
  }

  sawContent(): void {
    if (this.#phase === 'content' || this.#phase === 'finish') return
    this.#phase = 'content'
    this.#arm()
  }

  /** The answer is complete; its connection may be used again if it ends soon. */
  sawFinish(): void {
    this.#phase = 'finish'
    this.#finishedAt = Date.now()
    this.#arm()
  }

  /** Passes messages on and notes when they come. The time our own reader takes is not the provider's. */
  async *over(batches: AsyncIterable<SseMessage[]>): AsyncGenerator<SseMessage[], void> {
    try {
      for await (const batch of batches) {
        this.#byteAt = Date.now()
        if (batch.some((message) => 'data' in message)) this.#messageAt = this.#byteAt
        this.#readerPaused = true
        yield batch
        this.#resume()
      }
    } catch (error) {
      throw error instanceof GatewayError ? error : brokenAnswer(connectionLost, error)
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #resume(): void {
    const pausedMs = Date.now() - this.#byteAt
    this.#byteAt += pausedMs
    this.#messageAt += pausedMs
    this.#readerPaused = false
  }

  /** Sets the timer, unless it wakes in time as it is. */
  #arm(): void {
    const { atMs } = this.#deadline()
    if (this.#wakesAtMs <= atMs) return
    clearTimeout(this.#timer)
    this.#wakesAtMs = atMs
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, atMs - Date.now()))
  }

  #wake(): void {
    this.#wakesAtMs = Infinity
    const due = this.#deadline()
    if (Date.now() < due.atMs) this.#arm()
    else this.#expire(timedOut(due.reached))
  }

  #deadline(): { atMs: number; reached: string } {
    const deadlines = [
      { atMs: this.#startedAt + this.#limits.totalTimeoutMs, reached: 'total' },
      ...this.#phaseDeadlines(),
    ]
    return deadlines.reduce((first, other) => (other.atMs < first.atMs ? other : first))
  }

  #phaseDeadlines(): { atMs: number; reached: string }[] {
    switch (this.#phase) {
      case 'headers':
        return [{ atMs: this.#startedAt + this.#headersMs, reached: 'headers' }]
      case 'first token':
        return [{ atMs: this.#startedAt + this.#limits.firstTokenTimeoutMs, reached: 'first_token' }]
      case 'finish':
        return [{ atMs: this.#finishedAt + hangUpMs, reached: 'hang_up' }]
      case 'content': {
        // While our reader pauses these are checked again later, not counted.
        const now = this.#readerPaused ? Date.now() : undefined
        return [
          { atMs: (now ?? this.#byteAt) + this.#limits.stallTimeoutMs, reached: 'stall' },
          { atMs: (now ?? this.#messageAt) + this.#limits.commentsOnlyTimeoutMs, reached: 'comments_only' },
        ]
      }
    }
  }
}

function timedOut(limit: string): GatewayError {
  return new GatewayError('timeout', 'The provider timed out', {
    upstream: { status: null, code: `${limit}_timeout`, failOver: true },
  })
}
