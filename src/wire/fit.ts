import type { Json, JsonObject } from '../base/json.ts'
import type { Conversation } from '../generation/conversation.ts'
import type { GenerationRequest } from '../generation/request.ts'
import { pathsOf } from './asked-parameters.ts'
import { once } from './client-body.ts'
import { readArray, readObject, readText } from './json.ts'
import type { Protocol, UpstreamTarget } from './protocol.ts'
import { invalid } from './refusals.ts'

type Encode = Protocol['encodeRequest']

/**
 * Encodes what of a request an endpoint can be asked: without parameters it refuses, not to rest if it never does, and no
 * tools of its own for a price that nobody here knows.
 */
export function fitted(encode: Encode): Encode {
  return (asked, target) => {
    const { request, dropped } = withoutRefused(thinking(asked, target), target)
    const upstream = encode(request, target)
    refuseUnpriced(upstream.body, target)
    const told = [...upstream.dropped, ...dropped].filter((name) => !isMet(name, target))
    return { ...upstream, dropped: told }
  }
}

/** What OpenAI sells as a model of its own is not asked to think as it does. */
function isMet(name: string, { upstreamModel }: UpstreamTarget): boolean {
  return name === 'reasoning.mode' && /(gpt|o\d).*-pro/i.test(upstreamModel)
}

function refuseUnpriced(body: JsonObject, target: UpstreamTarget): void {
  if (!target.price) return
  for (const tool of toolsIn(body)) {
    const type = readText(tool['type']) ?? ''
    const isBilled = target.quirks.billsCode && type.startsWith('code_')
    if ((isBilled || !costsTokens.test(type)) && !searchesPriced(type, target)) {
      throw invalid(`tools: what ${type} costs at this provider is not known here; leave it out`)
    }
  }
}

/** Wherever a body declares tools: at its top, in items that bring some, in blocks that add one. */
export function toolsIn({ tools, input, messages }: JsonObject): JsonObject[] {
  const blocks = objectsIn(messages).flatMap(({ content }) => objectsIn(content))
  return [
    ...objectsIn(tools),
    ...objectsIn(input).flatMap((item) => objectsIn(item['tools'])),
    ...objectsIn(blocks.map(({ tool }) => readObject(tool)?.['definition'] ?? null)),
  ]
}

function objectsIn(list: Json | undefined): JsonObject[] {
  return (readArray(list) ?? []).map(readObject).filter((each) => each !== undefined)
}

/**
 * Tools that cost their tokens and nothing else: the client's own, what it runs by their words, what hosts run for
 * nothing. And code in a host's container, which is billed by its time, of which no usage tells: cents, not dollars.
 */
const costsTokens =
  /^(?:$|function|custom|namespace|tool_search|mcp|(?:local_)?shell|bash|apply_patch|text_editor|memory|computer|browser|web_fetch|code_)/

/** Each search is counted. The older tool of OpenAI's costs more at models that do not think. */
function searchesPriced(type: string, { price, reasoning }: UpstreamTarget): boolean {
  if (price?.searchNanos === undefined || !type.startsWith('web_search')) return false
  return reasoning !== false || !type.startsWith('web_search_preview')
}

/** A cap is asked for in whatever words the host has; what is hidden is hidden here; a schema is a form of the answer. */
const neverLeftOut: ReadonlySet<string> = new Set([
  'max_tokens',
  'max_completion_tokens',
  'include_reasoning',
  'structured_outputs',
])

/** Without tools there is nothing to choose from. */
const wishesAboutTools = ['tool_choice', 'parallel_tool_calls'] as const

function withoutRefused(
  request: GenerationRequest,
  { quirks: { drop = [] } }: UpstreamTarget,
): { request: GenerationRequest; dropped: readonly string[] } {
  const { parameters } = request.routing
  const refused = drop.includes('tools') ? [...drop, ...wishesAboutTools] : drop
  const dropped = parameters.filter((name) => refused.includes(name) && !neverLeftOut.has(name))
  if (dropped.length === 0) return { request, dropped }
  const body = dropped.flatMap(pathsOf).reduce(without, request.native.body)
  return {
    dropped,
    request: {
      ...request,
      conversation: once(() => dropped.reduce(unasked, request.conversation())),
      native: { ...request.native, body },
    },
  }
}

