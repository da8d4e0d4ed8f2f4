import type { FinishReason } from '../../generation/events.ts'

/** What Converse calls the ends of an answer. `error`: the model failed, and another attempt may do better. */
const reasons: Record<string, FinishReason> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  content_filtered: 'content_filter',
  guardrail_intervened: 'content_filter',
  malformed_model_output: 'error',
  malformed_tool_use: 'error',
}

/** A word nobody has seen yet ends an answer all the same. */
export function finishReasonOf(stopReason: string): FinishReason {
  return (Object.hasOwn(reasons, stopReason) ? reasons[stopReason] : undefined) ?? 'stop'
}
