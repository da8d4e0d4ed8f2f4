import type { JsonObject } from '../../base/json.ts'
import type { Conversation, Sampling, Turn } from '../../generation/conversation.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { claudeAbilities } from '../claude-abilities.ts'
import { nearestEffort } from '../efforts.ts'
import { hintsIn } from '../hints.ts'
import { readObject } from '../json.ts'
import type { UpstreamBody, UpstreamTarget } from '../protocol.ts'
import { refuseOtherModalities } from '../refusals.ts'
import { abilitiesOf, type Abilities } from './abilities.ts'
import { messagesFor } from './messages.ts'
import { thinkingOf } from './thinking.ts'
import { toolsOf } from './tools.ts'

/** What an answer of Claude may have where neither the client nor the catalogue says. */
const completionTokensDefault = 8_192

/** A conversation as Converse takes it. No client speaks this format, so there is no body to keep. */
export function encodeRequest(request: GenerationRequest, target: UpstreamTarget): UpstreamBody {
  const asked = request.conversation()
  refuseOtherModalities(asked.outputModalities)
  const abilities = abilitiesOf(target)
  const isClaude = abilities.thinking === 'claude'
  const refused = new Set(target.quirks.drop)
  const maxTokens = maxTokensOf(request, target)
  const tools = toolsOf(asked, abilities)
  const wish = refused.has('reasoning') ? undefined : asked.reasoning
  const thinking = thinkingOf(wish, maxTokens === undefined ? {} : { maxTokens }, target)
  // A model cannot think first and be made to call a tool.
  const thinks = thinking.isOn && !tools.isForced
  const sampling = samplingOf(asked.sampling, { refused, takes: takesSampling(target, thinks), isClaude })
  const answer = answerConfig(asked, abilities)
  const effort = isClaude ? verbosityEffort(asked, target) : undefined
  const wished = thinking.isOn && !thinks ? {} : thinking.fields
  const additional: JsonObject = {
    ...wished,
    ...(effort !== undefined && { output_config: { ...readObject(wished['output_config']), effort } }),
    ...sampling.additional,
    ...(tools.claudeChoice && { tool_choice: tools.claudeChoice }),
  }
  const inference: JsonObject = { ...(maxTokens !== undefined && { maxTokens }), ...sampling.fields }
  const stopPath = target.streams ? '/delta/stop_sequence' : '/stop_sequence'
  return {
    body: {
      ...(tools.config && { toolConfig: tools.config }),
      ...messagesFor(asked.turns, {
        target,
        hasTools: tools.config !== undefined,
        cache: asked.automaticCache,
      }),
      ...(Object.keys(inference).length > 0 && { inferenceConfig: inference }),
      ...(target.tier && { serviceTier: { type: target.tier } }),
      ...(answer.config && { outputConfig: answer.config }),
      ...(Object.keys(additional).length > 0 && { additionalModelRequestFields: additional }),
      ...(isClaude && inference['stopSequences'] && { additionalModelResponseFieldPaths: [stopPath] }),
    },
    dropped: [
      ...tools.dropped,
      ...sampling.dropped,
      ...answer.dropped,
      ...(thinking.isDropped || (wish && thinking.isOn && !thinks) || (asked.reasoning && !wish)
        ? ['reasoning']
        : []),
      ...(asked.verbosity !== undefined && effort === undefined ? ['verbosity'] : []),
      ...unasked(asked, abilities),
      ...Object.keys(asked.extras),
    ],
  }
}

/** Claude wants to know; the others write as much as they can. */
function maxTokensOf({ maxTokens }: GenerationRequest, target: UpstreamTarget): number | undefined {
  const most = target.maxCompletionTokens ?? Number.POSITIVE_INFINITY
  if (maxTokens !== undefined) return Math.min(maxTokens, most)
  if (abilitiesOf(target).thinking !== 'claude') return undefined
  return target.maxCompletionTokens ?? completionTokensDefault
}

function takesSampling(target: UpstreamTarget, thinks: boolean): boolean {
  if (thinks) return false
  return abilitiesOf(target).thinking !== 'claude' || claudeAbilities(target).sampling
}

interface SamplingPiece {
  fields: JsonObject
  additional: JsonObject
  dropped: readonly string[]
}

/** Of two measures of chance Claude takes one, and nobody else here knows `top_k`. */
function samplingOf(
  sampling: Sampling,
  { refused, takes, isClaude }: { refused: ReadonlySet<string>; takes: boolean; isClaude: boolean },
): SamplingPiece {
  const { temperature, top_p: topP, top_k: topK, stop } = sampling
  const may = (name: string) => takes && !refused.has(name)
  const stops = refused.has('stop') ? [] : (stop ?? []).filter((text) => text.trim() !== '')
  const hasTemperature = temperature !== undefined && may('temperature')
  const hasTopP = topP !== undefined && may('top_p') && !(isClaude && hasTemperature)
  const hasTopK = topK !== undefined && may('top_k') && isClaude
  const sent = new Set([
    ...(hasTemperature ? ['temperature'] : []),
    ...(hasTopP ? ['top_p'] : []),
    ...(hasTopK ? ['top_k'] : []),
    ...(stops.length === (stop ?? []).length ? ['stop'] : []),
  ])
  return {
    fields: {
      ...(hasTemperature && { temperature: Math.min(temperature, 1) }),
      ...(hasTopP && { topP }),
      ...(stops.length > 0 && { stopSequences: stops }),
    },
    additional: hasTopK ? { top_k: topK } : {},
    dropped: Object.entries(sampling).flatMap(([name, value]) =>
      sent.has(name) || value === false ? [] : [name],
    ),
  }
}

/** How much Claude writes is a matter of its effort. */
function verbosityEffort({ verbosity }: Conversation, target: UpstreamTarget): string | undefined {
  return verbosity === undefined ? undefined : nearestEffort(verbosity, claudeAbilities(target).efforts)
}

/** The schema of the answer, where no tool stands for it. */
function answerConfig(
  { answerFormat }: Conversation,
  { answerSchema }: Abilities,
): { config?: JsonObject; dropped: readonly string[] } {
  if (!answerFormat || !answerSchema) return { dropped: [] }
  if (answerFormat.type === 'json_object') return { dropped: ['response_format'] }
  const { name, schema, description } = answerFormat
  const jsonSchema = {
    schema: JSON.stringify(schema),
    name,
    ...(description !== undefined && { description }),
  }
  return { config: { textFormat: { type: 'json_schema', structure: { jsonSchema } } }, dropped: [] }
}

/** What can be asked for nowhere in the body. */
function unasked(asked: Conversation, { cache }: Abilities): string[] {
  const parts = asked.turns.flatMap(partsOf)
  const isMarked = asked.automaticCache !== undefined || parts.some((part) => 'cache' in part)
  const hasLostMark =
    (isMarked && cache.length === 0) || (asked.tools.some((tool) => tool.cache) && !cache.includes('tools'))
  return [
    ...(hasLostMark ? ['cache_control'] : []),
    ...hintsIn(asked, ['image_url.detail', 'messages.images', 'reasoning.summary']),
  ]
}

function partsOf(turn: Turn): readonly object[] {
  return turn.role === 'tool' ? [turn, ...turn.parts] : turn.parts
}
