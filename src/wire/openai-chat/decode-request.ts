import type { JsonObject } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { betasIn, echoing, once, parseBody, sessionOf } from '../client-body.ts'
import { routingAsk } from '../routing-ask.ts'
import { readArray, readObject } from '../json.ts'
import { invalid, notYet } from '../refusals.ts'
import { conversationOf, loopMakerOf } from './conversation.ts'
import { asksTooMuch } from './fields.ts'
import { measurePrompt } from './measure.ts'
import { chatRequest, type ChatRequest } from './schema.ts'

export function decodeRequest(body: JsonObject, headers: Headers): GenerationRequest {
  refuseWhatIsNotBuilt(body)
  const request = parseBody(chatRequest, body)
  refuseConflicts(request)
  refuseWholeSound(request)

  const caps = [request.max_tokens, request.max_completion_tokens].filter((cap) => typeof cap === 'number')
  const session = request.session_id ?? sessionOf(headers)
  const loopMaker = loopMakerOf(request.messages)
  return {
    model: request.model ?? '',
    routing: routingAsk(body, headers),
    stream: request.stream ?? false,
    // Both names mean the same; who sends both gets the stricter one.
    ...(caps.length > 0 && { maxTokens: Math.min(...caps) }),
    ...measurePrompt(request).facts(Boolean(request.tools?.length)),
    ...(hidesReasoning(request) && { hidesReasoning: true }),
    ...echoing(request),
    ...(request.user && { user: request.user }),
    ...(session && { sessionId: session }),
    ...(request.metadata && { metadata: request.metadata }),
    ...(loopMaker !== undefined && { loopMaker }),
    conversation: once(() => conversationOf(request, body)),
    native: { format: 'openai-chat', body, ...betasIn(headers) },
  }
}

/** Refuses by name what a later version brings: to ignore it would break what it asks for. */
function refuseWhatIsNotBuilt(body: JsonObject): void {
  for (const [field, value] of Object.entries(body)) if (asksTooMuch(field, value)) throw notYet(field)
  for (const [index, tool] of (readArray(body['tools']) ?? []).entries()) {
    refuseServerTool(`tools[${index}]`, readObject(tool)?.['type'])
  }
  refuseServerTool('tool_choice', readObject(body['tool_choice'])?.['type'])
}

function refuseServerTool(path: string, type: JsonObject[string] | undefined): void {
  if (typeof type === 'string' && /^(openrouter:|web_search)/.test(type)) throw notYet(`${path}: ${type}`)
}

function refuseConflicts(request: ChatRequest): void {
  const { reasoning, reasoning_effort: shorthand } = request
  if (shorthand && reasoning?.effort && shorthand !== reasoning.effort) {
    throw invalid(
      `reasoning_effort: is ${shorthand}, but reasoning.effort is ${reasoning.effort}; send one of them`,
    )
  }
  if (reasoning?.effort && reasoning.max_tokens) {
    throw invalid('reasoning: takes effort or max_tokens, not both')
  }
}

/** A spoken answer comes in pieces only. */
function refuseWholeSound({ modalities, audio, stream }: ChatRequest): void {
  if (!modalities?.includes('audio')) return
  if (!audio) throw invalid('audio: modalities asks for audio; say which voice and format')
  if (!stream) throw invalid('stream: audio is only given in a stream; send stream: true')
}

function hidesReasoning({ reasoning, include_reasoning: include }: ChatRequest): boolean {
  return reasoning?.exclude ?? include === false
}
