import { GatewayError, type ErrorType } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationFailure } from '../../generation/events.ts'
import type { AnswerContext } from '../dialect.ts'
import { readArray, readObject } from '../json.ts'
import type { Answer } from './answer.ts'
import { tierNamed } from '../service-tier.ts'
import { writeUsage } from './usage.ts'

type Status = 'in_progress' | 'completed' | 'incomplete' | 'failed'

export type ResponseObject = JsonObject & { status: Status }

/** What makes ids of items and answers those of this generation. */
export function tokenOf({ generationId }: AnswerContext): string {
  return generationId.replace(/^gen-/, '').replaceAll('-', '')
}

/** The response object while the answer goes on. */
export function responseInProgress(context: AnswerContext): ResponseObject {
  return responseOf(context, { status: 'in_progress', output: [] })
}

/** The response object at the end. */
export function responseAtEnd(context: AnswerContext, answer: Answer, output: JsonObject[]): ResponseObject {
  const { finish, failure, charge } = answer
  const lengthened = failure && hitsLength.has(failure.type) && output.length > 0
  const reason = lengthened ? 'length' : failure || !finish ? 'error' : finish.reason
  const told = readObject(finish?.native?.data['response'])?.['service_tier']
  const ending = endings[reason]
  const error = failure ?? { type: 'provider_unavailable', message: 'Provider returned error' }
  return responseOf(context, {
    ...ending,
    output,
    completed_at: ending.status === 'completed' ? (charge?.endedAt ?? context.created) : null,
    ...(ending.status === 'failed' && failureFields(error)),
    service_tier: charge?.usage.serviceTier ?? tierNamed(told) ?? null,
    usage: charge ? writeUsage(charge) : null,
  })
}

/** Too much text ends an answer that has begun as a cap on it does. */
const hitsLength: ReadonlySet<ErrorType> = new Set(['context_length_exceeded', 'max_tokens_exceeded'])

const completed = { status: 'completed', incomplete_details: null } as const
const endings = {
  stop: completed,
  tool_calls: completed,
  length: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
  content_filter: { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
  error: { status: 'failed', incomplete_details: null },
} as const satisfies Record<string, { status: Status; incomplete_details: Json }>

/** The format's own codes; what is not named is `server_error`. */
const codes: Partial<Record<ErrorType, string>> = {
  rate_limit_exceeded: 'rate_limit_exceeded',
  context_length_exceeded: 'invalid_prompt',
  invalid_request: 'invalid_prompt',
  content_policy_violation: 'image_content_policy_violation',
}

/** Of a failure of ours no more than its type is told. */
function failureFields({ type, message }: GenerationFailure): JsonObject {
  const { status, errorType } = new GatewayError(type, message)
  return {
    error: {
      code: codes[type] ?? 'server_error',
      message: status === 500 ? 'Internal Server Error' : message,
    },
    error_type: errorType,
  }
}

function responseOf(context: AnswerContext, { status, ...state }: ResponseObject): ResponseObject {
  const asked = context.asked ?? {}
  const reasoning = readObject(asked['reasoning'])
  const given = (field: string): Json => asked[field] ?? null
  return {
    id: `resp_${tokenOf(context)}`,
    object: 'response',
    created_at: context.created,
    completed_at: null,
    status,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: given('instructions'),
    max_output_tokens: given('max_output_tokens'),
    max_tool_calls: given('max_tool_calls'),
    metadata: given('metadata') ?? {},
    model: context.model,
    output: [],
    parallel_tool_calls: given('parallel_tool_calls') ?? true,
    previous_response_id: null,
    frequency_penalty: given('frequency_penalty'),
    presence_penalty: given('presence_penalty'),
    prompt_cache_key: given('prompt_cache_key'),
    reasoning: { effort: reasoning?.['effort'] ?? null, summary: reasoning?.['summary'] ?? null },
    safety_identifier: given('safety_identifier'),
    service_tier: given('service_tier') ?? 'auto',
    store: false,
    temperature: given('temperature'),
    text: { format: { type: 'text' }, ...withoutNulls(readObject(asked['text'])) },
    tool_choice: given('tool_choice') ?? 'auto',
    tools: (readArray(asked['tools']) ?? []).map(toolAsked),
    top_logprobs: given('top_logprobs') ?? 0,
    top_p: given('top_p'),
    truncation: given('truncation') ?? 'disabled',
    usage: null,
    user: given('user'),
    ...state,
  }
}

/** A function as it was asked for, with the fields that clients expect in it. */
function toolAsked(tool: Json): Json {
  const fields = readObject(tool)
  if (fields?.['type'] !== 'function') return tool
  return { description: null, parameters: null, strict: null, ...fields }
}

function withoutNulls(fields: JsonObject | undefined): JsonObject {
  return Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== null))
}
