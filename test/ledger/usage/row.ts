import type { JsonObject } from '../../../src/base/json.ts'
import type { SeedPrice } from '../../../src/catalogue/seed.ts'
import type { Quirks } from '../../../src/wire/protocol.ts'

/** Formats whose answers are words. */
export type AnswerFormat =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'google-generate'
  | 'bedrock-converse'
  | 'cohere-chat'

/** What a host says was used, and what it costs at a price: both as they are written down by those who set them. */
export interface UsageRow {
  host: string
  format: AnswerFormat
  usage: JsonObject
  /** What stands beside the usage and matters, such as the tier that served. */
  beside?: JsonObject
  /** Where chat hosts put it in a stream. Default: a chunk of its own. */
  place?: 'a chunk of its own' | 'x_groq' | 'choice' | 'finish' | 'every chunk' | 'growing'
  quirks?: Quirks
  /** Dollars per million tokens, and for each request and search. */
  price: SeedPrice
  /** When it was asked; default: a Sunday noon in 2026. */
  at?: string
  /** What it costs, in dollars, by the arithmetic beside it: tokens × dollars per million. */
  usd: number
  /** Ask `@pydantic/genai-prices` too, which has the same prices. */
  oracle?: { provider: string; model: string; flavour: string }
  /** What that makes of it, and why it is another sum. */
  differs?: { usd: number; because: string }
}

export const sundayNoon = '2026-11-15T12:00:00Z'
