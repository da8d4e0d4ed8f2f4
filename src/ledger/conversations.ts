import { minuteMs } from '../base/time.ts'

const keptMs = 10 * minuteMs
const conversationsMax = 2000

/** Where conversations were served last, so that they can go on where their prompt is cached. Losing it loses no more. */
export class Conversations {
  /** The one that was told longest ago first. */
  readonly #endpoints = new Map<string, { endpoint: string; untilMs: number }>()

  remember(conversation: string, endpoint: string, nowMs: number): void {
    this.#endpoints.delete(conversation)
    this.#endpoints.set(conversation, { endpoint, untilMs: nowMs + keptMs })
    if (this.#endpoints.size <= conversationsMax) return
    for (const oldest of this.#endpoints.keys()) return void this.#endpoints.delete(oldest)
  }

  endpoint(conversation: string | undefined, nowMs: number): string | undefined {
    const known = conversation === undefined ? undefined : this.#endpoints.get(conversation)
    return known && nowMs < known.untilMs ? known.endpoint : undefined
  }
}
