import type { Json, JsonObject } from '../../base/json.ts'
import { readArray, readObject, readText } from '../json.ts'
import { partKinds, type PartKind } from './parts.ts'

/** An event, but for its number. */
export type Frame = JsonObject & { type: string }

/** An item of the answer as it grows. */
export interface Slot {
  readonly index: number
  readonly isHidden: boolean
  /** The provider's id; ours is made of the item's place. */
  readonly id: string | undefined
  item: JsonObject
  arguments: string
  readonly content: Part[]
  readonly summary: Part[]
  isDone: boolean
}

interface Part {
  readonly kind: PartKind
  /** The place its provider gives it. */
  readonly place: number
  /** The place it has in its list. */
  readonly at: number
  text: string
  readonly annotations: Json[]
  readonly logprobs: Json[]
  isDone: boolean
}

const idPrefixes: Readonly<Record<string, string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  image_generation_call: 'ig',
}

/** What an item of which nothing has been said yet holds. */
const blanks: Readonly<Record<string, JsonObject>> = {
  message: { role: 'assistant', status: 'in_progress', content: [] },
  reasoning: { status: 'in_progress', summary: [] },
  function_call: { status: 'in_progress', arguments: '' },
}

/**
 * The items of one answer, and the events that tell of them: whatever a provider leaves out, a client gets each item
 * and each part begun, told and ended once, with all the fields that events of this format have.
 */
export class Output {
  /** What makes our ids those of this answer. A whole answer learns it at its end. */
  token: string
  readonly #hidesReasoning: boolean
  readonly #slots: Slot[] = []
  #shownCount = 0
  #frames: Frame[] = []

  constructor(token: string, hidesReasoning: boolean) {
    this.token = token
    this.#hidesReasoning = hidesReasoning
  }

  /** The events since it was last asked. */
  drain(): Frame[] {
    const frames = this.#frames
    this.#frames = []
    return frames
  }

  begin(item: JsonObject): Slot {
    const type = readText(item['type']) ?? ''
    const { encrypted_content: _sealed, ...rest } = item
    const isHidden = this.#hidesReasoning && type === 'reasoning'
    const slot: Slot = {
      index: isHidden ? -1 : this.#shownCount++,
      isHidden,
      id: readText(item['id']) || undefined,
      item: { ...(type === 'reasoning' ? rest : item), ...blanks[type] },
      arguments: '',
      content: [],
      summary: [],
      isDone: false,
    }
    this.#slots.push(slot)
    this.#emit(slot, { type: 'response.output_item.added', item: this.#itemOf(slot) })
    return slot
  }

