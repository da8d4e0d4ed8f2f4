import { PromptMeasure } from '../measure.ts'
import type { ChatRequest } from './schema.ts'

type Message = ChatRequest['messages'][number]
type Part = Exclude<Extract<Message, { role: 'user' }>['content'], string>[number]

/** Measures what the model will read: messages, tools and the schema of the answer. */
export function measurePrompt(request: ChatRequest): PromptMeasure {
  const measure = new PromptMeasure()
  for (const message of request.messages) addMessage(measure, message)
  if (request.tools?.length) measure.addText(JSON.stringify(request.tools))
  if (request.response_format) measure.addText(JSON.stringify(request.response_format))
  return measure
}

function addMessage(measure: PromptMeasure, message: Message): void {
  measure.addMessage()
  if (typeof message.content === 'string') measure.addText(message.content)
  else for (const part of message.content ?? []) addPart(measure, part, message.role)
  if (message.role !== 'tool' && message.name) measure.addText(message.name)
  if (message.role === 'assistant') addAssistant(measure, message)
}

function addAssistant(measure: PromptMeasure, message: Extract<Message, { role: 'assistant' }>): void {
  for (const call of message.tool_calls ?? []) {
    measure.addText(call.function.name)
    measure.addText(call.function.arguments)
  }
  for (const image of message.images ?? []) if (image) measure.addOwn('image', image.image_url.url)
  if (message.reasoning_details?.length) measure.addText(JSON.stringify(message.reasoning_details))
  else measure.addText(message.reasoning_content ?? message.reasoning ?? '')
}

function addPart(measure: PromptMeasure, part: Part, role: Message['role']): void {
  switch (part.type) {
    case 'text':
      return measure.addText(part.text)
    case 'image_url':
      return measure[role === 'assistant' ? 'addOwn' : 'addMedia']('image', part.image_url.url)
    case 'input_audio':
      return measure.addMedia('audio', part.input_audio.data)
    case 'file':
      return measure.addMedia('file', part.file.file_data ?? '')
    case 'video_url':
    case 'input_video':
      return measure.addMedia('video', part.video_url.url)
  }
}

/** The text of a message, whether it is one text or in parts. */
export function textOf(content: Message['content']): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
}
