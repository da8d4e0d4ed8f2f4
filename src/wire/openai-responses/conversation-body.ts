import type { Json, JsonObject } from '../../base/json.ts'
import type {
  Conversation,
  InputPart,
  OutputPart,
  ReasoningPart,
  Source,
  Tool,
  Turn,
} from '../../generation/conversation.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { breakpoint } from '../cache-breakpoints.ts'
import { invalid, refuseOtherModalities } from '../refusals.ts'
import { writeSealed } from './sealed.ts'

/**
 * The body a client of this format would have sent for a request of another: from there on both are edited alike.
 * Fields that the format has no word for are left in it under the contract's names, and dropped by name.
 */
export function bodyOf({ conversation, maxTokens, stream }: GenerationRequest): JsonObject {
  const { turns, tools, toolChoice, sampling, ...rest } = conversation()
  const { logprobs, stop, logit_bias: bias, ...numbers } = sampling
  const text = textOf(rest)
  refuseOtherModalities(rest.outputModalities)
  return {
    model: '',
    input: turns.flatMap(itemsOf),
    stream,
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
    ...numbers,
    ...(stop && { stop: [...stop] }),
    ...(bias && { logit_bias: { ...bias } }),
    ...(logprobs && { logprobs }),
    ...(tools.length > 0 && { tools: tools.map(writeTool), tool_choice: writeToolChoice(toolChoice) }),
    ...(rest.parallelToolCalls !== undefined && { parallel_tool_calls: rest.parallelToolCalls }),
    ...(text && { text }),
    ...reasoningOf(rest),
    ...cacheKeyOf(rest.extras),
  }
}

/** What the conversation's own format calls the same. */
function cacheKeyOf({ prompt_cache_key: key }: JsonObject): JsonObject {
  return typeof key === 'string' ? { prompt_cache_key: key } : {}
}

function itemsOf(turn: Turn): JsonObject[] {
  switch (turn.role) {
    case 'system':
    case 'user':
      return [{ type: 'message', role: turn.role, content: turn.parts.map(writeInput) }]
    case 'tool':
      return [{ type: 'function_call_output', call_id: turn.callId, output: writeResult(turn.parts) }]
    case 'assistant':
      return assistantItems(turn.parts)
  }
}

function writeResult(parts: readonly InputPart[]): Json {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  const isPlain = texts.length === parts.length && !parts.some(({ cache }) => cache)
  return isPlain ? texts.join('\n') : parts.map(writeInput)
}

function writeInput(part: InputPart): JsonObject {
  return part.cache ? { ...writeUnmarked(part), ...breakpoint } : writeUnmarked(part)
}

function writeUnmarked(part: InputPart): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text }
    case 'image':
      return { type: 'input_image', image_url: addressOf(part.source), detail: part.detail ?? 'auto' }
    case 'file': {
      if (part.source.kind === 'text') return { type: 'input_text', text: part.source.text }
      if (part.source.kind === 'url') return { type: 'input_file', file_url: part.source.url }
      if (part.source.kind === 'stored') return { type: 'input_file', file_id: part.source.id }
      const filename = part.name ?? 'document.pdf'
      return { type: 'input_file', filename, file_data: addressOf(part.source) }
    }
    case 'audio':
    case 'video':
      throw invalid(`The provider of this model takes no ${part.type}: leave out the ${part.type} parts`)
  }
}

function addressOf(source: Source): string {
  return source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.base64}`
}

/** Items in the order they were made. A thought that nothing follows is refused by the format: it is left out. */
function assistantItems(parts: readonly OutputPart[]): JsonObject[] {
  const items: JsonObject[] = []
  let content: JsonObject[] = []
  const flush = (): void => {
    if (content.length > 0) items.push({ type: 'message', role: 'assistant', content })
    content = []
  }
  const lastDeed = parts.findLastIndex(({ type }) => type !== 'reasoning')
  for (const part of parts.slice(0, lastDeed + 1)) {
    if (part.type === 'text') content.push({ type: 'output_text', text: part.text, annotations: [] })
    else if (part.type === 'refusal') content.push({ type: 'refusal', refusal: part.text })
    else if (part.type !== 'image') {
      flush()
      items.push(part.type === 'reasoning' ? writeThought(part) : writeCall(part))
    }
  }
  flush()
  return items
}

function writeCall({ id, name, arguments: text }: Extract<OutputPart, { type: 'tool-call' }>): JsonObject {
  return { type: 'function_call', call_id: id, name, arguments: text }
}

function writeThought({ text, isSummary, seal }: ReasoningPart): JsonObject {
  return {
    type: 'reasoning',
    ...(seal?.id !== undefined && { id: seal.id }),
    summary: isSummary ? [{ type: 'summary_text', text }] : [],
    ...(!isSummary && text !== '' && { content: [{ type: 'reasoning_text', text }] }),
    ...(seal && { encrypted_content: writeSealed({ seal, of: 'thought' }) }),
  }
}

function writeTool({ name, description, parameters, strict }: Tool): JsonObject {
  return {
    type: 'function',
    name,
    ...(description !== undefined && { description }),
    parameters,
    // Where it is not said, this format means strict and the others do not.
    strict: strict ?? false,
  }
}

function writeToolChoice(choice: Conversation['toolChoice']): Json {
  return typeof choice === 'string' ? choice : { type: 'function', name: choice.name }
}

function textOf({
  answerFormat,
  verbosity,
}: Pick<Conversation, 'answerFormat' | 'verbosity'>): JsonObject | undefined {
  if (!answerFormat && verbosity === undefined) return undefined
  return {
    ...(answerFormat && { format: writeAnswerFormat(answerFormat) }),
    ...(verbosity !== undefined && { verbosity }),
  }
}

function writeAnswerFormat(format: NonNullable<Conversation['answerFormat']>): JsonObject {
  if (format.type === 'json_object') return { type: 'json_object' }
  const { name, schema, strict, description } = format
  return {
    type: 'json_schema',
    name,
    ...(description !== undefined && { description }),
    schema,
    ...(strict !== undefined && { strict }),
  }
}

/** Clients of other formats are shown the thoughts: here that has to be asked for. */
function reasoningOf({ reasoning, extras }: Pick<Conversation, 'reasoning' | 'extras'>): JsonObject {
  const { 'reasoning.mode': mode = null, 'reasoning.context': context = null } = extras
  if (!reasoning && !mode && !context) return {}
  const { maxTokens, summary = 'auto', ...wish } = reasoning ?? {}
  return {
    reasoning: {
      ...wish,
      ...(maxTokens !== undefined && { max_tokens: maxTokens }),
      ...(summary !== 'omitted' && { summary }),
      mode,
      context,
    },
  }
}
