import type { Json, JsonObject } from '../../src/base/json.ts'
import { send, streaming } from './provider.ts'
import type { Step } from './upstream-script.ts'

/** What an openai-chat provider says, piece by piece. */
const frame = {
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_767_225_600,
  model: 'gpt-4o-mini',
}

/** A chunk with one choice; text, or any other delta. */
export function delta(content: string | JsonObject): JsonObject {
  const fields = typeof content === 'string' ? { content } : content
  return { ...frame, choices: [{ index: 0, delta: fields, finish_reason: null }] }
}

export function finish(reason: string, fields: JsonObject = {}): JsonObject {
  return { ...frame, choices: [{ index: 0, delta: {}, finish_reason: reason }], ...fields }
}

export function usage(promptTokens: Json, completionTokens: Json, details: JsonObject = {}): JsonObject {
  return { ...frame, choices: [], usage: usageBody(promptTokens, completionTokens, details) }
}

/** A whole completion. */
export function completion(content: string, fields: JsonObject = {}): JsonObject {
  return {
    ...frame,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: usageBody(5, 2, {}),
    ...fields,
  }
}

function usageBody(promptTokens: Json, completionTokens: Json, details: JsonObject): JsonObject {
  const sum =
    typeof promptTokens === 'number' && typeof completionTokens === 'number'
      ? promptTokens + completionTokens
      : null
  return { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: sum, ...details }
}

/** The ways in which hosts write the same server-sent event. */
export interface SseStyle {
  newline?: '\n' | '\r\n' | '\r'
  /** A byte order mark before the first line. */
  bom?: boolean
  /** `data:{` where others write `data: {`. */
  noSpace?: boolean
  /** Indented JSON, one `data` line per line of it. */
  multiLine?: boolean
}

/** Chunks as server-sent events. A string stands for itself: `[DONE]`, or JSON that is none. */
export function sse(chunks: (JsonObject | string)[], style: SseStyle = {}): string {
  const newline = style.newline ?? '\n'
  const field = style.noSpace ? 'data:' : 'data: '
  const events = chunks.map((chunk) => {
    const text = typeof chunk === 'string' ? chunk : JSON.stringify(chunk, null, style.multiLine ? 1 : 0)
    return (
      text
        .split('\n')
        .map((line) => field + line + newline)
        .join('') + newline
    )
  })
  return (style.bom ? '\uFEFF' : '') + events.join('')
}

/** A comment, as hosts send it to keep a silent stream open. */
export const comment = (text = 'keep-alive'): string => `: ${text}\n\n`

export interface StreamOptions extends SseStyle {
  /** Ends without `[DONE]`. */
  noDone?: boolean
  /** Bytes per write. */
  cut?: number
}

/** A proper stream of these chunks, in one write. */
export function chatStream(chunks: (JsonObject | string)[], options: StreamOptions = {}): Step[] {
  return streaming(send(sse(options.noDone ? chunks : [...chunks, '[DONE]'], options), options.cut))
}

/** The answer of a healthy provider: these texts, `stop`, five tokens in and two out. */
export function chatAnswer(...texts: string[]): Step[] {
  return chatStream([
    delta({ role: 'assistant', content: '' }),
    ...texts.map(delta),
    finish('stop'),
    usage(5, 2),
  ])
}
