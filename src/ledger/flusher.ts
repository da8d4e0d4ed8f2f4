import type { LedgerCore } from './core.ts'

/** D1 follows within 2 s: a batch waits up to 100 ms to be written, and a flush takes its time. */
const pauseMs = 1500
/** So many lines do not wait. */
const linesEnough = 20
/** The largest piece of a backlog. Large records make it more than the 2 MB that D1 takes as one value. */
const linesMax = 100
const backoffMs = { first: 3000, max: 60_000 }

/** When lines go to D1: soon, together, one batch at a time, and more slowly while D1 fails. */
export class Flusher {
  readonly #core: LedgerCore
  readonly #send: (linesMax: number) => Promise<void>
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<void> | undefined
  #failures = 0
  /** Halved by a failure, which may be due to its size; doubled by a success. */
  #pieceLines = linesMax

  /** `send` flushes the next lines and tells the core; it throws where D1 does not answer. */
  constructor(core: LedgerCore, send: (linesMax: number) => Promise<void>) {
    this.#core = core
    this.#send = send
  }

  /** Lines may be waiting. */
  wake(): void {
    const { backlog } = this.#core
    if (backlog === 0 || this.#running) return
    if (backlog >= linesEnough && this.#failures === 0) this.#after(0)
    else if (this.#timer === undefined) this.#after(pauseMs)
  }

  /** Sends all there is, and never throws: what is left is tried again later. */
  async run(): Promise<void> {
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined
    })
    await this.#running
    this.wake()
  }

  async #drain(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    try {
      while (this.#core.backlog > 0) {
        await this.#send(this.#pieceLines)
        this.#failures = 0
        this.#pieceLines = Math.min(linesMax, this.#pieceLines * 2)
      }
    } catch (error) {
      console.error(
        JSON.stringify({ event: 'flush_failed', lines: this.#core.backlog, error: String(error) }),
      )
      this.#pieceLines = Math.ceil(this.#pieceLines / 2)
      const backoff = Math.min(backoffMs.max, backoffMs.first * 2 ** this.#failures++)
      this.#after(backoff * (0.75 + Math.random() / 4))
    }
  }

  #after(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.run(), delayMs)
  }
}
