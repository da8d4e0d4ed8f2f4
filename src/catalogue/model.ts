import type { UsdPicos } from '../base/money.ts'
import type { Quirks } from '../wire/protocol.ts'

/** What an endpoint charges, in pico-USD per token, and nano-USD per request. */
export interface Price {
  promptPicos: UsdPicos
  completionPicos: UsdPicos
  /** Absent: cached tokens cost what others cost. */
  cachedPicos?: UsdPicos
  /** Absent: written tokens cost what others cost. */
  cacheWritePicos?: UsdPicos
  promptAudioPicos?: UsdPicos
  completionAudioPicos?: UsdPicos
  requestNanos?: number
}

/** A model at a provider: the atom of routing. */
export interface Endpoint {
  model: Model
  /** Slug of a row of the provider table. */
  provider: string
  /** What tells it from the model's other endpoints at the same provider; absent where there is one. */
  variant?: string
  /** The provider's own id of the model: it is what goes on the wire. */
  upstreamModel: string
  price: Price
  contextLength: number
  maxCompletionTokens: number | null
  quantization: string | null
  supportedParameters: readonly string[]
  /** False where the model refuses to stream. */
  streams: boolean
  /** Deviations of this model, on top of its provider's. */
  quirks: Quirks
}

export type Modality = 'text' | 'image' | 'file' | 'audio' | 'video'

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
  endpoints: readonly Endpoint[]
}
