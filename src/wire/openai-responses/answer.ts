import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationEvent, GenerationFailure, Media } from '../../generation/events.ts'
import type { AnswerEvent, Charge } from '../dialect.ts'
import { readCount, readObject, readText } from '../json.ts'
import type { Output, Slot } from './output.ts'
import { partKinds, type PartKind } from './parts.ts'
import { writeSealed, type SealedThing } from './sealed.ts'

type Finish = Extract<GenerationEvent, { type: 'finish' }>
type Told<T extends GenerationEvent['type']> = Extract<GenerationEvent, { type: T }>

/** The kind of words that an event is about, by the event's type. */
const kindsOf = (suffix: string): ReadonlyMap<string, PartKind> =>
  new Map(Object.values(partKinds).map((kind) => [kind.event + suffix, kind]))
const deltas = kindsOf('.delta')
const endings = kindsOf('.done')
const partFrames: ReadonlySet<string> = new Set(
  Object.values(partKinds).flatMap(({ frame }) => [`${frame}.added`, `${frame}.done`]),
)

/** One answer: what happened, as the items of this format. Events of the format itself keep what only it can say. */
export class Answer {
  finish: Finish | undefined
  failure: GenerationFailure | undefined
  charge: Charge | undefined
  readonly #output: Output
  /** The items of a provider of this format, by their place there. */
  readonly #native = new Map<number, Slot>()
  #frame: JsonObject | undefined
  /** Of other formats: the message or thought that is being told, the calls by number, sources of words to come. */
  #open: Slot | undefined
  readonly #calls = new Map<number, Slot>()
  #citations: Json[] = []

  constructor(output: Output) {
    this.#output = output
  }

  add(event: AnswerEvent): void {
    if (event.type === 'charge') this.charge = event.charge
    else if (event.type === 'error') this.failure = event.error
    else if (event.type === 'finish') this.finish = event
    else if (event.native?.format === 'openai-responses') this.#tellFrame(event.native.data)
    else this.#tell(event)
  }

  /** Ends what is still open. A call that broke off must never look like one to be made. */
  close(): void {
    if (this.failure || !this.finish) return
    this.#output.endAll(this.finish.reason === 'length' ? 'incomplete' : 'completed')
  }

  #tellFrame(frame: JsonObject): void {
    // Events of one frame share it.
    if (frame === this.#frame) return
    this.#frame = frame
    const type = readText(frame['type']) ?? ''
    const index = readCount(frame['output_index']) ?? 0
    const kind = deltas.get(type) ?? endings.get(type) ?? kindOfPart(type, frame)
    const slot = this.#native.get(index) ?? this.#beginNative(index, frame, kind)
    if (!slot) return
    if (kind) this.#tellWords(slot, kind, frame)
    else this.#tellItem(slot, type, frame)
  }

