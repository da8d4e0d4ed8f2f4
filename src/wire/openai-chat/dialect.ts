import type { JsonObject } from '../../base/json.ts'
import type { GenerationFailure } from '../../generation/events.ts'
import type { AnswerContext, AnswerEncoder, AnswerEvent, Charge, Dialect } from '../dialect.ts'
import { ChatFold } from './chat-fold.ts'
import { openaiCompletionsDialect } from './completions-dialect.ts'
import { decodeRequest } from './decode-request.ts'
import { errorJson, failureJson } from './errors.ts'
import { Frames, mapDelta, withoutReasoning } from './frames.ts'
import { servedAs, writeUsage } from './usage.ts'

/** OpenAI's chat completions with OpenRouter's additions, as clients speak it. */
export const openaiChatDialect: Dialect = {
  format: 'openai-chat',
  formOf: ({ prompt, messages }) =>
    (prompt ?? null) !== null && (messages ?? null) === null ? openaiCompletionsDialect : undefined,
  decodeRequest,
  encoder: (context) => new ChunkEncoder(context),
  fold: () => new ChatFold(),
  encodeError: (error) => ({ error: errorJson(error) }),
  keepAlive: ': OPENROUTER PROCESSING\n\n',
}

/** Writes one answer as a stream of chunks. */
class ChunkEncoder implements AnswerEncoder {
  readonly #context: AnswerContext
  #head: string | undefined
  readonly #frames = new Frames()
  #frame: JsonObject | undefined
  #roleTold = false
  #failure: GenerationFailure | undefined

  constructor(context: AnswerContext) {
    this.#context = context
  }

  encode(events: AnswerEvent[]): string {
    let text = this.#begin()
    for (const event of events) text += this.#encodeEvent(event)
    return text
  }

  end(): string {
    const failure = this.#failure ? this.#writeFailure(this.#failure) : ''
    this.#failure = undefined
    return `${failure}data: [DONE]\n\n`
  }

  /** What is told before the answer. */
  #begin(): string {
    const { sent = [] } = this.#context
    if (this.#head !== undefined) return ''
    return sent.map((body) => this.#write({ choices: [], debug: { echo_upstream_body: body } })).join('')
  }

  #encodeEvent(event: AnswerEvent): string {
    if (event.type === 'charge') return this.#writeCharge(event.charge)
    if (event.type === 'error') {
      // It waits for the charge: the chunk of an error is the last one, and carries the usage itself.
      this.#failure = event.error
      return ''
    }
    const frame = this.#frames.of(event)
    if (!frame || frame === this.#frame) return ''
    this.#frame = frame
    const shown = this.#context.hidesReasoning ? withoutReasoning(frame) : frame
    return shown ? this.#write(this.#withRole(shown)) : ''
  }

  #writeCharge(charge: Charge): string {
    const failure = this.#failure
    this.#failure = undefined
    return failure
      ? this.#writeFailure(failure, charge)
      : this.#write({
          choices: [],
          ...servedAs(charge),
          usage: writeUsage(charge),
          ...this.#context.routing?.(),
        })
  }

  #writeFailure(failure: GenerationFailure, charge?: Charge): string {
    return this.#write({
      error: failureJson(failure),
      choices: [
        {
          index: 0,
          delta: { content: '' },
          finish_reason: 'error',
          native_finish_reason: failure.nativeReason ?? null,
        },
      ],
      ...(charge && { usage: writeUsage(charge) }),
      ...this.#context.routing?.(),
    })
  }

  #withRole(frame: JsonObject): JsonObject {
    if (this.#roleTold) return frame
    this.#roleTold = true
    return mapDelta(frame, (delta) => ({ role: 'assistant', ...delta }))
  }

  #write(frame: JsonObject): string {
    this.#head ??= headOf(this.#context)
    // JSON text has no line breaks, so neither model text nor anything else can leave the event it is in.
    return `data: ${this.#head}${JSON.stringify(frame).slice(1)}\n\n`
  }
}

/** The start of every chunk, up to where the frame follows. It is the same for a whole answer. */
function headOf({ generationId, created, model, provider }: AnswerContext): string {
  const head = JSON.stringify({ id: generationId, object: 'chat.completion.chunk', created, model, provider })
  return `${head.slice(0, -1)},`
}
