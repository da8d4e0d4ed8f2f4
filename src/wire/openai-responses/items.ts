import type * as z from 'zod/mini'
import { inEnglish } from '../../base/english.ts'
import type { JsonObject } from '../../base/json.ts'
import { firstIssue, invalid } from '../refusals.ts'
import {
  items,
  type FunctionCallItem,
  type FunctionCallOutputItem,
  type MessageItem,
  type ReasoningItem,
  type ResponsesRequest,
} from './schema.ts'

/** One item of a request's input, checked. */
export type Item =
  | { kind: 'message'; item: MessageItem; path: string }
  | { kind: 'call'; item: FunctionCallItem; path: string }
  | { kind: 'result'; item: FunctionCallOutputItem; path: string }
  | { kind: 'reasoning'; item: ReasoningItem; path: string }
  /** Of a kind that only the provider knows what to do with. */
  | { kind: 'foreign'; type: string; item: JsonObject; path: string }

/** A bare text is what the user says. */
export function itemsOf({ input }: ResponsesRequest): Item[] {
  if (typeof input === 'string') {
    return [{ kind: 'message', item: { role: 'user', content: input }, path: 'input' }]
  }
  return input.map((item, index) => itemOf(item, index))
}

function itemOf(item: JsonObject, index: number): Item {
  const at = { item, index }
  const path = `input[${index}]`
  const type = item['type'] ?? 'message'
  if (typeof type !== 'string') throw invalid(`${path}.type: must be a string`)
  switch (type) {
    case 'message':
      return { kind: 'message', item: parse(items.message, at), path }
    case 'function_call':
      return { kind: 'call', item: parse(items.function_call, at), path }
    case 'function_call_output':
      return { kind: 'result', item: parse(items.function_call_output, at), path }
    case 'reasoning':
      return { kind: 'reasoning', item: parse(items.reasoning, at), path }
    case 'item_reference':
      throw invalid(`${path}: item_reference names a stored item, and none are stored; send the item itself`)
    default:
      return { kind: 'foreign', type, item, path }
  }
}

function parse<S extends z.ZodMiniType>(
  schema: S,
  { item, index }: { item: object; index: number },
): z.infer<S> {
  const parsed = schema.safeParse(item, inEnglish)
  if (!parsed.success) throw invalid(firstIssue(parsed.error.issues, ['input', index]))
  return parsed.data
}