  /** The item an event belongs to, where none has been announced: one is made for words, so that none are lost. */
  #beginNative(index: number, frame: JsonObject, kind: PartKind | undefined): Slot | undefined {
    const isThought = kind?.name === 'summary_text' || kind?.name === 'reasoning_text'
    const assumed = kind && { type: isThought ? 'reasoning' : 'message', id: frame['item_id'] ?? '' }
    const item = readObject(frame['item']) ?? assumed
    if (!item) return undefined
    const slot = this.#output.begin(item)
    this.#native.set(index, slot)
    return slot
  }

  #tellWords(slot: Slot, kind: PartKind, frame: JsonObject): void {
    const where = { kind, place: readCount(frame[kind.at]) ?? 0 }
    const delta = readText(frame['delta'])
    if (delta !== undefined) return this.#output.words(slot, where, delta, frame)
    // What ends a part may hold what no delta told.
    const part = this.#output.part(slot, where)
    const value = readObject(frame['part']) ?? frame
    const whole = readText(value[kind.field]) ?? ''
    this.#output.words(slot, where, whole.slice(part.text.length))
    if (frame['type'] === `${kind.frame}.done`) this.#output.endPart(slot, part)
  }

  #tellItem(slot: Slot, type: string, frame: JsonObject): void {
    switch (type) {
      case 'response.output_item.added':
        return
      case 'response.output_item.done':
        return this.#output.end(slot, 'completed', readObject(frame['item']) ?? {})
      case 'response.function_call_arguments.delta':
        return this.#output.arguments(slot, readText(frame['delta']) ?? '')
      case 'response.function_call_arguments.done':
        return this.#output.arguments(slot, (readText(frame['arguments']) ?? '').slice(slot.arguments.length))
      case 'response.output_text.annotation.added':
        return this.#output.annotate(
          slot,
          readCount(frame['content_index']) ?? 0,
          frame['annotation'] ?? null,
        )
      default:
        return this.#output.pass(slot, type, frame)
    }
  }

  #tell(event: Exclude<GenerationEvent, { type: 'usage' | 'error' | 'finish' }>): void {
    switch (event.type) {
      case 'text-delta':
        return this.#tellText(event.text, partKinds.output_text)
      case 'refusal-delta':
        return this.#tellText(event.text, partKinds.refusal)
      case 'reasoning-delta':
        return this.#tellThought(event)
      case 'tool-call-delta':
        return this.#tellCall(event)
      case 'seal':
        return this.#tellSeal(event)
      case 'media':
        return this.#tellMedia(event.media)
      case 'start':
      case 'frame':
        return
    }
  }

  #tellText(text: string, kind: PartKind): void {
    if (text === '') return
    const slot = this.#block('message', {})
    this.#output.words(slot, { kind, place: 0 }, text)
    for (const citation of this.#citations) this.#output.annotate(slot, 0, citation)
    this.#citations = []
  }

  #tellThought({ text, isSummary, maker }: Told<'reasoning-delta'>): void {
    if (text === '') return
    const slot = this.#block('reasoning', maker === undefined ? {} : { format: maker })
    const kind = isSummary ? partKinds.summary_text : partKinds.reasoning_text
    this.#output.words(slot, { kind, place: 0 }, text)
  }

  #tellCall({ index, id, name, arguments: text }: Told<'tool-call-delta'>): void {
    let slot = this.#calls.get(index)
    if (!slot) {
      this.#endBlock()
      slot = this.#output.begin({ type: 'function_call', call_id: id ?? `call_${index}`, name: name ?? '' })
      this.#calls.set(index, slot)
    } else if (name !== undefined) slot.item = { ...slot.item, name }
    this.#output.arguments(slot, text)
  }

  /** A seal ends the thought before it. One of words or of a call, or with an id of its own, is told as a thought. */
  #tellSeal({ seal, of, index }: Told<'seal'>): void {
    const thing: SealedThing = of ?? (index === undefined ? 'thought' : { call: index })
    const encrypted = { encrypted_content: writeSealed({ seal, of: thing }), format: seal.maker }
    const isOfOpen = thing === 'thought' && seal.id === undefined && this.#open?.item['type'] === 'reasoning'
    if (!isOfOpen) {
      if (thing === 'thought') this.#endBlock()
      const slot = this.#output.begin({ type: 'reasoning', ...(seal.id !== undefined && { id: seal.id }) })
      slot.item = { ...slot.item, ...encrypted }
      return this.#output.end(slot, 'completed')
    }
    if (this.#open) this.#open.item = { ...this.#open.item, ...encrypted }
    this.#endBlock()
  }

  #tellMedia(media: Media): void {
    switch (media.kind) {
      case 'image': {
        this.#endBlock()
        const result = media.url.slice(media.url.startsWith('data:') ? media.url.indexOf(',') + 1 : 0)
        const slot = this.#output.begin({ type: 'image_generation_call', status: 'completed', result })
        return this.#output.end(slot, 'completed')
      }
      case 'citation': {
        const { url, title = '', start = 0, end = 0, text } = media
        const content = text === undefined ? {} : { content: text }
        const citation = { type: 'url_citation', url, title, start_index: start, end_index: end, ...content }
        // Some providers tell their sources before the first word.
        if (this.#open?.item['type'] === 'message') this.#output.annotate(this.#open, 0, citation)
        else this.#citations.push(citation)
        return
      }
      case 'audio':
        // The format has no words for it: it is not asked for either.
        return
    }
  }

  #block(type: 'message' | 'reasoning', fields: JsonObject): Slot {
    if (this.#open?.item['type'] === type) return this.#open
    this.#endBlock()
    this.#open = this.#output.begin({ type, ...fields })
    return this.#open
  }

  #endBlock(): void {
    if (this.#open) this.#output.end(this.#open, 'completed')
    this.#open = undefined
  }
}

function kindOfPart(type: string, frame: JsonObject): PartKind | undefined {
  if (!partFrames.has(type)) return undefined
  const name = readObject(frame['part'])?.['type']
  return Object.values(partKinds).find((kind) => kind.name === name)
}
