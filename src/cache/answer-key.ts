import { sha256Hex } from '../base/hash.ts'
import type { JsonObject } from '../base/json.ts'
import type { Format } from '../generation/request.ts'
import type { RoutingSettings } from '../generation/routing.ts'
import { canonicalJson } from './canonical-json.ts'

/** All that an answer is found by again. */
export interface Question {
  /** Of the API key: no other key, of the same account or not, ever finds the answer. */
  keyHash: string
  /** One for each route that answers are kept for. */
  format: Format
  stream: boolean
  model: string
  /** What account and key lay down: with other rules, nothing that was made under these is found. */
  routing: readonly RoutingSettings[]
  body: JsonObject
}

/** Rises with each change of what is stored: what an earlier release has stored is then not found. */
const shape = 2

/** As text: no two questions that differ in value have the same. */
export function questionText({ keyHash, format, stream, model, routing, body }: Question): string {
  return canonicalJson([shape, keyHash, format, stream, model, routing, body])
}

export function answerKey(question: Question): Promise<string> {
  return sha256Hex(questionText(question))
}
