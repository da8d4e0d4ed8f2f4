import type { GatewayError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { GenerationEvent } from '../generation/events.ts'
import type { Format, GenerationRequest } from '../generation/request.ts'
import type { Usage } from '../generation/usage.ts'

/** What a client is told it was charged, in nano-USD; `usage` as metered. */
export interface Charge {
  usage: Usage
  costNanos: number
  /** What the provider charges for it, before mark-up and insurance. */
  upstreamPromptNanos: number
  upstreamCompletionNanos: number
  /** Unix seconds at which the answer ended. */
  endedAt?: number
}

/** What an answer says of itself in every chunk. */
export interface AnswerContext {
  generationId: string
  /** Unix seconds. */
  created: number
  /** The model id that serves, and the display name of its provider. Known once an endpoint has committed. */
  model: string
  provider: string
  /** A realistic count of the prompt, for formats that tell it before the answer. */
  promptTokensEstimate: number
  /** `GenerationRequest.hidesReasoning`. */
  hidesReasoning?: boolean
  /** The client's own body, for formats whose answers repeat what was asked. */
  asked?: JsonObject
  /** The bodies that providers were sent, in their order, where the client wants to see them. */
  sent?: readonly JsonObject[]
  /**
   * Fields that say how the request was routed, where the client wants to know. They belong to what ends the answer,
   * and are known by then; to a whole answer the gateway adds them.
   */
  routing?: () => JsonObject
}

/** What reaches a dialect: the provider's events without their usage, and the charge as the last thing. */
export type AnswerEvent = Exclude<GenerationEvent, { type: 'usage' }> | { type: 'charge'; charge: Charge }

/** Folds one answer, event by event, into the client's format. Made anew for each answer. */
export interface AnswerEncoder {
  /** The text to send for one batch of events; empty where there is nothing to say yet. */
  encode(events: AnswerEvent[]): string
  /** What ends the stream, after the last event. */
  end(): string
}

/** Folds one answer, event by event, into a whole one: a long answer must not be kept in its pieces. */
export interface AnswerFold {
  add(events: AnswerEvent[]): void
  /** What there is of the answer by now. Throws the failure that broke it off where the format cannot tell both. */
  whole(context: AnswerContext): JsonObject
}

/** The client's side of a format: how it asks and how it wants to be answered. */
export interface Dialect {
  format: Format
  /** The dialect that a body is in where its route takes an older form as well; absent: this one. */
  formOf?(body: JsonObject): Dialect | undefined
  /** Parses and checks a request body; throws a 400 that names the path of what is wrong. */
  decodeRequest(body: JsonObject, headers: Headers): GenerationRequest
  /** A streamed answer. */
  encoder(context: AnswerContext): AnswerEncoder
  /** A whole answer, from the same events. */
  fold(): AnswerFold
  /** The body of a refusal. `generationId` is that of the request, for formats that tell it. */
  encodeError(error: GatewayError, generationId: string): JsonObject
  /** A comment that keeps a silent stream open. */
  keepAlive: string
}
