import { GatewayError } from '../base/errors.ts'
import type { Model } from '../catalogue/model.ts'
import type { GenerationRequest } from '../generation/request.ts'

/** Refuses a model that makes vectors where an answer is asked for, and the other way round. */
export function checkKind({ id, outputModalities }: Model, { native }: GenerationRequest): void {
  const wantsVectors = native.format === 'openai-embeddings'
  const makesVectors = outputModalities.includes('embeddings')
  if (wantsVectors ? makesVectors : !makesVectors || outputModalities.length > 1) return
  const detail = wantsVectors
    ? `${id} writes answers: use POST /api/v1/chat/completions`
    : `${id} makes embeddings: use POST /api/v1/embeddings`
  throw new GatewayError('invalid_request', detail, {
    availability: {
      code: 'wrong_endpoint',
      retryable: false,
      requested_models: [id],
      docs_url: 'https://openrouter.ai/docs/errors#wrong_endpoint',
      constraint: { field: 'model', detail },
    },
  })
}
