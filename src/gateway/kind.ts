import { GatewayError } from '../base/errors.ts'
import type { Model } from '../catalogue/model.ts'
import type { GenerationRequest } from '../generation/request.ts'
import { isOfKind } from '../routing/routers/pool.ts'

/** The refusal of a model that makes vectors where an answer is asked for, and the other way round. */
export function refusalOfKind(model: Model, request: GenerationRequest): GatewayError | undefined {
  if (isOfKind(model, request)) return undefined
  const { id } = model
  const detail =
    request.native.format === 'openai-embeddings'
      ? `${id} writes answers: use POST /api/v1/chat/completions`
      : `${id} makes embeddings: use POST /api/v1/embeddings`
  return new GatewayError('invalid_request', detail, {
    availability: {
      code: 'wrong_endpoint',
      retryable: false,
      requested_models: [id],
      docs_url: 'https://openrouter.ai/docs/errors#wrong_endpoint',
      constraint: { field: 'model', detail },
    },
  })
}
