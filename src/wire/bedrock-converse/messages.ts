import type { JsonObject } from '../../base/json.ts'
import type { CacheMark, InputPart, OutputPart, ReasoningPart, Turn } from '../../generation/conversation.ts'
import { alternating, type Message } from '../alternating.ts'
import { argumentsOf } from '../json.ts'
import type { UpstreamTarget } from '../protocol.ts'
import { shortId } from '../short-id.ts'
import { abilitiesOf, type Abilities } from './abilities.ts'
import { mediaBlock } from './media.ts'

type Call = Extract<OutputPart, { type: 'tool-call' }>
type Result = Extract<Turn, { role: 'tool' }>

/** A block, and the mark that may follow it. */
type Blocks = readonly JsonObject[]

export interface MessageOptions {
  target: UpstreamTarget
  /** Tools are offered. Without any the format refuses calls in the history, so they are told in words. */
  hasTools: boolean
  /** Where the whole prompt is worth keeping. */
  cache: CacheMark | undefined
}

/** The system's words and the messages of a conversation, in this format. */
export function messagesFor(turns: readonly Turn[], options: MessageOptions): JsonObject {
  const writer = new MessageWriter(options)
  const said = turns.flatMap((turn) => writer.message(turn))
  const messages = alternating(said, {
    opening,
    isResult: ({ toolResult }) => toolResult !== undefined,
    read: ([block = {}]) => block,
  })
  const system = turns.flatMap((turn) => (turn.role === 'system' ? writer.blocks(turn.parts) : []))
  const { cache, target } = options
  const abilities = abilitiesOf(target)
  if (cache && abilities.cache.length > 0) messages.at(-1)?.content.push([cachePoint(cache, abilities)])
  return {
    ...(system.length > 0 && { system: system.flat() }),
    messages: messages.map(({ role, content }) => ({ role, content: content.flat() })),
  }
}

export function cachePoint({ ttl }: CacheMark, { cache }: Abilities): JsonObject {
  return { cachePoint: { type: 'default', ...(ttl && cache.includes('ttl') && { ttl }) } }
}

/** Stands where a conversation begins with the assistant: the first message must be the user's. */
const opening: Blocks = [{ text: '…' }]

/** Writes one conversation: documents are numbered through all of it. */
class MessageWriter {
  readonly #target: UpstreamTarget
  readonly #abilities: Abilities
  readonly #hasTools: boolean
  #documents = 0

  constructor({ target, hasTools }: MessageOptions) {
    this.#target = target
    this.#abilities = abilitiesOf(target)
    this.#hasTools = hasTools
  }

  message(turn: Turn): Message<Blocks>[] {
    switch (turn.role) {
      case 'system':
        return []
      case 'user':
        return [{ role: 'user', content: withWords(this.blocks(turn.parts), turn.parts) }]
      case 'assistant':
        return [{ role: 'assistant', content: turn.parts.flatMap((part) => this.#said(part)) }]
      case 'tool':
        return [{ role: 'user', content: this.#result(turn) }]
    }
  }

  /** Blank texts are refused, so they are left out. */
  blocks(parts: readonly InputPart[]): Blocks[] {
    return parts
      .filter((part) => part.type !== 'text' || part.text.trim() !== '')
      .map((part) => [this.#block(part), ...this.#mark(part.cache)])
  }

  #block(part: InputPart): JsonObject {
    if (part.type === 'text') return { text: part.text }
    return mediaBlock(part, () => `document-${++this.#documents}`)
  }

  #mark(cache: CacheMark | undefined): JsonObject[] {
    return cache && this.#abilities.cache.length > 0 ? [cachePoint(cache, this.#abilities)] : []
  }

  #said(part: OutputPart): Blocks[] {
    switch (part.type) {
      case 'text':
        return this.blocks([part])
      case 'refusal':
        return this.blocks([{ type: 'text', text: part.text }])
      case 'reasoning':
        return thoughtBlocks(part, this.#target).map((block) => [block])
      case 'image':
        return []
      case 'tool-call':
        return [[this.#call(part), ...this.#mark(part.cache)]]
    }
  }

  #call({ id, name, arguments: text }: Call): JsonObject {
    if (!this.#hasTools) return { text: `(Called the tool ${name} with ${text.trim() || '{}'})` }
    return { toolUse: { toolUseId: this.#id(id), name, input: argumentsOf(text) } }
  }

  /** A picture in a result that may not hold one follows it. */
  #result({ callId, parts, isError, cache }: Result): Blocks[] {
    const isKept = (part: InputPart) => part.type === 'text' || this.#abilities.mediaInResults
    const kept = this.blocks(parts.filter(isKept)).map(([block = {}]) => block)
    const content = kept.length > 0 ? kept : [{ text: '(empty)' }]
    const rest = this.blocks(parts.filter((part) => !isKept(part)))
    const mark = this.#mark(cache)
    if (!this.#hasTools)
      return [[{ text: '(The tool answered)' }], ...content.map((block) => [block]), mark, ...rest]
    const toolResult = { toolUseId: this.#id(callId), content, ...(isError && { status: 'error' }) }
    return [[{ toolResult }, ...mark], ...rest]
  }

  #id(id: string): string {
    return this.#abilities.shortToolIds ? shortId(id) : id.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(-64)
  }
}

/** A document must have words beside it: then its name will do. */
function withWords(content: Blocks[], parts: readonly InputPart[]): Blocks[] {
  const file = parts.find((part) => part.type === 'file')
  const hasWords = content.some(([block]) => block?.['text'] !== undefined)
  return file && !hasWords ? [...content, [{ text: file.name?.trim() || 'document-1' }]] : content
}

/** A thought goes back to its maker only. */
function thoughtBlocks({ text, seal }: ReasoningPart, { maker, quirks }: UpstreamTarget): JsonObject[] {
  if (seal !== undefined && seal.maker === maker) {
    return seal.kind === 'encrypted' && text === ''
      ? [{ reasoningContent: { redactedContent: seal.data } }]
      : [{ reasoningContent: { reasoningText: { text, signature: seal.data } } }]
  }
  return quirks.unsignedThoughts && text !== '' ? [{ reasoningContent: { reasoningText: { text } } }] : []
}
