import type { Json, JsonObject } from '../../base/json.ts'
import type { Conversation, Sampling } from '../../generation/conversation.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { answerTool, answerToolFor } from '../answer-tool.ts'
import { claudeAbilities, type ClaudeAbilities } from '../claude-abilities.ts'
import { adaptThinking, thinkingFor } from '../claude-thinking.ts'
import { nearestEffort } from '../efforts.ts'
import { hintsIn } from '../hints.ts'
import { readObject } from '../json.ts'
import type { UpstreamBody, UpstreamTarget } from '../protocol.ts'
import { refuseOtherModalities } from '../refusals.ts'
import { handlingOf } from './fields.ts'
import { cacheControl, closed, messagesFor, toolChoiceFor, toolFor } from './message-body.ts'
import { ownThoughts, showsImages } from './own-thoughts.ts'

/** What an answer may have where neither the client nor the catalogue says: the format demands a number. */
const completionTokensDefault = 8_192

/** The body for a host of this format: the client's own with named edits, or its conversation. */
export function encodeBody(request: GenerationRequest, target: UpstreamTarget): UpstreamBody {
  const made = request.native.format === 'anthropic-messages' ? edit(request, target) : write(request, target)
  // The endpoint is the fast one, and so is its price, by whatever word the client came to it.
  if (target.quirks.fast) made.body['speed'] = 'fast'
  const refused = (target.quirks.drop ?? []).filter((field) => field in made.body)
  for (const field of refused) delete made.body[field]
  return { body: made.body, dropped: [...new Set([...made.dropped, ...refused])] }
}

function maxTokensOf({ maxTokens }: GenerationRequest, { maxCompletionTokens }: UpstreamTarget): number {
  const most = maxCompletionTokens ?? undefined
  return Math.min(maxTokens ?? most ?? completionTokensDefault, most ?? Number.MAX_SAFE_INTEGER)
}

const samplingFields = ['temperature', 'top_p', 'top_k'] as const

/**
 * The body the client sent, in the order it wrote it: what two requests have in common goes upstream as the same
 * bytes, so the provider's prompt cache finds it.
 */
function edit(request: GenerationRequest, target: UpstreamTarget): { body: JsonObject; dropped: string[] } {
  const { body } = request.native
  const abilities = claudeAbilities(target)
  const maxTokens = maxTokensOf(request, target)
  const thinking = adaptThinking(body, maxTokens, abilities)
  const dropped = [
    ...(thinking.isDropped ? ['thinking'] : []),
    ...(thinking.isEffortDropped ? ['output_config.effort'] : []),
    ...(showsImages(body['messages']) ? ['messages.images'] : []),
  ]
  const edits: Record<string, (value: Json) => JsonObject> = {
    model: () => ({ model: target.upstreamModel }),
    messages: (value) => ({ messages: ownThoughts(value, target) }),
    max_tokens: () => ({ max_tokens: maxTokens }),
    stream: () => ({ stream: target.streams }),
    thinking: () => (thinking.thinking ? { thinking: thinking.thinking } : {}),
    output_config: (value) => outputConfig(value, thinking.effort),
  }
  if (body['speed'] === 'fast' && !target.quirks.fast) dropped.push('speed')
  const upstream: JsonObject = {}
  for (const [field, value] of Object.entries(body)) {
    if (value === null) continue
    const isUnfit = !abilities.sampling && samplingFields.some((name) => name === field)
    if (isUnfit) dropped.push(field)
    else if (handlingOf(field) === 'sent') upstream[field] = value
    else if (handlingOf(field) === 'edited') Object.assign(upstream, edits[field]?.(value))
  }
  upstream['max_tokens'] = maxTokens
  // Who leaves the choice to an account or to `models` names none.
  upstream['model'] = target.upstreamModel
  upstream['stream'] = target.streams
  return { body: upstream, dropped }
}

function outputConfig(value: Json, effort: string | undefined): JsonObject {
  const { effort: _, ...rest } = readObject(value) ?? {}
  const config = { ...(effort !== undefined && { effort }), ...rest }
  return Object.keys(config).length > 0 ? { output_config: config } : {}
}

const forcingChoices = ['any', 'tool'] as const

