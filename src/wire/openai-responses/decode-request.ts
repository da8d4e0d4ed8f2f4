import { inEnglish } from '../../base/english.ts'
import type { JsonObject } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { betasIn, echoing, once, parseBody, sessionOf } from '../client-body.ts'
import { routingAsk } from '../routing-ask.ts'
import { readArray, readObject } from '../json.ts'
import { firstIssue, invalid, notYet } from '../refusals.ts'
import { conversationOf } from './conversation.ts'
import { refusalOf } from './fields.ts'
import { itemsOf, type Item } from './items.ts'
import { measurePrompt } from './measure.ts'
import { functionTool, responsesRequest, type ResponsesRequest } from './schema.ts'
import { readSealed } from './sealed.ts'

export function decodeRequest(body: JsonObject, headers: Headers): GenerationRequest {
  for (const [field, value] of Object.entries(body)) {
    const refusal = refusalOf(field, value)
    if (refusal !== undefined) throw invalid(refusal)
  }
  const request = parseBody(responsesRequest, body)
  const { reasoning } = request
  if (reasoning?.effort && reasoning.max_tokens) {
    throw invalid('reasoning: takes effort or max_tokens, not both')
  }
  checkTools(request)
  checkToolSearch(request)
  checkSubagents(body)
  const items = itemsOf(request)

  const session = request.session_id ?? sessionOf(headers)
  const user = request.safety_identifier ?? request.user
  const loopMaker = loopMakerOf(items)
  return {
    model: request.model ?? '',
    routing: routingAsk(body, headers),
    stream: request.stream ?? false,
    ...(typeof request.max_output_tokens === 'number' && { maxTokens: request.max_output_tokens }),
    ...measurePrompt(request, items).facts(Boolean(request.tools?.length)),
    ...(reasoning?.exclude && { hidesReasoning: true }),
    ...echoing(request),
    ...(user && { user }),
    ...(session && { sessionId: session }),
    ...(request.metadata && { metadata: request.metadata }),
    ...(loopMaker !== undefined && { loopMaker }),
    conversation: once(() => conversationOf(request, items, body)),
    native: { format: 'openai-responses', body, ...betasIn(headers) },
  }
}

/** Functions are checked; tools of a provider's own are its business; tools of OpenRouter's own come later. */
function checkTools({ tools, tool_choice: choice }: ResponsesRequest): void {
  for (const [index, tool] of (tools ?? []).entries()) {
    refuseServerTool(`tools[${index}]`, tool.type)
    if (tool.type !== 'function') continue
    const parsed = functionTool.safeParse(tool, inEnglish)
    if (!parsed.success) throw invalid(firstIssue(parsed.error.issues, ['tools', index]))
  }
  if (typeof choice === 'object' && choice !== null) refuseServerTool('tool_choice', choice.type)
}

/** A search for tools must be there to be called, and free to be. */
function checkToolSearch({ tools, tool_choice: choice }: ResponsesRequest): void {
  const search = (tools ?? []).findIndex(({ type }) => type === 'tool_search')
  if (search === -1) return
  if (tools?.[search]?.['defer_loading'] === true) {
    throw invalid(
      `tools[${search}].defer_loading: the search that finds deferred tools cannot be one of them`,
    )
  }
  const isFree =
    !choice || choice === 'auto' || (typeof choice === 'object' && choice.type === 'allowed_tools')
  if (!isFree) throw invalid('tool_choice: must be auto, or left out, beside tool_search')
}

/** Calls of agents that another gateway had running; here none runs. */
function checkSubagents(body: JsonObject): void {
  const index = (readArray(body['input']) ?? []).findIndex(
    (item) => (readObject(item)?.['subagent_id'] ?? null) !== null,
  )
  if (index !== -1)
    throw invalid(`input[${index}].subagent_id: names no agent that is known here; leave it out`)
}

function refuseServerTool(path: string, type: string): void {
  if (type.startsWith('openrouter:')) throw notYet(`${path}: ${type}`)
}

/** `GenerationRequest.loopMaker`: whose sealed thoughts are in the tool loop that the items leave open. */
function loopMakerOf(items: readonly Item[]): string | undefined {
  const begin = items.findLastIndex(({ kind, item }) => kind === 'message' && item.role === 'user')
  const steps = items
    .slice(begin + 1)
    .filter(({ kind, item }) => kind !== 'message' || item.role === 'assistant')
  if (!isResult(steps.at(-1))) return undefined
  return steps
    .flatMap((item) => (item.kind === 'reasoning' ? [makerOf(item)] : []))
    .findLast((maker) => maker !== undefined)
}

/** Of a function, or of a tool that only the provider knows. */
function isResult(item: Item | undefined): boolean {
  return item?.kind === 'result' || (item?.kind === 'foreign' && item.type.endsWith('_output'))
}

function makerOf({ item }: Extract<Item, { kind: 'reasoning' }>): string | undefined {
  if (item.encrypted_content) return readSealed(item.encrypted_content).seal.maker
  return item.signature ? (item.format ?? undefined) : undefined
}
