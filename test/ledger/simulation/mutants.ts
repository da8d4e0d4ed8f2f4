/** Where a mutant lives, relative to src/ledger. */
export type MutableFile = 'core.ts' | 'state.ts' | 'flush.ts' | 'usage-windows.ts'

/** A plausible mistake in the ledger: an edit of its source, and how many seeds are enough to notice it. */
export interface Mutant {
  name: string
  file: MutableFile
  find: string
  replace: string
  seeds: number
}

export const mutants: Mutant[] = [
  {
    name: 'no fence on late heartbeats',
    file: 'core.ts',
    find: `if (known && known.state !== 'pending') return { ok: false, reason: 'fenced' }`,
    replace: `if (known && known.state !== 'pending') return { ok: true, headroomNanos: null }`,
    seeds: 5000,
  },
  {
    name: 'no dedupe of settlements',
    file: 'core.ts',
    find: `      case 'posted':\n        return\n`,
    replace: `      case 'posted':\n        this.#state.post(generation, costNanos)\n        break\n`,
    seeds: 200,
  },
  {
    name: 'no dedupe of credits',
    file: 'core.ts',
    find: `const before = this.#state.credit(reference)`,
    replace: `const before = reference === '' ? this.#state.credit(reference) : undefined`,
    seeds: 200,
  },
  {
    name: 'holds only in memory',
    file: 'state.ts',
    find: `generations: [...this.#changedGenerations].flatMap((id) => this.#generations.get(id) ?? []),`,
    replace: `generations: [...this.#changedGenerations].flatMap((id) => this.#generations.get(id) ?? []).filter(({ state }) => state !== 'pending'),`,
    seeds: 200,
  },
  {
    name: 'late settlement dropped after expiry',
    file: 'core.ts',
    find: `      case 'estimated':\n        this.#state.adjust(generation, costNanos, now)\n        break\n      case 'voided':\n`,
    replace: `      case 'estimated':\n        return\n      case 'voided':\n        if (generation.expiresAtMs <= now) return\n`,
    seeds: 200,
  },
  {
    name: 'release again on late settlement',
    file: 'core.ts',
    find: `      case 'estimated':\n        this.#state.adjust`,
    replace: `      case 'estimated':\n        this.#release(generation)\n        this.#state.adjust`,
    seeds: 200,
  },
  {
    name: 'charge clamped to the hold',
    file: 'core.ts',
    find: `this.#state.post(generation, costNanos)\n        break\n      case 'estimated'`,
    replace: `this.#state.post(generation, Math.min(costNanos, generation.holdNanos))\n        break\n      case 'estimated'`,
    seeds: 200,
  },
  {
    name: 'no adjustment after an estimated charge',
    file: 'core.ts',
    find: `      case 'estimated':\n        this.#state.adjust(generation, costNanos, now)\n`,
    replace: `      case 'estimated':\n`,
    seeds: 200,
  },
  {
    name: 'no hold: balance above zero is enough',
    file: 'core.ts',
    find: `if (underBalance < neededNanos) return`,
    replace: `if (this.#state.account.postedNanos <= 0) return`,
    seeds: 200,
  },
  {
    name: 'a lost hold is not opened again by a beat',
    file: 'core.ts',
    find: `const generation = known ?? this.#open(request, request.meteredNanos, now)`,
    replace: `const generation = known ?? unheld(request, now)`,
    seeds: 500,
  },
  {
    name: 'a settlement of an unknown id is dropped',
    file: 'core.ts',
    find: `const generation = this.#state.generation(request.generationId) ?? this.#lost(request, now)\n    switch`,
    replace: `const generation = this.#state.generation(request.generationId)\n    if (!generation) return\n    switch`,
    seeds: 1000,
  },
  {
    name: 'a restored D1 does not get its lines again',
    file: 'state.ts',
    find: `this.#lines = [...this.#storage.linesAfter(seq), ...unwritten]`,
    replace: `this.#lines = unwritten`,
    seeds: 500,
  },
  {
    name: 'lines are flushed before they are durable',
    file: 'state.ts',
    find: `return this.#writtenSeq - this.account.flushed`,
    replace: `return this.account.seq - this.account.flushed`,
    seeds: 1000,
  },
  {
    name: 'the scan for what is open begins too late',
    file: 'state.ts',
    find: `for (const { id } of this.#generations.values()) if (id < smallest) smallest = id`,
    replace: ``,
    seeds: 2000,
  },
  {
    name: 'a charge of a past period counts in the running one',
    file: 'usage-windows.ts',
    find: `if (period < kept) return before`,
    replace: `if (period < kept) return before + nanos`,
    seeds: 1000,
  },
  {
    name: 'an admitted request for what is free is not counted',
    file: 'core.ts',
    find: `if (request.free) this.#free?.add(now)`,
    replace: ``,
    seeds: 200,
  },
  {
    name: 'an admission that a crash took back is not counted again',
    file: 'core.ts',
    find: `    key.rate = undefined\n    this.#free = undefined\n  }`,
    replace: `    key.rate = undefined\n  }`,
    seeds: 2000,
  },
  {
    name: 'the tokens of what is free are not counted',
    file: 'core.ts',
    find: `this.#free?.spend(tokens - generation.freeTokens, generation.admittedAtMs)`,
    replace: ``,
    seeds: 500,
  },
  {
    name: 'only what is written counts as asked for free',
    file: 'state.ts',
    find: `if (tokens !== null && admittedAtMs >= sinceMs) found`,
    replace: `if (tokens !== null && admittedAtMs < sinceMs) found`,
    seeds: 2000,
  },
]

/** Killed by the SQL that really runs, on a SQLite in place of D1. */
export const flushMutant: Mutant = {
  name: 'flush without sequence guard',
  file: 'flush.ts',
  find: `update accounts set balance_nanos = balance_nanos + ?1, seq = ?4 where id = ?2 and seq = ?3`,
  replace: `update accounts set balance_nanos = balance_nanos + ?1, seq = max(?3, ?4) where id = ?2`,
  seeds: 20,
}

/** Breaks no invariant; it is noticed by what stays unbilled. */
export const silentMutant: Mutant = {
  name: 'no heartbeats: void at expiry',
  file: 'core.ts',
  find: `generation.state = generation.meteredNanos > 0 ? 'estimated' : 'voided'`,
  replace: `generation.state = generation.meteredNanos < 0 ? 'estimated' : 'voided'`,
  seeds: 500,
}
