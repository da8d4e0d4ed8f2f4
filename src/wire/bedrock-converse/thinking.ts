import type { JsonObject } from '../../base/json.ts'
import type { ReasoningWish } from '../../generation/conversation.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { claudeAbilities } from '../claude-abilities.ts'
import { thinkingFor } from '../claude-thinking.ts'
import { effortOfBudget, nearestEffort } from '../efforts.ts'
import type { UpstreamTarget } from '../protocol.ts'
import { abilitiesOf } from './abilities.ts'

/** A wish to think, in the words of the model itself: `additionalModelRequestFields`. */
export interface Thinking {
  fields: JsonObject
  /** It does think, so it takes no sampling. */
  isOn: boolean
  isDropped: boolean
}

const none: Thinking = { fields: {}, isOn: false, isDropped: false }

export function thinkingOf(
  wish: ReasoningWish | undefined,
  { maxTokens }: Pick<GenerationRequest, 'maxTokens'>,
  target: UpstreamTarget,
): Thinking {
  if (!wish) return none
  const isOff = wish.enabled === false || wish.effort === 'none' || wish.maxTokens === 0
  switch (abilitiesOf(target).thinking) {
    case 'claude':
      return claudeThinking(wish, maxTokens ?? 0, target)
    case 'nova': {
      if (isOff) return none
      // Its highest effort takes no limit of the answer, and it is not worth going without one.
      const known = maxTokens === undefined ? novaEfforts : novaEfforts.slice(0, -1)
      const config = { type: 'enabled', maxReasoningEffort: effortOf(wish, maxTokens, known) }
      return { fields: { reasoningConfig: config }, isOn: true, isDropped: false }
    }
    case 'effort':
      // It cannot be told not to think.
      if (isOff) return { fields: { reasoning_effort: 'low' }, isOn: false, isDropped: true }
      return { ...none, fields: { reasoning_effort: effortOf(wish, maxTokens, openEfforts) } }
    case 'none':
      return { ...none, isDropped: !isOff }
  }
}

const openEfforts = ['low', 'medium', 'high'] as const
const novaEfforts = openEfforts

function effortOf(wish: ReasoningWish, maxTokens: number | undefined, known: readonly string[]): string {
  const { effort, maxTokens: budget } = wish
  const wanted = effort ?? (budget === undefined ? 'medium' : effortOfBudget(budget, maxTokens))
  return nearestEffort(wanted, known) ?? 'medium'
}

function claudeThinking(wish: ReasoningWish, maxTokens: number, target: UpstreamTarget): Thinking {
  const { thinking, effort, isDropped = false } = thinkingFor(wish, maxTokens, claudeAbilities(target))
  return {
    fields: { ...(thinking && { thinking }), ...(effort !== undefined && { output_config: { effort } }) },
    isOn: thinking !== undefined && thinking['type'] !== 'disabled',
    isDropped,
  }
}
