import type { Json, JsonObject } from '../../base/json.ts'
import { readArray, readObject, readText } from '../json.ts'
import type { Quirks } from '../protocol.ts'
import { notStoredHere } from '../refusals.ts'
import { shortId } from '../short-id.ts'

/** The messages and tools of a request, in the shape that a host with these quirks takes. */
export function deviate(body: JsonObject, quirks: Quirks): JsonObject {
  const messages = (readArray(body['messages']) ?? []).map((message) => readObject(message) ?? {})
  const deviated = messageRules.reduce(
    (current, { applies, change }) => (applies(quirks) ? change(current, quirks) : current),
    messages,
  )
  return { ...body, messages: deviated, ...chooseTool(body, quirks), ...quirks.add }
}

/** Whether there is anything to change. */
export function deviates(quirks: Quirks): boolean {
  return (
    messageRules.some(({ applies }) => applies(quirks)) ||
    quirks.add !== undefined ||
    quirks.noStrictTools === true ||
    quirks.noNamedTool === true ||
    quirks.toolDemand !== undefined
  )
}

/** Media in results of tools, which hosts take from a user alone: they follow the last result, as the user's. */
export function liftMedia(value: Json): Json {
  const messages = readArray(value) ?? []
  const lifted: Json[] = []
  let media: Json[] = []
  for (const [index, message] of messages.entries()) {
    const result = readObject(message)
    const parts = result?.['role'] === 'tool' ? readArray(result['content']) : undefined
    const words = parts?.filter(isText) ?? []
    if (parts && words.length < parts.length) {
      media.push(...parts.filter((part) => !isText(part)))
      lifted.push({ ...result, content: textIn(words) })
    } else lifted.push(message)
    const next = readObject(messages[index + 1])
    if (media.length > 0 && next?.['role'] !== 'tool') {
      lifted.push({ role: 'user', content: media })
      media = []
    }
  }
  return lifted
}

function isText(part: Json): boolean {
  return readObject(part)?.['type'] === 'text'
}

/** What is in messages and tools that a host with these quirks is not told. */
export function untold(body: JsonObject, { noSpeakerNames, noStrictTools, toolDemand }: Quirks): string[] {
  const choice = body['tool_choice']
  const isStrict = (readArray(body['tools']) ?? []).some(
    (tool) => readObject(readObject(tool)?.['function'])?.['strict'] === true,
  )
  const isNamed = (readArray(body['messages']) ?? []).some((message) =>
    isUntoldSpeaker(readObject(message) ?? {}),
  )
  const isDemanded = choice === 'required' || readObject(choice) !== undefined
  return [
    ...(noSpeakerNames && isNamed ? ['messages.name'] : []),
    ...(noStrictTools && isStrict ? ['tools.function.strict'] : []),
    ...(toolDemand === 'none' && isDemanded ? ['tool_choice'] : []),
  ]
}

interface MessageRule {
  applies: (quirks: Quirks) => boolean | string | undefined
  change: (messages: JsonObject[], quirks: Quirks) => JsonObject[]
}

/** In the order in which they are applied. */
const messageRules: readonly MessageRule[] = [
  { applies: (quirks) => quirks.noSpeakerNames, change: (messages) => messages.map(withoutSpeaker) },
  { applies: (quirks) => quirks.oneSystemMessage, change: joinSystem },
  { applies: (quirks) => quirks.textContent, change: (messages) => messages.map(joinText) },
  { applies: (quirks) => quirks.documentPart, change: (messages) => messages.map(nameDocuments) },
  { applies: (quirks) => quirks.contentRequired, change: (messages) => messages.map(fillContent) },
  { applies: (quirks) => quirks.toolResultName, change: nameResults },
  { applies: (quirks) => quirks.shortToolIds, change: (messages) => messages.map(shortenIds) },
  { applies: (quirks) => quirks.assistantAfterToolResult, change: answerResults },
  { applies: (quirks) => quirks.prefill, change: markPrefill },
]

/** A tool is no speaker: its name is that of what was called. A user's is told in the words. */
function isUntoldSpeaker({ role, name }: JsonObject): boolean {
  return role !== 'tool' && role !== 'user' && (name ?? null) !== null
}

function withoutSpeaker(message: JsonObject): JsonObject {
  if (message['role'] === 'tool') return message
  const { name, ...rest } = message
  return message['role'] === 'user' && name
    ? { ...rest, content: spokenBy(readText(name) ?? '', rest['content']) }
    : rest
}

