import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationEvent, Media, NativeFrame } from '../../generation/events.ts'
import { readArray, readCount, readObject, readText } from '../json.ts'
import { partKinds, type PartKind } from './parts.ts'
import { writeSealed } from './sealed.ts'

/** An item of the answer, as far as events have told it. */
interface OpenItem {
  /** The place among the calls of tools, of a function call. */
  call?: number
  /** How much of each part has been told, by kind and place. */
  told: Map<string, number>
  isDone: boolean
}

/** What each event that brings words brings. */
const deltas: ReadonlyMap<string, PartKind> = new Map(
  Object.entries(partKinds).map(([, kind]) => [`${kind.event}.delta`, kind]),
)

/**
 * Reads the items of an answer, by their place in it: some hosts change an item's id between two events. What an item
 * says at its end and no delta said before is told then.
 */
export class ItemReader {
  /** What the provider ran by itself, and of that the searches that it bills. */
  readonly ran = { calls: 0, webSearches: 0 }
  readonly #maker: string | undefined
  readonly #items = new Map<number, OpenItem>()
  #calls = 0

  constructor(maker: string | undefined) {
    this.#maker = maker
  }

  /** The model has called a function. */
  get called(): boolean {
    return this.#calls > 0
  }

  readFrame(type: string, frame: JsonObject): GenerationEvent[] {
    const index = readCount(frame['output_index'])
    // Nothing else belongs to the answer: pings, limits of rates.
    if (index === undefined || !/^response\.[a-z_.]+$/.test(type)) return []
    if (type === 'response.output_item.done') return this.readItem(index, frame['item'] ?? null)
    const native = nativeOf({ ...frame, type })
    const events = this.#eventsOf(type, frame, index)
    return events.length === 0 ? [{ type: 'frame', native }] : events.map((event) => ({ ...event, native }))
  }

  /** An item that is whole. A second time it says nothing new. */
  readItem(index: number, json: Json): GenerationEvent[] {
    const item = readObject(json)
    const open = this.#open(index)
    if (!item || open.isDone) return []
    open.isDone = true
    const events = [...this.#begin(open, item), ...this.#rest(open, item), ...this.#sealOf(item)]
    const native = nativeOf({
      type: 'response.output_item.done',
      output_index: index,
      item: this.#withMaker(item),
    })
    return events.length === 0 ? [{ type: 'frame', native }] : events.map((event) => ({ ...event, native }))
  }

  #eventsOf(type: string, frame: JsonObject, index: number): GenerationEvent[] {
    const open = this.#open(index)
    const kind = deltas.get(type)
    if (kind) {
      const place = readCount(frame[kind.at]) ?? 0
      return this.#words(open, kind, place, readText(frame['delta']) ?? '')
    }
    switch (type) {
      case 'response.output_item.added':
        return this.#begin(open, readObject(frame['item']) ?? {})
      case 'response.function_call_arguments.delta':
        return this.#arguments(open, readText(frame['delta']) ?? '')
      case 'response.output_text.annotation.added': {
        count(open, annotationsOf(readCount(frame['content_index']) ?? 0), 1)
        return citationOf(frame['annotation'] ?? null)
      }
      default:
        return []
    }
  }

