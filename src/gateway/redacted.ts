import { exact, type Json, type JsonObject } from '../base/json.ts'

/** A string that begins with so many characters of base64 is a file or a seal, which nobody reads. */
const base64Min = 1_000
const shownCharacters = 100

/** A longer body is not told: of each provider tried there is one, and all are held at once. */
const charactersMax = 1024 * 1024

/** A provider's request body as its client may see it, as far as that can be told by the looks of it. */
export function redacted(body: JsonObject): JsonObject {
  const text = JSON.stringify(body, (name, value: Json) =>
    typeof value === 'string' ? shown(name, value) : value,
  )
  return text.length > charactersMax ? { cut: `${text.length} characters` } : JSON.parse(text, exact(text))
}

/** Keys of ours are in headers alone. A client's own, for tools that a provider calls, are in the body. */
const secretNames = /authorization|api[-_]?key|secret|password|cookie/i
const base64 = /^(data:[^,]*,)?[\w+/=-]+$/

function shown(name: string, value: string): string {
  if (secretNames.test(name)) return '[redacted]'
  if (value.length < base64Min || !base64.test(value.slice(0, base64Min))) return value
  return `${value.slice(0, shownCharacters)}… (${value.length} characters)`
}
