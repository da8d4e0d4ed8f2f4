import type { JsonObject } from '../base/json.ts'
import type { SseMessage } from '../base/sse.ts'
import type { GenerationEvents } from '../generation/events.ts'
import type { Format, GenerationRequest } from '../generation/request.ts'

/** Where a format's hosts deviate from it: data of a provider's row, never a provider's name in code. */
export interface Quirks {
  /** The field that caps the completion. Default `max_tokens`. */
  maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  /** `stream_options.include_usage` must not be sent, or need not. Default: it is sent. */
  usageUnasked?: boolean
  /** Has no `developer` role: it becomes `system`. */
  noDeveloperRole?: boolean
  /** Completion counts leave reasoning out. */
  reasoningOutsideCompletion?: boolean
  /** What reasoning in the history is called; `none` where it is refused. Default: as the client wrote it. */
  reasoningField?: 'reasoning' | 'reasoning_content' | 'none'
  /**
   * How thinking is asked for. Default `reasoning_effort`; `thinking` is on or off, with the effort beside it;
   * `enable_thinking` is a flag with a budget, and under `chat_template_kwargs` a flag alone.
   */
  reasoningRequest?:
    | 'reasoning_effort'
    | 'reasoning'
    | 'thinking'
    | 'enable_thinking'
    | 'chat_template_kwargs'
  /** The efforts the host knows; another becomes the next higher one, else the highest. Default: all. */
  efforts?: readonly string[]
  /** Knows OpenRouter's own additions to messages and tools. Default: they are left out, hosts refuse them. */
  extensions?: boolean
  /** Request fields the host refuses: dropped. */
  drop?: readonly string[]
  /** The types of tools the host takes; others are dropped. Default: all that the format has. */
  toolTypes?: readonly string[]
  /** Bills each call of the code that it runs, and not its time alone. */
  billsCode?: boolean
  /** Request fields the host has another name for. */
  rename?: Readonly<Record<string, string>>
  /** Fields that every request must have. */
  add?: Readonly<JsonObject>
  /** Takes one system message: further ones are joined to the first. */
  oneSystemMessage?: boolean
  /** Takes content as one text: parts of text are joined. */
  textContent?: boolean
  /** Content may not be null, not even beside tool calls. */
  contentRequired?: boolean
  /** Does not know the name of who speaks. */
  noSpeakerNames?: boolean
  /** Does not know `strict` tools. */
  noStrictTools?: boolean
  /** What a demand for some tool call is called. Default `required`; `none`: it cannot be made. */
  toolDemand?: 'any' | 'none'
  /** Cannot be told which tool to call: it is offered that one alone. */
  noNamedTool?: boolean
  /** Ids of tool calls have nine letters and digits. */
  shortToolIds?: boolean
  /** A tool's result names the tool. */
  toolResultName?: boolean
  /** A user's message may not follow a tool's result: an assistant's is put between. */
  assistantAfterToolResult?: boolean
  /** The mark of a last assistant message that the model is to go on with. */
  prefill?: 'prefix' | 'partial'
  /** What a document part is called. Default `file`. */
  documentPart?: 'document_url'
  /** Mixes the format's chunks with some of its own, see `own-chunks.ts`. */
  ownChunks?: boolean
  /** Each delta repeats the thoughts so far. */
  reasoningCumulative?: boolean
  /** The betas of Anthropic's format that the host knows; `all`: it is where they come from. Default: none is sent. */
  betas?: 'all' | readonly string[]
  /**
   * How its model thinks in the formats of Anthropic and Google: `budget` tokens, `adaptive` by effort, or as asked.
   * Default: what is known of the model by its name.
   */
  thinking?: 'none' | 'budget' | 'adaptive' | 'both'
  /** Does not fetch media, or documents alone: the gateway does, and the request holds the bytes. */
  needsBytes?: boolean | 'files'
  /** Beginnings of the addresses it takes all the same, such as those of its own video site. */
  keepsUrls?: readonly string[]
  /** Takes thoughts of earlier turns without a signature. */
  unsignedThoughts?: boolean
  /** Keeps to a schema by `output_config.format`; else a tool stands for it. Default: by the model's name. */
  answerSchema?: boolean
  /** Anthropic's fast mode is what the endpoint's price is for. */
  fast?: boolean
  /** The header that asks for a service tier, where the body has no field for it. */
  tierHeader?: string
  /** Counts a prompt's tokens for the asking; `whole` where it takes a whole request of Gemini's in place of its parts. */
  countsTokens?: boolean | 'whole'
}

