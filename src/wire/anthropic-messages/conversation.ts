import type { Json, JsonObject } from '../../base/json.ts'
import type {
  AnswerFormat,
  CacheMark,
  Conversation,
  InputPart,
  OutputPart,
  ReasoningPart,
  ReasoningWish,
  Sampling,
  Source,
  TextPart,
  Tool,
  Turn,
} from '../../generation/conversation.ts'
import { readArray, readCount, readObject, readText } from '../json.ts'
import { invalid } from '../refusals.ts'
import { readSeal } from '../seals.ts'
import { isRequestField } from './fields.ts'
import { ownMaker } from './maker.ts'

/** A Messages request in no format's words. What only a provider of this format can do is refused by its path. */
export function conversationOf(body: JsonObject): Conversation {
  const choice = readObject(body['tool_choice'])
  const answerFormat = answerFormatOf(body)
  const reasoning = reasoningWishOf(body)
  const cache = cacheOf(body)
  return {
    turns: [...systemTurns(body['system'], 'system'), ...turnsOf(body)],
    tools: (readArray(body['tools']) ?? []).map((tool, index) =>
      toolOf(readObject(tool) ?? {}, `tools[${index}]`),
    ),
    toolChoice: toolChoiceOf(choice),
    ...(choice?.['disable_parallel_tool_use'] === true && { parallelToolCalls: false }),
    sampling: samplingOf(body),
    ...(answerFormat && { answerFormat }),
    ...(reasoning && { reasoning }),
    ...(cache.cache && { automaticCache: cache.cache }),
    extras: extrasOf(body),
  }
}

/** What can be left undone without changing what the answer means, and what only hosts of this format may know. */
function extrasOf(body: JsonObject): JsonObject {
  refuseForeign(body)
  const { context_management: context, speed } = body
  const { task_budget: budget, effort } = readObject(body['output_config']) ?? {}
  const thinking = readObject(body['thinking'])
  // Elsewhere a budget is an effort by itself, and who does not think has none.
  const hasNoEffort =
    thinking?.['type'] === 'disabled' || readCount(thinking?.['budget_tokens']) !== undefined
  const unknown = Object.entries(body).filter(([field, value]) => value !== null && !isRequestField(field))
  return {
    ...Object.fromEntries(unknown),
    ...(context && { context_management: context }),
    ...(speed === 'fast' && { speed }),
    ...(budget && { 'output_config.task_budget': budget }),
    ...(effort && hasNoEffort && { 'output_config.effort': effort }),
    ...(wantsCitations(body) && { 'document.citations': true }),
  }
}

/** No other format can be asked to point into the client's own documents. */
function wantsCitations(body: JsonObject): boolean {
  const blocks = (readArray(body['messages']) ?? []).flatMap(
    (message) => readArray(readObject(message)?.['content']) ?? [],
  )
  return blocks.some((block) => readObject(readObject(block)?.['citations'])?.['enabled'] === true)
}

function refuseForeign(body: JsonObject): void {
  for (const field of ['container', 'mcp_servers']) {
    const value = body[field]
    if (value && (typeof value === 'string' || Object.keys(value).length > 0)) throw foreign(field)
  }
  const edits = readArray(readObject(body['context_management'])?.['edits']) ?? []
  const compacts = edits.findIndex((edit) => readText(readObject(edit)?.['type'])?.startsWith('compact'))
  if (compacts !== -1) throw foreign(`context_management.edits[${compacts}]`)
}

function foreign(path: string): Error {
  return invalid(`${path}: no provider of this model has it; leave it out, or ask a model of Anthropic's`)
}

function turnsOf(body: JsonObject): Turn[] {
  return (readArray(body['messages']) ?? []).flatMap((message, index) => {
    const { role, content } = readObject(message) ?? {}
    const path = `messages[${index}].content`
    if (role === 'system') return systemTurns(content, path)
    return role === 'assistant' ? assistantTurns(content, path) : userTurns(content, path)
  })
}

/** Content as blocks, with their paths. */
function blocksOf(content: Json | undefined, path: string): { block: JsonObject; path: string }[] {
  if (typeof content === 'string')
    return content === '' ? [] : [{ block: { type: 'text', text: content }, path }]
  return (readArray(content) ?? []).map((block, index) => ({
    block: readObject(block) ?? {},
    path: `${path}[${index}]`,
  }))
}

