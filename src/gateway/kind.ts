import { GatewayError } from '../base/errors.ts'
import type { Model } from '../catalogue/model.ts'
import type { GenerationRequest } from '../generation/request.ts'

/** The refusal of a model that makes vectors where an answer is asked for, and the other way round. */
export function refusalOfKind(
  { id, outputModalities }: Model,
  { native }: GenerationRequest,
): GatewayError | undefined {
  const wantsVectors = native.format === 'openai-embeddings'
  const makesVectors = outputModalities.includes('embeddings')
  if (wantsVectors ? makesVectors : !makesVectors || outputModalities.length > 1) return undefined
  const detail = wantsVectors
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
