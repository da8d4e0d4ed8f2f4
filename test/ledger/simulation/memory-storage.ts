import type { LedgerCore } from '../../../src/ledger/core.ts'
import type { Snapshot } from '../../../src/ledger/invariants.ts'
import type {
  AccountRow,
  Batch,
  EntryRow,
  FreeAdmission,
  GenerationRow,
  KeyRecord,
  Line,
  Loaded,
  Storage,
} from '../../../src/ledger/rows.ts'

/** Durable storage as maps. Rows go in and out as copies, so that memory and storage cannot be the same thing. */
export class MemoryStorage implements Storage {
  #account: AccountRow | undefined
  readonly #keys = new Map<string, KeyRecord>()
  readonly #generations = new Map<string, GenerationRow>()
  readonly #entries: EntryRow[] = []

  load(): Loaded | undefined {
    if (!this.#account) return undefined
    const { openFrom, flushed } = this.#account
    const pending = []
    for (const row of this.#generations.values()) {
      if (row.id >= openFrom && row.state === 'pending') pending.push({ ...row })
    }
    const lines = this.linesAfter(flushed).filter((line) => 'entry' in line || line.generationId >= openFrom)
    return { account: { ...this.#account }, pending, lines }
  }

  key(hash: string): KeyRecord | undefined {
    const row = this.#keys.get(hash)
    return row && { ...row }
  }

  generation(id: string): GenerationRow | undefined {
    const row = this.#generations.get(id)
    return row && { ...row }
  }

  credit(reference: string): EntryRow | undefined {
    return this.#entries.find((entry) => entry.reference === reference && entry.kind !== 'adjust')
  }

  admissions(keyHash: string, sinceMs: number): { id: string; admittedAtMs: number }[] {
    return [...this.#generations.values()].filter(
      (row) => row.keyHash === keyHash && row.admittedAtMs >= sinceMs,
    )
  }

  freeAdmissions(sinceMs: number): FreeAdmission[] {
    return [...this.#generations.values()].flatMap(({ id, admittedAtMs, freeTokens: tokens }) =>
      tokens !== null && admittedAtMs >= sinceMs ? { id, admittedAtMs, tokens } : [],
    )
  }

  purchasedNanos(): number {
    const purchases = this.#entries.filter(({ kind, amountNanos }) => kind === 'purchase' && amountNanos > 0)
    return purchases.reduce((sum, { amountNanos }) => sum + amountNanos, 0)
  }

  linesAfter(after: number): Line[] {
    const lines: Line[] = []
    for (const entry of this.#entries) if (entry.seq > after) lines.push({ seq: entry.seq, entry })
    for (const { id, seq } of this.#generations.values()) {
      if (seq !== null && seq > after) lines.push({ seq, generationId: id })
    }
    return lines.toSorted((left, right) => left.seq - right.seq)
  }

  write(batch: Batch): void {
    if (batch.account) this.#account = { ...batch.account }
    for (const { hash, row, usage } of batch.keys) this.#keys.set(hash, { hash, row, usage })
    for (const row of batch.generations) this.#generations.set(row.id, { ...row })
    this.#entries.push(...batch.entries)
  }

  /** What is stored, and over it what the core has not written yet. */
  snapshot({ state }: LedgerCore): Snapshot {
    const generations = new Map(this.#generations)
    for (const row of state.generations()) generations.set(row.id, row)
    const keys = new Map([...this.#keys].map(([hash, row]) => [hash, { ...row, heldNanos: 0 }]))
    for (const key of state.keys()) keys.set(key.hash, key)
    return {
      account: state.account,
      heldNanos: state.heldNanos,
      keys: [...keys.values()],
      generations: [...generations.values()],
      entries: [...this.#entries, ...state.entries()],
    }
  }
}
