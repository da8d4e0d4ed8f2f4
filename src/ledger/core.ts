import { nanosMax, nanosPerUsd, type UsdNanos } from '../base/money.ts'
import type * as contract from './contract.ts'
import { Conversations } from './conversations.ts'
import type { FreeLimits } from './free-limits.ts'
import { freeHorizon, FreeWindow } from './free-window.ts'
import { newerOf } from './newer.ts'
import { concurrencyRefusal, rateHorizon, RateWindow } from './rate.ts'
import type { GenerationRow, Storage } from './rows.ts'
import { whole } from './whole.ts'
import { LedgerState, type Flush, type KeyState } from './state.ts'
import { spentAgainst, usageAt } from './usage-windows.ts'

/** A hold without a sign of life for so long is resolved by what its last beat had metered. */
export const holdTtlMs = 60_000

/** All that an account may be given: sums stay exact, with room for what is being spent. */
const creditsMaxNanos = nanosMax - 1_000_000 * nanosPerUsd

/**
 * The rules of one account's money. Pure: no clock, no I/O but a synchronous storage. It decides in memory; `write`
 * makes durable what was decided since the last time, and until then a crash takes all of it back together.
 */
export class LedgerCore {
  readonly #state: LedgerState
  /** No pending hold expires before it. */
  #nextExpiryMs = 0
  #clockMs = 0
  readonly #freeLimits: FreeLimits | undefined
  /** Built when it is first asked for, and again after what changes it from outside. */
  #free: FreeWindow | undefined
  readonly #conversations = new Conversations()

  /** Starts from what the storage has, else as a new account with these settings. */
  constructor(storage: Storage, settings?: contract.AccountSettings, freeLimits?: FreeLimits) {
    this.#freeLimits = freeLimits
    this.#state = new LedgerState(storage, settings)
  }

  /** Whether all settings of a key are here, and its account's; if not, they must be put before `standing` and `admit`. */
  knows(keyHash: string): boolean {
    return this.#state.account.routing !== undefined && this.#state.key(keyHash).row?.routing !== undefined
  }

