import type { Json, JsonObject } from '../base/json.ts'
import { readArray, readObject, readText } from './json.ts'

/** The catalogue's names of parameters that a body of any format may have under the same name. */
const words = [
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'top_a',
  'frequency_penalty',
  'presence_penalty',
  'repetition_penalty',
  'max_tokens',
  'max_completion_tokens',
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'prediction',
  'seed',
  'response_format',
  'structured_outputs',
  'stop',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'include_reasoning',
  'reasoning',
  'reasoning_effort',
  'web_search_options',
  'verbosity',
] as const

type Word = (typeof words)[number]

/** What the formats of Anthropic and of Responses call them, by path. */
const synonyms: readonly (readonly [path: string, word: Word])[] = [
  ['max_output_tokens', 'max_tokens'],
  ['text.format', 'response_format'],
  ['text.verbosity', 'verbosity'],
  ['stop_sequences', 'stop'],
  ['thinking', 'reasoning'],
  ['output_config.effort', 'reasoning'],
  ['output_config.format', 'response_format'],
]

const paths: readonly (readonly [path: string, word: Word])[] = [
  ...words.map((word) => [word, word] as const),
  ...synonyms,
]

/** What a body asks for that an endpoint may not know, in the words of `supported_parameters`. */
export function parametersAsked(body: JsonObject): string[] {
  const found = new Set<string>()
  for (const [path, word] of paths) {
    const value = valueAt(body, path)
    if (!asks(word, value)) continue
    found.add(word)
    if (word === 'response_format' && hasSchema(value)) found.add('structured_outputs')
  }
  if (readArray(body['include'])?.includes('message.output_text.logprobs')) found.add('logprobs')
  return [...found]
}

/** Where a body has a parameter. */
export function pathsOf(word: string): string[] {
  return paths.flatMap(([path, meaning]) => (meaning === word ? [path] : []))
}

function valueAt(body: JsonObject, path: string): Json | undefined {
  const [field = '', inner] = path.split('.')
  return inner === undefined ? body[field] : readObject(body[field])?.[inner]
}

/** Nothing is asked by null, by false and by what is empty; what a host does unasked, and thoughts that are hidden here. */
function asks(word: Word, value: Json | undefined): boolean {
  if (value === undefined || value === null) return false
  if (value === false) return word === 'parallel_tool_calls'
  if (typeof value !== 'object') return true
  const type = readText(readObject(value)?.['type'])
  return (
    Object.keys(value).length > 0 && type !== 'disabled' && !(word === 'response_format' && type === 'text')
  )
}

function hasSchema(format: Json | undefined): boolean {
  return readObject(format)?.['type'] === 'json_schema'
}
