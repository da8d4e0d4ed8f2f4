import type { LedgerCore } from '../../../src/ledger/core.ts'
import { holdTtlMs } from '../../../src/ledger/core.ts'
import type { Storage } from '../../../src/ledger/rows.ts'
import type { SimulatedBook } from './book.ts'
import type { Clock, Random } from './clock.ts'
import { MemoryStorage } from './memory-storage.ts'

export type MakeCore = (storage: Storage) => LedgerCore

/** What the object's host does to it, as chances. */
const faults = { messageLost: 0.03, alarmCrashes: 0.05, crashAfterReply: 0.004 }
const batchMs = 100
const flushPauseMs = 1500

/**
 * The Durable Object as the core sees it: a timer that writes, an alarm, a flush to D1, and a memory that can be gone
 * at any moment. The storage, the alarm's time and D1 survive.
 */
export class SimulatedObject {
  core: LedgerCore
  readonly storage = new MemoryStorage()
  /** The most that the balance may be below zero for reasons the protocol admits. */
  overspendBound = 0
  bookDownUntilMs = 0
  readonly #clock: Clock
  readonly #random: Random
  readonly #book: SimulatedBook
  readonly #makeCore: MakeCore
  #batch: (() => void)[] | undefined
  #flushing = false
  #alarmIsSet = false

  constructor(world: { clock: Clock; random: Random; book: SimulatedBook; makeCore: MakeCore }) {
    this.#clock = world.clock
    this.#random = world.random
    this.#book = world.book
    this.#makeCore = world.makeCore
    this.core = this.#makeCore(this.storage)
  }

  /**
   * A call over the network. `reply` hears the answer, or nothing when a message was lost on either way or the object
   * lost its memory before the answer was durable. `durable` answers wait for the batch.
   */
  call<T>(
    act: (core: LedgerCore) => T,
    reply: (answer: T | undefined) => void,
    kind: 'durable' | 'at once',
  ): void {
    if (this.#random.chance(faults.messageLost)) return reply(undefined)
    const answer = act(this.core)
    const told = this.#random.chance(faults.messageLost) ? undefined : answer
    this.#writeSoon()
    if (kind === 'durable' && this.#batch) this.#batch.push(() => reply(told))
    else {
      reply(told)
      // The worst moment: what was answered is not written yet.
      if (this.#random.chance(faults.crashAfterReply)) this.loseMemory()
    }
  }

  /** Everything in memory is gone, and whoever waits for an answer waits in vain. */
  loseMemory(): void {
    this.#batch = undefined
    this.#flushing = false
    this.core = this.#makeCore(this.storage)
    this.#wakeFlush()
  }

  #writeSoon(): void {
    if (this.#batch || !this.core.changed) return
    const batch: (() => void)[] = []
    this.#batch = batch
    this.#clock.after(batchMs, () => {
      if (this.#batch === batch) this.#write()
    })
  }

  #write(): void {
    const replies = this.#batch ?? []
    this.#batch = undefined
    this.#expire()
    this.core.write()
    this.#armAlarm(holdTtlMs)
    for (const reply of replies) reply()
    this.#wakeFlush()
  }

  /** What an expiry charges beyond its hold, because a raise was refused, is overspend that the protocol admits. */
  #expire(): void {
    for (const { state, expiresAtMs, meteredNanos, holdNanos } of this.core.state.generations()) {
      const due = state === 'pending' && expiresAtMs <= this.#clock.nowMs
      if (due) this.overspendBound += Math.max(0, meteredNanos - holdNanos)
    }
    this.core.expire(this.#clock.nowMs)
  }

  #armAlarm(delayMs: number): void {
    if (this.#alarmIsSet || this.core.atRest) return
    this.#alarmIsSet = true
    this.#clock.after(delayMs, () => this.#alarm())
  }

  #alarm(): void {
    this.#alarmIsSet = false
    if (this.#random.chance(faults.alarmCrashes)) {
      this.loseMemory()
      this.#armAlarm(2000)
      // At least once: the platform runs a crashed alarm again even if nothing asks for it.
      if (!this.#alarmIsSet) this.#clock.after(2000, () => this.#alarm())
      return
    }
    this.#write()
    this.#armAlarm(holdTtlMs)
  }

  #wakeFlush(): void {
    if (this.#flushing || this.core.backlog === 0) return
    this.#flushing = true
    const { core } = this
    this.#clock.after(core.backlog >= 20 ? 0 : flushPauseMs, () => this.#flush(core))
  }

  #flush(core: LedgerCore): void {
    if (this.core !== core) return
    const flush = core.takeFlush(core.backlog > 20 ? 100 : 20)
    const lost = this.#random.chance(faults.messageLost) || this.#clock.nowMs < this.bookDownUntilMs
    const seq = flush && !lost ? this.#book.flush(flush) : undefined
    const replyLost = this.#random.chance(faults.messageLost)
    this.#clock.after(20, () => {
      if (this.core !== core) return
      this.#flushing = false
      if (seq === undefined || replyLost) {
        this.#flushing = true
        this.#clock.after(3000 + this.#random.below(3000), () => this.#flush(core))
        return
      }
      core.bookIsAt(seq, this.#clock.nowMs)
      this.#writeSoon()
      this.#wakeFlush()
    })
  }
}
