import type { Beat, HoldClaim } from '../../../src/ledger/contract.ts'
import type { LedgerCore } from '../../../src/ledger/core.ts'
import type { Clock, Random } from './clock.ts'
import type { SimulatedObject } from './object.ts'
import { sampleRecord as record } from './record.ts'

/** What really happened to one generation, whatever the ledger believes. */
export interface Truth {
  deliveredNanos: number
  /** The most that a beat was acknowledged for. */
  acknowledgedNanos: number
  settledNanos: number | undefined
  settleAcknowledged: boolean
}

export interface World {
  clock: Clock
  random: Random
  object: SimulatedObject
  /** Two answers a generation cannot both have. */
  fail(what: string): void
}

const beatMs = 15_000
const briefPausesMs = [50, 150]
const patientPausesMs = [50, 150, 500, 1500, 3000, 5000, 8000]

/** One Worker that serves one generation, and everything that can go wrong with it. */
export class SimulatedWorker {
  readonly truth: Truth = {
    deliveredNanos: 0,
    acknowledgedNanos: 0,
    settledNanos: undefined,
    settleAcknowledged: false,
  }
  readonly id: string
  readonly #keyHash: string
  readonly #world: World
  readonly #estimateNanos: number
  readonly #actualNanos: number
  readonly #durationMs: number
  /** When it dies, and when the network leaves it and comes back: ms after its start. */
  readonly #diesAfterMs: number
  readonly #partition: { fromMs: number; untilMs: number }
  readonly #deliversNothing: boolean
  #startMs = 0
  #holdNanos: number
  #isOver = false
  #claim: HoldClaim | undefined

  constructor(world: World, id: string, keyHash: string) {
    const { random } = world
    this.#world = world
    this.id = id
    this.#keyHash = keyHash
    this.#estimateNanos = 50 + random.below(300)
    const over = random.chance(0.04) ? this.#estimateNanos + 1 + random.below(50) : 0
    this.#actualNanos = over || 1 + random.below(this.#estimateNanos)
    this.#durationMs = 50 + random.below(random.chance(0.2) ? 450 : random.chance(0.1) ? 300_000 : 90_000)
    // Some hold less than they may need, and raise it as they go.
    this.#holdNanos = random.chance(0.5) ? this.#estimateNanos : Math.ceil(this.#estimateNanos / 3)
    this.#diesAfterMs = random.chance(0.08) ? random.below(this.#durationMs * 1.2) : Infinity
    const fromMs = random.chance(0.1) ? random.below(60_000) : Infinity
    this.#partition = { fromMs, untilMs: fromMs + 20_000 + random.below(130_000) }
    this.#deliversNothing = random.chance(0.08)
  }

  start(): void {
    const { clock, random } = this.#world
    this.#startMs = clock.nowMs
    this.#admit(0)
    if (random.chance(0.03)) this.#isOver = true
  }

