import type { JsonObject } from '../../base/json.ts'
import type { GenerationEvent } from '../../generation/events.ts'
import { parseJson, readArray, readObject, readText } from '../../wire/json.ts'

/** Characters of names and arguments that are kept of an answer; of a longer one nothing is said. */
const charactersMax = 64 * 1024

/** The calls of tools in one answer, to tell whether they are sound. */
export class ToolCalls {
  readonly #calls = new Map<number, { name: string; input: string }>()
  #characters = 0

  add(event: GenerationEvent): void {
    if (event.type !== 'tool-call-delta') return
    this.#characters += (event.name ?? '').length + event.arguments.length
    if (this.#characters > charactersMax) return
    const call = this.#calls.get(event.index) ?? { name: '', input: '' }
    call.name += event.name ?? ''
    call.input += event.arguments
    this.#calls.set(event.index, call)
  }

  /**
   * Whether each call names a tool that the body offers and has JSON to go with it. Five calls of which one is bad are
   * one bad answer. Absent where there is nothing to judge.
   */
  verdict(body: JsonObject): 'good' | 'bad' | undefined {
    const offered = toolsOf(body)
    if (this.#calls.size === 0 || this.#characters > charactersMax || offered.size === 0) return undefined
    const isSound = [...this.#calls.values()].every(({ name, input }) => {
      const takes = offered.get(name)
      return takes === 'text' || (takes === 'json' && isJson(input))
    })
    return isSound ? 'good' : 'bad'
  }
}

/** No arguments at all are those of a tool that takes none. */
function isJson(text: string): boolean {
  return text.trim() === '' || parseJson(text) !== undefined
}

/** The tools a body offers, and what each takes: read from the body as it came, which needs no translation. */
function toolsOf(body: JsonObject): Map<string, 'json' | 'text'> {
  const offered = new Map<string, 'json' | 'text'>()
  for (const entry of readArray(body['tools']) ?? []) {
    const tool = readObject(entry) ?? {}
    const name = readText((readObject(tool['function'] ?? tool['custom']) ?? tool)['name'])
    // OpenAI's custom tools take any text, Anthropic's have a schema.
    const takes = tool['type'] === 'custom' && tool['input_schema'] === undefined ? 'text' : 'json'
    if (name !== undefined) offered.set(name, takes)
  }
  return offered
}
