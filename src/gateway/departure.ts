import type { Context } from 'hono'
import type { Env } from '../env.ts'
import type { Limits } from './limits.ts'

/**
 * The client's presence. It has left as soon as the runtime says so (`request.signal`) or a write to it fails,
 * whichever comes first: on an orderly close of a silent stream the runtime notices nothing until something is
 * written.
 */
export interface Departure {
  /** Aborts when the client has left. */
  readonly left: AbortSignal
  /** Aborts when a provider that bills on has been listened to for as long as it may. */
  readonly drained: AbortSignal
  /** Whether the response has begun: from then on a failure can only be told inside it. */
  answered: boolean
  leave(): void
  /** Lets the runtime end the request's context. Until then its work goes on, client or no client. */
  end(): void
  /** Lets this work go on after the answer. It must not fail. */
  keep(work: Promise<unknown>): void
  /** Waits for something without which there is nothing to watch: ends the watch if it fails. */
  orEnd<T>(promise: Promise<T>): Promise<T>
}

/**
 * Watches the client from now on. The pending `waitUntil` is what keeps the context alive, and `request.signal`
 * working, after the client has left; without it nobody would settle.
 */
export function departure(c: Context<{ Bindings: Env }>, limits: Limits, onEnd: () => void): Departure {
  const left = new AbortController()
  const drained = new AbortController()
  const { promise, resolve } = Promise.withResolvers<void>()
  c.executionCtx.waitUntil(promise)

  let drainTimer: ReturnType<typeof setTimeout> | undefined
  const leave = (): void => {
    if (left.signal.aborted) return
    left.abort()
    drainTimer = setTimeout(() => drained.abort(), limits.drainMs)
  }
  const { signal } = c.req.raw
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  const end = (): void => {
    clearTimeout(drainTimer)
    signal.removeEventListener('abort', leave)
    onEnd()
    resolve()
  }
  return {
    left: left.signal,
    drained: drained.signal,
    answered: false,
    leave,
    end,
    keep: (work) => c.executionCtx.waitUntil(work),
    async orEnd(awaited) {
      try {
        return await awaited
      } catch (error) {
        end()
        throw error
      }
    },
  }
}