  standing(keyHash: string, nowMs: number): contract.Standing {
    const { row } = this.#state.key(keyHash)
    const reason = keyRefusal(row, nowMs)
    if (reason || !row) return { ok: false, reason: reason ?? 'unknown_key' }
    return { ok: true, profile: this.#profile(row) }
  }

  /** Decides over one generation, and sets its hold aside. The same id again gets the same answer. */
  admit(request: contract.AdmitRequest, nowMs: number): contract.Admission {
    const now = this.#tick(nowMs)
    const key = this.#state.key(request.keyHash)
    const known = this.#state.generation(request.generationId)
    if (known) return this.#admitted(request, key, known)

    const refusal = keyRefusal(key.row, now)
    if (refusal || !key.row) return { ok: false, reason: refusal ?? 'unknown_key' }
    const profile = this.#profile(key.row)
    if (request.profileVersion !== profile.version) return { ok: false, reason: 'stale_profile', profile }
    const limit = this.#rateRefusal(key, now) ?? (request.free ? this.#freeRefusal(now) : undefined)
    if (limit) return { ok: false, reason: 'rate', limit }
    const shortage = this.#shortage(key, request.holdNanos, now)
    if (shortage) return { ok: false, ...shortage, neededNanos: request.holdNanos }

    const generation = this.#open({ ...request, admittedAtMs: now }, request.holdNanos, now)
    key.rate?.add(now)
    if (request.free) this.#free?.add(now)
    return this.#admitted(request, key, generation)
  }

  /**
   * Records progress, and raises the hold if there is money for it. Progress is kept whatever the answer is. A hold
   * that a crash lost is opened again over what was delivered, and from there has to fit like any raise.
   */
  beat(request: contract.BeatRequest, nowMs: number): contract.Beat {
    const now = this.#tick(nowMs)
    const known = this.#state.generation(request.generationId)
    if (known && known.state !== 'pending') return { ok: false, reason: 'fenced' }
    const generation = known ?? this.#open(request, request.meteredNanos, now)
    generation.meteredNanos = Math.max(generation.meteredNanos, request.meteredNanos)
    generation.expiresAtMs = now + holdTtlMs
    this.#state.change(generation)

    const key = this.#state.key(generation.keyHash)
    if (!known) this.#forgetWindows(key)
    const refusal = key.row && keyRefusal(key.row, now)
    if (refusal) return { ok: false, reason: refusal }
    // A limit that was lowered meanwhile holds for what is already running.
    if (spentBeyond(key, generation.meteredNanos, now)) return { ok: false, reason: 'key_limit' }
    const raise = request.holdNanos - generation.holdNanos
    const shortage = raise > 0 ? this.#shortage(key, raise, now) : undefined
    if (shortage) return { ok: false, reason: shortage.reason }
    if (raise > 0) this.#state.raise(generation, raise)
    return { ok: true, headroomNanos: this.#headroom(key, now) }
  }

  /** Charges a generation once, however often and however late it is told. */
  settle(request: contract.SettleRequest, nowMs: number): void {
    const now = this.#tick(nowMs)
    const { costNanos, stick } = request
    if (stick) this.#conversations.remember(stick.conversation, stick.endpoint, now)
    const generation = this.#state.generation(request.generationId) ?? this.#lost(request, now)
    switch (generation.state) {
      case 'posted':
        return
      case 'pending':
        this.#release(generation)
        this.#state.post(generation, costNanos)
        break
      case 'estimated':
        this.#state.adjust(generation, costNanos, now)
        break
      case 'voided':
        // A void that has a line is adjusted: a second line of its own would be a second usage entry.
        if (generation.seq === null) this.#state.post(generation, costNanos)
        else this.#state.adjust(generation, costNanos, now)
    }
    generation.state = 'posted'
    generation.record = request.record
    this.#countTokens(generation, request.record)
    this.#state.change(generation)
  }

  /** Ends a generation that delivered nothing. Its line keeps the record and moves no money. */
  void(request: contract.VoidRequest, nowMs: number): void {
    const now = this.#tick(nowMs)
    const generation = this.#state.generation(request.generationId) ?? this.#lost(request, now)
    if (generation.state === 'pending') this.#release(generation)
    else if (generation.state !== 'voided' || generation.seq !== null) return
    generation.state = 'voided'
    generation.record = request.record
    this.#state.line(generation)
    this.#state.change(generation)
  }

  /** Money in, or taken back, once per reference. */
  credit(request: contract.CreditRequest, nowMs: number): contract.Credit {
    const { reference, amountNanos, kind, note } = request
    const { account, heldNanos } = this.#state
    const before = this.#state.credit(reference)
    if (before && before.amountNanos !== amountNanos) {
      return { ok: false, reason: 'conflict', amountNanos: before.amountNanos }
    }
    if (before) return { ok: true, created: false, amountNanos, balanceNanos: before.balanceNanos }
    if (account.creditsNanos + amountNanos > creditsMaxNanos) {
      return { ok: false, reason: 'too_much', mostNanos: creditsMaxNanos }
    }
    const availableNanos = account.postedNanos - heldNanos
    if (amountNanos < 0 && availableNanos + amountNanos < 0) {
      return { ok: false, reason: 'insufficient', availableNanos }
    }
    const createdAtMs = this.#tick(nowMs)
    const { balanceNanos } = this.#state.enter({ kind, reference, amountNanos, note, createdAtMs })
    account.creditsNanos += amountNanos
    account.purchased ||= kind === 'purchase'
    this.#free = undefined
    return { ok: true, created: true, amountNanos, balanceNanos }
  }

  putKey(row: contract.KeyRow): void {
    const key = this.#state.key(row.hash)
    const newer = newerOf(key.row, row)
    if (!newer) return
    key.row = newer
    key.rate = undefined
    this.#state.changeKey(key)
  }

  putAccount(settings: contract.AccountSettings): void {
    const { account } = this.#state
    const newer = newerOf<contract.AccountSettings>(account, settings)
    if (!newer) return
    const { unlimited, markups, routing, version } = newer
    Object.assign(account, { unlimited, markups, routing, version })
    this.#state.changeAccount()
  }

  get settings(): contract.AccountSettings {
    const { unlimited, markups, routing, version } = this.#state.account
    return { unlimited, markups, ...(routing && { routing }), version }
  }

  balance(): contract.Balance {
    const { creditsNanos, postedNanos, unlimited, purchased } = this.#state.account
    const usageNanos = creditsNanos - postedNanos
    const { heldNanos } = this.#state
    return { creditsNanos, usageNanos, balanceNanos: postedNanos, heldNanos, unlimited, purchased }
  }

  /** How many requests for free models the account may make today, and has made; nothing where they are not limited. */
  freeRequests(nowMs: number): contract.Balance['freeRequests'] {
    return this.#freeLimits && this.#freeWindow(nowMs).today(this.#freeLimits, nowMs)
  }

  keyUsage(keyHash: string, nowMs: number): contract.KeyUsage {
    return usageAt(this.#state.key(keyHash).usage, nowMs)
  }

  /** A generation that somebody settled or voided. */
  generation(id: string): (GenerationRow & { record: contract.GenerationRecord }) | undefined {
    const generation = this.#state.generation(id)
    return generation?.record ? { ...generation, record: generation.record } : undefined
  }

  /** Resolves holds without a sign of life: charged by what their last beat had metered, void if that is nothing. */
  expire(nowMs: number): void {
    const now = this.#tick(nowMs)
    if (now < this.#nextExpiryMs) return
    this.#nextExpiryMs = Infinity
    for (const generation of this.#state.generations()) {
      if (generation.state !== 'pending') continue
      if (generation.expiresAtMs <= now) this.#giveUp(generation)
      else this.#nextExpiryMs = Math.min(this.#nextExpiryMs, generation.expiresAtMs)
    }
  }

  /** Whether anything waits to be written. */
  get changed(): boolean {
    return this.#state.changed
  }

  /** Whether nothing is left for time to do: no hold to expire, no line to flush. */
  get atRest(): boolean {
    return this.#state.atRest
  }

  /** How many durable lines D1 does not have yet. */
  get backlog(): number {
    return this.#state.backlog
  }

  /** Makes everything decided so far durable. If it throws, memory is ahead of the storage and must be given up. */
  write(): void {
    this.#state.write()
  }

  takeFlush(linesMax: number): Flush | undefined {
    return this.#state.takeFlush(linesMax)
  }

  /** See `LedgerState.bookIsAt`. */
  bookIsAt(seq: number, nowMs: number): 'known' | 'lost' {
    return this.#state.bookIsAt(seq, nowMs)
  }

  /** For the check of the invariants. */
  get state(): LedgerState {
    return this.#state
  }

  /** Periods and expiry follow the object's clock, and it never runs backwards. */
  #tick(nowMs: number): number {
    this.#clockMs = Math.max(this.#clockMs, nowMs)
    return this.#clockMs
  }

  /** Both versions only rise, so their sum is another one whenever either does. */
  #profile({ class: keyClass, routing, version }: contract.KeyRow): contract.Profile {
    const { account } = this.#state
    const laidDown = [account.routing ?? {}, routing ?? {}].filter(
      (settings) => Object.keys(settings).length > 0,
    )
    return {
      version: account.version + version - 1,
      keyClass,
      markups: account.markups,
      ...(laidDown.length > 0 && { routing: laidDown }),
    }
  }

  #admitted(
    { conversation }: contract.AdmitRequest,
    key: KeyState,
    { admittedAtMs }: GenerationRow,
  ): contract.Admission {
    const stickTo = this.#conversations.endpoint(conversation, this.#clockMs)
    const headroomNanos = this.#headroom(key, this.#clockMs)
    return { ok: true, admittedAtMs, headroomNanos, ...(stickTo !== undefined && { stickTo }) }
  }

  #open(claim: contract.HoldClaim, holdNanos: UsdNanos, nowMs: number): GenerationRow {
    const generation: GenerationRow = { ...unheld(claim, nowMs), state: 'pending', holdNanos }
    this.#nextExpiryMs = Math.min(this.#nextExpiryMs, generation.expiresAtMs)
    this.#state.open(generation)
    return generation
  }

