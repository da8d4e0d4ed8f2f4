import { generationIdFloor } from '../../../src/base/ids.ts'
import { minuteMs, periodStarts } from '../../../src/base/time.ts'
import type { HoldClaim } from '../../../src/ledger/contract.ts'
import type { LedgerCore } from '../../../src/ledger/core.ts'
import { sampleRecord } from './record.ts'
import type { World } from './worker.ts'

/** Small enough to be met in a few minutes; so much is purchased in some lives and not in others. */
export const freeLimits = {
  perMinute: 4,
  perDay: 7,
  perDayAfterPurchase: 12,
  purchaseUsd: 0.000_005,
  tokensPerDay: 150,
}

const pausesMs = [50, 150, 500, 1500, 5000]

/** A flood of requests for what is free, by all keys; each is answered, fails, or is never heard of again. */
export function startFreeRequests(world: World, keys: readonly { hash: string }[], spanMs: number): void {
  const { clock, random } = world
  const startMs = clock.nowMs
  for (let index = 0; index < 40; index++) {
    const atMs = random.below(spanMs)
    const generationId = `${generationIdFloor(startMs + atMs)}-free${String(index).padStart(18, '0')}`
    const keyHash = keys[random.below(keys.length)]?.hash ?? ''
    clock.after(atMs, () => ask(world, { generationId, keyHash }, 0))
  }
}

function ask(world: World, claim: Pick<HoldClaim, 'generationId' | 'keyHash'>, tries: number): void {
  const { clock, object } = world
  object.call(
    (core) => {
      const isKnown = core.state.generation(claim.generationId) !== undefined
      const answer = core.admit({ ...claim, profileVersion: 1, holdNanos: 0, free: true }, clock.nowMs)
      if (answer.ok && !isKnown) check(world, core, claim.generationId)
      return answer
    },
    (answer) => {
      const pauseMs = pausesMs[tries]
      if (!answer && pauseMs !== undefined) clock.after(pauseMs, () => ask(world, claim, tries + 1))
      if (answer?.ok) serve(world, { ...claim, admittedAtMs: answer.admittedAtMs, free: true })
    },
    'at once',
  )
}

function serve({ clock, random, object }: World, claim: HoldClaim): void {
  if (random.chance(0.1)) return
  const isFailure = random.chance(0.2)
  const record = { ...sampleRecord, promptTokens: random.below(20), completionTokens: random.below(30) }
  const tell = (tries: number) =>
    object.call(
      (core) => {
        if (isFailure) core.void({ ...claim, record: sampleRecord }, clock.nowMs)
        else core.settle({ ...claim, costNanos: 0, record }, clock.nowMs)
        return 'told'
      },
      (answer) => {
        const pauseMs = pausesMs[tries]
        if (!answer && pauseMs !== undefined) clock.after(pauseMs, () => tell(tries + 1))
      },
      'durable',
    )
  clock.after(random.below(random.chance(0.2) ? 90_000 : 5000), () => tell(0))
}

/** Whoever was just admitted had to be, by everything the ledger knows of. */
function check(world: World, core: LedgerCore, admittedId: string): void {
  const { clock, object } = world
  const { generations, entries } = object.storage.snapshot(core)
  const free = generations.filter(({ freeTokens }) => freeTokens !== null)
  const { day } = periodStarts(clock.nowMs)
  const today = free.filter(({ admittedAtMs }) => admittedAtMs >= day)
  const minute = free.filter(({ admittedAtMs }) => admittedAtMs > clock.nowMs - minuteMs)
  const purchases = entries.filter(({ kind, amountNanos }) => kind === 'purchase' && amountNanos > 0)
  const purchasedNanos = purchases.reduce((sum, { amountNanos }) => sum + amountNanos, 0)
  const perDay =
    purchasedNanos >= freeLimits.purchaseUsd * 1e9 ? freeLimits.perDayAfterPurchase : freeLimits.perDay
  const tokens = today.reduce((sum, { freeTokens }) => sum + (freeTokens ?? 0), 0)
  if (minute.length > freeLimits.perMinute) world.fail(`I13: ${admittedId} is one too many for its minute`)
  if (today.length > perDay) world.fail(`I13: ${admittedId} is one too many for its day`)
  if (tokens >= freeLimits.tokensPerDay) world.fail(`I13: ${admittedId} came after the last token of its day`)
}
