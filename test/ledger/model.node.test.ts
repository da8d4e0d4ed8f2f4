import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generationIdFloor } from '../../src/base/ids.ts'
import { periodStarts } from '../../src/base/time.ts'
import type { Admission, Beat, Credit, KeyRow } from '../../src/ledger/contract.ts'
import { holdTtlMs, LedgerCore } from '../../src/ledger/core.ts'
import { bookViolations, restViolations, violations } from '../../src/ledger/invariants.ts'
import { MemoryBook } from './simulation/book.ts'
import { MemoryStorage } from './simulation/memory-storage.ts'
import { sampleRecord } from './simulation/record.ts'

const settings = { unlimited: false, markups: { default: '1', models: {} }, version: 1 }
const startMs = Date.UTC(2026, 3, 30, 23, 58)
const limitNanos = 300

interface Reference {
  credits: Record<string, number>
  generations: Record<string, ReferenceGeneration>
}
interface ReferenceGeneration {
  key: string
  state: 'held' | 'estimated' | 'closed' | 'charged'
  hold: number
  metered: number
  cost: number
  atMs: number
  expiresMs: number
}

/** The rules once more, as sums over everything there is and with no care for speed. */
const rules = {
  balance: ({ credits, generations }: Reference) =>
    total(Object.values(credits)) - total(Object.values(generations).map(({ cost }) => cost)),
  held: ({ generations }: Reference, key?: string) =>
    total(
      Object.values(generations)
        .filter((it) => it.state === 'held' && (key === undefined || it.key === key))
        .map(({ hold }) => hold),
    ),
  spent: ({ generations }: Reference, key: string, sinceMs: number) =>
    total(
      Object.values(generations)
        .filter((it) => it.key === key && it.atMs >= sinceMs)
        .map(({ cost }) => cost),
    ),
  shortage(reference: Reference, key: string, needed: number, nowMs: number) {
    const limited =
      limitNanos - rules.spent(reference, key, periodStarts(nowMs).day) - rules.held(reference, key)
    if (key === 'limited' && limited < needed) return 'key_limit'
    return rules.balance(reference) - rules.held(reference) < needed ? 'balance' : undefined
  },
  admit(reference: Reference, id: string, key: string, hold: number, nowMs: number): string {
    if (reference.generations[id]) return 'ok'
    const shortage = rules.shortage(reference, key, hold, nowMs)
    if (shortage) return shortage
    const expiresMs = nowMs + holdTtlMs
    reference.generations[id] = { key, state: 'held', hold, metered: 0, cost: 0, atMs: nowMs, expiresMs }
    return 'ok'
  },
  beat(
    reference: Reference,
    id: string,
    claim: Claim,
    amounts: { metered: number; hold: number },
    nowMs: number,
  ): string {
    const { metered, hold } = amounts
    const it = (reference.generations[id] ??= {
      ...{ key: claim.keyHash, state: 'held', hold: metered, metered, cost: 0 },
      ...{ atMs: claim.admittedAtMs, expiresMs: 0 },
    })
    if (it.state !== 'held') return 'fenced'
    it.metered = Math.max(it.metered, metered)
    it.expiresMs = nowMs + holdTtlMs
    if (hold <= it.hold) return 'ok'
    const shortage = rules.shortage(reference, it.key, hold - it.hold, nowMs)
    if (!shortage) it.hold = hold
    return shortage ?? 'ok'
  },
  settle(reference: Reference, id: string, claim: Claim, cost: number): void {
    const it = (reference.generations[id] ??= unheld(claim))
    if (it.state !== 'charged') Object.assign(it, { state: 'charged', cost })
  },
  void(reference: Reference, id: string, claim: Claim): void {
    const it = (reference.generations[id] ??= unheld(claim))
    if (it.state === 'held') it.state = 'closed'
  },
  credit({ credits }: Reference, reference: string, amount: number, available: number): string {
    const before = credits[reference]
    if (before !== undefined) return before === amount ? 'ok' : 'conflict'
    if (amount < 0 && available + amount < 0) return 'insufficient'
    credits[reference] = amount
    return 'ok'
  },
  expire({ generations }: Reference, nowMs: number): void {
    for (const it of Object.values(generations)) {
      if (it.state !== 'held' || it.expiresMs > nowMs) continue
      Object.assign(it, it.metered > 0 ? { state: 'estimated', cost: it.metered } : { state: 'closed' })
    }
  },
}

interface Claim {
  generationId: string
  keyHash: string
  admittedAtMs: number
}

const generation = fc.nat({ max: 7 })
const nanos = fc.nat({ max: 200 })
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('admit'), generation, hold: nanos }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('beat'), generation, metered: nanos, hold: nanos }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('settle'), generation, cost: nanos }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('void'), generation }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('credit'),
      name: fc.nat({ max: 5 }),
      amount: fc.nat({ max: 900 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('refund'),
      name: fc.nat({ max: 5 }),
      amount: fc.nat({ max: 200 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('advance'),
      ms: fc.oneof(fc.nat({ max: 900 }), fc.nat({ max: 70_000 })),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('write') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('crash') }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('flush'), reply: fc.constantFrom('heard', 'lost') }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('book'), is: fc.constantFrom('up', 'down') }) },
)
type Command = typeof command extends fc.Arbitrary<infer Type> ? Type : never

/** The core beside the reference: each command goes to both, and both must say the same. */
class Pair {
  readonly #storage = new MemoryStorage()
  readonly #book = new MemoryBook()
  #core = new LedgerCore(this.#storage, settings)
  #reference: Reference = { credits: {}, generations: {} }
  #written = structuredClone(this.#reference)
  #nowMs = startMs
  #bookIs = 'up'
  /** What a Worker remembers of its admission. */
  readonly #claims = new Map<string, Claim>()

