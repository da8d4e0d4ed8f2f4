import { expect, inject, vi } from 'vitest'
import * as z from 'zod'
import { calls, type Call, type Script, type Step } from './upstream-script.ts'

/** A provider as a test plays it. Point `<SLUG>_BASE_URL` at `baseUrl`; deeper paths play the same script. */
export interface Provider {
  baseUrl: string
  /** What came so far, in order of arrival. */
  calls: () => Promise<Call[]>
  /** Waits until the calls satisfy the condition, and gives them. */
  until: (condition: (calls: Call[]) => boolean, timeoutMs?: number) => Promise<Call[]>
  /** Lets the steps `gate(name)` go on, those that come later too. */
  open: (gate: string) => Promise<void>
}

/** Nobody listens there: connections are refused. */
export const refusingUrl = 'http://127.0.0.1:2/v1'

/** A provider whose successive calls take the successive attempts; the last one repeats. */
export async function provider(...attempts: Step[][]): Promise<Provider> {
  return await play({ attempts })
}

/** The same at a base URL known beforehand, `<upstreamUrl>/<id>`, in place of what played there before. */
export async function providerAt(id: string, ...attempts: Step[][]): Promise<Provider> {
  return await play({ id, attempts })
}

async function play(script: Script): Promise<Provider> {
  const url = inject('upstreamUrl')
  const response = await fetch(`${url}/_scripts`, { method: 'POST', body: JSON.stringify(script) })
  const { id, baseUrl } = z.object({ id: z.string(), baseUrl: z.string() }).parse(await response.json())
  const read = async () => calls.parse(await (await fetch(`${url}/_log/${id}`)).json())
  return {
    baseUrl,
    calls: read,
    until: (condition, timeoutMs = 30_000) =>
      vi.waitFor(
        async () => {
          const now = await read()
          expect(condition(now), `the upstream's log: ${JSON.stringify(now)}`).toBe(true)
          return now
        },
        { timeout: timeoutMs, interval: 10 },
      ),
    open: async (gate) => {
      await (await fetch(`${url}/_gates/${id}/${gate}`, { method: 'POST', body: '' })).text()
    },
  }
}

/** A whole answer, with its length. */
export function reply(status: number, body: string, headers: Record<string, string> = {}): Step[] {
  const length = String(new TextEncoder().encode(body).length)
  return [
    { do: 'head', status, headers: { 'content-length': length, ...headers }, chunked: false },
    { do: 'send', text: body },
  ]
}

export function replyJson(status: number, body: unknown, headers: Record<string, string> = {}): Step[] {
  return reply(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers })
}

/** The head of a stream; steps follow. */
export function streaming(...steps: Step[]): Step[] {
  return [
    { do: 'head', status: 200, headers: { 'content-type': 'text/event-stream' }, chunked: true },
    ...steps,
  ]
}

/** Body text; with `cut`, so many bytes per write. */
export function send(text: string, cut?: number): Step {
  return { do: 'send', text, ...(cut !== undefined && { cut }) }
}

/** The first bytes of a text, where a fault is to come in the middle of it. */
export function sendUntil(text: string, byte: number): Step {
  const bytes = new TextEncoder().encode(text).subarray(0, byte)
  return { do: 'bytes', hex: [...bytes].map((value) => value.toString(16).padStart(2, '0')).join('') }
}

export const raw = (text: string): Step => ({ do: 'raw', text })
export const wait = (ms: number): Step => ({ do: 'wait', ms })
export const gate = (name: string): Step => ({ do: 'gate', name })
export const silence: Step = { do: 'silence' }
export const reset: Step = { do: 'reset' }
export const halfClose: Step = { do: 'half-close' }
export const echo: Step[] = [
  { do: 'head', status: 200, headers: { 'content-type': 'application/json' }, chunked: true },
  { do: 'echo' },
]

/** The same text, `times` times or until the client leaves. */
export function repeat(text: string, everyMs: number, times?: number): Step {
  return { do: 'repeat', text, everyMs, ...(times !== undefined && { times }) }
}

/** One endless word: `fill('a', 64 * 1024 * 1024)`. */
export const fill = (letter: string, bytes: number): Step => ({ do: 'fill', letter, bytes })

/** The value of a request header as the upstream got it, whatever its case; `undefined` where it was not sent. */
export function headerOf(received: Call | undefined, name: string): string | undefined {
  return received?.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}