/** What a protocol must know of the endpoint it speaks to. */
export interface UpstreamTarget {
  upstreamModel: string
  quirks: Quirks
  /** False where the model refuses `stream: true`. */
  streams: boolean
  /** The largest completion the endpoint gives. */
  maxCompletionTokens?: number | null
  /** Whether its model thinks; absent where nobody knows. */
  reasoning?: boolean
  /** Of its model; absent where nobody knows. */
  model?: {
    /** It cannot be asked not to reason. */
    reasoningMandatory: boolean
    /** What it can be asked for, least first. */
    reasoningEfforts: readonly string[]
  }
  /** What it charges, where that is billed: tools that it runs are asked for only where their price is known. */
  price?: { searchNanos?: number }
  /** Of how many texts it is asked the vectors. */
  inputs?: number
  /** The service tier it is sold in; absent: the usual one. */
  tier?: 'flex' | 'priority'
  /** Whose sealed thoughts it can read, see `Seal`; absent: nobody's. */
  maker?: string
}

/** What goes upstream. */
export interface UpstreamBody {
  body: JsonObject
  /** Beyond those that every request has, such as `anthropic-version`. */
  headers?: Readonly<Record<string, string>>
  /** What the client asked for and this format or host has no way to ask for: told in the router's metadata. */
  dropped: readonly string[]
}

/** A provider's refusal, as far as the gateway acts on it. */
export interface ProviderFault {
  type:
    | 'invalid_request'
    | 'context_length_exceeded'
    | 'content_policy_violation'
    | 'payload_too_large'
    /** Our key is refused, or its account is out of money. */
    | 'credential'
    /** The provider does not serve the country that our data centre is in. */
    | 'region'
    | 'model_missing'
    | 'rate_limit'
    | 'overloaded'
    | 'timeout'
    | 'other'
  /** Fit for a client: of our own words, never the provider's. */
  message: string
  /** The provider's own code, where it is a plain word. */
  code?: string
  /** How long to stay away, where the body says so. */
  retryAfterSeconds?: number
}

/** The provider's side of a format. Pure: says nothing of hosts, keys or prices. */
export interface Protocol {
  format: Format
  /** What follows the base URL; may name the model and say whether it streams. */
  path(target: UpstreamTarget): string
  /** How events are framed. Default: server-sent events. */
  framing?: 'sse' | 'aws-event-stream'
  /**
   * The client's own body with named edits where it came in this format, else its conversation in this format. Throws
   * a 400 that names what cannot be asked for and must not be dropped.
   */
  encodeRequest(request: GenerationRequest, target: UpstreamTarget): UpstreamBody
  /** Reads a streamed answer. Throws GatewayError where the provider reports an error or breaks the format. */
  decodeEvents(messages: AsyncIterable<SseMessage[]>, target: UpstreamTarget): GenerationEvents
  /** Reads a whole answer as the one batch its stream would have been. */
  decodeGeneration(body: JsonObject, target: UpstreamTarget): GenerationEvents
  /** How a host that counts tokens is asked for those of a prompt, see `Quirks.countsTokens`. */
  counting?: {
    path(target: UpstreamTarget): string
    encodeRequest(request: GenerationRequest, target: UpstreamTarget): UpstreamBody
    decodeCount(body: JsonObject): number | undefined
  }
  /** Reads the body of an answer that is not 2xx. */
  decodeFault(status: number, body: string): ProviderFault
}
