import type { Json } from '../base/json.ts'
import type { Conversation, Turn } from '../generation/conversation.ts'

/** What can be asked beside the words, and an answer does without: by the names under which it is told as dropped. */
export type Hint =
  | 'cache_control'
  | 'image_url.detail'
  | 'reasoning.summary'
  | 'tools.function.strict'
  | 'tool_result.is_error'

/** The hints in a conversation that a format has no place for. */
export function hintsIn(
  { turns, tools, automaticCache, reasoning }: Conversation,
  unknown: readonly Hint[],
): Hint[] {
  const parts = turns.flatMap(partsOf)
  const given: Record<Hint, boolean> = {
    cache_control:
      automaticCache !== undefined || [...tools, ...parts].some((part) => 'cache' in part && part.cache),
    'image_url.detail': parts.some((part) => 'detail' in part),
    'reasoning.summary': asksForSummary(reasoning?.summary),
    'tools.function.strict': tools.some(({ strict }) => strict),
    'tool_result.is_error': turns.some((turn) => turn.role === 'tool' && turn.isError),
  }
  return unknown.filter((hint) => given[hint])
}

/** Whether thoughts are wanted in other words than any host's own. */
export function asksForSummary(summary: Json | undefined): boolean {
  return summary === 'concise' || summary === 'detailed'
}

function partsOf(turn: Turn): readonly object[] {
  return turn.role === 'tool' ? [turn, ...turn.parts] : turn.parts
}