/** The body that says what the conversation says. */
function write(request: GenerationRequest, target: UpstreamTarget): { body: JsonObject; dropped: string[] } {
  const conversation = request.conversation()
  refuseOtherModalities(conversation.outputModalities)
  const abilities = claudeAbilities(target)
  const maxTokens = maxTokensOf(request, target)
  const answer = answerFields(conversation, abilities, toolsFor(request, target))
  const isForced = forcingChoices.some((type) => type === answer.tool_choice?.['type'])
  const thinking = thinkingFor(conversation.reasoning, maxTokens, abilities)
  // A model cannot think first and be made to call a tool.
  const thinks = thinking.thinking !== undefined && !isForced
  const sampling = samplingFor(
    conversation.sampling,
    abilities,
    thinks && thinking.thinking?.['type'] !== 'disabled',
  )
  const verbosity = conversation.verbosity && nearestEffort(conversation.verbosity, abilities.efforts)
  const effort = verbosity ?? (thinks ? thinking.effort : undefined)
  const { format, ...tools } = answer
  const config = { ...(effort && { effort }), ...(format && { format }) }
  const { automaticCache } = conversation
  return {
    body: {
      model: target.upstreamModel,
      ...tools,
      ...messagesFor(conversation.turns, target),
      max_tokens: maxTokens,
      ...(thinks && { thinking: thinking.thinking ?? null }),
      ...(Object.keys(config).length > 0 && { output_config: config }),
      ...sampling.fields,
      ...(automaticCache && { cache_control: cacheControl(automaticCache) }),
      stream: target.streams,
    },
    dropped: [
      ...sampling.dropped,
      ...(thinking.isDropped || (isForced && thinking.thinking) ? ['reasoning'] : []),
      ...(conversation.verbosity && !verbosity ? ['verbosity'] : []),
      ...hintsIn(conversation, [
        'image_url.detail',
        'messages.images',
        'reasoning.summary',
        ...(asksStrict(request, abilities) ? [] : (['tools.function.strict'] as const)),
      ]),
      ...Object.keys(conversation.extras),
    ],
  }
}

/** Tools, which of them must be called, and the schema of the answer: as such, or as a tool that stands for it. */
function answerFields(
  conversation: Conversation,
  abilities: ClaudeAbilities,
  tools: JsonObject[],
): { tools?: JsonObject[]; tool_choice?: JsonObject; format?: JsonObject } {
  const { answerFormat, toolChoice, parallelToolCalls } = conversation
  if (answerFormat?.type === 'json_schema' && abilities.answerSchema) {
    const format = { type: 'json_schema', schema: closed(answerFormat.schema) }
    return { ...toolFields(tools, toolChoice, parallelToolCalls), format }
  }
  if (!answerFormat) return toolFields(tools, toolChoice, parallelToolCalls)
  const isAlone = tools.length === 0 || toolChoice === 'none'
  return {
    tools: [...(isAlone ? [] : tools), toolFor(answerToolFor(answerFormat), false)],
    tool_choice: toolChoiceFor(isAlone ? { name: answerTool } : 'required', parallelToolCalls),
  }
}

/**
 * Clients of other formats send `strict` to everybody: it holds here for who asks for Anthropic's beta of it. Arguments
 * are streamed as they are made, as they are there.
 */
function toolsFor(request: GenerationRequest, target: UpstreamTarget): JsonObject[] {
  const isStrict = asksStrict(request, claudeAbilities(target))
  const isEager = request.stream && target.quirks.betas === 'all'
  return request.conversation().tools.map((tool) => ({
    ...toolFor(tool, isStrict),
    ...(isEager && { eager_input_streaming: true }),
  }))
}

function asksStrict({ native }: GenerationRequest, { answerSchema }: ClaudeAbilities): boolean {
  return answerSchema && native.headers?.['anthropic-beta']?.includes('structured-outputs-') === true
}

function toolFields(
  tools: JsonObject[],
  choice: Conversation['toolChoice'],
  parallel: boolean | undefined,
): { tools?: JsonObject[]; tool_choice?: JsonObject } {
  if (tools.length === 0) return {}
  const isDefault = choice === 'auto' && parallel !== false
  return { tools, ...(!isDefault && { tool_choice: toolChoiceFor(choice, parallel) }) }
}

/** What the format has of sampling, as far as the model takes it; of two measures of chance it takes one. */
function samplingFor(
  sampling: Sampling,
  abilities: ClaudeAbilities,
  thinks: boolean,
): { fields: JsonObject; dropped: string[] } {
  const { temperature, top_p: topP, top_k: topK, stop, ...rest } = sampling
  const takes = abilities.sampling && !thinks
  const stops = (stop ?? []).filter((text) => text.trim() !== '')
  const fields: JsonObject = {
    ...(takes && temperature !== undefined && { temperature: Math.min(temperature, 1) }),
    ...(takes && topP !== undefined && temperature === undefined && { top_p: topP }),
    ...(takes && topK !== undefined && { top_k: topK }),
    ...(stops.length > 0 && { stop_sequences: stops }),
  }
  const asked = samplingFields.filter((name) => sampling[name] !== undefined && !(name in fields))
  const isStopDropped = (stop?.length ?? 0) > stops.length
  return { fields, dropped: [...asked, ...Object.keys(rest), ...(isStopDropped ? ['stop'] : [])] }
}
