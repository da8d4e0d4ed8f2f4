/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** Between 0 and 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }
}

interface Appointment {
  atMs: number
  order: number
  act: () => void
}

/** Virtual time: what is due next happens next, in the order it was asked for. A binary heap. */
export class Clock {
  nowMs: number
  #order = 0
  readonly #heap: Appointment[] = []

  constructor(startMs: number) {
    this.nowMs = startMs
  }

  after(delayMs: number, act: () => void): void {
    const heap = this.#heap
    let index = heap.push({ atMs: this.nowMs + delayMs, order: this.#order++, act }) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#swapIfEarlier(index, parent)) return
      index = parent
    }
  }

  /** Does what is due next; false when there is nothing left. */
  step(): boolean {
    const heap = this.#heap
    const next = heap[0]
    const last = heap.pop()
    if (!next || !last) return false
    if (next !== last) {
      heap[0] = last
      this.#sink()
    }
    this.nowMs = next.atMs
    next.act()
    return true
  }

  #sink(): void {
    let index = 0
    while (true) {
      const left = 2 * index + 1
      const child = this.#earlier(left + 1, left) ? left + 1 : left
      if (!this.#swapIfEarlier(child, index)) return
      index = child
    }
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    if (!this.#earlier(child, parent)) return false
    const [lower, upper] = [this.#heap[child], this.#heap[parent]]
    if (lower && upper) [this.#heap[child], this.#heap[parent]] = [upper, lower]
    return true
  }

  #earlier(left: number, right: number): boolean {
    const [one, other] = [this.#heap[left], this.#heap[right]]
    if (!one || !other) return one !== undefined
    return one.atMs === other.atMs ? one.order < other.order : one.atMs < other.atMs
  }
}