  /** One whose admission a crash took back. */
  #lost(claim: contract.HoldClaim, nowMs: number): GenerationRow {
    this.#forgetWindows(this.#state.key(claim.keyHash))
    return unheld(claim, nowMs)
  }

  /** They may have forgotten an admission with its hold, and are counted again where it matters. */
  #forgetWindows(key: KeyState): void {
    key.rate = undefined
    this.#free = undefined
  }

  #countTokens(
    generation: GenerationRow,
    { promptTokens, completionTokens }: contract.GenerationRecord,
  ): void {
    if (generation.freeTokens === null) return
    const tokens = generation.costNanos > 0 ? 0 : whole(promptTokens + completionTokens)
    this.#free?.spend(tokens - generation.freeTokens, generation.admittedAtMs)
    generation.freeTokens = tokens
  }

  #release(generation: GenerationRow): void {
    this.#state.release(generation)
  }

  #giveUp(generation: GenerationRow): void {
    this.#release(generation)
    generation.state = generation.meteredNanos > 0 ? 'estimated' : 'voided'
    if (generation.state === 'estimated') this.#state.post(generation, generation.meteredNanos)
    this.#state.change(generation)
  }

  #rateRefusal(key: KeyState, nowMs: number): contract.RateLimit | undefined {
    if (!key.row) return undefined
    const sinceMs = rateHorizon(key.row, nowMs)
    if (sinceMs !== undefined) {
      key.rate ??= new RateWindow(this.#state.admissions(key.hash, sinceMs))
    }
    return key.rate?.refusal(key.row, nowMs) ?? concurrencyRefusal(key.row, key.running, nowMs)
  }

  #freeRefusal(nowMs: number): contract.RateLimit | undefined {
    return this.#freeLimits && this.#freeWindow(nowMs).refusal(this.#freeLimits, nowMs)
  }

  #freeWindow(nowMs: number): FreeWindow {
    const state = this.#state
    return (this.#free ??= new FreeWindow(state.freeAdmissions(freeHorizon(nowMs)), state.purchasedNanos()))
  }

  /** What does not cover `neededNanos` more, the key's limit asked first. */
  #shortage(
    key: KeyState,
    neededNanos: UsdNanos,
    nowMs: number,
  ): { reason: 'balance' | 'key_limit'; availableNanos: UsdNanos } | undefined {
    const underLimit = limitHeadroom(key, nowMs)
    if (underLimit < neededNanos) return { reason: 'key_limit', availableNanos: underLimit }
    const underBalance = this.#balanceHeadroom()
    if (underBalance < neededNanos) return { reason: 'balance', availableNanos: underBalance }
    return undefined
  }

  #headroom(key: KeyState, nowMs: number): UsdNanos | null {
    const headroom = Math.min(limitHeadroom(key, nowMs), this.#balanceHeadroom())
    return headroom === Infinity ? null : headroom
  }

  #balanceHeadroom(): number {
    const { account, heldNanos } = this.#state
    return account.unlimited ? Infinity : account.postedNanos - heldNanos
  }
}

