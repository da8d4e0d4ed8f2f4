import type { Json, JsonObject } from '../base/json.ts'
import type { Conversation, Turn } from '../generation/conversation.ts'

/** What can be asked beside the words, and an answer does without: by the names under which it is told as dropped. */
export type Hint =
  | 'cache_control'
  | 'image_url.detail'
  | 'messages.images'
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
    'messages.images': turns.some(
      ({ role, parts: own }) => role === 'assistant' && own.some(({ type }) => type === 'image'),
    ),
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

/** Ways to reason that only OpenAI's newest models know, by path: those that are asked for and not the usual ones. */
export function reasoningModes(wish: { mode?: Json | undefined; context?: Json | undefined }): JsonObject {
  const { mode, context } = wish
  const asked = { 'reasoning.mode': mode ?? 'standard', 'reasoning.context': context ?? 'auto' }
  return Object.fromEntries(
    Object.entries(asked).filter(([, value]) => value !== 'standard' && value !== 'auto'),
  )
}

function partsOf(turn: Turn): readonly object[] {
  return turn.role === 'tool' ? [turn, ...turn.parts] : turn.parts
}
