import type { Env } from '../env.ts'
import { callableModels } from './callable.ts'
import { catalogueOf } from './catalogue.ts'
import { membersOf, type Member } from './family.ts'
import type { Selection } from './selection.ts'

/** The families that the list of models shows. Any other can be asked for as well. */
const listed =
  'anthropic/claude-fable anthropic/claude-haiku anthropic/claude-opus anthropic/claude-sonnet ' +
  'deepseek/deepseek-flash deepseek/deepseek-pro google/gemini-flash google/gemini-flash-lite google/gemini-pro ' +
  'mistralai/mistral-large mistralai/mistral-medium mistralai/mistral-small moonshotai/kimi openai/gpt ' +
  'openai/gpt-mini qwen/qwen-max qwen/qwen-plus x-ai/grok z-ai/glm'

/** The model that an alias means: the newest that can be called, or where none can, the newest. */
export async function latestId(env: Env, alias: string): Promise<string | undefined> {
  const callable = newest(alias, await callableModels(env))
  if (callable) return callable.model.id
  const ids = await (await catalogueOf(env)).ids()
  const [id] = membersOf(
    alias,
    ids.map((each) => ({ id: each, created: 0, price: 0 })),
  )
  return id
}

export interface Alias {
  alias: string
  target: Selection
}

/** The aliases that the list of models shows, each with what it means now. */
export function latestOf(callable: readonly Selection[]): Alias[] {
  return listed.split(' ').flatMap((family) => {
    const alias = `~${family}-latest`
    const target = newest(alias, callable)
    return target ? [{ alias, target }] : []
  })
}

/** What aliases mean among what can be called, which stays one list until something in it changes. */
const newestCache = new WeakMap<readonly Selection[], Map<string, Selection | undefined>>()
const newestMax = 64

function newest(alias: string, callable: readonly Selection[]): Selection | undefined {
  const known = newestCache.get(callable) ?? new Map<string, Selection | undefined>()
  if (!known.has(alias)) {
    const [id] = membersOf(alias, callable.map(memberOf))
    if (known.size >= newestMax) known.clear()
    known.set(
      alias,
      callable.find(({ model }) => model.id === id),
    )
    newestCache.set(callable, known)
  }
  return known.get(alias)
}

function memberOf({ model: { id, created }, endpoints: [top] }: Selection): Member {
  const { promptPicos = 0, completionPicos = 0 } = top?.price ?? {}
  return { id, created, price: promptPicos + completionPicos }
}
