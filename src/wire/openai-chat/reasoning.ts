import type { Json, JsonObject } from '../../base/json.ts'
import { readCount, readObject, readText } from '../json.ts'
import type { Quirks } from '../protocol.ts'

/** The efforts of the contract from least to most, and the share of the completion each stands for. */
const shares = { none: 0, minimal: 0.1, low: 0.2, medium: 0.5, high: 0.8, xhigh: 0.95, max: 0.95 } as const
const efforts: readonly string[] = Object.keys(shares)

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
  const effort = known.includes(wanted) ? wanted : nearest(wanted, known)
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
  if (budget !== undefined) return effortFor(budget, body)
  return wish?.['enabled'] === true ? 'medium' : undefined
}

/** The effort whose share of the completion comes closest to a budget; medium where the completion has no cap. */
function effortFor(budget: number, body: JsonObject): string {
  if (budget === 0) return 'none'
  const cap = readCount(body['max_completion_tokens'] ?? body['max_tokens'])
  if (!cap) return 'medium'
  const distance = (share: number): number => Math.abs(share - budget / cap)
  const ranked = Object.entries(shares)
    .filter(([effort]) => effort !== 'none' && effort !== 'max')
    .toSorted(([, left], [, right]) => distance(left) - distance(right))
  return ranked[0]?.[0] ?? 'medium'
}

/** The next higher effort the host knows, else its highest. Not thinking has no neighbour. */
function nearest(wanted: string, known: readonly string[]): string | undefined {
  if (wanted === 'none') return undefined
  const higher = efforts.slice(efforts.indexOf(wanted)).find((effort) => known.includes(effort))
  return higher ?? known.at(-1)
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
