import { DurableObject } from 'cloudflare:workers'
import type { Env } from '../env.ts'
import { Book } from './book.ts'
import type * as contract from './contract.ts'
import { holdTtlMs, LedgerCore } from './core.ts'
import { Flusher } from './flusher.ts'
import { freeLimitsOf } from './free-limits.ts'
import { SqlStorage } from './sql-storage.ts'

/** Everything that has to last is written together, so often at most: a pending write holds back every reply. */
const batchMs = 100

/**
 * The money of one account, named by the account's id. It answers `admit` from memory; `beat`, `settle`, `void`,
 * `credit` and the settings answer when what they did has been written, and the output gate makes that durable.
 */
export class Ledger extends DurableObject<Env> {
  readonly #accountId: string
  readonly #storage: SqlStorage
  readonly #book: Book
  #core: LedgerCore | undefined
  #flusher: Flusher | undefined
  #opening: Promise<LedgerCore | undefined> | undefined
  readonly #loadingKeys = new Map<string, Promise<void>>()
  #batch: PromiseWithResolvers<void> | undefined
  #alarmIsSet = false

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#storage = new SqlStorage(ctx.storage, ctx.id.name)
    this.#accountId = this.#storage.accountId
    this.#book = new Book(env, this.#accountId)
    // An object that has a row of its account knows all it needs; a new one asks D1 when it is first called.
    if (!this.#storage.isNew) this.#start()
    void ctx.blockConcurrencyWhile(async () => {
      this.#alarmIsSet = (await ctx.storage.getAlarm()) !== null
    })
  }

  async standing(keyHash: string): Promise<contract.Standing> {
    const core = await this.#knowing(keyHash)
    return core?.standing(keyHash, Date.now()) ?? unknownKey
  }

