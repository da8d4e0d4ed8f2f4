import type { Json, JsonObject } from '../../base/json.ts'
import type {
  AnswerFormat,
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
import { dataUrl } from '../data-url.ts'
import { reasoningModes } from '../hints.ts'
import { readArray } from '../json.ts'
import { invalid } from '../refusals.ts'
import { isRequestField } from './fields.ts'
import type { Item } from './items.ts'
import type { FunctionTool, MessageItem, MessagePart, ReasoningItem, ResponsesRequest } from './schema.ts'
import { functionTool } from './schema.ts'
import { readSealed, type Sealed } from './sealed.ts'

/** A Responses request in no format's words. Throws a 400 that names what only a provider of this format can do. */
export function conversationOf(
  request: ResponsesRequest,
  items: readonly Item[],
  body: JsonObject,
): Conversation {
  const { parallel_tool_calls: parallel, cache_control: cache } = request
  const { tools, toolChoice, dropped } = toolsOf(request)
  const answerFormat = answerFormatOf(request)
  const reasoning = reasoningWishOf(request)
  const verbosity = request.text?.verbosity
  return {
    turns: [...instructionsOf(request), ...turnsOf(items)],
    tools,
    toolChoice,
    ...(typeof parallel === 'boolean' && { parallelToolCalls: parallel }),
    sampling: samplingOf(request),
    ...(answerFormat && { answerFormat }),
    ...(reasoning && { reasoning }),
    ...(verbosity && { verbosity }),
    ...(cache && { automaticCache: cache.ttl ? { ttl: cache.ttl } : {} }),
    extras: { ...extrasOf(body), ...reasoningModes(request.reasoning ?? {}), ...dropped },
  }
}

function instructionsOf({ instructions }: ResponsesRequest): Turn[] {
  return instructions ? [{ role: 'system', parts: [{ type: 'text', text: instructions }] }] : []
}

/** What the model did between two words of others is one turn: thoughts, words and calls, in their order. */
function turnsOf(items: readonly Item[]): Turn[] {
  const turns: Turn[] = []
  let parts: OutputPart[] = []
  const flush = (): void => {
    if (parts.length > 0) turns.push({ role: 'assistant', parts })
    parts = []
  }
  for (const item of items) {
    const said = outputOf(item)
    if (said) {
      for (const part of said) addOutput(parts, part)
      continue
    }
    flush()
    turns.push(turnOf(item))
  }
  flush()
  return turns
}

/** What the model itself made; `undefined` for what came from others. */
function outputOf(entry: Item): (OutputPart | Sealed)[] | undefined {
  switch (entry.kind) {
    case 'reasoning':
      return thoughtOf(entry.item)
    case 'call': {
      const { call_id: id, name, arguments: text } = entry.item
      return [{ type: 'tool-call', id, name, arguments: text }]
    }
    case 'message':
      return entry.item.role === 'assistant' ? spokenParts(entry.item, entry.path) : undefined
    case 'foreign':
      if (entry.type === 'image_generation_call') return picturesIn(entry.item)
      throw invalid(`${entry.path}: ${entry.type} is only understood by providers of this format`)
    case 'result':
      return undefined
  }
}

/** The item does not tell what the bytes are, but they do. */
function picturesIn({ result }: JsonObject): OutputPart[] {
  if (typeof result !== 'string' || result === '') return []
  const format = result.startsWith('/9j/') ? 'jpeg' : result.startsWith('UklG') ? 'webp' : 'png'
  return [{ type: 'image', source: { kind: 'data', mediaType: `image/${format}`, base64: result } }]
}

/** A seal of words or of a tool call was told by itself, and goes back to where it belongs. */
function addOutput(parts: OutputPart[], part: OutputPart | Sealed): void {
  if (!('of' in part)) {
    parts.push(part)
    return
  }
  const { seal, of } = part
  const owner =
    of === 'text'
      ? parts.findLast(({ type }) => type === 'text')
      : parts.filter(({ type }) => type === 'tool-call')[typeof of === 'object' ? of.call : 0]
  if (owner && owner.type !== 'refusal' && owner.type !== 'image') owner.seal = seal
}

function thoughtOf(item: ReasoningItem): (ReasoningPart | Sealed)[] {
  const words = (item.content ?? []).map(({ text }) => text).join('')
  const summary = (item.summary ?? []).map(({ text }) => text).join('\n\n')
  const sealed = sealedOf(item)
  if (sealed && sealed.of !== 'thought') return [sealed]
  if (words === '' && summary === '' && !sealed) return []
  return [
    {
      type: 'reasoning',
      text: words || summary,
      ...(words === '' && summary !== '' && { isSummary: true }),
      ...(sealed && { seal: sealed.seal }),
    },
  ]
}

function sealedOf({
  encrypted_content: encrypted,
  signature,
  format,
  id,
}: ReasoningItem): Sealed | undefined {
  if (encrypted) return readSealed(encrypted, id ?? undefined)
  if (!signature || !format) return undefined
  return { seal: { maker: format, kind: 'signature', data: signature }, of: 'thought' }
}

function spokenParts({ content }: MessageItem, path: string): OutputPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return (content ?? []).map((part, index): OutputPart => {
    switch (part.type) {
      case 'input_text':
      case 'output_text':
        return { type: 'text', text: part.text }
      case 'refusal':
        return { type: 'refusal', text: part.refusal }
      case 'input_image':
      case 'input_file':
      case 'input_audio':
      case 'input_video':
        throw invalid(`${path}.content[${index}]: an assistant's message cannot hold ${part.type}`)
    }
  })
}

