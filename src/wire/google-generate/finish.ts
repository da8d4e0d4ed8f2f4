import type { FinishReason } from '../../generation/events.ts'

/** What Google calls the ends of an answer. `error`: the model failed, and another attempt may do better. */
const reasons: Record<string, FinishReason> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  LANGUAGE: 'content_filter',
  BLOCKLIST: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
  SPII: 'content_filter',
  MODEL_ARMOR: 'content_filter',
  IMAGE_SAFETY: 'content_filter',
  IMAGE_PROHIBITED_CONTENT: 'content_filter',
  IMAGE_RECITATION: 'content_filter',
  MALFORMED_FUNCTION_CALL: 'error',
  UNEXPECTED_TOOL_CALL: 'error',
  TOO_MANY_TOOL_CALLS: 'error',
  MALFORMED_RESPONSE: 'error',
  MISSING_THOUGHT_SIGNATURE: 'error',
}

/** A word without a meaning of its own, such as OTHER, ends an answer; where there is none, the model has failed. */
export function finishReasonOf(native: string, answered: boolean): FinishReason {
  const known = Object.hasOwn(reasons, native) ? reasons[native] : undefined
  return known ?? (answered ? 'stop' : 'error')
}
