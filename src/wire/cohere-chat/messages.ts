import type { JsonObject } from '../../base/json.ts'
import type { InputPart, OutputPart, Turn } from '../../generation/conversation.ts'
import { invalid } from '../refusals.ts'
import type { UpstreamTarget } from '../protocol.ts'

/** The turns as messages. Media in the results of tools follow them as the user's: a result is text. */
export function messagesOf(turns: readonly Turn[], target: UpstreamTarget): JsonObject[] {
  const messages: JsonObject[] = []
  let media: InputPart[] = []
  const flush = (): void => {
    if (media.length > 0) messages.push({ role: 'user', content: media.map(inputPart) })
    media = []
  }
  for (const turn of turns) {
    if (turn.role !== 'tool') flush()
    else media.push(...turn.parts.filter(({ type }) => type !== 'text'))
    const message = messageOf(turn, target)
    if (message) messages.push(message)
  }
  flush()
  return messages
}

function messageOf(turn: Turn, target: UpstreamTarget): JsonObject | undefined {
  switch (turn.role) {
    case 'system':
      return { role: 'system', content: textsOf(turn.parts, '\n\n') }
    case 'user':
      return { role: 'user', content: contentOf(turn.parts) }
    case 'tool':
      return { role: 'tool', tool_call_id: turn.callId, content: textsOf(turn.parts, '\n') }
    case 'assistant':
      return answerOf(turn.parts, target)
  }
}

function contentOf(parts: readonly InputPart[]): JsonObject[] | string {
  const [only] = parts
  return parts.length === 1 && only?.type === 'text' ? only.text : parts.map(inputPart)
}

function inputPart(part: InputPart): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'image': {
      const { source, detail } = part
      const url = source.kind === 'url' ? source.url : `data:${source.mediaType};base64,${source.base64}`
      return { type: 'image_url', image_url: { url, ...(detail !== undefined && { detail }) } }
    }
    case 'file':
      if (part.source.kind === 'text') return { type: 'text', text: part.source.text }
      throw refusedInput('files')
    case 'audio':
    case 'video':
      throw refusedInput(part.type)
  }
}

function refusedInput(what: string) {
  return invalid(`messages: this model's provider takes no ${what}; send text or images`)
}

/** Beside calls of tools there is no content: what was thought and said is the plan that led to them. */
function answerOf(parts: readonly OutputPart[], { reasoning }: UpstreamTarget): JsonObject | undefined {
  const calls = parts.filter((part) => part.type === 'tool-call')
  const words = parts.filter((part) => part.type !== 'tool-call' && part.type !== 'image' && part.text !== '')
  if (calls.length > 0) {
    const plan = textsOf(words, '\n')
    return {
      role: 'assistant',
      ...(plan !== '' && { tool_plan: plan }),
      tool_calls: calls.map(({ id, name, arguments: text }) => ({
        id,
        type: 'function',
        function: { name, arguments: text || '{}' },
      })),
    }
  }
  const said = words.filter(({ type }) => type !== 'reasoning' || reasoning === true)
  if (said.length === 0) return undefined
  const thought = said.some(({ type }) => type === 'reasoning')
  return { role: 'assistant', content: thought ? said.map(outputPart) : textsOf(said, '') }
}

function outputPart(part: OutputPart): JsonObject {
  const text = 'text' in part ? part.text : ''
  return part.type === 'reasoning' ? { type: 'thinking', thinking: text } : { type: 'text', text }
}

function textsOf(parts: readonly (InputPart | OutputPart)[], separator: string): string {
  return parts.flatMap((part) => ('text' in part ? [part.text] : [])).join(separator)
}
