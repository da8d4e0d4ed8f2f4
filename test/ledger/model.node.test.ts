import * as fc from 'fast-check'
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
const freeLimits = {
  perMinute: 2,
  perDay: 3,
  perDayAfterPurchase: 5,
  purchaseUsd: 0.000_001,
  tokensPerDay: 6,
}

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
  /** Of what is free; tokens once it is settled, where a free model served. */
  free: boolean
  tokens: number
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
  /** Which limit a request for what is free meets. */
  freeLimit({ credits, generations }: Reference, nowMs: number): string | undefined {
    const free = Object.values(generations).filter((it) => it.free)
    const today = free.filter(({ atMs }) => atMs >= periodStarts(nowMs).day)
    const purchased = total(Object.values(credits).filter((amount) => amount > 0))
    const perDay = purchased >= 1000 ? freeLimits.perDayAfterPurchase : freeLimits.perDay
    if (today.length >= perDay) return 'free_requests_per_day'
    if (total(today.map(({ tokens }) => tokens)) >= freeLimits.tokensPerDay) return 'free_tokens_per_day'
    const minute = free.filter(({ atMs }) => atMs > nowMs - 60_000)
    return minute.length >= freeLimits.perMinute ? 'free_requests_per_minute' : undefined
  },
  admit(reference: Reference, claim: Claim, hold: number, nowMs: number): string {
    const { generationId: id, keyHash: key, free = false } = claim
    if (reference.generations[id]) return 'ok'
    const limit = free ? rules.freeLimit(reference, nowMs) : undefined
    if (limit !== undefined) return limit
    const shortage = rules.shortage(reference, key, hold, nowMs)
    if (shortage) return shortage
    const expiresMs = nowMs + holdTtlMs
    const begun = { key, hold, metered: 0, cost: 0, atMs: nowMs, expiresMs, free, tokens: 0 }
    reference.generations[id] = { ...begun, state: 'held' }
    return 'ok'
  },
  beat(reference: Reference, claim: Claim, beat: { metered: number; hold: number }, nowMs: number): string {
    const it = (reference.generations[claim.generationId] ??= {
      ...unheld(claim),
      state: 'held',
      hold: beat.metered,
    })
    if (it.state !== 'held') return 'fenced'
    it.metered = Math.max(it.metered, beat.metered)
    it.expiresMs = nowMs + holdTtlMs
    const spent = rules.spent(reference, it.key, periodStarts(nowMs).day)
    if (it.key === 'limited' && spent + it.metered > limitNanos) return 'key_limit'
    if (beat.hold <= it.hold) return 'ok'
    const shortage = rules.shortage(reference, it.key, beat.hold - it.hold, nowMs)
    if (!shortage) it.hold = beat.hold
    return shortage ?? 'ok'
  },
  settle(reference: Reference, claim: Claim, cost: number): void {
    const it = (reference.generations[claim.generationId] ??= unheld(claim))
    if (it.state !== 'charged')
      Object.assign(it, { state: 'charged', cost, tokens: it.free && cost === 0 ? 2 : 0 })
  },
  void(reference: Reference, claim: Claim): void {
    const it = (reference.generations[claim.generationId] ??= unheld(claim))
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
  free?: boolean
}

