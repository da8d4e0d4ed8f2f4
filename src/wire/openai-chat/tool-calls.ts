import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationEvent } from '../../generation/events.ts'
import { argumentsText, readArray, readCount, readObject, readText } from '../json.ts'
import { callIdFor } from '../short-id.ts'

export type ToolCallDelta = Extract<GenerationEvent, { type: 'tool-call-delta' }>

/** One call, as far as its fragments have told. */
interface OpenCall {
  upstreamIndex: number | undefined
  id: string
  name: string
}

/**
 * Puts fragments of tool calls in order. Hosts number them from 1, or all 0, or not at all, and some repeat id and
 * name in each fragment; here they are numbered from 0 in the order they began, with id and name once, at first.
 */
export class ToolCalls {
  readonly #calls: OpenCall[] = []
  readonly #answerId: () => string

  /** Names calls after the answer where the host gives them no id. */
  constructor(answerId: () => string) {
    this.#answerId = answerId
  }

  get began(): boolean {
    return this.#calls.length > 0
  }

  read(fragments: Json | undefined): ToolCallDelta[] {
    return (readArray(fragments) ?? []).flatMap((fragment) => {
      const object = readObject(fragment)
      return object ? [this.#readOne(object)] : []
    })
  }

  #readOne(fragment: JsonObject): ToolCallDelta {
    const called = readObject(fragment['function']) ?? {}
    const upstreamIndex = readCount(fragment['index'])
    const id = readText(fragment['id']) ?? ''
    const name = readText(called['name']) ?? ''
    const text = argumentsText(called['arguments'])

    const index = this.#find(upstreamIndex, id, name)
    const open = this.#calls[index]
    if (!open) {
      const given = id || callIdFor(this.#answerId(), index)
      this.#calls.push({ upstreamIndex, id, name })
      return { type: 'tool-call-delta', index, id: given, ...(name && { name }), arguments: text }
    }
    const isNewName = open.name === '' && name !== ''
    open.name ||= name
    return { type: 'tool-call-delta', index, ...(isNewName && { name }), arguments: text }
  }

  /** The place of the call a fragment belongs to; one past the end for a new call. */
  #find(upstreamIndex: number | undefined, id: string, name: string): number {
    const last = this.#calls.length - 1
    if (upstreamIndex === undefined) {
      const known = id === '' ? -1 : this.#calls.findIndex((call) => call.id === id)
      if (known !== -1) return known
      return id === '' && name === '' && last >= 0 ? last : this.#calls.length
    }
    const index = this.#calls.findLastIndex((call) => call.upstreamIndex === upstreamIndex)
    const call = this.#calls[index]
    if (!call) return this.#calls.length
    const isAnother = id !== '' && call.id !== '' && id !== call.id && name !== ''
    return isAnother ? this.#calls.length : index
  }
}

export function writeToolCall({ index, id, name, arguments: text }: ToolCallDelta): JsonObject {
  return {
    index,
    ...(id !== undefined && { id, type: 'function' }),
    function: { ...(name !== undefined && { name }), arguments: text },
  }
}
