import { exact } from '../base/json.ts'
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

/** KV refuses shorter lives. An answer's own expiry is what counts. */
const kvSecondsMin = 60

/** What KV's writes are: none left today, or failing just now. */
export type Complaint = 'spent' | 'failed'

/**
 * Kept answers by key, in order of nearness: this isolate, this data centre (the Cache API, which has no effect without
 * a domain of one's own), everywhere (KV). None of them may fail a request: what cannot be read, or
 * was damaged, is a miss.
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
    const answer = near && Date.now() < near.untilMs ? near.answer : await this.#readFar(key, near?.answer)
    if (!answer || answer.expiresAtMs > Date.now()) return answer
    this.#recent.delete(key)
    return undefined
  }

  /** In this isolate at once, elsewhere when the promise is fulfilled: with what is to be told of KV. */
  async write(key: string, text: string, ttlSeconds: number): Promise<Complaint | undefined> {
    this.#keepNear(key, text)
    const value = await sealed(key, text)
    const told = await this.#writeKv(key, value, ttlSeconds)
    // Nothing that is cleared elsewhere reaches a data centre: where KV has the answer it is asked again soon.
    const isInKv = Date.now() >= this.#writesRestUntilMs
    const maxAge = isInKv ? Math.min(nearMs / 1000, ttlSeconds) : ttlSeconds
    await caches.default
      .put(urlOf(key), new Response(value, { headers: { 'cache-control': `max-age=${maxAge}` } }))
      .catch(ignore)
    return told
  }

  /**
   * From this isolate. The other stores keep it until the answer that follows takes its place, for KV takes one write
   * of a key a second; or, where none follows, until `clearFar`.
   */
  clear(key: string): void {
    this.#recent.delete(key)
  }

  async clearFar(key: string): Promise<void> {
    const edge = caches.default.delete(urlOf(key)).catch(ignore)
    await this.#kv.delete(nameOf(key)).catch(ignore)
    await edge
  }

  #readNear(key: string): { answer: StoredAnswer; untilMs: number } | undefined {
    const near = this.#recent.get(key)
    if (near === undefined) return undefined
    const start = near.indexOf('{')
    return { answer: parse(near.slice(start)), untilMs: Number(near.slice(0, start)) }
  }

  #keepNear(key: string, text: string): void {
    this.#recent.set(key, `${Date.now() + nearMs}${text}`)
  }

  /** The answer of another place, unless that is older than the one here, or there is none. */
  async #readFar(key: string, near?: StoredAnswer): Promise<StoredAnswer | undefined> {
    if (Date.now() < this.#readsRestUntilMs) return near
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error('late')), readTimeoutMs)
    try {
      const text = await Promise.race([this.#fetch(key), late])
      const answer = text === undefined ? undefined : parse(text)
      const isNewer = answer && answer.storedAtMs >= (near?.storedAtMs ?? 0)
      if (isNewer) this.#keepNear(key, text ?? '')
      else if (near) this.#keepNear(key, JSON.stringify(near))
      return isNewer ? answer : near
    } catch {
      this.#readsRestUntilMs = Date.now() + restMs
      return near
    } finally {
      clearTimeout(timer)
    }
  }

  async #fetch(key: string): Promise<string | undefined> {
    const kept = await caches.default.match(urlOf(key)).catch(ignore)
    const value = kept ? await kept.text() : await this.#kv.get(nameOf(key))
    return value === null ? undefined : await opened(key, value)
  }

  async #writeKv(key: string, value: string, ttlSeconds: number): Promise<Complaint | undefined> {
    if (Date.now() < this.#writesRestUntilMs) return undefined
    try {
      await this.#kv.put(nameOf(key), value, { expirationTtl: Math.max(kvSecondsMin, ttlSeconds) })
      this.#spentTold = false
      return undefined
    } catch (error) {
      return this.#writeFailed(String(error))
    }
  }

  #writeFailed(reason: string): Complaint | undefined {
    const spent = /limit exceeded/i.test(reason)
    // Of two answers to one question within a second KV takes one: that is as it should be.
    if (!spent && reason.includes('429')) return undefined
    const isTold = Date.now() < this.#writesRestUntilMs
    this.#writesRestUntilMs = Date.now() + (spent ? writesRestMs : restMs)
    if (!spent) return isTold ? undefined : 'failed'
    if (this.#spentTold) return undefined
    this.#spentTold = true
    return 'spent'
  }
}

/** By namespace: an isolate has one. */
const storesCache = new WeakMap<KVNamespace, AnswerStore>()

export function answerStoreOf(kv: KVNamespace): AnswerStore {
  const store = storesCache.get(kv) ?? new AnswerStore(kv)
  storesCache.set(kv, store)
  return store
}

function parse(text: string): StoredAnswer {
  const answer: StoredAnswer = JSON.parse(text, exact(text))
  return answer
}

function nameOf(key: string): string {
  return `answer/${key}`
}

/** The Cache API knows nothing but addresses. Nobody can ask for this one. */
function urlOf(key: string): string {
  return `https://answers.invalid/${key}`
}

function ignore(): undefined {}
