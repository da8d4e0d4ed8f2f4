import type { JsonObject } from '../../base/json.ts'
import { faultOf, faultOfJson } from '../faults.ts'
import { parseJson, readObject, readText } from '../json.ts'
import type { ProviderFault } from '../protocol.ts'

/** Judges a refusal: `{ id, message, error_type }`. */
export function decodeFault(status: number | null, body: string): ProviderFault {
  const json = readObject(parseJson(body))
  return json ? faultOfBody(statuses.get(status ?? 0) ?? status, json) : faultOf(status, body)
}

export function faultOfBody(status: number | null, body: JsonObject): ProviderFault {
  const code = readText(body['error_type'])?.toLowerCase()
  return faultOfJson(status, { message: body['message'] ?? '', ...(code !== undefined && { code }) })
}

/** Its own for a key that it does not know, in the words of HTTP. */
const statuses: ReadonlyMap<number, number> = new Map([[498, 401]])
