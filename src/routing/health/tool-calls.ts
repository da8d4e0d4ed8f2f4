import type { Tool } from '../../generation/conversation.ts'
import type { GenerationEvent } from '../../generation/events.ts'

/** Characters of names and arguments that are kept of an answer; of a longer one nothing is said. */
const charactersMax = 64 * 1024

/** The calls of tools in one answer, to tell whether they are sound. */
export class ToolCalls {
  readonly #calls = new Map<number, { name: string; arguments: string }>()
  #characters = 0

  add(event: GenerationEvent): void {
    if (event.type !== 'tool-call-delta' || this.#characters > charactersMax) return
    const call = this.#calls.get(event.index) ?? { name: '', arguments: '' }
    this.#characters += (event.name ?? '').length + event.arguments.length
    call.name += event.name ?? ''
    call.arguments += event.arguments
    this.#calls.set(event.index, call)
  }

  /** By the request: five calls of which one is bad are one bad answer. Absent where there is nothing to judge. */
  verdict(tools: readonly Tool[]): 'good' | 'bad' | undefined {
    if (this.#calls.size === 0 || this.#characters > charactersMax || tools.length === 0) return undefined
    const names = new Set(tools.map(({ name }) => name))
    const isSound = [...this.#calls.values()].every((call) => names.has(call.name) && isJson(call.arguments))
    return isSound ? 'good' : 'bad'
  }
}

/** No arguments at all are those of a tool that takes none. */
function isJson(text: string): boolean {
  if (text.trim() === '') return true
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