  /** More words of a part. `frame`: what its provider said beside them. */
  words(slot: Slot, where: { kind: PartKind; place: number }, text: string, frame: JsonObject = {}): void {
    const part = this.part(slot, where)
    if (text === '' || part.isDone) return
    part.text += text
    const logprobs = readArray(frame['logprobs']) ?? []
    part.logprobs.push(...logprobs)
    this.#tellPart(slot, part, {
      ...frame,
      type: `${part.kind.event}.delta`,
      delta: text,
      ...(part.kind.name === 'output_text' && { logprobs }),
    })
  }

  /** The part at a place, begun where it is new. */
  part(slot: Slot, { kind, place }: { kind: PartKind; place: number }): Part {
    const list = slot[kind.list]
    const known = list.find((part) => part.kind === kind && part.place === place)
    if (known) return known
    const part: Part = {
      kind,
      place,
      at: list.length,
      text: '',
      annotations: [],
      logprobs: [],
      isDone: false,
    }
    list.push(part)
    this.#tellPart(slot, part, { type: `${kind.frame}.added`, part: kind.blank })
    return part
  }

  annotate(slot: Slot, place: number, annotation: Json): void {
    const part = this.part(slot, { kind: partKinds.output_text, place })
    if (part.isDone) return
    this.#tellPart(slot, part, {
      type: 'response.output_text.annotation.added',
      annotation_index: part.annotations.length,
      annotation,
    })
    part.annotations.push(annotation)
  }

  endPart(slot: Slot, part: Part): void {
    if (part.isDone) return
    part.isDone = true
    const { kind, text, logprobs } = part
    this.#tellPart(slot, part, {
      type: `${kind.event}.done`,
      [kind.field]: text,
      ...(kind.name === 'output_text' && { logprobs }),
    })
    this.#tellPart(slot, part, { type: `${kind.frame}.done`, part: valueOf(part) })
  }

  arguments(slot: Slot, text: string): void {
    if (text === '' || slot.isDone) return
    slot.arguments += text
    this.#emit(slot, { type: 'response.function_call_arguments.delta', ...this.#idOf(slot), delta: text })
  }

  /** An event of a kind that only its provider knows. */
  pass(slot: Slot, type: string, frame: JsonObject): void {
    this.#emit(slot, { ...frame, type, ...('item_id' in frame && this.#idOf(slot)) })
  }

  /** Ends an item; `whole` is the item as its provider told it at its end. */
  end(slot: Slot, status: 'completed' | 'incomplete', whole?: JsonObject): void {
    if (slot.isDone) return
    if (whole) this.#tellRest(slot, whole)
    for (const part of [...slot.summary, ...slot.content]) this.endPart(slot, part)
    if (slot.item['type'] === 'function_call') {
      // Clients parse them: a call without arguments has an empty object of them.
      if (slot.arguments === '') this.arguments(slot, '{}')
      this.#emit(slot, {
        type: 'response.function_call_arguments.done',
        ...this.#idOf(slot),
        name: readText(slot.item['name']) ?? '',
        arguments: slot.arguments,
      })
    }
    slot.item = whole ? this.#wholeOf(slot, whole) : { ...this.#itemOf(slot), status }
    slot.isDone = true
    this.#emit(slot, { type: 'response.output_item.done', item: slot.item })
  }

  /** An item as its provider told it, with what clients expect in it. */
  #wholeOf(slot: Slot, whole: JsonObject): JsonObject {
    const { type } = whole
    return {
      ...(type === 'message' && { role: 'assistant' }),
      ...((type === 'message' || type === 'function_call') && { status: 'completed' }),
      ...whole,
      ...this.#ownId(slot),
      ...(type === 'function_call' && { arguments: slot.arguments }),
    }
  }

  endAll(status: 'completed' | 'incomplete'): void {
    for (const slot of this.#slots) this.end(slot, status)
  }

  items(): JsonObject[] {
    return this.#slots
      .filter(({ isHidden }) => !isHidden)
      .map((slot) => {
        const item = { ...slot.item, ...this.#ownId(slot) }
        return slot.isDone ? item : { ...this.#itemOf(slot), status: 'incomplete' }
      })
  }

  /** What the whole item says beyond what was told. */
  #tellRest(slot: Slot, whole: JsonObject): void {
    for (const list of ['summary', 'content'] as const) {
      for (const [place, value] of (readArray(whole[list]) ?? []).entries()) {
        this.#tellRestOfPart(slot, place, readObject(value) ?? {})
      }
    }
    if (slot.item['type'] === 'function_call') {
      slot.item = { ...slot.item, name: whole['name'] ?? '' }
      this.arguments(slot, (readText(whole['arguments']) ?? '').slice(slot.arguments.length))
    }
  }

  #tellRestOfPart(slot: Slot, place: number, value: JsonObject): void {
    const kind = Object.values(partKinds).find(({ name }) => name === value['type'])
    if (!kind) return
    const part = this.part(slot, { kind, place })
    this.words(slot, part, (readText(value[kind.field]) ?? '').slice(part.text.length))
    for (const annotation of (readArray(value['annotations']) ?? []).slice(part.annotations.length)) {
      this.annotate(slot, place, annotation)
    }
  }

  #tellPart(slot: Slot, part: Part, frame: Frame): void {
    this.#emit(slot, { ...frame, ...this.#idOf(slot), [part.kind.at]: part.at })
  }

  #emit(slot: Slot, frame: Frame): void {
    if (!slot.isHidden) this.#frames.push({ ...frame, output_index: slot.index })
  }

  #itemOf(slot: Slot): JsonObject {
    const { item } = slot
    return {
      ...this.#ownId(slot),
      ...item,
      ...(item['type'] === 'message' && { content: slot.content.map(valueOf) }),
      ...(item['type'] === 'reasoning' && { summary: slot.summary.map(valueOf) }),
      ...(item['type'] === 'reasoning' && slot.content.length > 0 && { content: slot.content.map(valueOf) }),
      ...(item['type'] === 'function_call' && { arguments: slot.arguments }),
    }
  }

  #ownId(slot: Slot): { id: string } {
    const prefix = idPrefixes[readText(slot.item['type']) ?? ''] ?? 'item'
    return { id: slot.id ?? `${prefix}_${this.token}_${slot.index}` }
  }

  #idOf(slot: Slot): { item_id: string } {
    return { item_id: this.#ownId(slot).id }
  }
}

function valueOf({ kind, text, annotations, logprobs }: Part): JsonObject {
  const told = { ...kind.blank, [kind.field]: text }
  return kind.name === 'output_text'
    ? { ...told, annotations: [...annotations], logprobs: [...logprobs] }
    : told
}
