import type { JsonObject } from '../../base/json.ts'
import type { GenerationFailure } from '../../generation/events.ts'
import type { AnswerContext, AnswerEvent, AnswerFold, Charge } from '../dialect.ts'
import { argumentsOf, readArray, readObject, readText } from '../json.ts'
import { failureOf } from './errors.ts'
import { FrameWriter } from './frame-writer.ts'
import { Message } from './message.ts'

/** A whole answer: the fold of the frames its stream would have had. */
export class MessageFold implements AnswerFold {
  readonly #frames = new FrameWriter(false)
  readonly #message = new Message()
  readonly #content: JsonObject[] = []
  /** JSON text of the input that the last block is given. */
  #input = ''
  #charge: Charge | undefined
  #failure: GenerationFailure | undefined

  add(events: AnswerEvent[]): void {
    for (const event of events) {
      if (event.type === 'start') this.#message.start(event)
      else if (event.type === 'finish') this.#message.finish(event)
      else if (event.type === 'charge') this.#charge = event.charge
      else if (event.type === 'error') this.#failure = event.error
      else this.#addFrames(this.#frames.write(event))
    }
  }

  /** A message cannot say that it broke off. */
  whole(context: AnswerContext): JsonObject {
    if (this.#failure) throw failureOf(this.#failure)
    this.#addFrames(this.#frames.close())
    const { delta, usage, type: _, ...said } = this.#message.ending(this.#charge)
    return {
      ...this.#message.head(context),
      content: context.hidesReasoning ? this.#content.flatMap(withoutWords) : this.#content,
      ...readObject(delta),
      ...said,
      ...(usage !== undefined && { usage }),
    }
  }

  #addFrames(frames: JsonObject[]): void {
    for (const frame of frames) this.#addFrame(frame)
  }

  #addFrame(frame: JsonObject): void {
    if (frame['type'] === 'content_block_start') {
      this.#content.push({ ...readObject(frame['content_block']) })
      this.#input = ''
      return
    }
    const block = this.#content.at(-1) ?? {}
    if (frame['type'] === 'content_block_stop') {
      if (this.#input !== '') block['input'] = argumentsOf(this.#input)
      return
    }
    this.#addDelta(block, readObject(frame['delta']) ?? {})
  }

  #addDelta(block: JsonObject, delta: JsonObject): void {
    switch (readText(delta['type']) ?? '') {
      case 'input_json_delta':
        this.#input += readText(delta['partial_json']) ?? ''
        return
      case 'citations_delta':
        block['citations'] = [...(readArray(block['citations']) ?? []), delta['citation'] ?? null]
        return
      default:
        // Texts follow each other under their own names, those of blocks nobody here knows included.
        for (const [name, value] of Object.entries(delta)) {
          if (name !== 'type') block[name] = joined(block[name], value)
        }
    }
  }
}

function joined(earlier: JsonObject[string] | undefined, value: JsonObject[string]): JsonObject[string] {
  return typeof earlier === 'string' && typeof value === 'string' ? earlier + value : value
}

/** A thought that the client wants to give back but not to read. */
function withoutWords(block: JsonObject): JsonObject[] {
  if (block['type'] !== 'thinking') return [block]
  return block['signature'] === '' ? [] : [{ ...block, thinking: '' }]
}
