import { tokenCounts } from '../../generation/tokens.ts'
import type { ChatRequest } from './schema.ts'

type Message = ChatRequest['messages'][number]
type Part = Exclude<Extract<Message, { role: 'user' }>['content'], string>[number]

/** How large a prompt is, and which kinds of input it holds. */
export interface PromptMeasure {
  tokensMax: number
  tokensEstimate: number
  kinds: ReadonlySet<Part['type']>
}

/** What surrounds each message and each request in a model's own format. */
const messageTokensMax = 12
const messageTokens = 4
const requestTokensMax = 64

/**
 * Allowances for what is not text, whose tokens depend on the model: an image at high detail; a second of audio at
 * its lowest bit rate; a page of a document; a second of video.
 */
const allowances = {
  image: { tokens: 1_600 },
  audio: { tokensMin: 500, base64PerToken: 100 },
  file: { tokensMin: 3_200, base64PerToken: 20 },
  video: { tokensMin: 10_000, base64PerToken: 100 },
} as const

/** Measures what the model will read: messages, tools and the schema of the answer. */
export function measurePrompt(request: ChatRequest): PromptMeasure {
  const measure = new Measure()
  for (const message of request.messages) measure.addMessage(message)
  if (request.tools?.length) measure.addText(JSON.stringify(request.tools))
  if (request.response_format) measure.addText(JSON.stringify(request.response_format))
  return measure
}

class Measure implements PromptMeasure {
  tokensMax = requestTokensMax
  tokensEstimate = 0
  readonly kinds = new Set<Part['type']>()

  addMessage(message: Message): void {
    this.tokensMax += messageTokensMax
    this.tokensEstimate += messageTokens
    if (typeof message.content === 'string') this.addText(message.content)
    else for (const part of message.content ?? []) this.#addPart(part)
    if (message.role !== 'tool' && message.name) this.addText(message.name)
    if (message.role === 'assistant') this.#addAssistant(message)
  }

  addText(text: string): void {
    const counts = tokenCounts(text)
    this.tokensMax += counts.max
    this.tokensEstimate += counts.estimate
  }

  #addAssistant(message: Extract<Message, { role: 'assistant' }>): void {
    for (const call of message.tool_calls ?? []) {
      this.addText(call.function.name)
      this.addText(call.function.arguments)
    }
    if (message.reasoning_details?.length) this.addText(JSON.stringify(message.reasoning_details))
    else this.addText(message.reasoning_content ?? message.reasoning ?? '')
  }

  #addPart(part: Part): void {
    this.kinds.add(part.type)
    switch (part.type) {
      case 'text':
        return this.addText(part.text)
      case 'image_url':
        return this.#addTokens(allowances.image.tokens)
      case 'input_audio':
        return this.#addBytes(part.input_audio.data, allowances.audio)
      case 'file':
        return this.#addBytes(part.file.file_data ?? '', allowances.file)
      case 'video_url':
      case 'input_video':
        return this.#addBytes(part.video_url.url, allowances.video)
    }
  }

  #addBytes(base64: string, allowance: { tokensMin: number; base64PerToken: number }): void {
    this.#addTokens(Math.max(allowance.tokensMin, Math.ceil(base64.length / allowance.base64PerToken)))
  }

  #addTokens(tokens: number): void {
    this.tokensMax += tokens
    this.tokensEstimate += tokens
  }
}

/** The text of a message, whether it is one text or in parts. */
export function textOf(content: Message['content']): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
}
