import type { BookSnapshot } from '../../../src/ledger/invariants.ts'
import type { Flush } from '../../../src/ledger/state.ts'

/** D1 as the simulator needs it. */
export interface SimulatedBook {
  /** Where it is afterwards. */
  flush(flush: Flush): number
  snapshot(): BookSnapshot
  /** A copy to go back to: what restoring a backup does. */
  copy(): () => void
}

/** D1 as maps, with the rule of `flushStatements` in one line. */
export class MemoryBook implements SimulatedBook {
  #seq = 0
  #balanceNanos = 0
  #lines = new Map<string, { seq: number; amountNanos: number }>()

  flush(flush: Flush): number {
    if (this.#seq !== flush.afterSeq) return this.#seq
    for (const { id, seq, postedNanos } of flush.generations) {
      this.#lines.set(id, { seq: seq ?? 0, amountNanos: -(postedNanos ?? 0) })
    }
    for (const { seq, amountNanos } of flush.entries) this.#lines.set(`entry ${seq}`, { seq, amountNanos })
    this.#balanceNanos += flush.amountNanos
    this.#seq = flush.toSeq
    return this.#seq
  }

  snapshot(): BookSnapshot {
    return { seq: this.#seq, balanceNanos: this.#balanceNanos, lines: [...this.#lines.values()] }
  }

  copy(): () => void {
    const [seq, balanceNanos, lines] = [this.#seq, this.#balanceNanos, new Map(this.#lines)]
    return () => {
      this.#seq = seq
      this.#balanceNanos = balanceNanos
      this.#lines = new Map(lines)
    }
  }
}