  #open(index: number): OpenItem {
    const known = this.#items.get(index)
    if (known) return known
    const open: OpenItem = { told: new Map(), isDone: false }
    this.#items.set(index, open)
    return open
  }

  #begin(open: OpenItem, item: JsonObject): GenerationEvent[] {
    if (item['type'] !== 'function_call' || open.call !== undefined) return []
    open.call = this.#calls++
    const id = readText(item['call_id']) ?? readText(item['id']) ?? `call_${open.call}`
    const name = readText(item['name']) ?? ''
    const text = readText(item['arguments']) ?? ''
    count(open, 'arguments', text.length)
    return [{ type: 'tool-call-delta', index: open.call, id, name, arguments: text }]
  }

  #arguments(open: OpenItem, text: string): GenerationEvent[] {
    if (open.call === undefined || text === '') return []
    count(open, 'arguments', text.length)
    return [{ type: 'tool-call-delta', index: open.call, arguments: text }]
  }

  #words(open: OpenItem, kind: PartKind, place: number, text: string): GenerationEvent[] {
    const isFirst = count(open, `${kind.name}${place}`, text.length) === 0
    if (text === '') return []
    switch (kind.name) {
      case 'output_text':
        return [{ type: 'text-delta', text }]
      case 'refusal':
        return [{ type: 'refusal-delta', text }]
      case 'summary_text': {
        // Each part of a summary is a paragraph.
        const words = isFirst && place > 0 ? `\n\n${text}` : text
        return [{ type: 'reasoning-delta', text: words, isSummary: true, ...this.#thinker() }]
      }
      case 'reasoning_text':
        return [{ type: 'reasoning-delta', text, ...this.#thinker() }]
    }
  }

  #thinker(): { maker?: string } {
    return this.#maker === undefined ? {} : { maker: this.#maker }
  }

  /** What the whole item says beyond what was told. */
  #rest(open: OpenItem, item: JsonObject): GenerationEvent[] {
    const type = readText(item['type']) ?? ''
    if (ranHere.test(type)) this.ran.calls++
    switch (type) {
      case 'function_call': {
        const told = open.told.get('arguments') ?? 0
        const text = readText(item['arguments']) ?? ''
        return this.#arguments(open, told === 0 && text === '' ? '{}' : text.slice(told))
      }
      case 'message':
        return (readArray(item['content']) ?? []).flatMap((part, place) =>
          this.#restOfPart(open, place, part),
        )
      case 'reasoning':
        return ['summary', 'content'].flatMap((list) =>
          (readArray(item[list]) ?? []).flatMap((part, place) => this.#restOfPart(open, place, part)),
        )
      case 'image_generation_call':
        return imageOf(item)
      case 'web_search_call':
        if (!unbilled.includes(readText(readObject(item['action'])?.['type']) ?? '')) this.ran.webSearches++
        return []
      default:
        return []
    }
  }

  #restOfPart(open: OpenItem, place: number, json: Json): GenerationEvent[] {
    const part = readObject(json)
    const kind = kindOf(part)
    if (!part || !kind) return []
    const text = readText(part[kind.field]) ?? ''
    const told = open.told.get(`${kind.name}${place}`) ?? 0
    const annotations = (readArray(part['annotations']) ?? []).slice(open.told.get(annotationsOf(place)) ?? 0)
    return [...this.#words(open, kind, place, text.slice(told)), ...annotations.flatMap(citationOf)]
  }

  #sealOf(item: JsonObject): GenerationEvent[] {
    const data = readText(item['encrypted_content'])
    if (item['type'] !== 'reasoning' || !data || this.#maker === undefined) return []
    const id = readText(item['id'])
    return [
      {
        type: 'seal',
        seal: { maker: this.#maker, kind: 'encrypted', data, ...(id !== undefined && { id }) },
      },
    ]
  }

  /** The item as clients get it: what only its maker can read says who that is. */
  #withMaker(item: JsonObject): JsonObject {
    const data = readText(item['encrypted_content'])
    if (item['type'] !== 'reasoning' || !data || this.#maker === undefined) return item
    const seal = { maker: this.#maker, kind: 'encrypted', data } as const
    return { ...item, encrypted_content: writeSealed({ seal, of: 'thought' }), format: this.#maker }
  }
}

/** Calls that the client does not answer. A shell is anybody's: only the provider's tells what came of it. */
const ranHere =
  /(?<!^(?:function|custom_tool|computer|(?:local_)?shell|apply_patch))_call$|^shell_call_output$/

/** What a search does for nothing: it reads what it found (OpenAI: "search actions incur a tool call cost"). */
const unbilled = ['open_page', 'find_in_page']

/** Adds to what was told of something, and gives what it was before. */
function count(open: OpenItem, what: string, more: number): number {
  const before = open.told.get(what) ?? 0
  open.told.set(what, before + more)
  return before
}

function annotationsOf(place: number): string {
  return `annotations${place}`
}

function kindOf(part: JsonObject | undefined): PartKind | undefined {
  return Object.values(partKinds).find(({ name }) => name === part?.['type'])
}

function citationOf(json: Json): GenerationEvent[] {
  const annotation = readObject(json)
  const url = readText(annotation?.['url'])
  if (annotation?.['type'] !== 'url_citation' || url === undefined) return []
  const title = readText(annotation['title'])
  const text = readText(annotation['content'])
  const start = readCount(annotation['start_index'])
  const end = readCount(annotation['end_index'])
  const media: Media = {
    kind: 'citation',
    url,
    ...(title !== undefined && { title }),
    ...(text !== undefined && { text }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  }
  return [{ type: 'media', media }]
}

function imageOf(item: JsonObject): GenerationEvent[] {
  const base64 = readText(item['result'])
  if (!base64) return []
  const format = readText(item['output_format']) ?? 'png'
  return [{ type: 'media', media: { kind: 'image', url: `data:image/${format};base64,${base64}` } }]
}

/** A frame as it is passed on: it is numbered anew, and padding against listeners is not ours to send. */
function nativeOf(frame: JsonObject): NativeFrame {
  const { sequence_number: _number, obfuscation: _padding, ...data } = frame
  return { format: 'openai-responses', data }
}
