import type { JsonObject } from '../../base/json.ts'
import type { Conversation, Tool } from '../../generation/conversation.ts'
import { answerToolFor } from '../answer-tool.ts'
import { refuseLongNames } from '../refusals.ts'
import type { Abilities } from './abilities.ts'
import { cachePoint } from './messages.ts'

/** The tools that may be called, as far as there are any. */
export interface Tools {
  config?: JsonObject
  /** The choice among them in Claude's own words, where the format has none for it. */
  claudeChoice?: JsonObject
  /** The model must call one. */
  isForced: boolean
  dropped: readonly string[]
}

export function toolsOf(asked: Conversation, abilities: Abilities): Tools {
  const { tools, demand } = offer(asked, abilities)
  if (tools.length === 0) return { isForced: false, dropped: [] }
  refuseLongNames(tools)
  const isMet =
    demand === undefined || abilities.demands.includes(typeof demand === 'string' ? demand : 'tool')
  const isSingle = asked.parallelToolCalls === false
  const isInClaudesWords = isSingle && abilities.thinking === 'claude'
  const choice = demand !== undefined && isMet && !isInClaudesWords ? choiceOf(demand) : undefined
  return {
    config: {
      tools: tools.flatMap((tool) => listed(tool, abilities)),
      ...(choice && { toolChoice: choice }),
    },
    ...(isInClaudesWords && { claudeChoice: claudeChoiceOf(demand) }),
    isForced: demand !== undefined && isMet,
    dropped: [
      ...(isMet ? [] : ['tool_choice']),
      ...(isSingle && !isInClaudesWords ? ['parallel_tool_calls'] : []),
      ...(asked.tools.some(({ strict }) => strict) ? ['tools.function.strict'] : []),
    ],
  }
}

type Demand = 'any' | { name: string }

/** A model that cannot be told which tool to call is offered that one alone. */
function offer(
  { tools, toolChoice, answerFormat }: Conversation,
  { answerSchema, demands }: Abilities,
): { tools: readonly Tool[]; demand?: Demand } {
  const callable = toolChoice === 'none' ? [] : tools
  if (answerFormat && !answerSchema)
    return { tools: [...callable, answerToolFor(answerFormat)], demand: 'any' }
  if (toolChoice === 'auto' || toolChoice === 'none') return { tools: callable }
  if (toolChoice === 'required') return { tools, demand: 'any' }
  if (demands.includes('tool')) return { tools, demand: toolChoice }
  return { tools: tools.filter(({ name }) => name === toolChoice.name), demand: 'any' }
}

function choiceOf(demand: Demand): JsonObject {
  return demand === 'any' ? { any: {} } : { tool: { name: demand.name } }
}

function claudeChoiceOf(demand: Demand | undefined): JsonObject {
  const choice =
    demand === undefined ? { type: 'auto' } : demand === 'any' ? { type: 'any' } : { type: 'tool', ...demand }
  return { ...choice, disable_parallel_tool_use: true }
}

function listed({ name, description, parameters, cache }: Tool, abilities: Abilities): JsonObject[] {
  const toolSpec = {
    name,
    ...(description?.trim() && { description }),
    inputSchema: { json: { type: 'object', ...parameters } },
  }
  const isMarked = cache && abilities.cache.includes('tools')
  return [{ toolSpec }, ...(isMarked ? [cachePoint(cache, abilities)] : [])]
}