  constructor() {
    for (const hash of ['free', 'limited']) this.#core.putKey(keyRow(hash))
    this.#core.write()
  }

  run(step: Command): void {
    switch (step.type) {
      case 'credit':
      case 'refund':
        return this.#credit(
          step.name,
          'amount' in step && step.type === 'refund' ? -step.amount : step.amount,
        )
      case 'advance':
        this.#nowMs += step.ms
        this.#core.expire(this.#nowMs)
        return rules.expire(this.#reference, this.#nowMs)
      case 'write':
        this.#core.write()
        this.#written = structuredClone(this.#reference)
        return
      case 'crash':
        this.#core = new LedgerCore(this.#storage)
        this.#reference = structuredClone(this.#written)
        return
      case 'flush':
        return this.#flush(step.reply)
      case 'book':
        this.#bookIs = step.is
        return
      default:
        this.#generation(step)
    }
  }

  check(): void {
    const balance = this.#core.balance()
    expect(balance.balanceNanos).toBe(rules.balance(this.#reference))
    expect(balance.heldNanos).toBe(rules.held(this.#reference))
    for (const key of ['free', 'limited']) {
      const { totalNanos, dailyNanos } = this.#core.keyUsage(key, this.#nowMs)
      expect(totalNanos).toBe(rules.spent(this.#reference, key, 0))
      expect(dailyNanos).toBe(rules.spent(this.#reference, key, periodStarts(this.#nowMs).day))
    }
    expect(violations(this.#storage.snapshot(this.#core))).toEqual([])
    expect(bookViolations(this.#book.snapshot())).toEqual([])
  }

  /** With D1 up and time to spare, nothing is left open and D1 has it all. */
  rest(): void {
    this.#bookIs = 'up'
    this.run({ type: 'advance', ms: 2 * holdTtlMs })
    this.run({ type: 'write' })
    while (this.#core.backlog > 0) this.#flush('heard')
    this.run({ type: 'write' })
    this.check()
    expect(restViolations(this.#storage.snapshot(this.#core), this.#book.snapshot(), this.#nowMs)).toEqual([])
  }

  #generation(step: Extract<Command, { generation: number }>): void {
    const keyHash = step.generation % 2 === 0 ? 'free' : 'limited'
    const id = `${generationIdFloor(startMs)}-${String(step.generation).padStart(22, '0')}`
    const claim = this.#claims.get(id)
    if (step.type === 'admit' && 'hold' in step) {
      const { hold: holdNanos } = step
      const answer = this.#core.admit(
        { generationId: id, keyHash, profileVersion: 1, holdNanos },
        this.#nowMs,
      )
      expect(said(answer)).toBe(rules.admit(this.#reference, id, keyHash, holdNanos, this.#nowMs))
      if (answer.ok) this.#claims.set(id, { generationId: id, keyHash, admittedAtMs: answer.admittedAtMs })
    }
    if (!claim) return
    if ('metered' in step) {
      const amounts = { meteredNanos: step.metered, holdNanos: step.hold }
      const answer = this.#core.beat({ ...claim, ...amounts }, this.#nowMs)
      expect(said(answer)).toBe(rules.beat(this.#reference, id, claim, step, this.#nowMs))
    } else if ('cost' in step) {
      this.#core.settle({ ...claim, costNanos: step.cost, record: sampleRecord }, this.#nowMs)
      rules.settle(this.#reference, id, claim, step.cost)
    } else if (step.type === 'void') {
      this.#core.void({ ...claim, record: sampleRecord }, this.#nowMs)
      rules.void(this.#reference, id, claim)
    }
  }

  #credit(name: number, amountNanos: number): void {
    const available = rules.balance(this.#reference) - rules.held(this.#reference)
    const reference = String(name)
    const answer = this.#core.credit({ reference, amountNanos, kind: 'grant', note: null }, this.#nowMs)
    expect(said(answer)).toBe(rules.credit(this.#reference, reference, amountNanos, available))
  }

  #flush(reply: string): void {
    const flush = this.#core.takeFlush(3)
    if (!flush || this.#bookIs === 'down') return
    const seq = this.#book.flush(flush)
    if (reply === 'heard') this.#core.bookIsAt(seq, this.#nowMs)
  }
}

test('P3: whatever is asked in whatever order, the core answers as the reference does', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60, size: 'max' }), (commands) => {
      const pair = new Pair()
      for (const step of commands) {
        pair.run(step)
        pair.check()
      }
      pair.rest()
    }),
    { numRuns: 500 },
  )
}, 60_000)

function said(answer: Admission | Beat | Credit): string {
  return answer.ok ? 'ok' : answer.reason
}

function unheld({ keyHash, admittedAtMs }: Claim): ReferenceGeneration {
  return { key: keyHash, state: 'closed', hold: 0, metered: 0, cost: 0, atMs: admittedAtMs, expiresMs: 0 }
}

function total(amounts: number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0)
}

function keyRow(hash: string): KeyRow {
  return {
    hash,
    class: 'inference',
    disabled: false,
    deleted: false,
    expiresAtMs: null,
    limitNanos: hash === 'limited' ? limitNanos : null,
    limitReset: hash === 'limited' ? 'daily' : null,
    requestsPerMinute: null,
    requestsPerDay: null,
    concurrentRequests: null,
    version: 1,
  }
}
