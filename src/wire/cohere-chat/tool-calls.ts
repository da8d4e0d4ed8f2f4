import type { JsonObject } from '../../base/json.ts'
import type { GenerationEvent } from '../../generation/events.ts'
import { readObject, readText } from '../json.ts'
import { callIdFor } from '../short-id.ts'

/** One call while its arguments come. A call without arguments has none at all, or the word `null`. */
export class ToolCall {
  readonly #index: number
  /** What may yet turn out to be `null`; `undefined` once it has not. */
  #held: string | undefined = ''

  constructor(index: number) {
    this.#index = index
  }

  begin(call: JsonObject, answerId: string): GenerationEvent[] {
    const called = readObject(call['function'])
    const id = readText(call['id']) || callIdFor(answerId, this.#index)
    const name = readText(called?.['name']) ?? ''
    const first: GenerationEvent = { type: 'tool-call-delta', index: this.#index, id, name, arguments: '' }
    return [first, ...this.add(call)]
  }

  add(call: JsonObject): GenerationEvent[] {
    const text = readText(readObject(call['function'])?.['arguments']) ?? ''
    if (this.#held === undefined) return this.#fragment(text)
    this.#held += text
    if ('null'.startsWith(this.#held.trim())) return []
    const held = this.#held
    this.#held = undefined
    return this.#fragment(held)
  }

  end(): GenerationEvent[] {
    const isEmpty = this.#held !== undefined
    this.#held = undefined
    return isEmpty ? this.#fragment('{}') : []
  }

  #fragment(text: string): GenerationEvent[] {
    return text === '' ? [] : [{ type: 'tool-call-delta', index: this.#index, arguments: text }]
  }
}
