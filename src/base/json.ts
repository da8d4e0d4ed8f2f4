export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

declare global {
  interface JSON {
    /** What is written as this text. It looks like an object, and a copy of it is no more than that. */
    rawJSON(text: string): JsonObject
    isRawJSON(value: unknown): boolean
  }
}

type Reviver = (name: string, value: Json, context?: { source?: string }) => Json

/** In the place of a value. Inside a text it costs no more than time. */
const longInteger = /[[:,]\s*-?\d{16}/

/** Each costs a call: of more of them, numbers are no longer kept as they were written. */
const exactValuesMax = 128 * 1024

/** For `JSON.parse`: integers that no number holds, such as the ids of records, are written again as they were read. */
export function exact(text: string): Reviver | undefined {
  return longInteger.test(text) && hasFewValues(text) ? keepInteger : undefined
}

/** Whether numbers may be kept. Values are counted by what stands before them, and what stands in texts counts too. */
export function hasFewValues(text: string): boolean {
  const begins = /[,[{]/g
  let values = 0
  while (begins.test(text)) if (++values > exactValuesMax) return false
  return true
}

const keepInteger: Reviver = (name, value, context) =>
  Number.isSafeInteger(value) || !/^-?\d+$/.test(context?.source ?? '')
    ? value
    : keepNumber(name, value, context)

/** For `JSON.parse` of an object: numbers are written again as they were read, `1.0` and `1e2` too. */
export const keepNumber: Reviver = (_name, value, { source = '' } = {}) =>
  typeof value === 'number' && String(value) !== source ? JSON.rawJSON(source) : value
