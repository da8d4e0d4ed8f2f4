import type { JsonObject } from '../../base/json.ts'
import type {
  AnswerFormat,
  CacheMark,
  Conversation,
  InputPart,
  OutputPart,
  ReasoningWish,
  Sampling,
  Seal,
  Source,
  TextPart,
  Tool,
  Turn,
} from '../../generation/conversation.ts'
import { dataUrl } from '../data-url.ts'
import { reasoningModes } from '../hints.ts'
import { invalid } from '../refusals.ts'
import { handlingOf } from './fields.ts'
import type { ChatRequest } from './schema.ts'

type Message = ChatRequest['messages'][number]
type AssistantMessage = Extract<Message, { role: 'assistant' }>
type Part = Exclude<Extract<Message, { role: 'user' }>['content'], string>[number]

/** A chat request in no format's words. */
export function conversationOf(request: ChatRequest, body: JsonObject): Conversation {
  const { parallel_tool_calls: parallel, verbosity, modalities } = request
  const answerFormat = answerFormatOf(request)
  const reasoning = reasoningWishOf(request)
  return {
    turns: request.messages.map(turnOf),
    tools: (request.tools ?? []).map(toolOf),
    toolChoice: toolChoiceOf(request),
    ...(typeof parallel === 'boolean' && { parallelToolCalls: parallel }),
    sampling: samplingOf(request),
    ...(answerFormat && { answerFormat }),
    ...(reasoning && { reasoning }),
    ...(verbosity && { verbosity }),
    ...(modalities?.some((modality) => modality !== 'text') && { outputModalities: modalities }),
    ...(request.cache_control && { automaticCache: cacheMark(request.cache_control) }),
    extras: extrasOf(request, body),
  }
}

/** What is sent to hosts of this format as it came, and has no word above. */
function extrasOf({ messages, reasoning }: ChatRequest, body: JsonObject): JsonObject {
  const extras = Object.entries(body).filter(
    ([field, value]) => value !== null && handlingOf(field) === 'sent' && !worded.has(field),
  )
  // The user's is told in the words.
  const isNamed = messages.some((message) => message.role !== 'user' && 'name' in message && message.name)
  return {
    ...Object.fromEntries(extras),
    ...(body['store'] === true && { store: true }),
    ...(isNamed && { 'messages.name': true }),
    ...Object.fromEntries(
      messages.flatMap((message) =>
        message.role === 'assistant' ? unspoken(message).map((name) => [name, true]) : [],
      ),
    ),
    ...reasoningModes(reasoning ?? {}),
  }
}

/** `GenerationRequest.loopMaker`: whose sealed thoughts are in the tool loop that the messages leave open. */
export function loopMakerOf(messages: readonly Message[]): string | undefined {
  const steps = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1)
  if (steps.findLast(({ role }) => role === 'tool' || role === 'assistant')?.role !== 'tool') return undefined
  return steps
    .flatMap((step) => (step.role === 'assistant' ? sealsOf(step) : []))
    .findLast(({ seal }) => seal)?.seal?.maker
}

function turnOf(message: Message): Turn {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'system', parts: textParts(message.content) }
    case 'user':
      return { role: 'user', parts: spokenBy(message.name, inputParts(message.content)) }
    case 'tool':
      return { role: 'tool', callId: message.tool_call_id, parts: inputParts(message.content) }
    case 'assistant':
      return { role: 'assistant', parts: assistantParts(message) }
  }
}

function textParts(content: string | Extract<Part, { type: 'text' }>[]): TextPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content.map(textPart)
}

function inputParts(content: string | Part[]): InputPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content.map(inputPart)
}

/** No other format has a place for who speaks: the words tell it, as the contract has it. */
function spokenBy(name: string | null | undefined, parts: InputPart[]): InputPart[] {
  if (!name) return parts
  const [first, ...rest] = parts
  return first?.type === 'text'
    ? [{ ...first, text: `${name}: ${first.text}` }, ...rest]
    : [{ type: 'text', text: `${name}:` }, ...parts]
}

