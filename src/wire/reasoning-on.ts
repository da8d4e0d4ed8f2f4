import type { GenerationRequest } from '../generation/request.ts'
import { once } from './client-body.ts'

const wishes = ['reasoning', 'reasoning_effort', 'thinking'] as const
const effort = 'medium'

/** The request with reasoning on, unless it says itself what it wants of that: what `:thinking` behind a name means. */
export function reasoningOn(request: GenerationRequest): GenerationRequest {
  const { format, body } = request.native
  if (wishes.some((field) => (body[field] ?? null) !== null)) return request
  const wish =
    format === 'anthropic-messages' ? { thinking: { type: 'adaptive' } } : { reasoning: { effort } }
  return {
    ...request,
    conversation: once(() => ({ ...request.conversation(), reasoning: { effort } })),
    native: { ...request.native, body: { ...body, ...wish } },
  }
}
