import { errorObject, GatewayError } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { toUsd } from '../../base/money.ts'
import type { GenerationFailure } from '../../generation/events.ts'
import type { AnswerContext, AnswerEvent, AnswerFold, Charge, Dialect } from '../dialect.ts'
import { readArray, readObject } from '../json.ts'
import { decodeRequest } from './request.ts'
import { encoded, readVector } from './vectors.ts'

/** OpenAI's embeddings, as clients ask for them: an answer without words, and never streamed. */
export const embeddingsDialect: Dialect = {
  format: 'openai-embeddings',
  decodeRequest,
  encoder: () => ({ encode: () => '', end: () => '' }),
  fold: () => new VectorFold(),
  encodeError: (error) => {
    // Through text, which leaves out what is absent.
    const json: JsonObject = JSON.parse(JSON.stringify({ error: errorObject(error) }))
    return json
  },
  keepAlive: '',
}

class VectorFold implements AnswerFold {
  #data: readonly Json[] = []
  #charge: Charge | undefined
  #failure: GenerationFailure | undefined

  add(events: AnswerEvent[]): void {
    for (const event of events) {
      if (event.type === 'charge') this.#charge = event.charge
      else if (event.type === 'error') this.#failure = event.error
      else if (event.native) this.#data = readArray(event.native.data['data']) ?? []
    }
  }

  whole({ generationId, model, provider, asked }: AnswerContext): JsonObject {
    if (this.#failure) throw new GatewayError(this.#failure.type, this.#failure.message)
    const encoding = asked?.['encoding_format'] === 'base64' ? 'base64' : 'float'
    return {
      id: generationId,
      object: 'list',
      model,
      provider,
      data: this.#data.map((item) => {
        const { embedding, ...rest } = readObject(item) ?? {}
        return { ...rest, embedding: encoded(readVector(embedding) ?? [], encoding) }
      }),
      ...(this.#charge && { usage: writeUsage(this.#charge) }),
    }
  }
}

function writeUsage({ usage, costNanos, upstreamPromptNanos }: Charge): JsonObject {
  return {
    prompt_tokens: usage.promptTokens,
    total_tokens: usage.promptTokens,
    cost: toUsd(costNanos),
    is_byok: false,
    cost_details: {
      upstream_inference_cost: null,
      upstream_inference_prompt_cost: toUsd(upstreamPromptNanos),
    },
    ...(usage.estimated && { estimated: true }),
  }
}
