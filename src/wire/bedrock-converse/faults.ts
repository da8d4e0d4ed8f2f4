import type { Json } from '../../base/json.ts'
import { faultOf, faultOfJson } from '../faults.ts'
import { parseJson, readObject, readText } from '../json.ts'
import type { ProviderFault } from '../protocol.ts'

/** What Bedrock says of a model that this account, or this region, cannot call by that id. */
const modelMissing =
  /model identifier is invalid|on-demand throughput isn.t supported|reached the end of its life/i
const overflows =
  /input is too long|input tokens exceeded|exceeds? (the )?max(imum)? (input|model|context|number of) (length|tokens)/i

/** A refusal: `{"message"}`, or `{"Message"}` where it is the keys that are refused. */
export function decodeFault(status: number | null, body: string): ProviderFault {
  const json = parseJson(body)
  const error = json === undefined ? undefined : readObject(json)
  return error ? faultOfException(status, error) : faultOf(status, body)
}

/** An exception in the middle of a stream, as `readEventStream` tells it, or the body of a refusal. */
export function faultOfException(
  status: number | null,
  exception: Readonly<Record<string, Json>>,
): ProviderFault {
  const name = (readText(exception['type']) ?? readText(exception['__type']) ?? '').replace(/^.*#/, '')
  const message = readText(exception['message']) ?? readText(exception['Message']) ?? ''
  const told = status ?? statusOf(name)
  return faultOfJson(told, { error: { message, code: codeOf(message) ?? snake(name) } })
}

/** Bedrock words these like any other mistake in a request. */
function codeOf(message: string): string | undefined {
  if (modelMissing.test(message)) return 'model_not_found'
  return overflows.test(message) ? 'context_length_exceeded' : undefined
}

const statuses: Record<string, number> = {
  validationexception: 400,
  accessdeniedexception: 403,
  resourcenotfoundexception: 404,
  modeltimeoutexception: 408,
  modelnotreadyexception: 429,
  throttlingexception: 429,
  servicequotaexceededexception: 429,
  serviceunavailableexception: 503,
}

function statusOf(name: string): number | null {
  return statuses[name.toLowerCase()] ?? null
}

/** `throttlingException` as `throttling_exception`. */
function snake(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
}
