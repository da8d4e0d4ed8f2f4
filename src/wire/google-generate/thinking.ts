import type { JsonObject } from '../../base/json.ts'
import type { ReasoningWish } from '../../generation/conversation.ts'
import { effortOfBudget, effortShares, nearestEffort } from '../efforts.ts'
import type { Abilities } from './abilities.ts'

/** The `thinkingConfig` of a request; the wish is dropped where the model cannot do at all what is wished. */
export interface Thinking {
  config?: JsonObject
  isDropped?: boolean
}

/** What the client lets its answer have, and see. */
export interface Bounds {
  maxTokens: number | undefined
  hidesReasoning: boolean
}

/** A wish in the words of the model: a budget or a level, never both (OpenRouter: reasoning tokens). */
export function thinkingFor(wish: ReasoningWish, bounds: Bounds, abilities: Abilities): Thinking {
  const { thinking, efforts } = abilities
  if (thinking === 'none') return { isDropped: Object.keys(wish).length > 0 && !isOff(wish) }
  if (isOff(wish)) return quietest(abilities)
  const shown = { includeThoughts: !bounds.hidesReasoning && wish.summary !== 'omitted' }
  if (wish.maxTokens !== undefined && thinking !== 'adaptive') {
    return { config: { ...shown, thinkingBudget: within(wish.maxTokens, abilities) } }
  }
  const effort = effortOf(wish, bounds)
  if (effort === undefined) return { config: shown }
  if (thinking === 'budget') {
    const share = Math.floor(shareOf(effort) * (bounds.maxTokens ?? abilities.budget[1]))
    return { config: { ...shown, thinkingBudget: within(share, abilities) } }
  }
  const level = nearestEffort(effort, efforts)
  if (level === undefined) return { config: shown, isDropped: true }
  return { config: { ...shown, thinkingLevel: level.toUpperCase() } }
}

function effortOf({ effort, maxTokens, enabled }: ReasoningWish, bounds: Bounds): string | undefined {
  if (effort !== undefined) return effort
  if (maxTokens !== undefined) return effortOfBudget(maxTokens, bounds.maxTokens)
  return enabled ? 'medium' : undefined
}

function isOff({ enabled, effort, maxTokens }: ReasoningWish): boolean {
  return enabled === false || effort === 'none' || maxTokens === 0
}

/** Not at all where the model can do without; else as little as it can. */
function quietest({ thinking, efforts, budget }: Abilities): Thinking {
  const shown = { includeThoughts: false }
  const canRest = efforts.includes('none')
  if (thinking === 'budget') {
    return { config: { ...shown, thinkingBudget: canRest ? 0 : budget[0] }, isDropped: !canRest }
  }
  const level = efforts[0]
  return {
    config: { ...shown, ...(level !== undefined && { thinkingLevel: level.toUpperCase() }) },
    isDropped: true,
  }
}

function within(tokens: number, { budget: [least, most] }: Abilities): number {
  return Math.min(most, Math.max(least, tokens))
}

function shareOf(effort: string): number {
  const share = Object.entries(effortShares).find(([name]) => name === effort)?.[1]
  return share ?? effortShares.medium
}
