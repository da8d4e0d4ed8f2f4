import type { JsonObject } from '../../base/json.ts'
import type { AnswerFormat, Conversation, Sampling, Tool } from '../../generation/conversation.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { effortShares } from '../efforts.ts'
import { hintsIn } from '../hints.ts'
import type { UpstreamBody, UpstreamTarget } from '../protocol.ts'
import { refuseFormBesideTools, refuseOtherModalities } from '../refusals.ts'
import { messagesOf } from './messages.ts'

/** No client speaks this format, so every body is made from a conversation. */
export function encodeRequest(request: GenerationRequest, target: UpstreamTarget): UpstreamBody {
  const conversation = request.conversation()
  refuseOtherModalities(conversation.outputModalities)
  refuseFormBesideTools(conversation)
  const { turns, sampling, answerFormat, extras } = conversation
  const cap = request.maxTokens
  const asked: JsonObject = {
    ...(cap !== undefined && { max_tokens: Math.min(cap, target.maxCompletionTokens ?? cap) }),
    ...samplingOf(sampling),
    ...toolsOf(conversation),
    ...(answerFormat && { response_format: writeAnswerFormat(answerFormat) }),
    ...thinkingOf(request, conversation, target),
  }
  const refusedHere = target.quirks.drop ?? []
  const body = Object.fromEntries(Object.entries(asked).filter(([field]) => !refusedHere.includes(field)))
  return {
    body: {
      model: target.upstreamModel,
      messages: messagesOf(turns, target),
      stream: target.streams,
      ...body,
    },
    dropped: [...new Set([...droppedOf(conversation, target), ...Object.keys(extras)])],
  }
}

/** What each sampling parameter is called here; what is not named cannot be asked for. */
const samplingNames: Partial<Record<keyof Sampling, string>> = {
  temperature: 'temperature',
  top_p: 'p',
  top_k: 'k',
  frequency_penalty: 'frequency_penalty',
  presence_penalty: 'presence_penalty',
  seed: 'seed',
  stop: 'stop_sequences',
}

function samplingOf(sampling: Sampling): JsonObject {
  const renamed = Object.entries(sampling).map(([field, value]) => [nameOf(field), value])
  return Object.fromEntries(renamed.filter(([name]) => name !== undefined))
}

function nameOf(field: string): string | undefined {
  return new Map<string, string>(Object.entries(samplingNames)).get(field)
}

/** One tool cannot be named: it is then the only one that is offered. Letting the model choose is the default. */
function toolsOf({ tools, toolChoice, answerFormat }: Conversation): JsonObject {
  if (tools.length === 0 || answerFormat) return {}
  const named = typeof toolChoice === 'object' ? toolChoice.name : undefined
  const offered = named === undefined ? tools : tools.filter(({ name }) => name === named)
  const choice = toolChoice === 'none' ? 'NONE' : toolChoice === 'auto' ? undefined : 'REQUIRED'
  return {
    tools: offered.map(writeTool),
    ...(choice !== undefined && { tool_choice: choice }),
    ...(offered.some(({ strict }) => strict) && { strict_tools: true }),
  }
}

function writeTool({ name, description, parameters }: Tool): JsonObject {
  return {
    type: 'function',
    function: { name, ...(description !== undefined && { description }), parameters },
  }
}

function writeAnswerFormat(format: AnswerFormat): JsonObject {
  return { type: 'json_object', ...(format.type === 'json_schema' && { json_schema: format.schema }) }
}

/** An effort is a share of the completion, where it is known how long that may be. */
function thinkingOf(
  { maxTokens }: GenerationRequest,
  { reasoning: wish }: Conversation,
  { reasoning, maxCompletionTokens }: UpstreamTarget,
): JsonObject {
  if (!wish || reasoning === false) return {}
  const { enabled, effort, maxTokens: budget } = wish
  if (enabled === false || effort === 'none' || budget === 0) return { thinking: { type: 'disabled' } }
  const share = new Map<string, number>(Object.entries(effortShares)).get(effort ?? '')
  const cap = maxTokens ?? maxCompletionTokens ?? undefined
  const tokens = budget ?? (share === undefined || cap === undefined ? undefined : Math.floor(share * cap))
  return { thinking: { type: 'enabled', ...(tokens !== undefined && { token_budget: tokens }) } }
}

/** By the contract's names. */
function droppedOf(conversation: Conversation, { quirks, reasoning }: UpstreamTarget): string[] {
  const { sampling, parallelToolCalls, verbosity, reasoning: wish } = conversation
  const refusedHere = new Set(quirks.drop)
  const unheard = Object.keys(sampling).filter((field) => {
    const name = nameOf(field)
    return name === undefined || refusedHere.has(field) || refusedHere.has(name)
  })
  return [
    ...unheard,
    ...(parallelToolCalls === false ? ['parallel_tool_calls'] : []),
    ...(verbosity !== undefined ? ['verbosity'] : []),
    ...hintsIn(conversation, [
      'cache_control',
      'messages.images',
      'tool_result.is_error',
      'reasoning.summary',
    ]),
    ...(wish && (reasoning === false || refusedHere.has('thinking')) ? ['reasoning'] : []),
  ]
}
