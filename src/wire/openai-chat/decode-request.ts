import type * as z from 'zod'
import { GatewayError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { readArray, readObject } from '../json.ts'
import { conversationOf } from './conversation.ts'
import { asksTooMuch, providerKeys } from './fields.ts'
import { measurePrompt } from './measure.ts'
import { chatRequest, sessionId, type ChatRequest } from './schema.ts'

export function decodeRequest(body: JsonObject, headers: Headers): GenerationRequest {
  refuseWhatIsNotBuilt(body)
  const parsed = chatRequest.safeParse(body, { reportInput: true })
  if (!parsed.success) throw invalid(firstIssue(parsed.error.issues))
  const request = parsed.data
  refuseConflicts(request)

  const caps = [request.max_tokens, request.max_completion_tokens].filter((cap) => typeof cap === 'number')
  const session = request.session_id ?? sessionOf(headers)
  const prompt = measurePrompt(request)
  return {
    model: request.model,
    stream: request.stream ?? false,
    // Both names mean the same; who sends both gets the stricter one.
    ...(caps.length > 0 && { maxTokens: Math.min(...caps) }),
    promptTokensMax: prompt.tokensMax,
    promptTokensEstimate: prompt.tokensEstimate,
    needs: {
      tools: Boolean(request.tools?.length),
      imageInput: prompt.kinds.has('image_url'),
      audioInput: prompt.kinds.has('input_audio'),
      fileInput: prompt.kinds.has('file'),
      videoInput: prompt.kinds.has('video_url') || prompt.kinds.has('input_video'),
    },
    ...(hidesReasoning(request) && { hidesReasoning: true }),
    ...(request.user && { user: request.user }),
    ...(session && { sessionId: session }),
    ...(request.metadata && { metadata: request.metadata }),
    conversation: once(() => conversationOf(request)),
    native: { format: 'openai-chat', body },
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** Refuses by name what a later version brings: to ignore it would break what it asks for. */
function refuseWhatIsNotBuilt(body: JsonObject): void {
  for (const key of Object.keys(readObject(body['provider']) ?? {})) {
    if (!providerKeys.includes(key)) throw invalid(`provider.${key}: unknown key`)
    if (readObject(body['provider'])?.[key] !== null) throw notYet(`provider.${key}`)
  }
  for (const [field, value] of Object.entries(body)) {
    if (field !== 'provider' && asksTooMuch(field, value)) throw notYet(field)
  }
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

function hidesReasoning({ reasoning, include_reasoning: include }: ChatRequest): boolean {
  return reasoning?.exclude ?? include === false
}

function sessionOf(headers: Headers): string | undefined {
  const session = sessionId.safeParse(headers.get('x-session-id') ?? '')
  if (!session.success) throw invalid('x-session-id: must have at most 256 characters')
  return session.data
}

/** The first issue; of a union, that of the alternative that came furthest. */
function firstIssue(issues: readonly z.core.$ZodIssue[], path: PropertyKey[] = []): string {
  const issue = issues[0]
  if (!issue) return 'Invalid request parameters'
  const here = [...path, ...issue.path]
  if (issue.input === undefined && issue.code.startsWith('invalid_')) return `${pathText(here)}: is required`
  if (issue.code !== 'invalid_union') return `${pathText(here)}: ${issue.message}`
  const furthest = issue.errors.toSorted((left, right) => reachOf(right) - reachOf(left))[0]
  if (furthest && reachOf(furthest) > 0) return firstIssue(furthest, here)
  return `${pathText(here)}: ${wanted(issue)}`
}

/** Of a union of which no alternative came anywhere: the values it takes, or else the types. */
function wanted(issue: z.core.$ZodIssueInvalidUnion): string {
  const firsts = issue.errors.flatMap((issues) => issues.slice(0, 1))
  const option = firsts.find(({ code }) => code === 'invalid_value')
  const types = firsts.flatMap((each) => (each.code === 'invalid_type' ? [each.expected] : []))
  return (
    option?.message ?? (types.length > 0 ? `Invalid input: expected ${types.join(' or ')}` : issue.message)
  )
}

/** How far into the value an alternative was right: not at all where it wants another type altogether. */
function reachOf(issues: readonly z.core.$ZodIssue[]): number {
  const isOfType = issues.every(({ code }) => code !== 'invalid_type' && code !== 'invalid_value')
  return Math.max(isOfType ? 1 : 0, ...issues.map((issue) => issue.path.length))
}

function pathText(path: PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('')
}

function notYet(name: string): GatewayError {
  return invalid(`${name} is not supported yet`)
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
