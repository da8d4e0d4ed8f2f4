import type { JsonObject } from '../base/json.ts'
import type { Conversation } from './conversation.ts'
import type { RoutingAsk } from './routing.ts'

/** The formats of the world in which requests and answers travel. */
export type Format =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'google-generate'
  | 'bedrock-converse'
  | 'cohere-chat'
  | EmbeddingFormat

/** Vectors in place of answers: clients ask in the first, hosts are asked in any. */
export type EmbeddingFormat = 'openai-embeddings' | 'cohere-embed' | 'google-embed'

/**
 * One generation as a client asks for it: the facts that planning, metering and records look at, and beside them
 * the body as it came (`native`), which is what goes upstream when the provider speaks the client's format.
 */
export interface GenerationRequest {
  /** As the client wrote it; empty where it named none, or only `models`. */
  model: string
  routing: RoutingAsk
  stream: boolean
  /** The client's cap on completion tokens; absent where it set none. */
  maxTokens?: number
  /** At least as many tokens as the prompt can have, see `tokens.ts`. */
  promptTokensMax: number
  /** A realistic count of the prompt, for billing when nobody tells the true one. */
  promptTokensEstimate: number
  /** Where several texts are read by themselves: the count of the longest, which is what a context must hold. */
  longestTokensEstimate?: number
  /** What an endpoint must be able to do. */
  needs: { tools: boolean; imageInput: boolean; audioInput: boolean; fileInput: boolean; videoInput: boolean }
  /** The model may think, but the client does not want to see it. */
  hidesReasoning?: boolean
  /** The client wants to see, in the stream, what providers are sent. */
  echoesUpstream?: true
  /** An alias chose the model: one that must think and is asked not to thinks as little as it can. Else it refuses. */
  lenientReasoning?: true
  user?: string
  sessionId?: string
  metadata?: Record<string, string>
  /**
   * The maker of the sealed thoughts inside a tool loop that is still open: its last turns are a tool call with such a
   * thought and the call's results. Only that maker can go on, see `Seal`.
   */
  loopMaker?: string
  /** The body in no format's words, read when it is first asked for. */
  conversation: () => Conversation
  /** `headers`: those of the format's own that ask for something, such as `anthropic-beta`, by lower-case name. */
  native: { format: Format; body: JsonObject; headers?: Readonly<Record<string, string>> }
}
