import { exact } from '../base/json.ts'
import { ttlSecondsMax, type CacheAsk } from './cache-ask.ts'
import { RecentTexts } from './recent-texts.ts'
import type { StoredAnswer } from './recording.ts'
import { opened, sealed } from './seal.ts'

/** Nobody waits longer for a store that is not this isolate's own; one that fails or is late is then left alone. */
const readTimeoutMs = 300
const restMs = 30_000
/** The plan's writes come back at midnight UTC, or when the plan is another. */
const writesRestMs = 10 * 60_000

/** For so long neither an isolate nor a data centre asks whether another place has cleared its answer. */
const nearMs = 60_000

/** KV takes one write of a key a second. */
const kvPauseMs = 1_100

/** KV refuses shorter lives. An answer's own expiry is what counts. */
const kvSecondsMin = 60

interface Kept {
  text: string
  answer: StoredAnswer
}

/** What KV's writes are: none left today, or failing just now. */
export type Complaint = 'spent' | 'failed'

/**
 * Kept answers by key, in order of nearness: this isolate, this data centre (the Cache API, which has no effect without
 * a domain of one's own), everywhere (KV). None of them may fail a request: what cannot be read or was damaged is a miss.
 */
export class AnswerStore {
  readonly #kv: KVNamespace
  readonly #recent = new RecentTexts()
  #readsRestUntilMs = 0
  #writesRestUntilMs = 0
  #spentTold = false

  constructor(kv: KVNamespace) {
    this.#kv = kv
  }

  async read(key: string): Promise<StoredAnswer | undefined> {
    const near = this.#readNear(key)
    const answer = near && Date.now() < near.untilMs ? near.answer : await this.#readFar(key)
    return answer && answer.expiresAtMs > Date.now() ? answer : undefined
  }

  /** In this isolate at once, elsewhere when the promise is fulfilled: with what is to be told of KV. */
  async write(key: string, text: string, { ttlSeconds, clear }: CacheAsk): Promise<Complaint | undefined> {
    this.#keepNear(key, text)
    const value = await sealed(key, text)
    const told = await this.#writeKv(key, value, { ttlSeconds, clear })
    // Nothing that is cleared elsewhere reaches a data centre: where KV has the answer it is asked again soon.
    const isInKv = Date.now() >= this.#writesRestUntilMs
    // What was cleared is there still. A plan without writes may have deletions.
    if (clear && !isInKv) await this.#kv.delete(nameOf(key)).catch(ignore)
    const maxAge = isInKv ? Math.min(nearMs / 1000, ttlSeconds) : ttlSeconds
    await caches.default
      .put(urlOf(key), new Response(value, { headers: { 'cache-control': `max-age=${maxAge}` } }))
      .catch(ignore)
    return told
  }

  /**
   * From this isolate, for good: nothing older than what it leaves here is told again. The other stores keep the answer
   * until the one that follows takes its place, for KV takes one write of a key a second; or, where none follows, until
   * `clearFar`.
   */
  clear(key: string): void {
    this.#keepNear(key, clearedNow())
  }

  /** Written, not deleted: isolates keep an answer that KV lacks, for it may have taken no writes. */
  async clearFar(key: string): Promise<Complaint | undefined> {
    // Somebody has asked meanwhile, and that answer is newer than the clear.
    if (this.#readNear(key)?.answer.expiresAtMs) return undefined
    return await this.write(key, clearedNow(), { ttlSeconds: ttlSecondsMax, clear: true })
  }

  #readNear(key: string): (Kept & { untilMs: number }) | undefined {
    const near = this.#recent.get(key)
    if (near === undefined) return undefined
    const start = near.indexOf('{')
    return { ...parse(near.slice(start)), untilMs: Number(near.slice(0, start)) }
  }

  #keepNear(key: string, text: string): void {
    this.#recent.set(key, `${Date.now() + nearMs}${text}`)
  }

  /** What other places have, unless that is older than what is here, or nothing. */
  async #readFar(key: string): Promise<StoredAnswer | undefined> {
    const far = Date.now() < this.#readsRestUntilMs ? undefined : await this.#fetchInTime(key)
    // Looked at after the wait, in which it may have been cleared.
    const near = this.#readNear(key)
    const newest = far && far.answer.storedAtMs > (near?.answer.storedAtMs ?? 0) ? far : near
    if (newest) this.#keepNear(key, newest.text)
    return newest?.answer
  }

  async #fetchInTime(key: string): Promise<Kept | undefined> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error('late')), readTimeoutMs)
    try {
      const text = await Promise.race([this.#fetch(key), late])
      return text === undefined ? undefined : parse(text)
    } catch {
      this.#readsRestUntilMs = Date.now() + restMs
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }

  async #fetch(key: string): Promise<string | undefined> {
    const kept = await caches.default.match(urlOf(key)).catch(ignore)
    const value = kept ? await kept.text() : await this.#kv.get(nameOf(key))
    return value === null ? undefined : await opened(key, value)
  }

  async #writeKv(key: string, value: string, ask: CacheAsk): Promise<Complaint | undefined> {
    if (Date.now() < this.#writesRestUntilMs) return undefined
    try {
      await this.#kv.put(nameOf(key), value, { expirationTtl: Math.max(kvSecondsMin, ask.ttlSeconds) })
      this.#spentTold = false
      return undefined
    } catch (error) {
      const reason = String(error)
      if (!isTooSoon(reason)) return this.#writeFailed(reason)
      // Of two answers to one question within a second KV takes one: that is as it should be. A clear has to get there.
      if (!ask.clear) return undefined
      await scheduler.wait(kvPauseMs)
      return await this.#writeKv(key, value, { ...ask, clear: false })
    }
  }

  #writeFailed(reason: string): Complaint | undefined {
    const spent = isSpent(reason)
    const isTold = Date.now() < this.#writesRestUntilMs
    this.#writesRestUntilMs = Date.now() + (spent ? writesRestMs : restMs)
    if (!spent) return isTold ? undefined : 'failed'
    if (this.#spentTold) return undefined
    this.#spentTold = true
    return 'spent'
  }
}

const isSpent = (reason: string): boolean => /limit exceeded/i.test(reason)
const isTooSoon = (reason: string): boolean => reason.includes('429') && !isSpent(reason)

/** By namespace: an isolate has one. */
const storesCache = new WeakMap<KVNamespace, AnswerStore>()

export function answerStoreOf(kv: KVNamespace): AnswerStore {
  const store = storesCache.get(kv) ?? new AnswerStore(kv)
  storesCache.set(kv, store)
  return store
}

/** Stands in an answer's place, expired from the start, and is newer than all that was stored before. */
function clearedNow(): string {
  return JSON.stringify({ storedAtMs: Date.now(), expiresAtMs: 0 })
}

function parse(text: string): Kept {
  const answer: StoredAnswer = JSON.parse(text, exact(text))
  return { text, answer }
}

function nameOf(key: string): string {
  return `answer/${key}`
}

/** The Cache API knows nothing but addresses. Nobody can ask for this one. */
function urlOf(key: string): string {
  return `https://answers.invalid/${key}`
}

function ignore(): undefined {}
