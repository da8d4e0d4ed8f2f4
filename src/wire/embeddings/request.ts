import * as z from 'zod/mini'
import type { Json, JsonObject } from '../../base/json.ts'
import type { GenerationRequest } from '../../generation/request.ts'
import { tokenCounts } from '../../generation/tokens.ts'
import { parseBody, sessionOf } from '../client-body.ts'
import { modelAsk } from '../routing-ask.ts'
import { readArray, readText } from '../json.ts'
import { PromptMeasure } from '../measure.ts'
import { invalid, notYet } from '../refusals.ts'

const inputsMax = 2_048
const text = z.string().check(z.minLength(1))
const tokens = z.array(z.int().check(z.nonnegative())).check(z.minLength(1))

const embeddingsRequest = z.object({
  model: z.nullish(z.string().check(z.minLength(1))),
  input: z.union([
    text,
    z.array(text).check(z.minLength(1), z.maxLength(inputsMax)),
    tokens,
    z.array(tokens).check(z.minLength(1), z.maxLength(inputsMax)),
  ]),
  encoding_format: z.nullish(z.enum(['float', 'base64'])),
  dimensions: z.nullish(z.int().check(z.gte(1))),
  input_type: z.nullish(z.string().check(z.minLength(1))),
  user: z.nullish(z.string().check(z.maxLength(256))),
})

type Input = z.infer<typeof embeddingsRequest>['input']

/** A request for vectors, as the pipeline sees it: one that writes no tokens. */
export function decodeRequest(body: JsonObject, headers: Headers): GenerationRequest {
  refuseWhatIsNotServed(body)
  const { model, input, user } = parseBody(embeddingsRequest, body)
  const session = sessionOf(headers)
  const measure = new PromptMeasure()
  const longest = measureInputs(measure, input)
  return {
    model: model ?? '',
    routing: modelAsk(body),
    stream: false,
    maxTokens: 0,
    ...measure.facts(false),
    longestTokensEstimate: longest,
    ...(user && { user }),
    ...(session && { sessionId: session }),
    conversation: () => {
      throw invalid('model: its provider serves no embeddings')
    },
    native: { format: 'openai-embeddings', body },
  }
}

function refuseWhatIsNotServed(body: JsonObject): void {
  if (body['stream'] === true) throw invalid('stream: embeddings are not streamed; leave it out')
  for (const [index, input] of (readArray(body['input']) ?? []).entries()) {
    const isParts = typeof input === 'object' && input !== null && !Array.isArray(input)
    if (isParts) throw notYet(`input[${index}]: content that is not text`)
  }
}

/** Counts the inputs together, and gives the estimate of the longest: each is read by itself. */
function measureInputs(measure: PromptMeasure, input: Input): number {
  if (typeof input === 'string') return measureInputs(measure, [input])
  if (input.every((each) => typeof each === 'number')) return measureInputs(measure, [input])
  const estimates = input.map((each) => {
    if (Array.isArray(each)) return addTokens(measure, each.length)
    if (typeof each === 'number') return addTokens(measure, 1)
    measure.addText(each)
    return tokenCounts(each).estimate
  })
  return Math.max(...estimates)
}

function addTokens(measure: PromptMeasure, count: number): number {
  measure.tokensMax += count
  measure.tokensEstimate += count
  return count
}

/** The inputs of a body that was checked, as texts: for providers that have no other way. */
export function textsOf({ native }: GenerationRequest): string[] {
  const { input } = native.body
  const texts = (readArray(input) ?? [input]).map((each: Json | undefined) => readText(each))
  return texts.map((each) => {
    if (each !== undefined) return each
    throw invalid("input: this model's provider takes no token ids; send the text")
  })
}

/** How many texts a body that was checked asks about. A list of numbers is one. */
export function inputsIn({ input }: JsonObject): number {
  return Array.isArray(input) && typeof input[0] !== 'number' ? input.length : 1
}

/** What of a body is asked of every provider in its own words; the rest is dropped, and told. */
export function droppedOf(body: JsonObject, known: readonly string[]): string[] {
  return Object.keys(body).filter((field) => (body[field] ?? null) !== null && !known.includes(field))
}

/** Read or recorded here, and never sent. */
export const kept: readonly string[] = [
  'user',
  'session_id',
  'metadata',
  'trace',
  'stream',
  'models',
  'route',
  'provider',
  'plugins',
  'preset',
  'service_tier',
]
