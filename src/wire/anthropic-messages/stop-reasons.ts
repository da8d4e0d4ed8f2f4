import type { FinishReason } from '../../generation/events.ts'

/** What the format calls the ends of an answer. */
const reasons: Record<string, FinishReason> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  compaction: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
}

/** A word nobody has seen yet ends an answer all the same. */
export function finishReasonOf(stopReason: string): FinishReason {
  return (Object.hasOwn(reasons, stopReason) ? reasons[stopReason] : undefined) ?? 'stop'
}

export function stopReasonOf(reason: FinishReason, stopSequence: string | undefined): string {
  switch (reason) {
    case 'stop':
    case 'error':
      return stopSequence === undefined ? 'end_turn' : 'stop_sequence'
    case 'length':
      return 'max_tokens'
    case 'tool_calls':
      return 'tool_use'
    case 'content_filter':
      return 'refusal'
  }
}
