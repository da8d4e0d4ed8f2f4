import type { FinishReason } from '../../generation/events.ts'

/** What hosts call the ends of an answer. `error`: the host gave up, whatever it sent before. */
const reasons: Record<string, FinishReason> = {
  stop: 'stop',
  end: 'stop',
  eos: 'stop',
  eos_token: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  complete: 'stop',
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_length: 'length',
  model_context_window_exceeded: 'length',
  tool_calls: 'tool_calls',
  tool_use: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
  sensitive: 'content_filter',
  safety: 'content_filter',
  refusal: 'content_filter',
  error: 'error',
  insufficient_system_resource: 'error',
  network_error: 'error',
}

/** A word nobody has seen yet ends an answer all the same. */
export function finishReasonOf(native: string): FinishReason {
  const word = native.toLowerCase()
  return (Object.hasOwn(reasons, word) ? reasons[word] : undefined) ?? 'stop'
}
