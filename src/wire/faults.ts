import type { Json, JsonObject } from '../base/json.ts'
import { parseJson, readArray, readObject, readText } from './json.ts'
import type { ProviderFault } from './protocol.ts'
import { regionRefused } from './upstream-error.ts'

/** What a provider said went wrong, in whichever of a dozen shapes; its words stay inside this file. */
interface Complaint {
  message: string
  code: string
  type: string
  param: string
  status?: number
}

/** Whether a name is one of a format's request fields: only such a name is repeated to a client. */
export type IsField = (name: string) => boolean

const noField: IsField = () => false

/** Judges the body of a refusal: JSON of any known shape, or any text at all. */
export function faultOf(status: number | null, body: string, isField = noField): ProviderFault {
  const json = parseJson(body)
  return json === undefined
    ? judge(status, { message: body.slice(0, 2_000), code: '', type: '', param: '' }, isField)
    : faultOfJson(status, json, isField)
}

/** Judges a refusal that was parsed already, such as an error inside a stream; `status` where HTTP tells one. */
export function faultOfJson(status: number | null, json: Json, isField = noField): ProviderFault {
  const complaint = complaintOf(json)
  return judge(status ?? complaint.status ?? null, complaint, isField)
}

/** The HTTP status an error inside a stream names, if it names one. */
export function namedStatus(json: Json): number | null {
  return complaintOf(json).status ?? null
}

/** Patterns for codes and types, then for sentences: those quote the request, so they are read more strictly. */
const unpaid = /insufficient.?(quota|balance|credit|fund)|billing|exceeded.?current.?quota|payment/i
const saysUnpaid =
  /insufficient (quota|balance|credits?|funds?)|exceeded your current quota|credit balance is too low/i
const rateLimited = /rate.?limit|too.?many.?requests|throttl|resource.?exhausted/i
const saysRateLimited = /rate limit|too many requests|too many tokens, please wait/i
const refusesRegion = /unsupported_country/i
/** OpenAI, Gemini, Bedrock, and Cloudflare in the name of a host. */
const saysRegionRefused =
  /^(country, region, or territory not supported|user location is not supported|access to \w+ models is not allowed from unsupported countries|error code: 1009)/i
/** Anthropic says no more than this. */
const forbidsAll = /^request not allowed\.?$/i
const keyRefused = /invalid.?api.?key|authentication|unauthorized|unauthenticated/i
const saysKeyRefused =
  /^(the |your |error: )?((invalid|incorrect|missing|expired) api key|api key (not valid|is invalid|not found))/i
const overflows =
  /context_length_exceeded|prompt (is )?too long|exceeds? the (context window|available context size)|maximum context length|exceed context limit|exceeds the maximum (number of tokens|context)|maximum prompt length is|reduce the length of the (messages|prompt)|longer than the model'?s context|range of input length should be|exceeded model token limit|maximum context length|context window exceeds|(greater|larger) than the context length|too large for model|current length is \d+ while limit|too_many_(prompt_)?tokens|max(imum)? context length by/i
const filtered = /content.?(filter|policy|moderation)|responsibleaipolicy|moderation|sensitive/i
const saysFiltered =
  /content (management|filtering|usage) policy|violates usage guidelines|flagged by|requires moderation/i
const modelMissing = /model.?not.?(found|exist)|deploymentnotfound/i
const overloaded = /overloaded|over.?capacity|service.?unavailable/i
/** The model wrote a tool call that does not parse: another attempt may do better, the client cannot. */
const modelAtFault = /tool_use_failed/i

function judge(status: number | null, complaint: Complaint, isField: IsField): ProviderFault {
  const type = kindOf(status, `${complaint.code} ${complaint.type}`, complaint.message)
  const code = type === 'region' ? regionRefused : (plainWord(complaint.code) ?? plainWord(complaint.type))
  return {
    type,
    message: messageOf(type, namedField(complaint, isField), code),
    ...(code !== undefined && { code }),
  }
}

