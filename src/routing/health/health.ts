import { DurableObject } from 'cloudflare:workers'
import * as z from 'zod/mini'
import { minuteMs } from '../../base/time.ts'
import type { Measures } from '../../catalogue/public-model.ts'
import type { Env } from '../../env.ts'
import { agesForPeople, agesForRouting, agesStored, kept, merge, type Board } from './board.ts'
import { measuresFrom } from './figures.ts'

const savedEveryMs = minuteMs
const counts = z.record(z.string(), z.number())
const stored = z.record(z.string(), z.record(z.string(), counts))

/**
 * How the endpoints of one model do, as all isolates saw it; named by the model's id. It lives in memory, and a row
 * that is written once a minute at most keeps uptimes over an eviction. Its loss costs nothing but what it knew.
 */
export class Health extends DurableObject<Env> {
  #board: Board
  #savedAtMs = 0
  #saving: ReturnType<typeof setTimeout> | undefined

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    // What an older or a newer release wrote, and this one cannot read, is forgotten.
    this.#board = stored.safeParse(ctx.storage.kv.get('board')).data ?? {}
  }

  /** Takes in what an isolate saw, and tells what all of them did. */
  exchange(seen: Board): Board {
    const nowMs = Date.now()
    this.#board = kept(merge(this.#board, seen), nowMs, agesForPeople)
    if (Object.keys(seen).length > 0) this.#saveSoon(nowMs)
    return kept(this.#board, nowMs, agesForRouting)
  }

  /** By endpoint. */
  measures(): Record<string, Measures> {
    return measuresFrom(this.#board, Date.now())
  }

  #saveSoon(nowMs: number): void {
    const dueMs = this.#savedAtMs + savedEveryMs - nowMs
    if (dueMs <= 0) this.#save()
    else this.#saving ??= setTimeout(() => this.#save(), dueMs)
  }

  #save(): void {
    clearTimeout(this.#saving)
    this.#saving = undefined
    this.#savedAtMs = Date.now()
    this.ctx.storage.kv.put('board', kept(this.#board, this.#savedAtMs, agesStored))
  }
}
