/** Of 100 requests, so many were at least this good: latency rises with the percentile, throughput falls. */
export type Percentile = 'p50' | 'p75' | 'p90' | 'p99'
export type Percentiles = Readonly<Record<Percentile, number>>
export type Thresholds = Readonly<Partial<Record<Percentile, number>>>

export type SortBy = 'price' | 'throughput' | 'latency' | 'exacto'
export type ServiceTierAsked = 'default' | 'flex' | 'priority'

/**
 * What a client asks of routing, field by field of the contract's `provider` (OpenRouter: provider selection). An
 * absent field is not set. Slugs and names of providers are as they were written.
 */
export interface Preferences {
  order?: readonly string[]
  only?: readonly string[]
  ignore?: readonly string[]
  allowFallbacks?: boolean
  requireParameters?: boolean
  dataCollection?: 'allow' | 'deny'
  zdr?: boolean
  distillable?: boolean
  quantizations?: readonly string[]
  sort?: { by?: SortBy; partition?: 'model' | 'none' }
  /** Tokens a second. */
  minThroughput?: Thresholds
  /** Seconds to the first token. */
  maxLatency?: Thresholds
  maxPrice?: PriceCeiling
}

/** The most that may be paid, in pico-USD per token, and in nano-USD per request, per image and per unit of sound. */
export interface PriceCeiling {
  promptPicos?: number
  completionPicos?: number
  requestNanos?: number
  imageNanos?: number
  audioPicos?: number
}

/** What a request says about where it should go. */
export interface RoutingAsk {
  /** Names of models as they were written, the one to try first, first; empty where the client names none. */
  models: readonly string[]
  preferences: Preferences
  serviceTier?: ServiceTierAsked
  /** The names, of the catalogue's `supported_parameters`, of what the body asks for. */
  parameters: readonly string[]
  /**
   * What keeps the requests of one conversation together: a name of the client's where `explicit`, else the words that
   * it opens with, to be hashed.
   */
  conversation?: { key: string; explicit: boolean }
  /** Of the router plugins the one for `…/auto`. */
  auto?: AutoRouterAsk
  /** The same for `…/auto-beta`: neither router heeds the other's. */
  autoBeta?: AutoRouterAsk
}

/** How `openrouter/auto` may choose (OpenRouter: auto router). Patterns have `*` for any characters. */
export interface AutoRouterAsk {
  enabled?: boolean
  allowedModels?: readonly string[]
  excludedModels?: readonly string[]
  costTier?: 'low' | 'medium' | 'high' | 'xhigh' | 'max'
  /** 0 asks for the best, 10 for the cheapest. */
  costQualityTradeoff?: number
  pinModel?: boolean
  /** With `pinModel`: the model that the last answer of the conversation names. */
  pinnedModel?: string
}

/** Whose first-party endpoints a setting that demands zero retention is about. */
export type ZdrScope = 'anthropic' | 'openai' | 'google' | 'xai' | 'other'

/** What an account or a key lays down for all its requests. A request narrows it, and never widens it. */
export interface RoutingSettings {
  /** Filters hold beside the request's; `sort` and `order` count where the request has none. */
  preferences?: Preferences
  /** The model of a request that names none. */
  model?: string
  /** Fallback models of a request that names none. */
  models?: readonly string[]
  /** Patterns of model ids, with `*`. Absent: all. */
  allowedModels?: readonly string[]
  ignoredModels?: readonly string[]
  zdr?: readonly ZdrScope[]
  /** Whether providers that train on prompts may serve. Absent: they may. */
  trainingOnPaid?: boolean
  trainingOnFree?: boolean
}
