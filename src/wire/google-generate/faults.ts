import type { Json, JsonObject } from '../../base/json.ts'
import { faultOf, faultOfJson } from '../faults.ts'
import { parseJson, readArray, readObject, readText } from '../json.ts'
import type { ProviderFault } from '../protocol.ts'

/** Judges a refusal: an error of Google's, alone or in a list of one, or whatever a host in between says. */
export function decodeFault(status: number | null, body: string): ProviderFault {
  const json = parseJson(body)
  const error = json === undefined ? undefined : errorIn(json)
  return error ? faultOfError(status, error) : faultOf(status, body)
}

/** The error that a body or a chunk reports. */
export function errorIn(json: Json): JsonObject | undefined {
  return readObject((readObject(readArray(json)?.[0]) ?? readObject(json))?.['error'])
}

export function faultOfError(status: number | null, error: JsonObject): ProviderFault {
  const details = (readArray(error['details']) ?? []).map(readObject)
  const reason = details.map((detail) => readText(detail?.['reason'])).find((text) => text !== undefined)
  const name = readText(error['status']) ?? ''
  const code = (reason ?? name).toLowerCase()
  const retryAfterSeconds = details
    .map((detail) => seconds(detail?.['retryDelay']))
    .find((told) => told !== undefined)
  const isQuota = details.some((detail) => detail && ('retryDelay' in detail || 'violations' in detail))
  // Every exhausted quota speaks of billing, those that are full again in a minute too.
  const message = name === 'RESOURCE_EXHAUSTED' && isQuota ? '' : (error['message'] ?? '')
  const known = { code: sharedCodes[code] ?? code, message, status: error['code'] ?? null }
  const fault = faultOfJson(status, { error: known })
  return { ...fault, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) }
}

/** Google's reasons in the words that all formats are judged by. */
const sharedCodes: Record<string, string> = { api_key_invalid: 'invalid_api_key' }

/** `34.4s`, in whole seconds. */
function seconds(json: Json | undefined): number | undefined {
  const match = /^(\d{1,6}(?:\.\d+)?)s$/.exec(readText(json) ?? '')
  return match ? Math.min(retryAfterMax, Math.ceil(Number(match[1]))) : undefined
}

/** The longest a provider is believed, seconds. */
const retryAfterMax = 120