/** The body in its own order, but for what is at a path. */
function without(body: JsonObject, path: string): JsonObject {
  const [field = '', inner] = path.split('.')
  const { [field]: value, ...rest } = body
  if (value === undefined) return body
  const { [inner ?? '']: removed, ...others } = readObject(value) ?? {}
  if (inner === undefined || Object.keys(others).length === 0) return inner && !removed ? body : rest
  return { ...body, [field]: others }
}

/** The conversation without what a parameter asks for. */
function unasked(conversation: Conversation, name: string): Conversation {
  const { sampling, extras, answerFormat, reasoning, verbosity, parallelToolCalls, ...rest } = conversation
  const { [name]: _extra, ...extrasLeft } = extras
  return {
    ...rest,
    sampling: Object.fromEntries(Object.entries(sampling).filter(([field]) => field !== name)),
    extras: extrasLeft,
    ...(answerFormat && name !== 'response_format' && { answerFormat }),
    ...(reasoning && !name.startsWith('reasoning') && { reasoning }),
    ...(verbosity !== undefined && name !== 'verbosity' && { verbosity }),
    ...(parallelToolCalls !== undefined && name !== 'parallel_tool_calls' && { parallelToolCalls }),
    ...(name === 'tools' && { tools: [] }),
    ...(name === 'tool_choice' && { toolChoice: 'auto' as const }),
  }
}

/**
 * A model that cannot but think is not asked not to: that is refused by name. Where an alias chose the model it thinks as
 * little as it can; so it does for clients of Anthropic's format, which switch thinking off without being told to.
 */
function thinking(request: GenerationRequest, { model }: UpstreamTarget): GenerationRequest {
  const { body } = request.native
  const path = model?.reasoningMandatory ? restIn(body) : undefined
  if (!model || path === undefined) return request
  const known = model.reasoningEfforts.filter((effort) => effort !== 'none')
  const [effort] = known
  if (!request.lenientReasoning && path !== 'thinking') {
    const choice = effort === undefined ? 'leave it out' : `ask for one of ${known.join(', ')}`
    throw invalid(`${path}: this model always reasons; ${choice}`)
  }
  const least = effort === undefined ? {} : { effort }
  return {
    ...request,
    conversation: once(() => {
      const { reasoning, ...rest } = request.conversation()
      const { effort: _effort, enabled: _enabled, maxTokens: _tokens, ...shown } = reasoning ?? {}
      const wish = { ...shown, ...least }
      return Object.keys(wish).length > 0 ? { ...rest, reasoning: wish } : rest
    }),
    native: { ...request.native, body: leastIn(body, least) },
  }
}

/** Where a body asks the model not to think. */
function restIn(body: JsonObject): string | undefined {
  const wish = readObject(body['reasoning'])
  if (wish?.['effort'] === 'none') return 'reasoning.effort'
  if (wish?.['enabled'] === false) return 'reasoning.enabled'
  if (wish?.['max_tokens'] === 0) return 'reasoning.max_tokens'
  if (body['reasoning_effort'] === 'none') return 'reasoning_effort'
  return readObject(body['thinking'])?.['type'] === 'disabled' ? 'thinking' : undefined
}

/** The body with the least effort where it asks for none. */
function leastIn(body: JsonObject, least: { effort?: string }): JsonObject {
  const fields = Object.entries(body).flatMap(([field, value]): [string, Json][] => {
    if (field === 'thinking') return []
    if (field === 'reasoning_effort') return least.effort === undefined ? [] : [[field, least.effort]]
    if (field !== 'reasoning') return [[field, value]]
    const { effort: _effort, enabled: _enabled, max_tokens: _tokens, ...shown } = readObject(value) ?? {}
    return [[field, { ...shown, ...least }]]
  })
  return Object.fromEntries(fields)
}
