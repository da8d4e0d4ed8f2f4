import { exact, hasFewValues, keepNumber, type Json, type JsonObject } from '../base/json.ts'

/**
 * Readers for what a provider sent: the value where it is what it should be, else `undefined`. One odd field then
 * costs that field and not the chunk, and a chunk costs no schema on the way of every token.
 */

export function readObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

export function readArray(value: Json | undefined): Json[] | undefined {
  return Array.isArray(value) ? value : undefined
}

export function readText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A count: an integer from 0 on that is exact. `1e400` parses to Infinity and is none. */
export function readCount(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

export function parseJson(text: string): Json | undefined {
  try {
    const json: Json = JSON.parse(text, exact(text))
    return json
  } catch {
    return undefined
  }
}

/** The arguments of a call as text: hosts send what they stand for where the format has it, or in place of the text. */
export function argumentsText(value: Json | undefined): string {
  if (typeof value === 'string') return value
  return (value ?? null) === null || readArray(value)?.length === 0 ? '' : JSON.stringify(value)
}

/**
 * The arguments of a call as an object. What is none, which a model may have written, is kept as the text it is, but for
 * an empty array: there are languages that write an empty object so.
 */
export function argumentsOf(text: string): JsonObject {
  const trimmed = text.trim()
  if (/^(null|\[\s*\])?$/.test(trimmed)) return {}
  try {
    if (!trimmed.startsWith('{')) return { arguments: text }
    const json: JsonObject = JSON.parse(trimmed, hasFewValues(trimmed) ? keepNumber : undefined)
    return json
  } catch {
    return { arguments: text }
  }
}
