import type { Json, JsonObject } from '../../base/json.ts'
import type {
  CacheMark,
  Conversation,
  InputPart,
  OutputPart,
  Seal,
  Source,
  TextPart,
  Tool,
  Turn,
} from '../../generation/conversation.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { refuseLongNames } from '../refusals.ts'

/**
 * The body a client of this format would have sent for a request of another: from there on both are edited alike.
 * What the conversation has no chat word for is in its `extras`.
 */
export function chatBodyOf({ conversation, maxTokens, stream }: GenerationRequest): JsonObject {
  const { turns, tools, toolChoice, sampling, ...rest } = conversation()
  refuseLongNames(tools)
  return {
    model: '',
    messages: messagesOf(turns),
    stream,
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...sampling,
    ...(tools.length > 0 && { tools: tools.map(writeTool), tool_choice: writeToolChoice(toolChoice) }),
    ...(rest.parallelToolCalls !== undefined && { parallel_tool_calls: rest.parallelToolCalls }),
    ...(rest.answerFormat && { response_format: writeAnswerFormat(rest.answerFormat) }),
    ...(rest.reasoning && { reasoning: writeReasoning(rest.reasoning) }),
    ...(rest.verbosity !== undefined && { verbosity: rest.verbosity }),
    ...(rest.outputModalities && { modalities: [...rest.outputModalities] }),
    ...(rest.automaticCache && { cache_control: cacheControl(rest.automaticCache) }),
  }
}

/** Media in results of tools is refused by most hosts: it follows the last of them, as the user's. */
function messagesOf(turns: readonly Turn[]): JsonObject[] {
  const messages: JsonObject[] = []
  let hoisted: InputPart[] = []
  const flush = () => {
    if (hoisted.length > 0) messages.push({ role: 'user', content: hoisted.map(writeInput) })
    hoisted = []
  }
  for (const turn of turns) {
    if (turn.role !== 'tool') flush()
    if (turn.role === 'tool') hoisted.push(...turn.parts.filter(({ type }) => type !== 'text'))
    messages.push(writeTurn(turn))
  }
  flush()
  return messages
}

function writeTurn(turn: Turn): JsonObject {
  switch (turn.role) {
    case 'system':
      return { role: 'system', content: writeTexts(turn.parts, '\n\n') }
    case 'user':
      return { role: 'user', content: writeInputs(turn.parts) }
    case 'tool': {
      const texts = turn.parts.filter((part) => part.type === 'text')
      return { role: 'tool', tool_call_id: turn.callId, content: writeTexts(texts, '\n') }
    }
    case 'assistant':
      return { role: 'assistant', ...writeAnswer(turn.parts) }
  }
}

/** One text, for that is what every host takes; parts where a mark for a cache hangs on one of them. */
function writeTexts(parts: readonly TextPart[], separator: string): Json {
  if (parts.some(({ cache }) => cache)) return parts.map(writeInput)
  return parts.map(({ text }) => text).join(separator)
}

function writeInputs(parts: readonly InputPart[]): Json {
  const [only] = parts
  if (parts.length === 1 && only?.type === 'text' && !only.cache) return only.text
  return parts.map(writeInput)
}

function writeInput(part: InputPart): JsonObject {
  const cache = part.cache ? { cache_control: cacheControl(part.cache) } : {}
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text, ...cache }
    case 'image': {
      const detail = part.detail === undefined ? {} : { detail: part.detail }
      return { type: 'image_url', image_url: { url: addressOf(part.source), ...detail }, ...cache }
    }
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.base64, format: part.format }, ...cache }
    case 'video':
      return { type: 'video_url', video_url: { url: addressOf(part.source) }, ...cache }
    case 'file': {
      // A document of plain text is text to every model.
      if (part.source.kind === 'text') return { type: 'text', text: part.source.text, ...cache }
      if (part.source.kind === 'stored') return { type: 'file', file: { file_id: part.source.id }, ...cache }
      const name = part.name ?? 'document.pdf'
      return { type: 'file', file: { filename: name, file_data: addressOf(part.source) }, ...cache }
    }
  }
}

function addressOf(source: Source): string {
  return source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.base64}`
}

function writeAnswer(parts: readonly OutputPart[]): JsonObject {
  const texts = parts.filter((part) => part.type === 'text')
  const calls = parts.filter((part) => part.type === 'tool-call')
  const thoughts = parts.filter((part) => part.type === 'reasoning')
  const images = parts.filter((part) => part.type === 'image')
  const refusal = parts.flatMap((part) => (part.type === 'refusal' ? [part.text] : [])).join('')
  const reasoning = thoughts.map(({ text }) => text).join('')
  const details = [
    ...thoughts.flatMap(({ text, isSummary, seal }) => thoughtDetails(text, isSummary ?? false, seal)),
    ...calls.flatMap(({ id, seal }) => (seal ? thoughtDetails('', false, { ...seal, id }) : [])),
  ]
  return {
    content: texts.length === 0 && calls.length > 0 ? null : writeTexts(texts, ''),
    ...(refusal && { refusal }),
    ...(images.length > 0 && { images: images.map(writeInput) }),
    ...(reasoning && { reasoning }),
    ...(details.length > 0 && { reasoning_details: details }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, arguments: args }) => ({
        id,
        type: 'function',
        function: { name, arguments: args },
      })),
    }),
  }
}

function thoughtDetails(text: string, isSummary: boolean, seal: Seal | undefined): JsonObject[] {
  const common = { format: seal?.maker ?? 'unknown', ...(seal?.id !== undefined && { id: seal.id }) }
  const encrypted =
    seal?.kind === 'encrypted' ? [{ type: 'reasoning.encrypted', data: seal.data, ...common }] : []
  if (isSummary) return [{ type: 'reasoning.summary', summary: text, ...common }, ...encrypted]
  const signature = seal?.kind === 'signature' ? { signature: seal.data } : {}
  const hasWords = text !== '' || seal?.kind === 'signature'
  return [...(hasWords ? [{ type: 'reasoning.text', text, ...signature, ...common }] : []), ...encrypted]
}

function writeTool({ name, description, parameters, strict, cache }: Tool): JsonObject {
  return {
    type: 'function',
    function: {
      name,
      ...(description !== undefined && { description }),
      parameters: parameters,
      ...(strict !== undefined && { strict }),
    },
    ...(cache && { cache_control: cacheControl(cache) }),
  }
}

function writeToolChoice(choice: Conversation['toolChoice']): Json {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } }
}

function writeAnswerFormat(format: NonNullable<Conversation['answerFormat']>): JsonObject {
  if (format.type === 'json_object') return { type: 'json_object' }
  const { name, schema, strict, description } = format
  const described = description === undefined ? {} : { description }
  return {
    type: 'json_schema',
    json_schema: { name, ...described, schema: schema, ...(strict !== undefined && { strict }) },
  }
}

function writeReasoning({ maxTokens, ...wish }: NonNullable<Conversation['reasoning']>): JsonObject {
  return { ...wish, ...(maxTokens !== undefined && { max_tokens: maxTokens }) }
}

function cacheControl({ ttl }: CacheMark): JsonObject {
  return { type: 'ephemeral', ...(ttl && { ttl }) }
}
