import type { ChatRequest } from '../../wire/openai-chat/schema.ts'

/** What one chunk of a simulated answer brings. */
export type Step =
  | { type: 'text' | 'reasoning'; text: string }
  | {
      type: 'tool-call'
      call: { id: string; type: 'function'; function: { name: string; arguments: string } }
    }

export interface Answer {
  steps: Step[]
  finish: 'stop' | 'length' | 'tool_calls'
}

/** Four bytes are one token, here and where tokens are counted without a tokenizer. */
const bytesPerToken = 4

/** Cuts an answer where the request wants it to end: at a stop sequence, or at its number of tokens. */
export function limitAnswer(answer: Answer, chat: ChatRequest): Answer {
  const cap = Math.min(chat.max_tokens ?? Infinity, chat.max_completion_tokens ?? Infinity)
  return capTokens(stopAt(answer, stopsOf(chat)), cap)
}

function stopsOf({ stop }: ChatRequest): string[] {
  return [stop ?? []].flat().filter((text) => text !== '')
}

function stopAt(answer: Answer, stops: string[]): Answer {
  const text = answer.steps.map((step) => (step.type === 'text' ? step.text : '')).join('')
  const found = stops.map((stop) => text.indexOf(stop)).filter((index) => index !== -1)
  if (found.length === 0) return answer
  let left = Math.min(...found)
  const steps: Step[] = []
  for (const step of answer.steps) {
    if (step.type !== 'text') steps.push(step)
    else if (left > 0) {
      steps.push({ ...step, text: step.text.slice(0, left) })
      left -= step.text.length
    }
  }
  return { steps, finish: 'stop' }
}

function capTokens(answer: Answer, tokensMax: number): Answer {
  let bytesLeft = tokensMax * bytesPerToken
  const steps: Step[] = []
  for (const step of answer.steps) {
    const text = step.type === 'tool-call' ? step.call.function.arguments : step.text
    const kept = sliceBytes(text, bytesLeft)
    bytesLeft -= byteLength(text)
    if (bytesLeft >= 0) steps.push(step)
    else {
      if (step.type !== 'tool-call' && kept !== '') steps.push({ ...step, text: kept })
      return { steps, finish: 'length' }
    }
  }
  return answer
}

function sliceBytes(text: string, bytesMax: number): string {
  let kept = ''
  let bytes = 0
  for (const character of text) {
    bytes += byteLength(character)
    if (bytes > bytesMax) break
    kept += character
  }
  return kept
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}

/** A text in pieces of a few tokens, as a model would send it. */
export function inPieces(type: 'text' | 'reasoning', text: string): Step[] {
  const pieces: Step[] = []
  let piece = ''
  for (const word of text.match(/\s*\S{1,24}|\s+/gu) ?? []) {
    if (piece !== '' && piece.length + word.length > 16) {
      pieces.push({ type, text: piece })
      piece = ''
    }
    piece += word
  }
  return piece === '' ? pieces : [...pieces, { type, text: piece }]
}
