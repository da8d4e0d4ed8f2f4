import type { JsonObject } from '../../base/json.ts'
import type { Conversation, Sampling, Tool, ToolChoice } from '../../generation/conversation.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { hintsIn } from '../hints.ts'
import type { UpstreamBody, UpstreamTarget } from '../protocol.ts'
import { refuseFormBesideTools } from '../refusals.ts'
import { abilitiesOf } from './abilities.ts'
import { contentsOf } from './contents.ts'
import { outputOf } from './output.ts'
import { thinkingFor } from './thinking.ts'

/** A conversation as Gemini takes it. No client speaks this format, so there is no body to keep. */
export function encodeRequest(request: GenerationRequest, target: UpstreamTarget): UpstreamBody {
  const asked = request.conversation()
  const sampling = samplingOf(asked.sampling, new Set(target.quirks.drop))
  const output = outputOf(asked)
  const thinking = thinkingOf(request, target)
  const generationConfig = {
    ...capOf(request, target),
    ...sampling.fields,
    ...output.fields,
    ...thinking.fields,
  }
  const tier = tierFields(target)
  return {
    ...tier,
    body: {
      ...toolFields(asked, target),
      ...contentsOf(asked.turns, target),
      ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
      ...tier.body,
    },
    dropped: [...sampling.dropped, ...output.dropped, ...thinking.dropped, ...unasked(asked)],
  }
}

/** The same to be counted: AI Studio counts tools and instructions only in a whole request, Vertex takes the parts. */
export function encodeCount(request: GenerationRequest, target: UpstreamTarget): UpstreamBody {
  const { body, dropped } = encodeRequest(request, target)
  delete body['generationConfig']
  delete body['serviceTier']
  if (target.quirks.countsTokens !== 'whole') return { body, dropped }
  return { body: { generateContentRequest: { model: `models/${target.upstreamModel}`, ...body } }, dropped }
}

/** AI Studio is told the tier in the body, Vertex beside it. */
function tierFields({ tier, quirks }: UpstreamTarget): Pick<UpstreamBody, 'headers'> & { body?: JsonObject } {
  if (tier === undefined) return {}
  return quirks.tierHeader === undefined
    ? { body: { serviceTier: tier } }
    : { headers: { [quirks.tierHeader]: tier } }
}

/** A piece of the body, and what of the request has no place in it, by the contract's names. */
export interface Piece {
  fields: JsonObject
  dropped: readonly string[]
}

function toolFields(asked: Conversation, target: UpstreamTarget): JsonObject {
  const { tools, toolChoice, answerFormat } = asked
  const isEither = answerFormat !== undefined && !abilitiesOf(target).formBesideTools
  if (isEither) refuseFormBesideTools(asked)
  if (tools.length === 0 || isEither) return {}
  const config = callingConfig(toolChoice)
  return {
    tools: [{ functionDeclarations: tools.map(writeTool) }],
    ...(config && { toolConfig: { functionCallingConfig: config } }),
  }
}

function writeTool({ name, description, parameters }: Tool): JsonObject {
  return {
    name,
    ...(description !== undefined && { description }),
    parametersJsonSchema: parameters,
  }
}

function callingConfig(choice: ToolChoice): JsonObject | undefined {
  if (typeof choice === 'object') return { mode: 'ANY', allowedFunctionNames: [choice.name] }
  return { auto: undefined, none: { mode: 'NONE' }, required: { mode: 'ANY' } }[choice]
}

function capOf({ maxTokens }: GenerationRequest, { maxCompletionTokens }: UpstreamTarget): JsonObject {
  if (maxTokens === undefined) return {}
  return { maxOutputTokens: Math.min(maxTokens, maxCompletionTokens ?? maxTokens) }
}

const samplingNames: Partial<Record<string, string>> = {
  temperature: 'temperature',
  top_p: 'topP',
  top_k: 'topK',
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
  seed: 'seed',
  stop: 'stopSequences',
}

function samplingOf(sampling: Sampling, refused: ReadonlySet<string>): Piece {
  const fields: JsonObject = {}
  const dropped: string[] = []
  for (const [name, value] of Object.entries(sampling)) {
    const field = refused.has(name) ? undefined : samplingNames[name]
    if (field !== undefined) fields[field] = value
    else if (value !== false) dropped.push(name)
  }
  return { fields, dropped }
}

/** Thoughts are asked for where the client may see them, whether or not it says how much to think. */
function thinkingOf(request: GenerationRequest, target: UpstreamTarget): Piece {
  const { maxTokens, hidesReasoning = false } = request
  const wish = request.conversation().reasoning ?? {}
  const { config, isDropped } = thinkingFor(wish, { maxTokens, hidesReasoning }, abilitiesOf(target))
  return {
    fields: config ? { thinkingConfig: config } : {},
    dropped: isDropped ? ['reasoning'] : [],
  }
}

/** What can be asked for nowhere in the body. Caches are Google's own business: they are found, not marked. */
function unasked(asked: Conversation): string[] {
  const isUnseen = asked.turns.some(
    ({ role, parts }) =>
      role === 'assistant' && parts.some((part) => part.type === 'image' && part.source.kind === 'url'),
  )
  return [
    ...(isUnseen ? ['messages.images'] : []),
    ...(asked.parallelToolCalls === false ? ['parallel_tool_calls'] : []),
    ...(asked.verbosity === undefined ? [] : ['verbosity']),
    ...hintsIn(asked, ['tools.function.strict', 'image_url.detail', 'cache_control', 'reasoning.summary']),
  ]
}