function systemTurns(content: Json | undefined, where: string): Turn[] {
  const parts = blocksOf(content, where).map(({ block, path }) => {
    if (block['type'] !== 'text') throw foreign(`${path}.type: ${readText(block['type'])}`)
    return textPart(block)
  })
  return parts.length > 0 ? [{ role: 'system', parts }] : []
}

/** Results of tools are turns of their own, before what the user says beside them. */
function userTurns(content: Json | undefined, where: string): Turn[] {
  const results: Turn[] = []
  const parts: InputPart[] = []
  for (const { block, path } of blocksOf(content, where)) {
    if (block['type'] !== 'tool_result') {
      parts.push(...inputParts(block, path))
      continue
    }
    const inner = blocksOf(block['content'], `${path}.content`)
    results.push({
      role: 'tool',
      callId: readText(block['tool_use_id']) ?? '',
      parts: inner.flatMap((each) => inputParts(each.block, each.path)),
      ...(block['is_error'] === true && { isError: true }),
      ...cacheOf(block),
    })
  }
  return parts.length > 0 ? [...results, { role: 'user', parts }] : results
}

function inputParts(block: JsonObject, path: string): InputPart[] {
  const cache = cacheOf(block)
  switch (readText(block['type']) ?? '') {
    case 'text':
      return [textPart(block)]
    case 'image':
      return [
        { type: 'image', source: sourceOf(readObject(block['source']) ?? {}, `${path}.source`), ...cache },
      ]
    case 'document':
      return documentParts(block, path)
    case 'search_result':
      return [{ type: 'text', text: searchResultText(block, path), ...cache }]
    default:
      throw foreign(`${path}.type: ${readText(block['type'])}`)
  }
}

function documentParts(block: JsonObject, path: string): InputPart[] {
  const source = readObject(block['source']) ?? {}
  const title = readText(block['title'])
  const context = readText(block['context'])
  // What becomes text has no name elsewhere, so its title is said before it.
  const isFile = source['type'] === 'base64' || source['type'] === 'url'
  const about = [isFile ? undefined : title, context].flatMap((text): InputPart[] =>
    text ? [{ type: 'text', text }] : [],
  )
  if (source['type'] === 'content') {
    const inner = blocksOf(source['content'], `${path}.source.content`)
    const parts = [...about, ...inner.flatMap((each) => inputParts(each.block, each.path))]
    const last = parts.at(-1)
    return last ? [...parts.slice(0, -1), { ...cacheOf(block), ...last }] : []
  }
  const read: Source | { kind: 'text'; text: string } =
    source['type'] === 'text'
      ? { kind: 'text', text: readText(source['data']) ?? '' }
      : sourceOf(source, `${path}.source`)
  return [...about, { type: 'file', source: read, ...(title && { name: title }), ...cacheOf(block) }]
}

function sourceOf(source: JsonObject, path: string): Source {
  if (source['type'] === 'url') return { kind: 'url', url: readText(source['url']) ?? '' }
  if (source['type'] !== 'base64') throw foreign(`${path}.type: ${readText(source['type'])}`)
  return {
    kind: 'data',
    mediaType: readText(source['media_type']) ?? '',
    base64: readText(source['data']) ?? '',
  }
}

function searchResultText(block: JsonObject, path: string): string {
  const texts = blocksOf(block['content'], `${path}.content`).map(
    (each) => readText(each.block['text']) ?? '',
  )
  return [readText(block['title']), readText(block['source']), ...texts].filter(Boolean).join('\n')
}

function textPart(block: JsonObject): TextPart {
  return { type: 'text', text: readText(block['text']) ?? '', ...cacheOf(block) }
}

function cacheOf(block: JsonObject): { cache?: CacheMark } {
  const control = readObject(block['cache_control'])
  if (!control) return {}
  const ttl = control['ttl']
  return { cache: ttl === '5m' || ttl === '1h' ? { ttl } : {} }
}

function assistantTurns(content: Json | undefined, where: string): Turn[] {
  const parts: OutputPart[] = []
  for (const { block, path } of blocksOf(content, where)) {
    const part = outputPart(block, path, parts)
    if (part) parts.push(part)
  }
  return parts.length > 0 ? [{ role: 'assistant', parts }] : []
}

