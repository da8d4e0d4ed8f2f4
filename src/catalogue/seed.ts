import * as z from 'zod'

const modality = z.enum(['text', 'image', 'file', 'audio', 'video'])
const usd = z.string()

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

const endpoint = z.strictObject({
  provider: z.string(),
  /** The provider's own id of the model. */
  model: z.string(),
  /** What tells it from the model's other endpoints at the same provider. */
  variant: z.string().optional(),
  /** Dollars per million tokens, as decimal text. */
  prompt: usd,
  completion: usd,
  cached: usd.optional(),
  cacheWrite: usd.optional(),
  context: z.int().positive(),
  /** The longest completion; null where the context is the only limit. */
  output: z.int().positive().nullable(),
  quantization: z.string().optional(),
  /** Names of parameters, and of groups of them, see `parameterGroups`. */
  parameters: z.array(z.string()),
  streams: z.boolean().default(true),
  quirks: quirks.default({}),
  /** Where a fact differs between sources, which one was taken and why. */
  note: z.string().optional(),
})

const model = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Unix seconds. */
  created: z.int().positive(),
  context: z.int().positive(),
  input: z.array(modality),
  output: z.array(modality),
  tokenizer: z.string(),
  cutoff: z.string().optional(),
  huggingFace: z.string().optional(),
  reasoning: z.enum(['always', 'optional']).optional(),
  /** One sentence where the facts do not say what the model is. */
  summary: z.string().optional(),
  note: z.string().optional(),
  endpoints: z.array(endpoint).min(1),
})

const seed = z.strictObject({
  sources: z.array(
    z.strictObject({ name: z.string(), date: z.string(), licence: z.string(), for: z.string() }),
  ),
  parameterGroups: z.record(z.string(), z.array(z.string())),
  models: z.array(model),
})

/**
 * The file format of a catalogue: facts of models and their endpoints, prices as decimal text. Its models are parsed
 * one by one, when somebody asks for them: a cold isolate that serves one model should not wait for the others.
 */
export interface Seed {
  parameterGroups: Record<string, readonly string[]>
  models: readonly { id: string }[]
}
export type SeedModel = z.infer<typeof model>
export type SeedEndpoint = z.infer<typeof endpoint>

export function parseSeedModel(json: unknown): SeedModel {
  return model.parse(json)
}

/** The whole file, its head included. */
export function parseSeed(json: unknown): Seed {
  return seed.parse(json)
}