  async admit(request: contract.AdmitRequest): Promise<contract.Admission> {
    assertNanos(request.holdNanos)
    const ready = this.#core?.knows(request.keyHash) ? this.#core : undefined
    const core = ready ?? (await this.#knowing(request.keyHash))
    if (!core) return unknownKey
    const admission = this.#decide(() => {
      const now = Date.now()
      // What a dead Worker held is free again from its time on, not only from the next alarm on.
      core.expire(now)
      return core.admit(request, now)
    })
    this.#writeSoon()
    return admission
  }

  async beat(request: contract.BeatRequest): Promise<contract.Beat> {
    assertNanos(request.meteredNanos, request.holdNanos)
    const core = await this.#open()
    const beat = this.#decide(() => core.beat(request, Date.now()))
    await this.#written()
    return beat
  }

  async settle(request: contract.SettleRequest): Promise<void> {
    assertNanos(request.costNanos)
    const core = await this.#open()
    this.#decide(() => core.settle(request, Date.now()))
    await this.#written()
  }

  async void(request: contract.VoidRequest): Promise<void> {
    const core = await this.#open()
    this.#decide(() => core.void(request, Date.now()))
    await this.#written()
  }

  async credit(request: contract.CreditRequest): Promise<contract.Credit> {
    const core = await this.#open()
    const credit = this.#decide(() => core.credit(request, Date.now()))
    await this.#written()
    return credit
  }

  async balance(beside?: 'free_requests'): Promise<contract.Balance> {
    const core = await this.#open()
    const freeRequests = beside && core.freeRequests(Date.now())
    return { ...core.balance(), ...(freeRequests && { freeRequests }) }
  }

  async keyUsages(hashes: string[]): Promise<Record<string, contract.KeyUsage>> {
    const core = await this.#open()
    const now = Date.now()
    return Object.fromEntries(hashes.map((hash) => [hash, core.keyUsage(hash, now)]))
  }

  async putKey(row: contract.KeyRow): Promise<void> {
    const core = await this.#open()
    core.putKey(row)
    await this.#written()
  }

  async putAccount(settings: contract.AccountSettings): Promise<void> {
    const core = await this.#open()
    core.putAccount(settings)
    await this.#written()
  }

  /** A generation that was settled or voided; null for any other. */
  async generation(id: string): Promise<contract.Generation | null> {
    const core = await this.#open()
    const found = core.generation(id)
    if (!found) return null
    const { keyHash, costNanos, record } = found
    return { ...record, id, accountId: this.#accountId, keyHash, costNanos }
  }

  /**
   * Gives D1 again what it has lost where it was set back to an older copy: the account and its keys before this
   * returns (one key only, where a hash is given), and then the lines. An object at rest does not notice by itself.
   */
  async reconcile(keyHash?: string): Promise<contract.Reconciliation> {
    const core = await this.#open()
    await this.#written()
    await this.#restore(core, keyHash)
    this.#flusher?.wake()
    return { lines: core.backlog }
  }

  /** The safety net for what timers do while the object is awake: holds expire, lines reach D1. */
  override async alarm(): Promise<void> {
    this.#alarmIsSet = false
    const core = this.#core
    if (!core) return
    core.expire(Date.now())
    this.#write(core)
    await this.#flusher?.run()
    this.#armAlarm(core)
  }

  async #open(): Promise<LedgerCore> {
    const core = await this.#find()
    if (!core) throw new Error(`There is no account ${this.#accountId}`)
    return core
  }

  /** The core, unless D1 knows no such account. */
  async #find(): Promise<LedgerCore | undefined> {
    if (this.#core) return this.#core
    this.#opening ??= this.#openFromBook()
    return await this.#opening
  }

  async #openFromBook(): Promise<LedgerCore | undefined> {
    try {
      const known = await this.#book.account()
      const account = known ?? ((await this.#book.bootstrap()) ? await this.#book.account() : undefined)
      if (!account) return undefined
      if (account.seq > 0) this.#storage.write(await this.#book.rebuild(account))
      this.#storage.register(account)
      return this.#start(account)
    } finally {
      this.#opening = undefined
    }
  }

  #start(settings?: contract.AccountSettings): LedgerCore {
    const core = new LedgerCore(this.#storage, settings, freeLimitsOf(this.env))
    this.#core = core
    this.#flusher = new Flusher(core, (linesMax) => this.#flush(core, linesMax))
    this.#writeSoon()
    this.#flusher.wake()
    return core
  }

  /**
   * The core once it has heard of a key and of what its account lays down, where D1 has it. Throws where D1 does not
   * answer: that is not "unknown", and nothing is served under rules that nobody knows. What runs is settled without.
   */
  async #knowing(keyHash: string): Promise<LedgerCore | undefined> {
    const core = await this.#find()
    if (!core || core.knows(keyHash)) return core
    const loading = this.#loadingKeys.get(keyHash) ?? this.#loadKey(core, keyHash)
    this.#loadingKeys.set(keyHash, loading)
    await loading
    return core
  }

  async #loadKey(core: LedgerCore, keyHash: string): Promise<void> {
    try {
      const account = core.settings.routing ? undefined : await this.#book.account()
      if (account) core.putAccount(account)
      const known = await this.#book.key(keyHash)
      // A management key that is found deleted was retired; its master key may be the current one again.
      const missing = !known || (known.deleted && known.class === 'management')
      const row = missing && (await this.#book.bootstrap()) ? await this.#book.key(keyHash) : known
      if (row) core.putKey(row)
      this.#writeSoon()
    } finally {
      this.#loadingKeys.delete(keyHash)
    }
  }

  /**
   * A rule that throws, an invariant or a full disk, leaves memory ahead of the storage. Then nothing decided since
   * the last write may be answered or built upon: the object starts anew from what is stored.
   */
  #decide<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      const { message } = error instanceof Error ? error : new Error(String(error))
      console.error(JSON.stringify({ event: 'ledger_failed', account: this.#accountId, message }))
      this.ctx.abort('The ledger starts anew from its storage')
      throw error
    }
  }

  #writeSoon(): void {
    const core = this.#core
    if (!core?.changed || this.#batch) return
    this.#batch = Promise.withResolvers()
    setTimeout(() => this.#write(core), batchMs)
  }

  /** Resolves when everything decided until now has been written. */
  async #written(): Promise<void> {
    this.#writeSoon()
    await this.#batch?.promise
  }

  #write(core: LedgerCore): void {
    const batch = this.#batch
    this.#batch = undefined
    this.#decide(() => {
      core.expire(Date.now())
      core.write()
    })
    this.#armAlarm(core)
    batch?.resolve()
    this.#flusher?.wake()
  }

  /** An alarm costs a written row, so there is one at a time, and none when nothing is left to do. */
  #armAlarm(core: LedgerCore): void {
    if (this.#alarmIsSet || core.atRest) return
    this.#alarmIsSet = true
    this.ctx.waitUntil(this.ctx.storage.setAlarm(Date.now() + holdTtlMs))
  }

  async #flush(core: LedgerCore, linesMax: number): Promise<void> {
    const flush = core.takeFlush(linesMax)
    // Returning would have the flusher ask again at once, and for ever.
    if (!flush) throw new Error('The lines that come next are missing')
    const seq = await this.#book.flush(flush)
    // D1 was set back: the rows that its lines belong to go first.
    if (seq === undefined || seq < flush.afterSeq) return await this.#restore(core)
    await this.#bookIsAt(core, seq)
  }

  async #restore(core: LedgerCore, keyHash?: string): Promise<void> {
    const registration = this.#storage.registration ?? {
      name: `restored ${this.#accountId}`,
      createdAtMs: Date.now(),
    }
    const account = { ...registration, ...core.settings }
    const known = await this.#book.restore(account, this.#storage.keyRows(keyHash))
    this.#storage.register(known)
    await this.#bookIsAt(core, known.seq)
  }

  async #bookIsAt(core: LedgerCore, seq: number): Promise<void> {
    if (core.bookIsAt(seq, Date.now()) === 'known') return this.#writeSoon()
    console.error(JSON.stringify({ event: 'ledger_storage_is_old', account: this.#accountId, bookSeq: seq }))
    await this.ctx.storage.deleteAll()
    this.ctx.abort('The ledger is built anew from D1')
  }
}

/** A key whose account is gone is as good as none. */
const unknownKey = { ok: false, reason: 'unknown_key' } as const

/** One fraction of a nano-USD in storage would stop the whole account: the table takes integers only. */
function assertNanos(...amounts: number[]): void {
  for (const amount of amounts) {
    if (!Number.isSafeInteger(amount) || amount < 0)
      throw new RangeError(`${amount} is no amount of nano-USD`)
  }
}
