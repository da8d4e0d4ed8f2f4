import type { JsonObject } from '../../base/json.ts'
import type { GenerationFailure } from '../../generation/events.ts'
import type { AnswerContext, AnswerEncoder, AnswerEvent, Charge, Dialect } from '../dialect.ts'
import { readText } from '../json.ts'
import { decodeRequest } from './decode-request.ts'
import { errorJson, failureOf } from './errors.ts'
import { FrameWriter } from './frame-writer.ts'
import { MessageFold } from './message-fold.ts'
import { Message } from './message.ts'

/** Anthropic's Messages with OpenRouter's additions, as clients speak it. */
export const anthropicMessagesDialect: Dialect = {
  format: 'anthropic-messages',
  decodeRequest,
  encoder: (context) => new MessageEncoder(context),
  fold: () => new MessageFold(),
  encodeError: errorJson,
  keepAlive: 'event: ping\ndata: {"type":"ping"}\n\n',
}

/** Writes one answer as a stream of events. */
class MessageEncoder implements AnswerEncoder {
  readonly #context: AnswerContext
  readonly #frames: FrameWriter
  readonly #message = new Message()
  #started = false
  #charge: Charge | undefined
  #failure: GenerationFailure | undefined

  constructor(context: AnswerContext) {
    this.#context = context
    this.#frames = new FrameWriter(context.hidesReasoning ?? false)
  }

  encode(events: AnswerEvent[]): string {
    let text = ''
    for (const event of events) text += this.#encodeEvent(event)
    return text
  }

  /** What the answer cost is known at its end only, so that is where its end is told. */
  end(): string {
    const routing = this.#context.routing?.()
    if (this.#failure) {
      return write({ ...errorJson(failureOf(this.#failure), this.#context.generationId), ...routing })
    }
    const stop = { type: 'message_stop', ...routing }
    const frames = [...this.#frames.close(), this.#message.ending(this.#charge), stop]
    return this.#start() + frames.map(write).join('')
  }

  #encodeEvent(event: AnswerEvent): string {
    switch (event.type) {
      case 'start':
        this.#message.start(event)
        return this.#start()
      case 'finish':
        this.#message.finish(event)
        return this.#frames.close().map(write).join('')
      case 'charge':
        this.#charge = event.charge
        return ''
      case 'error':
        this.#failure = event.error
        return ''
      case 'text-delta':
      case 'refusal-delta':
      case 'reasoning-delta':
      case 'seal':
      case 'media':
      case 'tool-call-delta':
      case 'frame': {
        const frames = this.#frames.write(event)
        return frames.length === 0 ? '' : this.#start() + frames.map(write).join('')
      }
    }
  }

  #start(): string {
    if (this.#started) return ''
    this.#started = true
    return write({ type: 'message_start', message: this.#message.head(this.#context) })
  }
}

/** JSON text has no line breaks, so neither model text nor anything else can leave the event it is in. */
function write(frame: JsonObject): string {
  return `event: ${readText(frame['type'])}\ndata: ${JSON.stringify(frame)}\n\n`
}
