import { generationIdFloor } from '../../../src/base/ids.ts'
import type { KeyRow } from '../../../src/ledger/contract.ts'
import { bookViolations, restViolations, violations } from '../../../src/ledger/invariants.ts'
import { MemoryBook, type SimulatedBook } from './book.ts'
import { Clock, Random } from './clock.ts'
import { startFreeRequests } from './free-requests.ts'
import { SimulatedObject, type MakeCore } from './object.ts'
import { SimulatedWorker, type World } from './worker.ts'

export interface Outcome {
  failures: string[]
  /** The lowest balance, and how low the protocol's bound allowed it to be; nano-USD, not above zero. */
  worstNanos: number
  boundNanos: number
  deliveredNanos: number
  unbilledNanos: number
  steps: number
}

const spanMs = 400_000
const stepsMax = 30_000
/** Three minutes before a Thursday's midnight that is also a month's end: periods turn in mid-run. */
const startMs = Date.UTC(2026, 3, 30, 23, 57)

/** One account's life under faults, all drawn from the seed. */
export function simulate(
  seed: number,
  makeCore: MakeCore,
  makeBook = (): SimulatedBook => new MemoryBook(),
): Outcome {
  const failures: string[] = []
  const clock = new Clock(startMs)
  const random = new Random(seed)
  const book = makeBook()
  const object = new SimulatedObject({ clock, random, book, makeCore })
  const world: World = { clock, random, object, fail: (what) => failures.push(what) }
  const credits = startCredits(world)
  const workers = startWorkers(world)
  startFreeRequests(world, keys, spanMs)
  startFaults(world, book)

  let worstNanos = 0
  let steps = 0
  try {
    while (failures.length === 0 && steps++ < stepsMax && clock.step()) {
      const { balanceNanos } = object.core.balance()
      worstNanos = Math.min(worstNanos, balanceNanos)
      if (balanceNanos < -object.overspendBound) failures.push(`I5: ${balanceNanos} is beyond the bound`)
      if (steps % 150 === 0) failures.push(...check(object, book))
    }
    if (failures.length === 0) {
      failures.push(
        ...check(object, book),
        ...restViolations(object.storage.snapshot(object.core), book.snapshot(), clock.nowMs),
      )
      if (steps >= stepsMax) failures.push('It never comes to rest')
      if (object.core.balance().creditsNanos !== credits.sum())
        failures.push('I12: credits are not what was credited')
    }
  } catch (error) {
    failures.push(String(error))
  }
  const { deliveredNanos, unbilledNanos } = judge(workers, object, failures)
  return { failures, worstNanos, boundNanos: -object.overspendBound, deliveredNanos, unbilledNanos, steps }
}

function check(object: SimulatedObject, book: SimulatedBook): string[] {
  return [...violations(object.storage.snapshot(object.core)), ...bookViolations(book.snapshot())]
}

/** Each credit is told once to three times, as webhooks are. */
function startCredits({ clock, random, object }: World): { sum(): number } {
  const credited = new Map<string, number>()
  for (const row of keys) object.core.putKey(row)
  object.core.write()
  for (let index = 0, count = 1 + random.below(3); index < count; index++) {
    const amountNanos = index === 2 ? -500 : 1000 + random.below(4000)
    const request = { reference: `credit ${index}`, amountNanos, kind: 'purchase', note: null } as const
    const tell = (tries: number) =>
      object.call(
        (core) => core.credit(request, clock.nowMs),
        (answer) => {
          if (answer?.ok) credited.set(request.reference, amountNanos)
          if (!answer && tries < 20) clock.after(1000, () => tell(tries + 1))
        },
        'durable',
      )
    const firstMs = random.below(60_000)
    for (let copy = 0, copies = 1 + random.below(3); copy < copies; copy++) {
      clock.after(firstMs + random.below(20_000), () => tell(0))
    }
  }
  // What was carried out but not acknowledged to anybody counts as well: the storage is asked for it.
  return {
    sum: () => {
      const entries = object.storage.snapshot(object.core).entries.filter(({ kind }) => kind !== 'adjust')
      for (const [reference, amountNanos] of credited) {
        const found = entries.filter((entry) => entry.reference === reference)
        if (found.length !== 1 || found[0]?.amountNanos !== amountNanos) return Number.NaN
      }
      return entries.reduce((total, { amountNanos }) => total + amountNanos, 0)
    },
  }
}

