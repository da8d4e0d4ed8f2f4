import type { JsonObject } from '../../base/json.ts'
import type { FinishReason, GenerationFailure } from '../../generation/events.ts'
import type { AnswerContext, AnswerEncoder, AnswerEvent, AnswerFold, Charge, Dialect } from '../dialect.ts'
import { decodeCompletionRequest } from './completions-request.ts'
import { errorJson, failureJson } from './errors.ts'
import { writeUsage } from './usage.ts'

/** OpenAI's legacy completions, over models that chat: a skin of the same format. */
export const openaiCompletionsDialect: Dialect = {
  format: 'openai-chat',
  decodeRequest: decodeCompletionRequest,
  encoder: (context) => new ChunkEncoder(context),
  fold: () => new CompletionFold(),
  encodeError: (error) => ({ error: errorJson(error) }),
  keepAlive: ': OPENROUTER PROCESSING\n\n',
}

class ChunkEncoder implements AnswerEncoder {
  readonly #context: AnswerContext
  #failure: GenerationFailure | undefined

  constructor(context: AnswerContext) {
    this.#context = context
  }

  encode(events: AnswerEvent[]): string {
    return events.map((event) => this.#encodeEvent(event)).join('')
  }

  end(): string {
    return `${this.#failure ? this.#writeFailure(this.#failure) : ''}data: [DONE]\n\n`
  }

  #encodeEvent(event: AnswerEvent): string {
    switch (event.type) {
      case 'text-delta':
      case 'refusal-delta':
        return this.#write({ choices: [choice({ text: event.text })] })
      case 'reasoning-delta':
        if (this.#context.hidesReasoning) return ''
        return this.#write({ choices: [choice({ reasoning: event.text })] })
      case 'finish':
        return this.#write({ choices: [choice(finishOf(event))] })
      case 'error':
        // It waits for the charge: the chunk of an error is the last one, and carries the usage itself.
        this.#failure = event.error
        return ''
      case 'charge': {
        const failure = this.#failure
        this.#failure = undefined
        return failure
          ? this.#writeFailure(failure, event.charge)
          : this.#write({ choices: [], usage: writeUsage(event.charge), ...this.#context.routing?.() })
      }
      case 'start':
      case 'frame':
      case 'seal':
      case 'media':
      case 'tool-call-delta':
        return ''
    }
  }

  #writeFailure(failure: GenerationFailure, charge?: Charge): string {
    return this.#write({
      error: failureJson(failure),
      choices: [choice(failed(failure))],
      ...(charge && { usage: writeUsage(charge) }),
      ...this.#context.routing?.(),
    })
  }

  #write(fields: JsonObject): string {
    return `data: ${JSON.stringify({ ...headOf(this.#context), ...fields })}\n\n`
  }
}

class CompletionFold implements AnswerFold {
  #text = ''
  #reasoning = ''
  #end: JsonObject = {}
  #failure: GenerationFailure | undefined
  #charge: Charge | undefined

  add(events: AnswerEvent[]): void {
    for (const event of events) {
      if (event.type === 'text-delta' || event.type === 'refusal-delta') this.#text += event.text
      else if (event.type === 'reasoning-delta') this.#reasoning += event.text
      else if (event.type === 'finish') this.#end = finishOf(event)
      else if (event.type === 'error') this.#failure = event.error
      else if (event.type === 'charge') this.#charge = event.charge
    }
  }

  whole(context: AnswerContext): JsonObject {
    const failure = this.#failure
    const reasoning = context.hidesReasoning ? '' : this.#reasoning
    return {
      ...headOf(context),
      choices: [
        {
          ...choice({ text: this.#text, ...(reasoning && { reasoning }), ...this.#end }),
          ...(failure && { ...failed(failure), error: failureJson(failure) }),
        },
      ],
      ...(this.#charge && { usage: writeUsage(this.#charge) }),
    }
  }
}

function headOf({ generationId, created, model, provider }: AnswerContext): JsonObject {
  return { id: generationId, object: 'text_completion', created, model, provider }
}

function choice(fields: JsonObject): JsonObject {
  return { index: 0, text: '', logprobs: null, finish_reason: null, native_finish_reason: null, ...fields }
}

function finishOf({ reason, nativeReason }: { reason: FinishReason; nativeReason?: string }): JsonObject {
  // The format has no tools, so an answer that ends with a call has merely ended.
  return {
    finish_reason: reason === 'tool_calls' ? 'stop' : reason,
    native_finish_reason: nativeReason ?? reason,
  }
}

function failed({ nativeReason }: GenerationFailure): JsonObject {
  return { finish_reason: 'error', native_finish_reason: nativeReason ?? null }
}
