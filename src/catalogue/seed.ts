import * as z from 'zod/mini'
import { inEnglish } from '../base/english.ts'

const modality = z.enum(['text', 'image', 'file', 'audio', 'video', 'embeddings'])
const format = z.enum([
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'google-generate',
  'bedrock-converse',
  'cohere-chat',
  'openai-embeddings',
  'cohere-embed',
  'google-embed',
])

/** Dollars, as decimal text: per million tokens, or per one of what is counted. */
export const usd = z
  .string()
  .check(z.regex(/^\d{1,9}(?:\.\d{1,6})?$/, 'is no price: dollars with at most six decimals are'))
const factor = z.string().check(z.regex(/^\d{1,3}(?:\.\d{1,6})?$/))

const perToken = {
  prompt: z.optional(usd),
  completion: z.optional(usd),
  cached: z.optional(usd),
  cacheWrite: z.optional(usd),
  /** What is kept for an hour, where that has a price of its own. */
  cacheWriteLong: z.optional(usd),
}

/** What an endpoint charges. Without `prompt` and `completion` it is unpriced, which is not free. */
export const price = {
  ...perToken,
  reasoning: z.optional(usd),
  audio: z.optional(usd),
  audioCached: z.optional(usd),
  audioOutput: z.optional(usd),
  image: z.optional(usd),
  imageOutput: z.optional(usd),
  /** Dollars for each request, and for each search of the web. */
  request: z.optional(usd),
  search: z.optional(usd),
  /** A prompt of more than `above` tokens re-prices the whole request. */
  tiers: z.optional(z.array(z.strictObject({ above: z.int().check(z.positive()), ...perToken }))),
  /** Outside the peak, which is in minutes of UTC days (0 is Sunday), everything costs this factor. */
  offPeak: z.optional(
    z.strictObject({
      factor,
      peak: z.array(
        z.strictObject({ days: z.array(z.int().check(z.gte(0), z.lte(6))), from: z.int(), to: z.int() }),
      ),
    }),
  ),
  /** What the service tiers, flex and priority, cost: a factor, or prices where none is exact. */
  serviceTiers: z.optional(
    z.record(z.string(), z.union([factor, z.strictObject({ ...perToken, prompt: usd, completion: usd })])),
  ),
}

/** Deviations of one model; which there are is said in `wire/protocol.ts`. */
const quirks = z.strictObject({
  maxTokensField: z.exactOptional(z.enum(['max_tokens', 'max_completion_tokens'])),
  usageUnasked: z.exactOptional(z.boolean()),
  noDeveloperRole: z.exactOptional(z.boolean()),
  reasoningOutsideCompletion: z.exactOptional(z.boolean()),
  reasoningField: z.exactOptional(z.enum(['reasoning', 'reasoning_content', 'none'])),
  reasoningRequest: z.exactOptional(z.enum(['reasoning_effort', 'reasoning', 'thinking'])),
  efforts: z.exactOptional(z.array(z.string())),
  extensions: z.exactOptional(z.boolean()),
  fast: z.exactOptional(z.boolean()),
  drop: z.exactOptional(z.array(z.string())),
})

/** What becomes of what an endpoint is sent, see `DataPolicy`. */
export const dataPolicy = z.strictObject({
  training: z.boolean(),
  retains: z.boolean(),
  retentionDays: z.nullable(z.int().check(z.gte(0))),
})

export const seedEndpoint = z.strictObject({
  provider: z.string(),
  /** The provider's own id of the model. */
  model: z.string(),
  /** What tells it from the model's other endpoints at the same provider. */
  variant: z.optional(z.string()),
  /** How to speak to it, where that is not the provider's first format. */
  format: z.optional(format),
  region: z.optional(z.string()),
  /** Where it is, at a provider that is wherever its operator puts it. */
  baseUrl: z.optional(z.url()),
  ...price,
  context: z.int().check(z.positive()),
  /** The longest completion; null where the context is the only limit. */
  output: z.nullable(z.int().check(z.positive())),
  quantization: z.optional(z.string()),
  /** Names of parameters, and of groups of them, see `parameter-groups.ts`. */
  parameters: z.array(z.string()),
  streams: z.optional(z.boolean()),
  /** What becomes of what it is sent, where that is not what its provider has published. */
  policy: z.optional(dataPolicy),
  quirks: z.optional(quirks),
  /** Where the price is from, when it is not what the list is from. */
  source: z.optional(z.string()),
  /** Where a fact differs between sources, which one was taken and why. */
  note: z.optional(z.string()),
})

export const seedModel = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Unix seconds. */
  created: z.int().check(z.positive()),
  context: z.int().check(z.positive()),
  input: z.array(modality).check(z.minLength(1)),
  output: z.array(modality).check(z.minLength(1)),
  tokenizer: z.string(),
  cutoff: z.optional(z.string()),
  huggingFace: z.optional(z.string()),
  /** Weights are open, wherever they are. */
  open: z.optional(z.boolean()),
  reasoning: z.optional(z.enum(['always', 'optional'])),
  /** The efforts it can be asked for, least first. */
  efforts: z.optional(z.array(z.string())),
  /** One sentence where the facts do not say what the model is. */
  summary: z.optional(z.string()),
  note: z.optional(z.string()),
  endpoints: z.array(seedEndpoint).check(z.minLength(1)),
})

const seed = z.strictObject({
  sources: z.array(
    z.strictObject({ name: z.string(), date: z.string(), licence: z.string(), for: z.string() }),
  ),
  models: z.array(seedModel),
})

/** Facts of models and their endpoints, in the shape they are committed, kept and exchanged in. */
export type Seed = z.infer<typeof seed>
export type SeedModel = z.infer<typeof seedModel>
export type SeedEndpoint = z.infer<typeof seedEndpoint>
export type SeedPrice = Pick<SeedEndpoint, keyof typeof price>

/** The whole file, its head included. */
export function parseSeed(json: unknown): Seed {
  return seed.parse(json, inEnglish)
}