function startWorkers(world: World): SimulatedWorker[] {
  const { clock, random } = world
  return Array.from({ length: 30 + random.below(50) }, (_, index) => {
    const atMs = random.below(spanMs)
    const id = `${generationIdFloor(startMs + atMs)}-${String(index).padStart(22, '0')}`
    const worker = new SimulatedWorker(world, id, keys[random.below(keys.length)]?.hash ?? '')
    clock.after(atMs, () => worker.start())
    return worker
  })
}

function startFaults({ clock, random, object }: World, book: SimulatedBook): void {
  for (let index = 0; index < 6; index++) clock.after(random.below(spanMs * 1.2), () => object.loseMemory())
  for (let index = 0; index < 3; index++) {
    clock.after(random.below(spanMs), () => {
      object.bookDownUntilMs = clock.nowMs + random.below(60_000)
    })
  }
  if (!random.chance(0.2)) return
  const copiedMs = random.below(spanMs / 2)
  clock.after(copiedMs, () => {
    const restore = book.copy()
    clock.after(random.below(spanMs / 4), restore)
  })
  // The object finds out with its next line, so there is one.
  const request = { reference: 'last', amountNanos: 1, kind: 'correction', note: null } as const
  const tell = () =>
    object.call(
      (core) => core.credit(request, clock.nowMs),
      (answer) => answer ?? clock.after(1000, tell),
      'durable',
    )
  clock.after(spanMs * 1.5, tell)
}

/** Compares what the ledger charged with what really happened. */
function judge(
  workers: SimulatedWorker[],
  object: SimulatedObject,
  failures: string[],
): { deliveredNanos: number; unbilledNanos: number } {
  let deliveredNanos = 0
  let unbilledNanos = 0
  if (failures.length > 0) return { deliveredNanos, unbilledNanos }
  for (const { id, truth } of workers) {
    const { costNanos = 0, postedNanos = null } = object.core.state.generation(id) ?? {}
    deliveredNanos += truth.deliveredNanos
    unbilledNanos += Math.max(0, truth.deliveredNanos - costNanos)
    if (truth.settleAcknowledged && costNanos !== truth.settledNanos) {
      failures.push(`${id} was settled at ${truth.settledNanos} and cost ${costNanos}`)
    }
    if (truth.settleAcknowledged && postedNanos === null) failures.push(`I9: ${id} has no usage entry`)
    if (costNanos < Math.min(truth.acknowledgedNanos, truth.settledNanos ?? Infinity)) {
      failures.push(`${id} cost ${costNanos}, though ${truth.acknowledgedNanos} was acknowledged`)
    }
    if (costNanos > truth.deliveredNanos) failures.push(`I10: ${id} cost more than it delivered`)
  }
  return { deliveredNanos, unbilledNanos }
}

const noLimits = {
  class: 'inference',
  disabled: false,
  deleted: false,
  expiresAtMs: null,
  limitNanos: null,
  limitReset: null,
  requestsPerMinute: null,
  requestsPerDay: null,
  concurrentRequests: null,
  version: 1,
} as const

/** One free key, one with a daily limit, one with limits of rate. */
const keys: KeyRow[] = [
  { ...noLimits, hash: 'key a' },
  { ...noLimits, hash: 'key b', limitNanos: 2000, limitReset: 'daily' },
  { ...noLimits, hash: 'key c', requestsPerMinute: 10, requestsPerDay: 50, concurrentRequests: 8 },
]
