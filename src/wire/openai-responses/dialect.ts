import { errorObject, type GatewayError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { AnswerContext, AnswerEncoder, AnswerEvent, AnswerFold, Dialect } from '../dialect.ts'
import { Answer } from './answer.ts'
import { decodeRequest } from './decode-request.ts'
import { Output, type Frame } from './output.ts'
import { responseAtEnd, responseInProgress, tokenOf } from './response.ts'

/** OpenAI's Responses with OpenRouter's additions, as clients speak it. Nothing is stored. */
export const openaiResponsesDialect: Dialect = {
  format: 'openai-responses',
  decodeRequest,
  encoder: (context) => new EventEncoder(context),
  fold: () => new ResponseFold(),
  encodeError,
  keepAlive: ': OPENROUTER PROCESSING\n\n',
}

/** Writes one answer as a stream of events. */
class EventEncoder implements AnswerEncoder {
  readonly #context: AnswerContext
  readonly #output: Output
  readonly #answer: Answer
  #sequence = 0

  constructor(context: AnswerContext) {
    this.#context = context
    this.#output = new Output(tokenOf(context), context.hidesReasoning ?? false)
    this.#answer = new Answer(this.#output)
  }

  encode(events: AnswerEvent[]): string {
    let text = this.#begin()
    for (const event of events) this.#answer.add(event)
    for (const frame of this.#output.drain()) text += this.#write(frame)
    return text
  }

  end(): string {
    this.#answer.close()
    let text = this.encode([])
    const response = responseAtEnd(this.#context, this.#answer, this.#output.items())
    const routed = { ...response, ...this.#context.routing?.() }
    text += this.#write({ type: `response.${response.status}`, response: routed })
    return `${text}data: [DONE]\n\n`
  }

  #begin(): string {
    if (this.#sequence > 0) return ''
    const { sent = [] } = this.#context
    const response = responseInProgress(this.#context)
    const frames: Frame[] = [
      // Clients expect it before all else.
      { type: 'response.created', response },
      { type: 'response.in_progress', response },
      ...sent.map((body) => ({ type: 'response.debug', debug: { echo_upstream_body: body } })),
    ]
    return frames.map((frame) => this.#write(frame)).join('')
  }

  #write(frame: Frame): string {
    // JSON text has no line breaks, so neither model text nor anything else can leave the event it is in.
    const data = `{"sequence_number":${this.#sequence++},${JSON.stringify(frame).slice(1)}`
    return `event: ${frame.type}\ndata: ${data}\n\n`
  }
}

/** A whole answer: the items its stream would have told of. */
class ResponseFold implements AnswerFold {
  // Which of them the client does not want to see is known at the end.
  readonly #output = new Output('', false)
  readonly #answer = new Answer(this.#output)

  add(events: AnswerEvent[]): void {
    for (const event of events) this.#answer.add(event)
    this.#output.drain()
  }

  whole(context: AnswerContext): JsonObject {
    this.#answer.close()
    this.#output.drain()
    this.#output.token = tokenOf(context)
    const items = this.#output.items()
    const shown = context.hidesReasoning ? items.filter(({ type }) => type !== 'reasoning') : items
    return responseAtEnd(context, this.#answer, shown)
  }
}

function encodeError(error: GatewayError): JsonObject {
  // Through text, which leaves out what is absent.
  const json: JsonObject = JSON.parse(JSON.stringify(errorObject(error)))
  return { error: json }
}
