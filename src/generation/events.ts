import type { ErrorType } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
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
  | { type: 'reasoning-delta'; text: string }
  /** Audio, images, annotations, log probabilities: content that only the native frame carries in full. */
  | { type: 'media'; kind: 'audio' | 'image' | 'annotation' }
  | { type: 'tool-call-delta'; index: number; id?: string; name?: string; arguments: string }
  /** Cumulative: a later one replaces an earlier one. */
  | { type: 'usage'; usage: Usage }
  | { type: 'finish'; reason: FinishReason; nativeReason?: string; flaws?: readonly Flaw[] }
  | { type: 'error'; error: GenerationFailure }
  /** Nothing but a frame to pass on, such as an empty delta. */
  | { type: 'frame' }
)

/** Why a generation broke off, as a client may see it. */
export interface GenerationFailure {
  type: ErrorType
  message: string
  metadata?: Record<string, unknown>
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
      return true
    case 'start':
    case 'usage':
    case 'finish':
    case 'error':
    case 'frame':
      return false
  }
}
