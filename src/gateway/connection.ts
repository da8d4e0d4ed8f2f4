import type { Departure } from './departure.ts'

interface Pace {
  keepAlive: string
  keepAliveMs: number
  writeTimeoutMs: number
}

const encoder = new TextEncoder()

/**
 * The way to a client that reads a stream. Whole events go out in one write each; a silent stream is kept open by
 * comments; a failed write, or one that the client does not take in time, means that it has left. To a client that
 * has left nothing is sent, and nothing fails.
 */
export class Connection {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #client: Departure
  readonly #pace: Pace
  #timer: ReturnType<typeof setTimeout>
  #writingSinceMs: number | undefined
  #lastWriteMs = Date.now()

  constructor(writable: WritableStream<Uint8Array>, client: Departure, pace: Pace) {
    this.#writer = writable.getWriter()
    this.#client = client
    this.#pace = pace
    this.#timer = setTimeout(() => this.#watch(), pace.keepAliveMs)
    // A write that is waiting for the client would otherwise wait for ever.
    client.left.addEventListener('abort', () => void this.#writer.abort().catch(ignore), { once: true })
  }

  async send(text: string): Promise<void> {
    if (text === '' || this.#client.left.aborted) return
    this.#writingSinceMs = Date.now()
    try {
      await this.#writer.write(encoder.encode(text))
    } catch {
      this.#client.leave()
    }
    this.#writingSinceMs = undefined
    this.#lastWriteMs = Date.now()
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    if (!this.#client.left.aborted) await this.#writer.close().catch(ignore)
  }

  /** Ends in a way that no client takes for the end of an answer. */
  async break(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#writer.abort().catch(ignore)
  }

  #watch(): void {
    if (this.#client.left.aborted) return
    const nowMs = Date.now()
    const { keepAlive, keepAliveMs, writeTimeoutMs } = this.#pace
    if (this.#writingSinceMs !== undefined) {
      if (nowMs - this.#writingSinceMs >= writeTimeoutMs) this.#client.leave()
    } else if (nowMs - this.#lastWriteMs >= keepAliveMs) {
      void this.send(keepAlive)
    }
    const idleMs = this.#writingSinceMs === undefined ? nowMs - this.#lastWriteMs : 0
    const nextMs = Math.max(1, Math.min(keepAliveMs - idleMs, writeTimeoutMs))
    this.#timer = setTimeout(() => this.#watch(), nextMs)
  }
}

function ignore(): void {}
