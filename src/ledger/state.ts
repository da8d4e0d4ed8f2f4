import { generationIdFloor } from '../base/ids.ts'
import { nanosMax, type UsdNanos } from '../base/money.ts'
import { minuteMs } from '../base/time.ts'
import type { AccountSettings } from './contract.ts'
import type { RateWindow } from './rate.ts'
import type { AccountRow, EntryRow, FreeAdmission, GenerationRow, KeyRecord, Line, Storage } from './rows.ts'
import { charged, noUsageWindows } from './usage-windows.ts'

/** Lines that go to D1 together. */
export interface Flush {
  /** D1 must be exactly here, or the lines do not fit. */
  afterSeq: number
  toSeq: number
  amountNanos: UsdNanos
  /** Those whose line this is, and those that an adjustment among the entries changed. */
  generations: GenerationRow[]
  entries: EntryRow[]
}

export interface KeyState extends KeyRecord {
  /** Sums over the pending holds of this key, kept as they change. */
  heldNanos: UsdNanos
  running: number
  /** Built when a limit first asks for it. */
  rate: RateWindow | undefined
}

/** Beyond it, looking for the smallest open id would cost more than scanning a few rows too many at the next start. */
const openScanMax = 1000
/** An id is made by a Worker's clock, and admitted a while after. */
const idSlackMs = 2 * minuteMs

/**
 * What the ledger of one account knows, and the moves it is made of; `core.ts` decides which. Changes are made in
 * memory, and become durable together by `write`.
 */
export class LedgerState {
  readonly account: AccountRow
  readonly #storage: Storage
  /** Pending generations, and those whose row is not written yet. */
  readonly #generations = new Map<string, GenerationRow>()
  readonly #keys = new Map<string, KeyState>()
  #heldNanos = 0
  /** What D1 does not have yet, in order. */
  #lines: Line[]
  #writtenSeq: number
  #writtenOpenFrom: string
  #accountChanged: boolean
  readonly #changedKeys = new Set<string>()
  readonly #changedGenerations = new Set<string>()
  #newEntries: EntryRow[] = []

  constructor(storage: Storage, settings: AccountSettings = newSettings) {
    const loaded = storage.load()
    this.#storage = storage
    this.account = loaded?.account ?? newAccount(settings)
    this.#accountChanged = !loaded
    this.#lines = loaded?.lines ?? []
    this.#writtenSeq = this.account.seq
    this.#writtenOpenFrom = this.account.openFrom
    for (const generation of loaded?.pending ?? []) this.#keep(generation)
  }

  /** The sum of all pending holds. */
  get heldNanos(): UsdNanos {
    return this.#heldNanos
  }

  key(hash: string): KeyState {
    const known = this.#keys.get(hash)
    if (known) return known
    const record = this.#storage.key(hash) ?? { hash, row: null, usage: noUsageWindows }
    const key = { ...record, heldNanos: 0, running: 0, rate: undefined }
    this.#keys.set(hash, key)
    return key
  }

  keys(): Iterable<KeyState> {
    return this.#keys.values()
  }

  generation(id: string): GenerationRow | undefined {
    return this.#generations.get(id) ?? this.#storage.generation(id)
  }

  /** Those in memory: all that are pending, and some that are over. */
  generations(): Iterable<GenerationRow> {
    return this.#generations.values()
  }