/** What a key may still spend beside its pending holds; endless without a limit. */
function limitHeadroom({ row, usage, heldNanos }: KeyState, nowMs: number): number {
  if (!row || row.limitNanos === null) return Infinity
  return row.limitNanos - spentAgainst(usage, row.limitReset, nowMs) - heldNanos
}

/** Whether this much more than what is charged already goes beyond the limit. */
function spentBeyond({ row, usage }: KeyState, meteredNanos: UsdNanos, nowMs: number): boolean {
  if (!row || row.limitNanos === null) return false
  return spentAgainst(usage, row.limitReset, nowMs) + meteredNanos > row.limitNanos
}

function keyRefusal(row: contract.KeyRow | null, nowMs: number): contract.KeyRefusal | undefined {
  if (!row || row.deleted) return 'unknown_key'
  if (row.disabled) return 'disabled_key'
  return row.expiresAtMs !== null && row.expiresAtMs <= nowMs ? 'expired_key' : undefined
}

/** A generation of which only the claim is known: nothing is held for it, and nothing charged. */
function unheld(claim: contract.HoldClaim, nowMs: number): GenerationRow {
  return {
    id: claim.generationId,
    keyHash: claim.keyHash,
    state: 'voided',
    holdNanos: 0,
    meteredNanos: 0,
    admittedAtMs: claim.admittedAtMs,
    expiresAtMs: nowMs + holdTtlMs,
    seq: null,
    postedNanos: null,
    costNanos: 0,
    model: claim.model ?? null,
    freeTokens: claim.free ? 0 : null,
    record: null,
  }
}