function textPart(part: Extract<Part, { type: 'text' }>): TextPart {
  return { type: 'text', text: part.text, ...cacheOf(part) }
}

function inputPart(part: Part): InputPart {
  const cache = cacheOf(part)
  switch (part.type) {
    case 'text':
      return textPart(part)
    case 'image_url': {
      const { url, detail } = part.image_url
      return { type: 'image', source: sourceOf(url), ...(detail && { detail }), ...cache }
    }
    case 'input_audio':
      return { type: 'audio', format: part.input_audio.format, base64: part.input_audio.data, ...cache }
    case 'video_url':
    case 'input_video':
      return { type: 'video', source: sourceOf(part.video_url.url), ...cache }
    case 'file': {
      const { filename, file_data: data, file_id: id } = part.file
      const source = data ? sourceOf(data) : { kind: 'stored' as const, id: id ?? '' }
      return { type: 'file', source, ...(filename && { name: filename }), ...cache }
    }
  }
}

function cacheMark({ ttl }: { ttl?: '5m' | '1h' | null | undefined }): CacheMark {
  return ttl ? { ttl } : {}
}

/** Of two names for the mark the one that says for how long counts. */
function cacheOf({
  cache_control: mark,
  prompt_cache_breakpoint: point,
}: Pick<Part, 'cache_control' | 'prompt_cache_breakpoint'>): { cache?: CacheMark } {
  return mark ? { cache: cacheMark(mark) } : point ? { cache: {} } : {}
}

function sourceOf(url: string): Source {
  const parsed = dataUrl(url)
  return parsed ? { kind: 'data', ...parsed } : { kind: 'url', url }
}

/** Thoughts come before what they led to; a signed tool call is told by its id. */
function assistantParts(message: AssistantMessage): OutputPart[] {
  const details = sealsOf(message)
  const calls = message.tool_calls ?? []
  const ids = new Set(calls.map(({ id }) => id))
  const parts: OutputPart[] = details.filter(({ seal }) => !ids.has(seal?.id ?? '')).map(reasoningPart)
  if (details.length === 0) {
    const text = message.reasoning ?? message.reasoning_content
    if (text) parts.push({ type: 'reasoning', text })
  }
  parts.push(...spokenParts(message.content))
  const { transcript } = message.audio ?? {}
  if (transcript) parts.push({ type: 'text', text: transcript })
  for (const image of message.images ?? []) {
    if (image) parts.push({ type: 'image', source: sourceOf(image.image_url.url) })
  }
  if (message.refusal) parts.push({ type: 'refusal', text: message.refusal })
  for (const { id, function: called } of calls) {
    const found = details.find((detail) => detail.seal?.id === id)?.seal
    const seal: Seal | undefined = found && { maker: found.maker, kind: 'signature', data: found.data }
    parts.push({
      type: 'tool-call',
      id,
      name: called.name,
      arguments: called.arguments,
      ...(seal && { seal }),
    })
  }
  return parts
}

function spokenParts(content: AssistantMessage['content']): OutputPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  return (content ?? []).flatMap((part): OutputPart[] => {
    if (part.type === 'text') return [textPart(part)]
    return part.type === 'image_url' ? [{ type: 'image', source: sourceOf(part.image_url.url) }] : []
  })
}

/** What an assistant may have said and no other format can repeat. */
function unspoken({ content, audio, images }: AssistantMessage): string[] {
  const parts = typeof content === 'string' ? [] : (content ?? [])
  const others = parts.filter(({ type }) => type !== 'text' && type !== 'image_url')
  return [
    ...(audio ? ['messages.audio'] : []),
    ...(images?.includes(null) ? ['messages.images'] : []),
    ...others.map(({ type }) => `messages.content.${type}`),
  ]
}

interface Detail {
  text: string
  isSummary: boolean
  seal?: Seal
  /** The number of the thought it is a piece of, where it is one. */
  piece?: number
}

function reasoningPart({ text, isSummary, seal }: Detail): OutputPart {
  return { type: 'reasoning', text, ...(isSummary && { isSummary }), ...(seal && { seal }) }
}