/** Order matters: hosts word a rate limit like an overflow, and an unpaid bill like a rate limit. */
function kindOf(status: number | null, words: string, sentence: string): ProviderFault['type'] {
  if (refusesRegion.test(words) || saysRegionRefused.test(sentence)) return 'region'
  if (status === 403 && forbidsAll.test(sentence)) return 'region'
  if (status === 402 || unpaid.test(words) || saysUnpaid.test(sentence)) return 'credential'
  if (status === 429 || rateLimited.test(words) || saysRateLimited.test(sentence)) return 'rate_limit'
  if (status === 401 || keyRefused.test(words) || saysKeyRefused.test(sentence)) return 'credential'
  if (overflows.test(words) || overflows.test(sentence)) return 'context_length_exceeded'
  if (modelAtFault.test(words)) return 'other'
  if (filtered.test(words) || saysFiltered.test(sentence)) return 'content_policy_violation'
  if (status === 403) return 'credential'
  if (status === 404 || modelMissing.test(words)) return 'model_missing'
  if (status === 408 || status === 504 || status === 524) return 'timeout'
  if (status === 503 || status === 529 || overloaded.test(words)) return 'overloaded'
  if (status === 413) return 'payload_too_large'
  if (status === 400 || status === 422) return 'invalid_request'
  return status === null && /invalid_request/.test(words) ? 'invalid_request' : 'other'
}

/** Our own words, with names from closed sets: a provider's sentence may hold keys, hosts, or the prompt. */
function messageOf(type: ProviderFault['type'], field: string | undefined, code: string | undefined): string {
  switch (type) {
    case 'invalid_request': {
      const details = [code, field && `parameter ${field}`].filter(Boolean)
      return ['Provider refused the request', details.join(', ')].filter(Boolean).join(': ')
    }
    case 'context_length_exceeded':
      return "The prompt and the completion asked for exceed the model's context length"
    case 'content_policy_violation':
      return "The provider's content policy refused the request"
    case 'payload_too_large':
      return 'The request is larger than the provider accepts'
    case 'model_missing':
      return 'The provider does not serve this model'
    case 'rate_limit':
      return 'Rate limit exceeded'
    case 'timeout':
      return 'The provider timed out'
    case 'region':
      return 'The provider does not serve the country of this data centre'
    case 'credential':
    case 'overloaded':
    case 'other':
      return 'Provider returned error'
  }
}

function namedField({ param }: Complaint, isField: IsField): string | undefined {
  const field = /^[a-z_]+/.exec(param)?.[0]
  return field !== undefined && isField(field) ? field : undefined
}

/** A machine-readable code and nothing else: a word, or a short number. */
function plainWord(text: string): string | undefined {
  return /^(?:[a-z]+(?:[_-][a-z]+){0,6}|\d{1,5})$/.test(text) && text.length <= 48 ? text : undefined
}

function complaintOf(json: Json): Complaint {
  const body = readObject(readArray(json)?.[0]) ?? readObject(json) ?? {}
  const nested = readObject(body['error']) ?? readObject(body['detail']) ?? body
  const error = readObject(nested['error']) ?? nested
  const status = [error, body].flatMap(statusesIn).find((code) => code >= 400 && code <= 599)
  return {
    message: readText(error['message']) ?? spokenIn(body),
    code: wordOf(error['code'] ?? body['code']),
    type: wordOf(error['type'] ?? body['type'] ?? error['status']),
    param: wordOf(error['param'] ?? body['param']),
    ...(status !== undefined && { status }),
  }
}

function statusesIn(object: JsonObject): number[] {
  return [object['status_code'], object['http_code'], object['code'], object['status']].map(Number)
}

/** The sentence of the odder shapes: a bare string, a list of errors, FastAPI's `detail`. */
function spokenIn(body: JsonObject): string {
  const detail = body['detail']
  const candidates = [
    body['error'],
    body['message'],
    detail,
    readObject(detail)?.['error'],
    readObject(readArray(detail)?.[0])?.['msg'],
    readObject(readArray(body['errors'])?.[0])?.['message'],
    readObject(body['base_resp'])?.['status_msg'],
  ]
  return candidates.map(readText).find((text) => text !== undefined) ?? ''
}

function wordOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
