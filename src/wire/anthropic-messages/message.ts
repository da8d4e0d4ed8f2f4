import type { JsonObject } from '../../base/json.ts'
import type { AnswerContext, AnswerEvent, Charge } from '../dialect.ts'
import { readObject } from '../json.ts'
import { stopReasonOf } from './stop-reasons.ts'
import { startUsage, writeUsage } from './usage.ts'

export type Finish = Extract<AnswerEvent, { type: 'finish' }>

/**
 * What a message says of itself, and why it ended. This is what becomes of what a provider of this format says there:
 *
 * | the provider's                 | the client's                                                             |
 * |--------------------------------|--------------------------------------------------------------------------|
 * | `id`                           | ours: `msg_` and the generation's id                                      |
 * | `model`                        | ours: the model that serves; `provider` beside it                        |
 * | `usage` at the start           | kept; our estimate of the prompt where it tells none                     |
 * | `usage` at the end             | the metered counts, with what they cost; what it says beside counts kept |
 * | numbers of blocks              | from 0 in the order they began (`frame-writer.ts`)                       |
 * | `signature`, `data` of a seal  | kept, behind its maker's name where that is not Claude (`seals.ts`)      |
 * | `ping`                         | not passed on: the gateway keeps the stream open itself                  |
 * | everything else                | kept                                                                     |
 */
export class Message {
  #said: JsonObject = {}
  #finish: Finish | undefined

  start(event: Extract<AnswerEvent, { type: 'start' }>): void {
    if (event.native?.format === 'anthropic-messages') {
      this.#said = readObject(event.native.data['message']) ?? {}
    }
  }

  finish(event: Finish): void {
    this.#finish = event
  }

  /** The message as it begins: nothing said yet. */
  head(context: AnswerContext): JsonObject {
    const { usage, ...said } = this.#said
    return {
      ...said,
      id: `msg_${context.generationId.replace(/^gen-/, '')}`,
      type: 'message',
      role: 'assistant',
      model: context.model,
      provider: context.provider,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      container: said['container'] ?? null,
      usage: startUsage(readObject(usage) ?? {}, context.promptTokensEstimate),
    }
  }

  /** The `message_delta` that says why and with how much it ended. */
  ending(charge: Charge | undefined): JsonObject {
    const native = this.#native()
    const counts = { ...readObject(this.#said['usage']), ...readObject(native['usage']) }
    const { reason = 'stop', stopSequence } = this.#finish ?? {}
    return {
      ...native,
      type: 'message_delta',
      delta: {
        stop_reason: stopReasonOf(reason, stopSequence),
        stop_sequence: stopSequence ?? null,
        stop_details: null,
        container: null,
        ...readObject(native['delta']),
      },
      ...(charge && { usage: writeUsage(charge, counts) }),
    }
  }

  #native(): JsonObject {
    return this.#finish?.native?.format === 'anthropic-messages' ? this.#finish.native.data : {}
  }
}
