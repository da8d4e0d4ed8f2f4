import type { Json, JsonObject } from '../../base/json.ts'
import { effortOfBudget, efforts, nearestEffort } from '../efforts.ts'
import { readCount, readObject, readText } from '../json.ts'
import type { Quirks } from '../protocol.ts'

/** How a host is asked to think as the client wants, in the host's words; empty where the client wants nothing. */
export function reasoningFields(body: JsonObject, quirks: Quirks): JsonObject {
  const wish = readObject(body['reasoning'])
  if (quirks.reasoningRequest === 'reasoning') {
    const shorthand = body['reasoning_effort']
    if (!wish && typeof shorthand !== 'string') return {}
    return { reasoning: { ...(typeof shorthand === 'string' && { effort: shorthand }), ...wish } }
  }
  const wanted = effortOf(body, wish)
  if (wanted === undefined) return {}
  if (quirks.reasoningRequest === 'enable_thinking') {
    const budget = readCount(wish?.['max_tokens'])
    return {
      enable_thinking: wanted !== 'none',
      ...(budget !== undefined && wanted !== 'none' && { thinking_budget: budget }),
    }
  }
  if (quirks.reasoningRequest === 'chat_template_kwargs') {
    return { chat_template_kwargs: { enable_thinking: wanted !== 'none' } }
  }
  const known = quirks.efforts ?? efforts
  const effort = nearestEffort(wanted, known)
  if (quirks.reasoningRequest === 'thinking') {
    if (wanted === 'none') return { thinking: { type: 'disabled' } }
    return { thinking: { type: 'enabled' }, ...(effort !== undefined && { reasoning_effort: effort }) }
  }
  return effort === undefined ? {} : { reasoning_effort: effort }
}

function effortOf(body: JsonObject, wish: JsonObject | undefined): string | undefined {
  const named = readText(wish?.['effort']) ?? readText(body['reasoning_effort'])
  if (named !== undefined) return named
  if (wish?.['enabled'] === false) return 'none'
  const budget = readCount(wish?.['max_tokens'])
  if (budget !== undefined)
    return effortOfBudget(budget, readCount(body['max_completion_tokens'] ?? body['max_tokens']))
  return wish?.['enabled'] === true ? 'medium' : undefined
}

/** The text of reasoning in a message or delta, under any of its names. */
export function reasoningText(message: JsonObject): string | undefined {
  for (const field of ['reasoning_content', 'reasoning', 'reasoning_text']) {
    const text = message[field]
    if (typeof text === 'string' && text !== '') return text
  }
  return detailsText(message['reasoning_details'])
}

function detailsText(details: Json | undefined): string | undefined {
  if (!Array.isArray(details)) return undefined
  const texts = details.map((detail) => {
    const entry = readObject(detail)
    return readText(entry?.['text']) ?? readText(entry?.['summary']) ?? ''
  })
  return texts.join('') || undefined
}