const generation = fc.nat({ max: 7 })
const nanos = fc.nat({ max: 200 })
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('admit' as const),
      generation,
      hold: nanos,
      free: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('beat' as const), generation, metered: nanos, hold: nanos }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('settle' as const), generation, cost: nanos }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('void' as const), generation }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('credit' as const),
      name: fc.nat({ max: 5 }),
      amount: fc.nat({ max: 900 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('refund' as const),
      name: fc.nat({ max: 5 }),
      amount: fc.nat({ max: 200 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('advance' as const),
      ms: fc.oneof(fc.nat({ max: 900 }), fc.nat({ max: 70_000 })),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('write' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('crash' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('flush' as const), reply: fc.constantFrom('heard', 'lost') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('book' as const), is: fc.constantFrom('up', 'down') }),
  },
)
type Command = typeof command extends fc.Arbitrary<infer Type> ? Type : never

/** The core beside the reference: each command goes to both, and both must say the same. */
class Pair {
  readonly differences: string[] = []
  readonly #storage = new MemoryStorage()
  readonly #book = new MemoryBook()
  #core = new LedgerCore(this.#storage, settings, freeLimits)
  #reference: Reference = { credits: {}, generations: {} }
  #written = structuredClone(this.#reference)
  #nowMs = startMs
  #bookIs = 'up'
  /** What a Worker remembers of its admission. */
  readonly #claims = new Map<number, Claim>()

  constructor() {
    for (const hash of ['free', 'limited']) this.#core.putKey(keyRow(hash))
    this.#core.write()
  }

  run(step: Command): void {
    switch (step.type) {
      case 'credit':
        return this.#credit(step.name, step.amount)
      case 'refund':
        return this.#credit(step.name, -step.amount)
      case 'advance':
        this.#nowMs += step.ms
        this.#core.expire(this.#nowMs)
        return rules.expire(this.#reference, this.#nowMs)
      case 'write':
        this.#core.write()
        this.#written = structuredClone(this.#reference)
        return
      case 'crash':
        this.#core = new LedgerCore(this.#storage, undefined, freeLimits)
        this.#reference = structuredClone(this.#written)
        return
      case 'flush':
        return this.#flush(step.reply)
      case 'book':
        this.#bookIs = step.is
        return
      case 'admit':
        return this.#admit(step)
      case 'beat':
      case 'settle':
      case 'void':
        return this.#generation(step)
    }
  }

  check(): void {
    const balance = this.#core.balance()
    this.#same('amount', balance.balanceNanos, rules.balance(this.#reference))
    this.#same('amount', balance.heldNanos, rules.held(this.#reference))
    for (const key of ['free', 'limited']) {
      const { totalNanos, dailyNanos } = this.#core.keyUsage(key, this.#nowMs)
      this.#same('amount', totalNanos, rules.spent(this.#reference, key, 0))
      this.#same('amount', dailyNanos, rules.spent(this.#reference, key, periodStarts(this.#nowMs).day))
    }
    this.differences.push(...violations(this.#storage.snapshot(this.#core)))
    this.differences.push(...bookViolations(this.#book.snapshot()))
  }

  /** With D1 up and time to spare, nothing is left open and D1 has it all. */
  rest(): void {
    this.#bookIs = 'up'
    this.run({ type: 'advance', ms: 2 * holdTtlMs })
    this.run({ type: 'write' })
    while (this.#core.backlog > 0) this.#flush('heard')
    this.run({ type: 'write' })
    this.check()
    this.differences.push(
      ...restViolations(this.#storage.snapshot(this.#core), this.#book.snapshot(), this.#nowMs),
    )
  }

  #same(what: string, actual: string | number, expected: string | number): void {
    if (actual !== expected) this.differences.push(`${what}: ${actual}, expected ${expected}`)
  }

  #admit({ generation: number, hold: holdNanos, free }: Extract<Command, { type: 'admit' }>): void {
    const [generationId, keyHash] = identity(number)
    const answer = this.#core.admit(
      { generationId, keyHash, profileVersion: 1, holdNanos, free },
      this.#nowMs,
    )
    const claim = { generationId, keyHash, admittedAtMs: answer.ok ? answer.admittedAtMs : this.#nowMs, free }
    this.#same('admit', said(answer), rules.admit(this.#reference, claim, holdNanos, this.#nowMs))
    if (answer.ok) this.#claims.set(number, this.#claims.get(number) ?? claim)
  }

  /** What a Worker only says of a generation that was admitted, whether the object still knows it or not. */
  #generation(step: Extract<Command, { type: 'beat' | 'settle' | 'void' }>): void {
    const claim = this.#claims.get(step.generation)
    if (!claim) return
    switch (step.type) {
      case 'beat': {
        const amounts = { meteredNanos: step.metered, holdNanos: step.hold }
        const answer = this.#core.beat({ ...claim, ...amounts }, this.#nowMs)
        return this.#same('beat', said(answer), rules.beat(this.#reference, claim, step, this.#nowMs))
      }
      case 'settle':
        this.#core.settle({ ...claim, costNanos: step.cost, record: sampleRecord }, this.#nowMs)
        return rules.settle(this.#reference, claim, step.cost)
      case 'void':
        this.#core.void({ ...claim, record: sampleRecord }, this.#nowMs)
        return rules.void(this.#reference, claim)
    }
  }

  #credit(name: number, amountNanos: number): void {
    const available = rules.balance(this.#reference) - rules.held(this.#reference)
    const reference = String(name)
    const answer = this.#core.credit({ reference, amountNanos, kind: 'purchase', note: null }, this.#nowMs)
    this.#same('answer', said(answer), rules.credit(this.#reference, reference, amountNanos, available))
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
      expect(pair.differences).toEqual([])
    }),
    { numRuns: 500 },
  )
}, 60_000)

/** Even ones belong to a key without a limit. */
function identity(number: number): [id: string, keyHash: string] {
  const id = `${generationIdFloor(startMs)}-${String(number).padStart(22, '0')}`
  return [id, number % 2 === 0 ? 'free' : 'limited']
}

function said(answer: Admission | Beat | Credit): string {
  if (answer.ok) return 'ok'
  return 'limit' in answer ? answer.limit.name : answer.reason
}

function unheld({ keyHash: key, admittedAtMs: atMs, free = false }: Claim): ReferenceGeneration {
  return { key, state: 'closed', hold: 0, metered: 0, cost: 0, atMs, expiresMs: 0, free, tokens: 0 }
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
