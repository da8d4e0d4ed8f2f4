import type { JsonObject } from '../base/json.ts'

/**
 * What a request says, in no format's words. A request in the provider's own format never needs it; any other is
 * translated through it: each dialect reads its body as a conversation, each protocol writes one as a body.
 */
export interface Conversation {
  turns: readonly Turn[]
  tools: readonly Tool[]
  toolChoice: ToolChoice
  /** Absent: as the model likes. */
  parallelToolCalls?: boolean
  sampling: Sampling
  /** Absent: text. */
  answerFormat?: AnswerFormat
  /** Absent: as the model does by default. */
  reasoning?: ReasoningWish
  verbosity?: string
  /** Absent: text alone. */
  outputModalities?: readonly string[]
  /** The provider is asked to find the best point to cache up to by itself. */
  automaticCache?: CacheMark
  /**
   * Fields of the body that a conversation has no word for, by their path and with what was asked. A protocol that
   * does not know how to ask for one names it in `UpstreamBody.dropped`.
   */
  extras: JsonObject
}

export type Turn =
  | { role: 'system'; parts: readonly TextPart[] }
  | { role: 'user'; parts: readonly InputPart[] }
  | { role: 'assistant'; parts: readonly OutputPart[] }
  /** What a tool call came to. All results of one assistant turn follow it directly. */
  | { role: 'tool'; callId: string; parts: readonly InputPart[]; isError?: boolean; cache?: CacheMark }

/** Everything up to here is worth keeping in the provider's cache. */
export interface CacheMark {
  /** Absent: as long as the provider keeps it by default. */
  ttl?: '5m' | '1h'
}

export interface TextPart {
  type: 'text'
  text: string
  cache?: CacheMark
  /** Gemini signs text too. */
  seal?: Seal
}

/** Bytes of an input, or where they are. `mediaType` is as the client wrote it, such as `image/png`. */
export type Source = { kind: 'data'; mediaType: string; base64: string } | { kind: 'url'; url: string }

/** `text` is plain text already; `stored` is known by an id to the provider that the client gave it to. */
export type FileSource = Source | { kind: 'text'; text: string } | { kind: 'stored'; id: string }

export type InputPart =
  | TextPart
  | { type: 'image'; source: Source; detail?: string; cache?: CacheMark }
  /** A document: a PDF mostly. */
  | { type: 'file'; source: FileSource; name?: string; cache?: CacheMark }
  | { type: 'audio'; format: string; base64: string; cache?: CacheMark }
  | { type: 'video'; source: Source; cache?: CacheMark }

export type OutputPart =
  | TextPart
  | { type: 'refusal'; text: string }
  | ReasoningPart
  /** A picture that the model made. */
  | { type: 'image'; source: Source }
  | {
      type: 'tool-call'
      id: string
      name: string
      /** JSON text of an object. */
      arguments: string
      cache?: CacheMark
      seal?: Seal
    }

/** Thoughts of an earlier turn. Without text it is one whose words only its maker can read. */
export interface ReasoningPart {
  type: 'reasoning'
  text: string
  /** The words are a summary of the thoughts, not the thoughts. */
  isSummary?: boolean
  seal?: Seal
}

/**
 * What proves or holds a thought, readable by its maker alone: Anthropic's signatures and redacted thinking, OpenAI's
 * encrypted reasoning, Gemini's thought signatures. It goes back to its maker byte for byte, and to nobody else.
 */
export interface Seal {
  /** Who can read it: `Surface.maker`, in the words of the contract's `reasoning_details[].format`. */
  maker: string
  /** `signature` of words beside it; `encrypted` holds the thought itself. */
  kind: 'signature' | 'encrypted'
  data: string
  /** The provider's id of the item it belongs to. */
  id?: string
}

export interface Tool {
  name: string
  description?: string
  /** JSON Schema of the arguments, an object. */
  parameters: JsonObject
  strict?: boolean
  cache?: CacheMark
}

export type ToolChoice = 'auto' | 'none' | 'required' | { name: string }

/** Under the contract's names, which is how a dropped one is reported. */
export interface Sampling {
  temperature?: number
  top_p?: number
  top_k?: number
  min_p?: number
  top_a?: number
  frequency_penalty?: number
  presence_penalty?: number
  repetition_penalty?: number
  seed?: number
  stop?: string[]
  logit_bias?: Record<string, number>
  logprobs?: boolean
  top_logprobs?: number
}

export type AnswerFormat =
  | { type: 'json_object' }
  | {
      type: 'json_schema'
      name: string
      schema: JsonObject
      strict?: boolean
      description?: string
    }

/** How much to think: an effort, or a budget in tokens, or on and off. */
export interface ReasoningWish {
  enabled?: boolean
  /** `none` to `max`. */
  effort?: string
  maxTokens?: number
  /** How the client wants the thoughts retold: `auto`, `concise`, `detailed`; `omitted` for not at all. */
  summary?: string
}
