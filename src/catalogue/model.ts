import type { UsdPicos } from '../base/money.ts'
import type { Format } from '../generation/request.ts'
import type { Quirks } from '../wire/protocol.ts'

/** What tokens cost, in pico-USD each. What has no price of its own costs what the rest of its total costs. */
export interface TokenPrices {
  promptPicos: UsdPicos
  completionPicos: UsdPicos
  cachedPicos?: UsdPicos
  cacheWritePicos?: UsdPicos
  /** What is written to be kept for long. Absent: what is written at all. */
  cacheWriteLongPicos?: UsdPicos
  promptAudioPicos?: UsdPicos
  /** Absent: what is cached at all. */
  cachedAudioPicos?: UsdPicos
  promptImagePicos?: UsdPicos
  reasoningPicos?: UsdPicos
  completionAudioPicos?: UsdPicos
  completionImagePicos?: UsdPicos
}

/** What a prompt of more than so many tokens makes of the prices, for the whole request; others stay. */
export interface ContextTier extends Partial<TokenPrices> {
  /** Where a provider's tier begins with its threshold, this is one less. */
  abovePromptTokens: number
}

/** Prices of tokens, whatever the length of the prompt. Of the tiers that it reaches the highest that names one counts. */
export interface Tariff extends TokenPrices {
  contextTiers?: readonly ContextTier[]
}

/** Minutes of UTC days, from the first up to the last, which is outside. One over midnight is two. */
export interface Hours {
  /** 0 is Sunday. */
  days: readonly number[]
  fromMinute: number
  toMinute: number
}

/** What an endpoint charges. Plain data; factors are in millionths, and on tokens alone. */
export interface Price extends Tariff {
  /** In nano-USD, for each request, and for each search of the web that the provider makes. */
  requestNanos?: number
  searchNanos?: number
  /** The prices are those of the peak; at other times they have this factor. */
  offPeak?: { factorMillionths: number; peak: readonly Hours[] }
  /**
   * By the tier that the provider says it served in. A tier that is not here costs the usual, which for an endpoint of a
   * tier is what the tier costs: there `default` is here.
   */
  serviceTiers?: Readonly<Record<string, ServiceTier>>
}

export type ServiceTier = { factorMillionths: number } | { tariff: Tariff }

/** A model at a provider: the atom of routing. */
export interface Endpoint {
  model: Model
  /** Slug of a row of the provider table. */
  provider: string
  /** What tells it from the model's other endpoints at the same provider; absent where there is one. */
  variant?: string
  /** Where it answers, if its provider has several places of which this is one: `eu`. */
  region?: string
  /** The contract's name of it among the endpoints of its model: `deepinfra`, `deepinfra/turbo`, `openai/flex`. */
  tag: string
  /** Sold at another speed for another price: called only by who asks for the tier. */
  tier?: 'flex' | 'priority'
  /** Where it is, at a provider that is wherever its operator puts it. */
  baseUrl?: string
  /** How to speak to it, where that is not its provider's first format. */
  format?: Format
  /** The provider's own id of the model: it is what goes on the wire. */
  upstreamModel: string
  price: Price
  /** Nobody knows what it costs: it is not called until somebody says. */
  unpriced?: true
  contextLength: number
  maxCompletionTokens: number | null
  quantization: string | null
  supportedParameters: readonly string[]
  dataPolicy: DataPolicy
  /** False where the model refuses to stream. */
  streams: boolean
  /** Deviations of this model, on top of its provider's. */
  quirks: Quirks
}

/** What becomes of what an endpoint is sent. What nobody knows counts as the worst. */
export interface DataPolicy {
  /** May be trained on. */
  training: boolean
  /** Kept after the answer, but for caches in memory. */
  retains: boolean
  /** For how many days; null where nobody knows. */
  retentionDays: number | null
}

export type Modality = 'text' | 'image' | 'file' | 'audio' | 'video' | 'embeddings'

/** Something a client may ask for by name, whoever serves it. */
export interface Model {
  /** `author/slug`. */
  id: string
  name: string
  description: string
  /** Unix seconds. */
  created: number
  contextLength: number
  inputModalities: readonly Modality[]
  outputModalities: readonly Modality[]
  tokenizer: string
  knowledgeCutoff: string | null
  huggingFaceId: string | null
  reasoning: boolean
  /** It cannot be asked not to reason. */
  reasoningMandatory: boolean
  /** What it can be asked for, least first; empty where nobody knows. */
  reasoningEfforts: readonly string[]
  endpoints: readonly Endpoint[]
}