function spokenBy(name: string, content: Json = ''): Json {
  if (typeof content === 'string') return `${name}: ${content}`
  const [first = null, ...rest] = readArray(content) ?? []
  const text = isText(first) ? readObject(first) : undefined
  return text
    ? [{ ...text, text: `${name}: ${readText(text['text']) ?? ''}` }, ...rest]
    : [{ type: 'text', text: `${name}:` }, ...(readArray(content) ?? [])]
}

function joinSystem(messages: JsonObject[]): JsonObject[] {
  const system = messages.filter(isSystem)
  const [first] = system
  if (!first || system.length === 1) return messages
  const content = system.map((message) => textIn(message['content'])).join('\n\n')
  return [{ ...first, content }, ...messages.filter((message) => !isSystem(message))]
}

function isSystem({ role }: JsonObject): boolean {
  return role === 'system' || role === 'developer'
}

/** Parts that are not text stay as they are, for the host to refuse. */
function joinText(message: JsonObject): JsonObject {
  const parts = readArray(message['content'])
  return parts?.every(isText) ? { ...message, content: textIn(message['content']) } : message
}

function textIn(content: Json | undefined): string {
  if (typeof content === 'string') return content
  return (readArray(content) ?? []).map((part) => readText(readObject(part)?.['text']) ?? '').join('')
}

function nameDocuments(message: JsonObject): JsonObject {
  const parts = readArray(message['content'])
  if (!parts) return message
  return {
    ...message,
    content: parts.map((part) => {
      const file = readObject(readObject(part)?.['file'])
      if (file && !file['file_data']) throw notStoredHere()
      return file ? { type: 'document_url', document_url: file['file_data'] ?? '' } : part
    }),
  }
}

function fillContent(message: JsonObject): JsonObject {
  return (message['content'] ?? null) === null ? { ...message, content: '' } : message
}

function nameResults(messages: JsonObject[]): JsonObject[] {
  const names = new Map(messages.flatMap(callsIn).map(({ id, name }) => [id, name]))
  return messages.map((message) => {
    const name = names.get(readText(message['tool_call_id']) ?? '')
    return message['role'] === 'tool' && name !== undefined ? { ...message, name } : message
  })
}

function callsIn(message: JsonObject): { id: string; name: string }[] {
  return (readArray(message['tool_calls']) ?? []).map((call) => {
    const object = readObject(call)
    return {
      id: readText(object?.['id']) ?? '',
      name: readText(readObject(object?.['function'])?.['name']) ?? '',
    }
  })
}

function shortenIds(message: JsonObject): JsonObject {
  const calls = readArray(message['tool_calls'])
  const result = readText(message['tool_call_id'])
  return {
    ...message,
    ...(calls && {
      tool_calls: calls.map((call) => {
        const object = readObject(call) ?? {}
        return { ...object, id: shortId(readText(object['id']) ?? '') }
      }),
    }),
    ...(result !== undefined && { tool_call_id: shortId(result) }),
  }
}

function answerResults(messages: JsonObject[]): JsonObject[] {
  return messages.flatMap((message, index) => {
    const follows = message['role'] === 'user' && messages[index - 1]?.['role'] === 'tool'
    return follows ? [{ role: 'assistant', content: 'OK.' }, message] : [message]
  })
}

function markPrefill(messages: JsonObject[], { prefill = 'prefix' }: Quirks): JsonObject[] {
  const last = messages.at(-1)
  if (last?.['role'] !== 'assistant' || last['tool_calls'] !== undefined) return messages
  return [...messages.slice(0, -1), { ...last, [prefill]: true }]
}

/** How a call of a tool is demanded, and which tools are offered for it. */
function chooseTool(body: JsonObject, quirks: Quirks): JsonObject {
  const declared = readArray(body['tools'])
  if (!declared) return {}
  const tools = quirks.noStrictTools ? declared.map(withoutStrict) : declared
  const choice = body['tool_choice']
  const named = readText(readObject(readObject(choice)?.['function'])?.['name'])
  if (named !== undefined && quirks.noNamedTool) {
    const only = tools.filter((tool) => readObject(readObject(tool)?.['function'])?.['name'] === named)
    return { tools: only, ...demand(quirks) }
  }
  return choice === 'required' ? { tools, ...demand(quirks) } : { tools }
}

function demand({ toolDemand }: Quirks): JsonObject {
  return { tool_choice: toolDemand === 'none' ? 'auto' : (toolDemand ?? 'required') }
}

function withoutStrict(tool: Json): Json {
  const object = readObject(tool)
  const declared = readObject(object?.['function'])
  if (!object || !declared) return tool
  const { strict: _, ...rest } = declared
  return { ...object, function: rest }
}
