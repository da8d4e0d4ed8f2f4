import * as z from 'zod'

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
const usd = z.string().regex(/^\d{1,9}(?:\.\d{1,6})?$/, 'is no price: dollars with at most six decimals are')
const factor = z.string().regex(/^\d{1,3}(?:\.\d{1,6})?$/)

const perToken = {
  prompt: usd.optional(),
  completion: usd.optional(),
  cached: usd.optional(),
  cacheWrite: usd.optional(),
  /** What is kept for an hour, where that has a price of its own. */
  cacheWriteLong: usd.optional(),
}

/** What an endpoint charges. Without `prompt` and `completion` it is unpriced, which is not free. */
const price = {
  ...perToken,
  reasoning: usd.optional(),
  audio: usd.optional(),
  audioCached: usd.optional(),
  audioOutput: usd.optional(),
  image: usd.optional(),
  imageOutput: usd.optional(),
  /** Dollars for each request, and for each search of the web. */
  request: usd.optional(),
  search: usd.optional(),
  /** A prompt of more than `above` tokens re-prices the whole request. */
  tiers: z.array(z.strictObject({ above: z.int().positive(), ...perToken })).optional(),
  /** Outside the peak, which is in minutes of UTC days (0 is Sunday), everything costs this factor. */
  offPeak: z
    .strictObject({
      factor,
      peak: z.array(z.strictObject({ days: z.array(z.int().min(0).max(6)), from: z.int(), to: z.int() })),
    })
    .optional(),
  /** Factors of the service tiers, such as flex and priority. */
  serviceTiers: z.record(z.string(), factor).optional(),
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
  drop: z.exactOptional(z.array(z.string())),
})

export const seedEndpoint = z.strictObject({
  provider: z.string(),
  /** The provider's own id of the model. */
  model: z.string(),
  /** What tells it from the model's other endpoints at the same provider. */
  variant: z.string().optional(),
  /** How to speak to it, where that is not the provider's first format. */
  format: format.optional(),
  region: z.string().optional(),
  /** Where it is, at a provider that is wherever its operator puts it. */
  baseUrl: z.url().optional(),
  ...price,
  context: z.int().positive(),
  /** The longest completion; null where the context is the only limit. */
  output: z.int().positive().nullable(),
  quantization: z.string().optional(),
  /** Names of parameters, and of groups of them, see `parameter-groups.ts`. */
  parameters: z.array(z.string()),
  streams: z.boolean().optional(),
  quirks: quirks.optional(),
  /** Where the price is from, when it is not what the list is from. */
  source: z.string().optional(),
  /** Where a fact differs between sources, which one was taken and why. */
  note: z.string().optional(),
})

export const seedModel = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Unix seconds. */
  created: z.int().positive(),
  context: z.int().positive(),
  input: z.array(modality).min(1),
  output: z.array(modality).min(1),
  tokenizer: z.string(),
  cutoff: z.string().optional(),
  huggingFace: z.string().optional(),
  /** Weights are open, wherever they are. */
  open: z.boolean().optional(),
  reasoning: z.enum(['always', 'optional']).optional(),
  /** The efforts it can be asked for, least first. */
  efforts: z.array(z.string()).optional(),
  /** One sentence where the facts do not say what the model is. */
  summary: z.string().optional(),
  note: z.string().optional(),
  endpoints: z.array(seedEndpoint).min(1),
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
  return seed.parse(json)
}