  #admit(tries: number): void {
    const { clock, object } = this.#world
    const { id, truth } = this
    const request = {
      generationId: id,
      keyHash: this.#keyHash,
      profileVersion: 1,
      holdNanos: this.#holdNanos,
    }
    object.call(
      (core) => {
        const isKnown = core.state.generation(id) !== undefined
        const answer = core.admit(request, clock.nowMs)
        const { balanceNanos, heldNanos } = core.balance()
        if (answer.ok && !isKnown && balanceNanos < heldNanos) this.#world.fail('I4: admitted without money')
        return answer
      },
      (answer) => {
        const pauseMs = briefPausesMs[tries]
        if (!answer && pauseMs !== undefined) clock.after(pauseMs, () => this.#admit(tries + 1))
        if (!answer?.ok || this.#isOver || this.#claim) return
        this.#claim = { generationId: id, keyHash: this.#keyHash, admittedAtMs: answer.admittedAtMs }
        truth.deliveredNanos = 0
        this.#serve(this.#claim)
      },
      'at once',
    )
  }

  #serve(claim: HoldClaim): void {
    const { clock } = this.#world
    // By time or by what was metered, whichever comes first; the first one with the first content.
    const everyMs = Math.max(300, Math.min(beatMs, this.#durationMs / 7))
    for (let atMs = Math.min(500, everyMs); atMs < this.#durationMs; atMs += everyMs) {
      clock.after(atMs, () => this.#progress(claim, atMs))
    }
    if (this.#diesAfterMs < this.#durationMs) clock.after(this.#diesAfterMs, () => this.#die())
    clock.after(this.#durationMs, () => this.#end(claim))
  }

  #progress(claim: HoldClaim, atMs: number): void {
    if (this.#isDone() || this.#deliversNothing) return
    const { truth } = this
    truth.deliveredNanos = Math.ceil((this.#actualNanos * atMs) / this.#durationMs)
    const meteredNanos = truth.deliveredNanos
    const ahead = meteredNanos + Math.ceil(this.#estimateNanos / 4)
    const holdNanos = ahead > this.#holdNanos ? ahead : this.#holdNanos
    this.#call(
      (core) => {
        const before = core.state.generation(this.id)
        const answer = core.beat({ ...claim, meteredNanos, holdNanos }, this.#world.clock.nowMs)
        // A lost hold comes back over what was delivered, asked or not: others may have taken its money meanwhile.
        if (!before) this.#world.object.overspendBound += meteredNanos
        return answer
      },
      (answer) => this.#hearBeat(claim, answer, { meteredNanos, holdNanos }),
      briefPausesMs,
    )
  }

  /** What was delivered since the last beat is the operator's loss. */
  #die(): void {
    if (this.#isOver || this.#deliversNothing) return
    const deliveredNanos = Math.ceil((this.#actualNanos * this.#diesAfterMs) / this.#durationMs)
    this.truth.deliveredNanos = Math.max(this.truth.deliveredNanos, deliveredNanos)
  }

  #hearBeat(claim: HoldClaim, answer: Beat, beat: { meteredNanos: number; holdNanos: number }): void {
    const isFenced = !answer.ok && answer.reason === 'fenced'
    if (!isFenced) this.truth.acknowledgedNanos = Math.max(this.truth.acknowledgedNanos, beat.meteredNanos)
    if (answer.ok) this.#holdNanos = Math.max(this.#holdNanos, beat.holdNanos)
    else if (!this.#isDone()) this.#settle(claim, this.truth.deliveredNanos)
  }

  #end(claim: HoldClaim): void {
    if (this.#isDone()) return
    if (this.#deliversNothing) {
      this.#isOver = true
      this.#call((core) => core.void({ ...claim, record }, this.#world.clock.nowMs), ignore, patientPausesMs)
      return
    }
    this.truth.deliveredNanos = this.#actualNanos
    this.#settle(claim, this.#actualNanos)
  }

  /** Tells what it cost: again and again, mostly once more much later, and always the same. */
  #settle(claim: HoldClaim, costNanos: number): void {
    const { clock, random } = this.#world
    this.#isOver = true
    this.truth.settledNanos = costNanos
    const tell = () =>
      this.#call(
        (core) => {
          this.#boundOverspend(core, costNanos)
          core.settle({ ...claim, costNanos, record }, clock.nowMs)
          return 'settled'
        },
        () => {
          this.truth.settleAcknowledged = true
        },
        patientPausesMs,
      )
    tell()
    if (random.chance(0.8)) clock.after(random.below(200_000), tell)
  }

  #boundOverspend(core: LedgerCore, costNanos: number): void {
    const before = core.state.generation(this.id)
    const covered = before?.state === 'pending' ? before.holdNanos : (before?.costNanos ?? 0)
    if (before?.state !== 'posted') this.#world.object.overspendBound += Math.max(0, costNanos - covered)
  }

  #call<T>(act: (core: LedgerCore) => T, hear: (answer: T) => void, pausesMs: number[], tries = 0): void {
    const { clock, object } = this.#world
    let answered = false
    const retry = () => {
      const pauseMs = pausesMs[tries]
      if (!answered && pauseMs !== undefined) {
        clock.after(pauseMs, () => this.#call(act, hear, pausesMs, tries + 1))
      }
    }
    if (this.#isCutOff()) return retry()
    object.call(
      (core) => ({ answer: act(core) }),
      (reply) => {
        answered = reply !== undefined
        if (reply) hear(reply.answer)
      },
      'durable',
    )
    // Long enough for the batch: what has not come by then was lost.
    clock.after(1000, retry)
  }

  #isDone(): boolean {
    return this.#isOver || this.#world.clock.nowMs - this.#startMs >= this.#diesAfterMs
  }

  #isCutOff(): boolean {
    const sinceMs = this.#world.clock.nowMs - this.#startMs
    return sinceMs >= this.#partition.fromMs && sinceMs < this.#partition.untilMs
  }
}

function ignore(): void {}
