import type { Json, JsonObject } from '../base/json.ts'
import type { Format } from '../generation/request.ts'
import { isRequestField as isMessagesField } from '../wire/anthropic-messages/fields.ts'
import { readArray, readObject, readText } from '../wire/json.ts'
import { isRequestField as isChatField } from '../wire/openai-chat/fields.ts'
import { isRequestField as isResponsesField } from '../wire/openai-responses/fields.ts'
import { invalid } from '../wire/refusals.ts'

/** What a preset lays down: fields of a request, and what the model is told before all else. */
export interface PresetConfig {
  config: JsonObject
  systemPrompt: string | null
}

/** What belongs to one request alone: what is said, how the answer travels, who asks, and where it goes on. */
const transient = new Set(
  (
    'messages input prompt system instructions stream stream_options usage user safety_identifier session_id ' +
    'metadata trace client_metadata store background conversation previous_response_id container debug preset ' +
    'prompt_cache_key'
  ).split(' '),
)

/** How the response cache is to be used: ours, and no field of any format. */
const cacheFields = ['cache_enabled', 'cache_ttl_seconds']

/** What a format calls what a preset holds. */
interface Words {
  knows: (field: string) => boolean
  systemPromptOf: (body: JsonObject) => string
  /** The field that tells the model, with the text in it. */
  telling: (text: string, body: JsonObject) => JsonObject
}

const chat: Words = {
  knows: isChatField,
  systemPromptOf: ({ messages }) =>
    systemMessages(messages)
      .map(({ content }) => textOf(content))
      .join('\n\n'),
  telling: (text, { messages, prompt }) => {
    if (isSet(prompt) && !isSet(messages)) {
      throw invalid('preset: has a system prompt, which goes before messages; ask POST /chat/completions')
    }
    const told = readArray(messages)
    return told ? { messages: [{ role: 'system', content: text }, ...told] } : {}
  },
}
const responses: Words = {
  knows: isResponsesField,
  systemPromptOf: ({ instructions, input }) =>
    textOf(instructions) || chat.systemPromptOf({ messages: input ?? null }),
  telling: (instructions) => ({ instructions }),
}
const anthropic: Words = {
  knows: isMessagesField,
  systemPromptOf: ({ system }) => textOf(system),
  telling: (system) => ({ system }),
}
const embeddings: Words = {
  knows: (field) => ['model', 'models', 'provider'].includes(field),
  systemPromptOf: () => '',
  telling: () => ({}),
}
const words: Partial<Record<Format, Words>> = {
  'openai-chat': chat,
  'openai-responses': responses,
  'anthropic-messages': anthropic,
}

/** Of a body what a preset keeps. A null says "not set". */
export function presetOf(body: JsonObject, format: Format): PresetConfig {
  const { knows, systemPromptOf } = words[format] ?? embeddings
  const config = Object.entries(body).filter(
    ([name, value]) => value !== null && !transient.has(name) && (knows(name) || cacheFields.includes(name)),
  )
  return { config: Object.fromEntries(config), systemPrompt: systemPromptOf(body) || null }
}

/** Fields of other formats that ask for the same, and others of which a request takes one. */
const synonyms = [
  ['max_tokens', 'max_completion_tokens', 'max_output_tokens'],
  ['stop', 'stop_sequences'],
]
const alternatives = [...synonyms, ['reasoning', 'reasoning_effort', 'thinking']]

/**
 * A request with what the preset adds to it. Each of its own fields counts as it is, but tools, which are one list. Of
 * a preset that was made of a request in another format, it takes what its own has a field for.
 */
export function withPreset(
  { config, systemPrompt }: PresetConfig,
  body: JsonObject,
  format: Format,
): JsonObject {
  const { knows, systemPromptOf, telling } = words[format] ?? embeddings
  const added = Object.entries(config).flatMap(([name, value]): [string, Json][] => {
    const own = namesOf(name).find(knows)
    if (own === undefined) return []
    if (own === 'tools') return [[own, union(value, body[own])]]
    const isAsked = (alternatives.find((group) => group.includes(own)) ?? [own]).some((other) =>
      isSet(body[other]),
    )
    return isAsked ? [] : [[own, own === 'stop_sequences' ? [value].flat() : value]]
  })
  const merged = { ...body, ...Object.fromEntries(added) }
  const isTold = systemPrompt === null || systemPromptOf(body) !== ''
  return isTold ? merged : { ...merged, ...telling(systemPrompt, body) }
}

/** A field's own name first. */
function namesOf(field: string): readonly string[] {
  return [field, ...(synonyms.find((group) => group.includes(field)) ?? [])]
}

function isSet(value: Json | undefined): boolean {
  return value !== undefined && value !== null
}

/** The preset's tools in their order, then the request's; one that is in both is the request's, where it was. */
function union(preset: Json, own: Json | undefined): Json[] {
  const tools = [...(readArray(preset) ?? []), ...(readArray(own) ?? [])]
  return [...new Map(tools.map((tool) => [identityOf(readObject(tool) ?? {}), tool])).values()]
}

/** Functions are told apart by name, and so are agents; of any other tool there is one of its type. */
function identityOf(tool: JsonObject): string {
  const type = readText(tool['type']) ?? 'custom'
  if (type === 'function' || type === 'custom') {
    return `function ${readText((readObject(tool['function']) ?? tool)['name'])}`
  }
  return /^openrouter:(?:advisor|subagent)$/.test(type)
    ? `${type} ${readText(readObject(tool['parameters'])?.['name'])}`
    : type
}

function systemMessages(messages: Json | undefined): JsonObject[] {
  return (readArray(messages) ?? [])
    .map((message) => readObject(message) ?? {})
    .filter(({ role }) => role === 'system' || role === 'developer')
}

/** A text, or the texts of parts. */
function textOf(content: Json | undefined): string {
  const parts = readArray(content)?.map((part) => readText(readObject(part)?.['text']) ?? '')
  return parts ? parts.join('\n\n') : (readText(content) ?? '')
}
