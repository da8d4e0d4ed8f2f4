import type { Json, JsonObject } from '../../base/json.ts'
import type {
  CacheMark,
  Conversation,
  InputPart,
  OutputPart,
  ReasoningPart,
  Source,
  Tool,
  Turn,
} from '../../generation/conversation.ts'
import { alternating, type Message } from '../alternating.ts'
import { argumentsOf, readObject } from '../json.ts'
import type { UpstreamTarget } from '../protocol.ts'
import { invalid, notStoredHere } from '../refusals.ts'

/** The system's words and the messages of a conversation, in this format. */
export function messagesFor(turns: readonly Turn[], target: UpstreamTarget): JsonObject {
  const system = turns.flatMap((turn) => (turn.role === 'system' ? turn.parts : []))
  const blocks = system.filter(({ text }) => text !== '').map(inputBlock)
  const said = turns.filter(({ role }) => role !== 'system').map((turn) => messageOf(turn, target))
  const messages = alternating(said, {
    opening,
    isResult: ({ type }) => type === 'tool_result',
    read: (block) => block,
  })
  return {
    ...(blocks.length > 0 && { system: blocks }),
    messages: messages.map(({ role, content }) => ({ role, content })),
  }
}

/** Stands where a conversation begins with the assistant: the first message must be the user's. */
const opening = { type: 'text', text: '…' }

function messageOf(
  turn: Exclude<Turn, { role: 'system' }> | Turn,
  target: UpstreamTarget,
): Message<JsonObject> {
  switch (turn.role) {
    case 'assistant':
      return { role: 'assistant', content: turn.parts.flatMap((part) => outputBlocks(part, target)) }
    case 'tool':
      return { role: 'user', content: [resultBlock(turn)] }
    case 'user':
    case 'system':
      return { role: 'user', content: turn.parts.filter(saysSomething).map(inputBlock) }
  }
}

function saysSomething(part: InputPart): boolean {
  return part.type !== 'text' || part.text !== ''
}

function resultBlock({ callId, parts, isError, cache }: Extract<Turn, { role: 'tool' }>): JsonObject {
  return {
    type: 'tool_result',
    tool_use_id: toolId(callId),
    content: parts.filter(saysSomething).map(inputBlock),
    ...(isError && { is_error: true }),
    ...marked(cache),
  }
}

function inputBlock(part: InputPart): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text, ...marked(part.cache) }
    case 'image':
      return { type: 'image', source: sourceOf(part.source), ...marked(part.cache) }
    case 'file':
      return {
        type: 'document',
        source: documentSource(part),
        ...(part.name !== undefined && { title: part.name }),
        ...marked(part.cache),
      }
    case 'audio':
    case 'video':
      throw invalid(`messages: this provider takes no ${part.type}; leave it out, or ask a model that does`)
  }
}

function sourceOf(source: Source): JsonObject {
  if (source.kind === 'url') return { type: 'url', url: source.url }
  return { type: 'base64', media_type: source.mediaType, data: source.base64 }
}

function documentSource({
  source,
  name = 'without a name',
}: Extract<InputPart, { type: 'file' }>): JsonObject {
  if (source.kind === 'stored') throw notStoredHere()
  if (source.kind === 'text') return { type: 'text', media_type: 'text/plain', data: source.text }
  if (source.kind === 'url' || source.mediaType === 'application/pdf') return sourceOf(source)
  if (source.mediaType.startsWith('text/')) {
    return { type: 'text', media_type: 'text/plain', data: textOf(source.base64, name) }
  }
  throw invalid(`messages: this provider takes no file of type ${source.mediaType}; send a PDF or text`)
}

function textOf(base64: string, name: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(base64))
  } catch {
    throw invalid(`messages: the data of the file ${name} is no base64`)
  }
}

function outputBlocks(part: OutputPart, target: UpstreamTarget): JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [inputBlock(part)]
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }]
    case 'reasoning':
      return thoughtBlocks(part, target)
    case 'image':
      return []
    case 'tool-call':
      return [
        {
          type: 'tool_use',
          id: toolId(part.id),
          name: part.name,
          input: argumentsOf(part.arguments),
          ...marked(part.cache),
        },
      ]
  }
}

/** A thought goes back to its maker only; without its seal most hosts refuse its words too. */
function thoughtBlocks({ text, seal }: ReasoningPart, { maker, quirks }: UpstreamTarget): JsonObject[] {
  if (seal !== undefined && seal.maker === maker) {
    return seal.kind === 'encrypted' && text === ''
      ? [{ type: 'redacted_thinking', data: seal.data }]
      : [{ type: 'thinking', thinking: text, signature: seal.data }]
  }
  return quirks.unsignedThoughts && text !== '' ? [{ type: 'thinking', thinking: text, signature: '' }] : []
}

/** Ids of other formats may hold characters that this one refuses. */
function toolId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, '_')
}

export function toolFor(
  { name, description, parameters, strict, cache }: Tool,
  takesStrict: boolean,
): JsonObject {
  return {
    name,
    ...(description !== undefined && { description }),
    input_schema: { type: 'object', ...parameters },
    ...(strict && takesStrict && { strict }),
    ...marked(cache),
  }
}

export function toolChoiceFor(choice: Conversation['toolChoice'], parallel: boolean | undefined): JsonObject {
  const single = parallel === false ? { disable_parallel_tool_use: true } : {}
  if (typeof choice !== 'string') return { type: 'tool', name: choice.name, ...single }
  if (choice === 'none') return { type: 'none' }
  return { type: choice === 'required' ? 'any' : 'auto', ...single }
}

function marked(cache: CacheMark | undefined): JsonObject {
  return cache ? { cache_control: cacheControl(cache) } : {}
}

export function cacheControl({ ttl }: CacheMark): JsonObject {
  return { type: 'ephemeral', ...(ttl && { ttl }) }
}

/** Objects of a schema that answers are held to must say that they are closed. */
export function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed)
  const object = readObject(schema)
  if (!object || JSON.isRawJSON(object)) return schema
  const inner = Object.fromEntries(Object.entries(object).map(([key, value]) => [key, closed(value)]))
  return inner['type'] === 'object' && !('additionalProperties' in inner)
    ? { ...inner, additionalProperties: false }
    : inner
}