/**
 * `reasoning_details` as thoughts: a summary and the encrypted thought it belongs to are one, and so are the pieces of
 * a stream that a client gives back as they came.
 */
function sealsOf({ reasoning_details: entries }: AssistantMessage): Detail[] {
  const details: Detail[] = []
  for (const entry of entries ?? []) {
    const maker = entry.format ?? 'anthropic-claude-v1'
    const id = entry.id ? { id: entry.id } : {}
    const last = details.at(-1)
    if (entry.type === 'reasoning.encrypted') {
      const seal: Seal = { maker, kind: 'encrypted', data: entry.data ?? '', ...id }
      if (last?.isSummary && !last.seal && entry.id) last.seal = seal
      else details.push({ text: '', isSummary: false, seal })
    } else if (entry.type === 'reasoning.summary') {
      details.push({ text: entry.summary ?? '', isSummary: true })
    } else if (entry.type === 'reasoning.text') {
      const seal: Seal | undefined = entry.signature
        ? { maker, kind: 'signature', data: entry.signature, ...id }
        : undefined
      const piece = typeof entry.index === 'number' ? { piece: entry.index } : {}
      if (last?.piece !== undefined && last.piece === entry.index && !last.seal) {
        last.text += entry.text ?? ''
        if (seal) last.seal = seal
      } else details.push({ text: entry.text ?? '', isSummary: false, ...(seal && { seal }), ...piece })
    }
  }
  return details
}

function toolOf({
  function: declared,
  cache_control: cache,
}: NonNullable<ChatRequest['tools']>[number]): Tool {
  const { name, description, parameters, strict } = declared
  return {
    name,
    ...(description && { description }),
    parameters: parameters ?? { type: 'object', properties: {} },
    ...(typeof strict === 'boolean' && { strict }),
    ...(cache && { cache: cacheMark(cache) }),
  }
}

function toolChoiceOf({ tool_choice: choice }: ChatRequest): Conversation['toolChoice'] {
  if (!choice) return 'auto'
  return typeof choice === 'string' ? choice : { name: choice.function.name }
}

const samplingNames = [
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'top_a',
  'frequency_penalty',
  'presence_penalty',
  'repetition_penalty',
  'seed',
  'logit_bias',
  'logprobs',
  'top_logprobs',
] as const

const worded: ReadonlySet<string> = new Set([
  ...samplingNames,
  'stop',
  'response_format',
  'verbosity',
  'modalities',
  'tool_choice',
  'parallel_tool_calls',
])

function samplingOf(request: ChatRequest): Sampling {
  const asked = samplingNames.filter((name) => request[name] !== null && request[name] !== undefined)
  const stop = typeof request.stop === 'string' ? [request.stop] : request.stop
  return { ...Object.fromEntries(asked.map((name) => [name, request[name]])), ...(stop?.length && { stop }) }
}

function answerFormatOf({ response_format: format }: ChatRequest): AnswerFormat | undefined {
  if (format?.type === 'json_object') return { type: 'json_object' }
  if (format?.type === 'grammar' || format?.type === 'python') {
    throw invalid(`response_format: ${format.type} is not known to this model's provider; send json_schema`)
  }
  if (format?.type !== 'json_schema') return undefined
  const { name, schema, strict, description } = format.json_schema
  return {
    type: 'json_schema',
    name,
    schema: schema ?? {},
    ...(typeof strict === 'boolean' && { strict }),
    ...(description && { description }),
  }
}

function reasoningWishOf({ reasoning, reasoning_effort: shorthand }: ChatRequest): ReasoningWish | undefined {
  const effort = reasoning?.effort ?? shorthand
  const { enabled, max_tokens: maxTokens, summary } = reasoning ?? {}
  if (!effort && enabled === undefined && maxTokens === undefined && !summary) return undefined
  return {
    ...(typeof enabled === 'boolean' && { enabled }),
    ...(effort && { effort }),
    ...(typeof maxTokens === 'number' && { maxTokens }),
    ...(summary && { summary }),
  }
}