  /** The credit with a reference. Adjustments have references of our making, which are nobody else's business. */
  credit(reference: string): EntryRow | undefined {
    const unwritten = this.#newEntries.find(
      (entry) => entry.kind !== 'adjust' && entry.reference === reference,
    )
    return unwritten ?? this.#storage.credit(reference)
  }

  /** Those that are not written yet. */
  entries(): Iterable<EntryRow> {
    return this.#newEntries
  }

  /** When a key was admitted since an instant: what is stored, and what is not yet. Unix ms. */
  admissions(keyHash: string, sinceMs: number): number[] {
    const stored = this.#storage.admissions(keyHash, sinceMs)
    const times = new Map(stored.map(({ id, admittedAtMs }) => [id, admittedAtMs]))
    for (const { id, keyHash: hash, admittedAtMs } of this.#generations.values()) {
      if (hash === keyHash && admittedAtMs >= sinceMs) times.set(id, admittedAtMs)
    }
    return [...times.values()]
  }

  /** When anything free was admitted since an instant, by whatever key. */
  freeAdmissions(sinceMs: number): FreeAdmission[] {
    const found = new Map(this.#storage.freeAdmissions(sinceMs).map((each) => [each.id, each]))
    for (const { id, admittedAtMs, freeTokens: tokens } of this.#generations.values()) {
      if (tokens !== null && admittedAtMs >= sinceMs) found.set(id, { id, admittedAtMs, tokens })
    }
    return [...found.values()]
  }

  /** All that was ever purchased: what is paid back takes nothing from it. */
  purchasedNanos(): UsdNanos {
    const unwritten = this.#newEntries.filter(
      ({ kind, amountNanos }) => kind === 'purchase' && amountNanos > 0,
    )
    return unwritten.reduce((sum, { amountNanos }) => sum + amountNanos, this.#storage.purchasedNanos())
  }

  /** Sets a new generation's hold aside. */
  open(generation: GenerationRow): void {
    this.#keep(generation)
    this.change(generation)
  }

  raise(generation: GenerationRow, byNanos: UsdNanos): void {
    generation.holdNanos += byNanos
    this.#addHeld(generation, byNanos)
  }

  release(generation: GenerationRow): void {
    this.#addHeld(generation, -generation.holdNanos)
    this.key(generation.keyHash).running--
  }

  /** Charges a generation by its own line. */
  post(generation: GenerationRow, costNanos: UsdNanos): void {
    generation.postedNanos = costNanos
    this.line(generation)
    this.#move(-costNanos)
    this.#charge(generation, costNanos)
  }

  /** Corrects what a generation cost by a line of its own, even by nothing: D1 learns of its record from that line. */
  adjust(generation: GenerationRow, costNanos: UsdNanos, nowMs: number): void {
    const difference = costNanos - generation.costNanos
    this.#charge(generation, difference)
    const reference = adjustPrefix + generation.id
    this.enter({ kind: 'adjust', reference, amountNanos: -difference, note: null, createdAtMs: nowMs })
  }

  /** Gives a generation its line; without a charge it keeps the record only. */
  line(generation: GenerationRow): void {
    generation.seq = this.#nextSeq()
    this.#lines.push({ seq: generation.seq, generationId: generation.id })
    this.#lowerOpenFrom(generation.id)
  }

  enter(entry: Omit<EntryRow, 'seq' | 'balanceNanos'>): EntryRow {
    this.#move(entry.amountNanos)
    const line = { ...entry, seq: this.#nextSeq(), balanceNanos: this.account.postedNanos }
    this.#newEntries.push(line)
    this.#lines.push({ seq: line.seq, entry: line })
    return line
  }

  change(generation: GenerationRow): void {
    this.#generations.set(generation.id, generation)
    this.#changedGenerations.add(generation.id)
    if (generation.state === 'pending') this.#lowerOpenFrom(generation.id)
  }

  changeKey(key: KeyState): void {
    this.#changedKeys.add(key.hash)
  }

  changeAccount(): void {
    this.#accountChanged = true
  }

  /** Whether anything waits to be written. */
  get changed(): boolean {
    const { size } = this.#changedGenerations
    return this.#accountChanged || size + this.#changedKeys.size + this.#newEntries.length > 0
  }

  /** Whether nothing is left for time to do: no hold to expire, no line to flush. */
  get atRest(): boolean {
    return this.#generations.size === 0 && this.#lines.length === 0 && !this.changed
  }

  /** If it throws, memory is ahead of the storage and must be given up. */
  write(): void {
    if (!this.changed) return
    this.#storage.write({
      account: this.#accountChanged ? this.account : undefined,
      keys: [...this.#changedKeys].map((hash) => this.key(hash)),
      generations: [...this.#changedGenerations].flatMap((id) => this.#generations.get(id) ?? []),
      entries: this.#newEntries,
    })
    if (this.#accountChanged) this.#writtenOpenFrom = this.account.openFrom
    this.#writtenSeq = this.account.seq
    for (const id of this.#changedGenerations) {
      if (this.#generations.get(id)?.state !== 'pending') this.#generations.delete(id)
    }
    this.#accountChanged = false
    this.#changedKeys.clear()
    this.#changedGenerations.clear()
    this.#newEntries = []
  }

  /** How many durable lines D1 does not have yet. */
  get backlog(): number {
    return this.#writtenSeq - this.account.flushed
  }

  /** The next lines for D1, as the storage has them: nothing that a crash could still take back. */
  takeFlush(linesMax: number): Flush | undefined {
    const lines = this.#lines.slice(0, Math.min(linesMax, this.backlog))
    const last = lines.at(-1)
    if (!last) return undefined
    const generations = new Map<string, GenerationRow>()
    const entries: EntryRow[] = []
    let amountNanos = 0
    for (const line of lines) {
      const id = 'entry' in line ? adjustedId(line.entry) : line.generationId
      const generation = id === undefined ? undefined : this.#storage.generation(id)
      if (generation) generations.set(generation.id, generation)
      if ('entry' in line) entries.push(line.entry)
      amountNanos += 'entry' in line ? line.entry.amountNanos : -(generation?.postedNanos ?? 0)
    }
    const afterSeq = this.account.flushed
    return { afterSeq, toSeq: last.seq, amountNanos, generations: [...generations.values()], entries }
  }

  /**
   * Where D1 stands, told by itself after a flush or because a flush did not fit. Further than we thought: a reply was
   * lost after its commit. Behind: an older copy was restored, and gets the lines again. Beyond our last line: `lost`,
   * this storage is the older copy and has to be built anew.
   */
  bookIsAt(seq: number, nowMs: number): 'known' | 'lost' {
    if (seq > this.#writtenSeq) return 'lost'
    if (seq < this.account.flushed) {
      const unwritten = this.#lines.filter((line) => line.seq > this.#writtenSeq)
      this.#lines = [...this.#storage.linesAfter(seq), ...unwritten]
      this.#accountChanged = true
    } else {
      this.#lines = this.#lines.filter((line) => line.seq > seq)
    }
    // Written with the account's next change: after a crash until then D1 is offered what it has, and says so.
    this.account.flushed = seq
    this.account.openFrom = this.#smallestOpen(nowMs)
    return 'known'
  }

  #keep(generation: GenerationRow): void {
    this.#generations.set(generation.id, generation)
    this.#addHeld(generation, generation.holdNanos)
    this.key(generation.keyHash).running++
  }

  #addHeld(generation: GenerationRow, nanos: UsdNanos): void {
    const key = this.key(generation.keyHash)
    this.#heldNanos += nanos
    key.heldNanos += nanos
    if (this.#heldNanos < 0 || key.heldNanos < 0) throw new Error('A hold was released twice')
  }

  #charge(generation: GenerationRow, nanos: UsdNanos): void {
    const key = this.key(generation.keyHash)
    generation.costNanos += nanos
    key.usage = charged(key.usage, nanos, generation.admittedAtMs)
    this.#changedKeys.add(key.hash)
  }

  #move(nanos: UsdNanos): void {
    const postedNanos = this.account.postedNanos + nanos
    if (Math.abs(postedNanos) > nanosMax) throw new RangeError('A balance has left the exact integers')
    this.account.postedNanos = postedNanos
  }

  #nextSeq(): number {
    this.#accountChanged = true
    return ++this.account.seq
  }

  #lowerOpenFrom(id: string): void {
    if (id < this.account.openFrom) this.account.openFrom = id
    if (id < this.#writtenOpenFrom) this.#accountChanged = true
  }

  #smallestOpen(nowMs: number): string {
    if (this.#lines.length > openScanMax) return this.account.openFrom
    let smallest = generationIdFloor(nowMs - idSlackMs)
    for (const { id } of this.#generations.values()) if (id < smallest) smallest = id
    for (const line of this.#lines) {
      if ('generationId' in line && line.generationId < smallest) smallest = line.generationId
    }
    return smallest
  }
}

const adjustPrefix = 'adjust:'

function adjustedId({ kind, reference }: EntryRow): string | undefined {
  return kind === 'adjust' ? reference.slice(adjustPrefix.length) : undefined
}

const newSettings: AccountSettings = { unlimited: false, markups: { default: '1', models: {} }, version: 0 }

function newAccount(settings: AccountSettings): AccountRow {
  const { unlimited, markups, routing = {}, version } = settings
  const money = { postedNanos: 0, creditsNanos: 0, purchased: false, seq: 0, flushed: 0, openFrom: '' }
  return { ...money, unlimited, markups, routing, version }
}