function turnOf(entry: Item): Turn {
  if (entry.kind === 'result') {
    const { call_id: callId, output } = entry.item
    return { role: 'tool', callId, parts: inputParts(output, `${entry.path}.output`) }
  }
  if (entry.kind !== 'message') throw new Error(`${entry.kind} is the model's own`)
  const { role, content } = entry.item
  const parts = inputParts(content ?? '', `${entry.path}.content`)
  if (role === 'user') return { role: 'user', parts }
  return {
    role: 'system',
    parts: parts.map((part, index) => textOnly(part, `${entry.path}.content[${index}]`)),
  }
}

function textOnly(part: InputPart, path: string): TextPart {
  if (part.type !== 'text') throw invalid(`${path}: a system message holds text alone`)
  return part
}

function inputParts(content: string | readonly MessagePart[], path: string): InputPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.map((part, index) => inputPart(part, `${path}[${index}]`))
}

function inputPart(part: MessagePart, path: string): InputPart {
  const read = unmarkedPart(part, path)
  return 'prompt_cache_breakpoint' in part && part.prompt_cache_breakpoint ? { ...read, cache: {} } : read
}

function unmarkedPart(part: MessagePart, path: string): InputPart {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { type: 'text', text: part.text }
    case 'refusal':
      return { type: 'text', text: part.refusal }
    case 'input_image': {
      if (part.file_id) throw storedFile(path)
      if (!part.image_url) throw invalid(`${path}.image_url: is required`)
      const { image_url: url, detail } = part
      return { type: 'image', source: sourceOf(url), ...(detail && { detail }) }
    }
    case 'input_file': {
      if (part.file_id) throw storedFile(path)
      const name = part.filename ? { name: part.filename } : {}
      if (part.file_url) return { type: 'file', source: { kind: 'url', url: part.file_url }, ...name }
      if (!part.file_data) throw invalid(`${path}.file_data: is required`)
      return { type: 'file', source: fileSource(part.file_data), ...name }
    }
    case 'input_audio':
      return { type: 'audio', format: part.input_audio.format, base64: part.input_audio.data }
    case 'input_video':
      return { type: 'video', source: sourceOf(part.video_url) }
  }
}

function storedFile(path: string): Error {
  return invalid(`${path}.file_id: the file is stored at another provider; send the file itself`)
}

function sourceOf(url: string): Source {
  const parsed = dataUrl(url)
  return parsed ? { kind: 'data', ...parsed } : { kind: 'url', url }
}

/** Bare base64 stands for a PDF: nothing else is sent so. */
function fileSource(data: string): Source {
  const parsed = dataUrl(data)
  return parsed ? { kind: 'data', ...parsed } : { kind: 'data', mediaType: 'application/pdf', base64: data }
}

/** Codex offers these with every request; a model that is not offered them does its work all the same. */
const droppedTools: readonly string[] = ['namespace', 'web_search']

