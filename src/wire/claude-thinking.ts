import type { JsonObject } from '../base/json.ts'
import type { ReasoningWish } from '../generation/conversation.ts'
import { effortShares, nearestEffort } from './efforts.ts'
import { readCount, readObject, readText } from './json.ts'
import { invalid } from './refusals.ts'
import type { ClaudeAbilities } from './claude-abilities.ts'

/** What asks for thinking in a body: `thinking`, and an effort for `output_config`. */
export interface ThinkingFields {
  thinking?: JsonObject
  effort?: string
  /** The wish could not be asked for. */
  isDropped?: boolean
  isEffortDropped?: boolean
}

const budgetMin = 1_024
const budgetMax = 128_000

/** A wish of another format, in the words of the model (OpenRouter: reasoning tokens). */
export function thinkingFor(
  wish: ReasoningWish | undefined,
  maxTokens: number,
  { thinking: way, efforts }: ClaudeAbilities,
): ThinkingFields {
  if (!wish) return {}
  if (way === 'none') return { isDropped: !isOff(wish) }
  // The newest think unless they are told not to.
  if (isOff(wish)) return way === 'adaptive' ? { thinking: { type: 'disabled' } } : {}
  const display = wish.summary === 'omitted' ? 'omitted' : 'summarized'
  if (way === 'budget' || (way === 'both' && wish.maxTokens !== undefined)) {
    const budget = budgetFor(wish, maxTokens)
    return budget === undefined
      ? { isDropped: true }
      : { thinking: { type: 'enabled', budget_tokens: budget } }
  }
  const effort = wish.effort === undefined ? undefined : nearestEffort(wish.effort, efforts)
  return { thinking: { type: 'adaptive', display }, ...(effort !== undefined && { effort }) }
}

function isOff({ enabled, effort, maxTokens }: ReasoningWish): boolean {
  return enabled === false || effort === 'none' || maxTokens === 0
}

/** The completion must be longer than its thoughts; too short a one leaves no room for any. */
function budgetFor({ maxTokens: asked, effort }: ReasoningWish, maxTokens: number): number | undefined {
  if (asked !== undefined) {
    const budget = Math.max(asked, budgetMin)
    if (budget < maxTokens) return budget
    throw invalid(
      `reasoning.max_tokens: is ${budget}, but max_tokens is ${maxTokens}; a completion must be longer than its reasoning`,
    )
  }
  const budget = Math.max(Math.min(Math.floor(maxTokens * shareOf(effort)), budgetMax), budgetMin)
  return budget < maxTokens ? budget : undefined
}

function shareOf(effort: string | undefined): number {
  const share = Object.entries(effortShares).find(([name]) => name === effort)?.[1]
  return share ?? effortShares.medium
}

/**
 * The `thinking` and `output_config` of a client of this format, for a model that may be another than it thinks of: a
 * budget where it knows efforts alone becomes its own measure, and the other way round.
 */
export function adaptThinking(
  body: JsonObject,
  maxTokens: number,
  { thinking: way, efforts }: ClaudeAbilities,
): ThinkingFields {
  const thinking = readObject(body['thinking'])
  const effort = readText(readObject(body['output_config'])?.['effort'])
  const known = effort === undefined || efforts.length === 0 ? undefined : nearestEffort(effort, efforts)
  const told = known !== undefined ? { effort: known } : effort !== undefined ? { isEffortDropped: true } : {}
  const type = readText(thinking?.['type'])
  if (!thinking || type === 'disabled') return { ...(thinking && { thinking }), ...told }
  if (way === 'none') return { isDropped: true, ...told }
  if (way === 'budget') {
    if (type === 'enabled') return { thinking, ...told }
    const budget = budgetFor(effort === undefined ? {} : { effort }, maxTokens)
    return budget === undefined
      ? { isDropped: true }
      : { thinking: { type: 'enabled', budget_tokens: budget } }
  }
  const { budget_tokens: budget, ...rest } = thinking
  const shown = { ...rest, display: thinking['display'] ?? 'summarized' }
  const keepsBudget = way === 'both' && readCount(budget) !== undefined
  if (type === 'enabled' && !keepsBudget) return { thinking: { ...shown, type: 'adaptive' }, ...told }
  return { thinking: { ...(keepsBudget && { budget_tokens: budget ?? null }), ...shown }, ...told }
}
