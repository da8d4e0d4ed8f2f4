import type { Json, JsonObject } from '../../base/json.ts'
import { readArray, readObject, readText } from '../json.ts'

/** A chunk of Workers AI in the words of the format: `{ response, tool_calls, usage }`, or else it is one already. */
export function chunkOfOwn(chunk: JsonObject): JsonObject {
  const delta = ownMessage(chunk)
  return delta ? { choices: [{ index: 0, delta }], usage: chunk['usage'] ?? null } : chunk
}

/** The same for a whole answer, perhaps in an envelope. Nothing tells why it ended. */
export function answerOfOwn(body: JsonObject): JsonObject {
  const [error] = readArray(body['errors']) ?? []
  if (error !== undefined) return { error }
  const answer = readObject(body['result']) ?? body
  const message = ownMessage(answer)
  if (!message) return answer
  const reason = readArray(message['tool_calls'])?.length ? 'tool_calls' : 'stop'
  return { choices: [{ index: 0, message, finish_reason: reason }], usage: answer['usage'] ?? null }
}

function ownMessage(object: JsonObject): JsonObject | undefined {
  if (object['choices'] !== undefined) return undefined
  if (!('response' in object) && !('tool_calls' in object)) return undefined
  // What keeps to a schema comes parsed.
  const said = object['response'] ?? null
  const content = typeof said === 'string' ? said : said === null ? '' : JSON.stringify(said)
  return { content, tool_calls: (readArray(object['tool_calls']) ?? []).flatMap(toolCall) }
}

/** Calls come whole, with their arguments as an object; one without a name only marks their end. */
function toolCall(call: Json): JsonObject[] {
  const object = readObject(call)
  if (!object || readObject(object['function'])) return object ? [object] : []
  const name = readText(object['name'])
  if (name === undefined || name === '') return []
  const id = readText(object['id'])
  return [{ ...(id !== undefined && { id }), function: { name, arguments: object['arguments'] ?? {} } }]
}