function outputPart(block: JsonObject, path: string, before: OutputPart[]): OutputPart | undefined {
  switch (readText(block['type']) ?? '') {
    case 'text':
      return textPart(block)
    case 'thinking':
      return thought(readText(block['thinking']) ?? '', readText(block['signature']) ?? '')
    case 'image':
      return { type: 'image', source: sourceOf(readObject(block['source']) ?? {}, `${path}.source`) }
    case 'redacted_thinking':
      return sealBefore(readText(block['data']) ?? '', before)
    case 'tool_use':
      return {
        type: 'tool-call',
        id: readText(block['id']) ?? '',
        name: readText(block['name']) ?? '',
        arguments: JSON.stringify(block['input'] ?? {}),
        ...cacheOf(block),
      }
    case 'openrouter_shell_tool_result':
    case 'openrouter_bash_tool_result':
      return undefined
    default:
      throw foreign(`${path}.type: ${readText(block['type'])}`)
  }
}

function thought(text: string, signature: string): ReasoningPart {
  if (signature === '') return { type: 'reasoning', text }
  const seal = readSeal(signature, ownMaker)
  // A summary whose thought is encrypted beside it: the words are not what is signed.
  if (signs(seal.maker)) return { type: 'reasoning', text, seal: { ...seal, kind: 'signature' } }
  return { type: 'reasoning', text, isSummary: true, seal: { ...seal, kind: 'encrypted' } }
}

/**
 * A seal by itself. One that signs and is not Claude's is of the text or the call before it, which have no place for
 * one in this format; any other holds a thought.
 */
function sealBefore(data: string, before: OutputPart[]): OutputPart | undefined {
  const read = readSeal(data, ownMaker)
  const last = before.at(-1)
  if (read.maker !== ownMaker && signs(read.maker) && (last?.type === 'tool-call' || last?.type === 'text')) {
    last.seal = { ...read, kind: 'signature' }
    return undefined
  }
  return { type: 'reasoning', text: '', seal: { ...read, kind: 'encrypted' } }
}

/** Responses encrypt whole thoughts; all others sign what is said. */
function signs(maker: string): boolean {
  return !maker.includes('-responses-')
}

function toolOf(tool: JsonObject, path: string): Tool {
  const type = readText(tool['type'])
  if (type !== undefined && type !== 'custom') throw foreign(`${path}.type: ${type}`)
  const description = readText(tool['description'])
  const strict = tool['strict']
  return {
    name: readText(tool['name']) ?? '',
    ...(description && { description }),
    parameters: readObject(tool['input_schema']) ?? {},
    ...(typeof strict === 'boolean' && { strict }),
    ...cacheOf(tool),
  }
}

function toolChoiceOf(choice: JsonObject | undefined): Conversation['toolChoice'] {
  switch (readText(choice?.['type']) ?? '') {
    case 'any':
      return 'required'
    case 'none':
      return 'none'
    case 'tool':
      return { name: readText(choice?.['name']) ?? '' }
    default:
      return 'auto'
  }
}

function samplingOf(body: JsonObject): Sampling {
  const { temperature, top_p: topP } = body
  const topK = readCount(body['top_k'])
  const stop = (readArray(body['stop_sequences']) ?? []).flatMap((text) => readText(text) ?? [])
  return {
    ...(typeof temperature === 'number' && { temperature }),
    ...(typeof topP === 'number' && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
    ...(stop.length > 0 && { stop }),
  }
}

function answerFormatOf(body: JsonObject): AnswerFormat | undefined {
  const format = readObject(readObject(body['output_config'])?.['format'])
  const schema = readObject(format?.['schema'])
  return schema && { type: 'json_schema', name: 'answer', schema, strict: true }
}

function reasoningWishOf(body: JsonObject): ReasoningWish | undefined {
  const thinking = readObject(body['thinking'])
  const effort = readText(readObject(body['output_config'])?.['effort'])
  if (thinking?.['type'] === 'disabled') return { enabled: false }
  if (!thinking) return effort === undefined ? undefined : { effort }
  const maxTokens = readCount(thinking['budget_tokens'])
  return {
    enabled: true,
    ...(maxTokens !== undefined ? { maxTokens } : effort !== undefined && { effort }),
    summary: thinking['display'] === 'omitted' ? 'omitted' : 'auto',
  }
}
