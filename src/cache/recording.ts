import type { JsonObject } from '../base/json.ts'
import { readObject } from '../wire/json.ts'
import type { GenerationEvent } from '../generation/events.ts'
import type { Format } from '../generation/request.ts'
import { noUsage } from '../generation/usage.ts'

/** The generation that an answer comes from. */
export interface Source {
  generationId: string
  model: string
  provider: string
  providerName: string
  upstreamModel: string
}

/** An answer as it is kept. Its events are those of a fresh one, so each dialect replays it as it tells any other. */
export interface StoredAnswer {
  source: Source
  storedAtMs: number
  /** To the millisecond; the stores themselves may keep it for longer. */
  expiresAtMs: number
  /** All frames of an answer are in the format of the provider that gave it. */
  format: Format | null
  frames: JsonObject[]
  /** With the number of the frame it was read from; -1: none. */
  events: [frame: number, event: GenerationEvent][]
}

/** A longer answer is not kept: some 7,000 tokens, if its provider tells them one by one. */
const charactersMax = 1024 * 1024

/** Writes an answer down while it is told. Once it is too long to be kept, it takes no more memory. */
export class Recording {
  #format: Format | undefined
  #frame: JsonObject | undefined
  readonly #frames: string[] = []
  readonly #events: string[] = []
  #characters = 0
  #serviceTier: string | undefined
  #finished = false
  #flawed = false

  add({ native, ...event }: GenerationEvent): void {
    // A replay costs nothing and so counts nothing, but says how it was served.
    if (event.type === 'usage') this.#serviceTier = event.usage.serviceTier ?? this.#serviceTier
    if (this.#flawed || event.type === 'usage') return
    // Nor is anything of a provider's named after it.
    if (event.type === 'start') delete event.upstreamId
    if (event.type === 'finish') this.#finished = event.reason !== 'error' && !event.flaws?.length
    // Events of one frame share it, and follow each other.
    if (native && native.data !== this.#frame) {
      this.#format = native.format
      this.#frame = native.data
      const isEdge = event.type === 'start' || event.type === 'finish'
      this.#write(this.#frames, JSON.stringify(isEdge ? withoutCounts(native.data) : native.data))
    }
    this.#write(this.#events, JSON.stringify([native ? this.#frames.length - 1 : -1, event]))
    this.#flawed = event.type === 'error' || this.#characters > charactersMax
    if (this.#flawed) this.#frames.length = this.#events.length = 0
  }

  /** The answer's text, if it came to a proper end. */
  text(source: Source, storedAtMs: number, expiresAtMs: number): string | undefined {
    if (!this.#finished || this.#flawed) return undefined
    if (this.#serviceTier !== undefined) {
      const usage = { ...noUsage, serviceTier: this.#serviceTier }
      this.#write(this.#events, JSON.stringify([-1, { type: 'usage', usage }]))
    }
    const head = JSON.stringify({ source, storedAtMs, expiresAtMs, format: this.#format ?? null })
    return `${head.slice(0, -1)},"frames":[${this.#frames.join(',')}],"events":[${this.#events.join(',')}]}`
  }

  #write(texts: string[], text: string): void {
    texts.push(text)
    this.#characters += text.length + 1
  }
}

/** The events of a kept answer, those of one frame sharing it again. */
export function replayed({ format, frames, events }: StoredAnswer): GenerationEvent[] {
  return events.map(([frame, event]) => {
    const data = frames[frame]
    return data && format ? { ...event, native: { format, data } } : event
  })
}

/** What begins or ends an answer may hold the counts of its provider. */
function withoutCounts(frame: JsonObject): JsonObject {
  const { usage: _usage, ...rest } = frame
  const { response } = rest
  const message = readObject(rest['message'])
  const tier = readObject(message?.['usage'])?.['service_tier']
  return {
    ...rest,
    ...(message && { message: { ...message, usage: tier === undefined ? null : { service_tier: tier } } }),
    // What it repeats of the answer was told before.
    ...(readObject(response) && { response: { ...readObject(response), usage: null, output: [] } }),
  }
}
