import type { Availability, ErrorType } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Seal } from './conversation.ts'
import type { Format } from './request.ts'
import type { Usage } from './usage.ts'

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'error'

/** What was wrong with an answer that came to its end all the same: a piece that could not be read, a choice too many. */
export type Flaw = 'malformed_event' | 'extra_choice'

/** The frame an event was read from. Events of one frame share the object, so a dialect can re-emit it once. */
export interface NativeFrame {
  format: Format
  data: JsonObject
}

/** What a generation is made of: at most one `start` first, exactly one `finish` or `error` at its end. */
export type GenerationEvent = { native?: NativeFrame } & (
  | { type: 'start'; model?: string; upstreamId?: string }
  | { type: 'text-delta'; text: string }
  | { type: 'refusal-delta'; text: string }
  /** `isSummary`: words about the thoughts, not the thoughts. `maker`: who thinks, see `Seal`. */
  | { type: 'reasoning-delta'; text: string; isSummary?: boolean; maker?: string }
  /**
   * Ends the block that came before it, or stands for one that only its maker can read: see `Seal`. `index` is that
   * of the tool call it belongs to; absent: of the reasoning or, where `of` says so, of the text.
   */
  | { type: 'seal'; seal: Seal; of?: 'text'; index?: number }
  | { type: 'media'; media: Media }
  | { type: 'tool-call-delta'; index: number; id?: string; name?: string; arguments: string }
  /** Cumulative: a later one replaces an earlier one. */
  | { type: 'usage'; usage: Usage }
  | {
      type: 'finish'
      reason: FinishReason
      nativeReason?: string
      /** The stop sequence that was met, where the provider tells. */
      stopSequence?: string
      flaws?: readonly Flaw[]
    }
  | { type: 'error'; error: GenerationFailure }
  /** Nothing but a frame to pass on, such as an empty delta. */
  | { type: 'frame' }
)

/** Content that is not words of the answer. Further details, such as alternatives, are in the native frame alone. */
export type Media =
  /** A data URL, or an address. */
  | { kind: 'image'; url: string }
  /** Fragments: `base64` and `transcript` follow each other. */
  | { kind: 'audio'; base64?: string; transcript?: string }
  | { kind: 'citation'; url: string; title?: string; text?: string; start?: number; end?: number }

/** Why a generation broke off, as a client may see it. */
export interface GenerationFailure {
  type: ErrorType
  message: string
  metadata?: Record<string, unknown>
  availability?: Availability
  nativeReason?: string
}

/**
 * Events in the order they happened, in batches: what one read from the provider brought. Batches keep the cost of
 * the generators around them per read rather than per token, and what arrived together is written together.
 */
export type GenerationEvents = AsyncGenerator<GenerationEvent[], void>

/** Whether the client would hold part of the answer after this event: the commit point of failover. */
export function isContent(event: GenerationEvent): boolean {
  switch (event.type) {
    case 'text-delta':
    case 'refusal-delta':
    case 'reasoning-delta':
      return event.text !== ''
    case 'tool-call-delta':
    case 'media':
    case 'seal':
      return true
    case 'start':
    case 'usage':
    case 'finish':
    case 'error':
    case 'frame':
      return false
  }
}