interface Tools {
  tools: Tool[]
  toolChoice: Conversation['toolChoice']
  dropped: Record<string, Json>
}

function toolsOf({ tools, tool_choice: choice }: ResponsesRequest): Tools {
  const declared = (tools ?? []).map((tool, index) => ({ tool, index }))
  const foreign = declared.filter(({ tool }) => tool.type !== 'function')
  // A call that must be made must be of a tool that is there.
  const isDemanded = choice === 'required' && foreign.length === declared.length
  for (const { tool, index } of foreign) {
    if (isDemanded || !droppedTools.includes(tool.type)) throw nativeOnly(`tools[${index}]`, tool.type)
  }
  const functions = declared.flatMap(({ tool }) =>
    tool.type === 'function' ? [toolOf(functionTool.parse(tool))] : [],
  )
  const dropped = Object.fromEntries(foreign.map(({ tool }) => [`tools.${tool.type}`, true]))
  if (!choice || typeof choice === 'string')
    return { tools: functions, toolChoice: choice ?? 'auto', dropped }
  if (choice.type === 'function' && choice.name) {
    return { tools: functions, toolChoice: { name: choice.name }, dropped }
  }
  if (choice.type !== 'allowed_tools') throw nativeOnly('tool_choice', choice.type)
  const allowed = (choice.tools ?? []).map(({ name }) => name)
  const offered = functions.filter(({ name }) => allowed.includes(name))
  return { tools: offered, toolChoice: choice.mode ?? 'auto', dropped }
}

function nativeOnly(path: string, type: string): Error {
  return invalid(
    `${path}: ${type} is only understood by providers of this format; this model takes functions`,
  )
}

function toolOf({ name, description, parameters, strict }: FunctionTool): Tool {
  return {
    name,
    ...(description && { description }),
    parameters: parameters ?? { type: 'object', properties: {} },
    ...(typeof strict === 'boolean' && { strict }),
  }
}

const samplingNames = ['temperature', 'top_p', 'top_k', 'frequency_penalty', 'presence_penalty'] as const

function samplingOf(request: ResponsesRequest): Sampling {
  const asked = samplingNames.filter((name) => typeof request[name] === 'number')
  const top = request.top_logprobs
  const wantsLogprobs = request.include?.includes('message.output_text.logprobs') || Boolean(top)
  return {
    ...Object.fromEntries(asked.map((name) => [name, request[name]])),
    ...(wantsLogprobs && { logprobs: true, ...(typeof top === 'number' && { top_logprobs: top }) }),
  }
}

function answerFormatOf({ text }: ResponsesRequest): AnswerFormat | undefined {
  const format = text?.format
  if (format?.type === 'json_object') return { type: 'json_object' }
  if (format?.type !== 'json_schema') return undefined
  const { name, schema, strict, description } = format
  return {
    type: 'json_schema',
    name,
    schema,
    ...(typeof strict === 'boolean' && { strict }),
    ...(description && { description }),
  }
}

function reasoningWishOf({ reasoning }: ResponsesRequest): ReasoningWish | undefined {
  const { enabled, effort, max_tokens: maxTokens } = reasoning ?? {}
  const summary = reasoning?.summary ?? reasoning?.generate_summary
  if (typeof enabled !== 'boolean' && !effort && typeof maxTokens !== 'number' && !summary) return undefined
  return {
    ...(typeof enabled === 'boolean' && { enabled }),
    ...(effort && { effort }),
    ...(typeof maxTokens === 'number' && { maxTokens }),
    ...(summary && { summary }),
  }
}

/** Fields of the format itself that no other has. */
const ownExtras: readonly string[] = [
  'max_tool_calls',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
]
/** What of an answer comes from every host that has it. */
const included: readonly Json[] = ['reasoning.encrypted_content', 'message.output_text.logprobs']

function extrasOf(body: JsonObject): Record<string, Json> {
  const extras = Object.entries(body).filter(
    ([field, value]) => value !== null && (!isRequestField(field) || ownExtras.includes(field)),
  )
  const truncation = body['truncation'] === 'auto' ? { truncation: 'auto' } : {}
  const include = (readArray(body['include']) ?? []).filter((name) => !included.includes(name))
  return { ...Object.fromEntries(extras), ...truncation, ...(include.length > 0 && { include }) }
}
