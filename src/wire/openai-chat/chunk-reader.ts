import type { GatewayError } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { SseMessage } from '../../base/sse.ts'
import type { Flaw, GenerationEvent, Media, NativeFrame } from '../../generation/events.ts'
import { faultOfJson, namedStatus } from '../faults.ts'
import { parseJson, readArray, readCount, readObject, readText } from '../json.ts'
import type { Quirks } from '../protocol.ts'
import { servedIn } from '../service-tier.ts'
import { brokenAnswer, upstreamError } from '../upstream-error.ts'
import { finishReasonOf } from './finish.ts'
import { deltaChoice, finishChoice, makeDelta, makeFrame, type DeltaParts } from './frames.ts'
import { chunkOfOwn } from './own-chunks.ts'
import { reasoningText } from './reasoning.ts'
import { ToolCalls } from './tool-calls.ts'
import { readUsage } from './usage.ts'

/** How many events of one answer may be no JSON before the answer counts as broken. */
const malformedMax = 3

/** The names under which hosts send chunks, where they name events at all. */
const chunkEvents: ReadonlySet<string> = new Set(['message', 'chunk', 'data', 'completion'])

/** Reads the chunks of one answer, and remembers what no single chunk tells. */
export class ChunkReader {
  readonly #quirks: Quirks
  readonly #toolCalls = new ToolCalls(() => this.#answerId)
  #answerId = ''
  #thoughts = ''
  #serviceTier: Json | undefined
  #hasCited = false
  #started = false
  #answered = false
  #malformed = 0
  readonly #flaws = new Set<Flaw>()
  #finish: Extract<GenerationEvent, { type: 'finish' }> | undefined
  #closed = false

  constructor(quirks: Quirks) {
    this.#quirks = quirks
  }

  /** The host has said that nothing follows. */
  get closed(): boolean {
    return this.#closed
  }

  /** The answer is whole, whether or not the host says so. */
  get finished(): boolean {
    return this.#finish !== undefined
  }

  readMessage(message: SseMessage): GenerationEvent[] {
    if (!('data' in message) || message.data === '') return []
    if (message.data.startsWith('[DONE]')) {
      this.#closed = true
      return []
    }
    const chunk = readObject(parseJson(message.data))
    if (message.event === 'error') throw reportedError(chunk?.['error'] ?? chunk ?? message.data)
    if (!chunk) {
      // Events of a kind nobody asked for need not be JSON.
      if (message.event !== undefined && !chunkEvents.has(message.event)) return []
      this.#flaws.add('malformed_event')
      this.#malformed++
      if (this.#malformed > malformedMax) throw brokenAnswer('malformed_events')
      return []
    }
    return this.readChunk(this.#quirks.ownChunks ? chunkOfOwn(chunk) : chunk)
  }

  readChunk(chunk: JsonObject): GenerationEvent[] {
    throwReported(chunk)
    const choice = choiceOf(chunk)
    if (readArray(chunk['choices'])?.some(isExtra)) this.#flaws.add('extra_choice')
    this.#serviceTier = chunk['service_tier'] ?? this.#serviceTier
    const events = this.#start(chunk)
    if (choice) this.#readChoice(chunk, choice, events)
    const counts = chunk['usage'] ?? choice?.['usage'] ?? readObject(chunk['x_groq'])?.['usage']
    const usage = readUsage(counts, this.#quirks)
    if (usage) events.push({ type: 'usage', usage: { ...usage, ...servedIn(this.#serviceTier) } })
    return events
  }

  /** The end of the answer. Held back until here, because usage and even text may follow a finish reason. */
  end(): GenerationEvent[] {
    const flaws = this.#flaws.size > 0 ? { flaws: [...this.#flaws] } : {}
    if (this.#finish) return [{ ...this.#finish, ...flaws }]
    // A host that says it is done and only forgot the reason is believed; a stream that just stops is not.
    if (!this.#closed || !this.#answered) throw brokenAnswer('ended_early')
    return [{ type: 'finish', reason: this.#toolCalls.began ? 'tool_calls' : 'stop', ...flaws }]
  }

  #start(chunk: JsonObject): GenerationEvent[] {
    // Not at an event of another kind, such as a ping.
    if (this.#started || (!chunk['choices'] && !chunk['id'])) return []
    this.#started = true
    const upstreamId = readText(chunk['id'])
    const model = readText(chunk['model'])
    this.#answerId = upstreamId ?? ''
    return [
      {
        type: 'start',
        ...(model !== undefined && { model }),
        ...(upstreamId !== undefined && { upstreamId }),
      },
    ]
  }

  #readChoice(chunk: JsonObject, choice: JsonObject, events: GenerationEvent[]): void {
    const delta = readObject(choice['delta']) ?? readObject(choice['message']) ?? {}
    const parts = this.#partsOf(delta, chunk)
    const logprobs = readObject(choice['logprobs'])
    const contents = contentEvents(parts)
    if (contents.length > 0 || logprobs || events.length > 0) {
      const native: NativeFrame = {
        format: 'openai-chat',
        data: makeFrame(chunk, deltaChoice(makeDelta(parts), logprobs)),
      }
      for (const event of events) event.native = native
      if (contents.length === 0 && events.length === 0) events.push({ type: 'frame', native })
      for (const event of contents) events.push({ ...event, native })
    }
    this.#answered ||= contents.length > 0
    this.#readFinish(chunk, choice)
  }

  #readFinish(chunk: JsonObject, choice: JsonObject): void {
    const told = readText(choice['finish_reason'])
    if (told === undefined || told === '' || this.#finish) return
    const reason = finishReasonOf(told)
    if (reason === 'error') throw brokenAnswer(told)
    // A host that is a router itself tells both.
    const nativeReason = readText(choice['native_finish_reason']) ?? told
    const data = makeFrame(chunk, finishChoice(reason, nativeReason))
    this.#finish = { type: 'finish', reason, nativeReason, native: { format: 'openai-chat', data } }
  }

  #partsOf(delta: JsonObject, chunk: JsonObject): DeltaParts {
    const { text, thought } = splitContent(delta['content'])
    const details = readArray(delta['reasoning_details'])
    return {
      text,
      refusal: readText(delta['refusal']) ?? '',
      reasoning: this.#newThoughts(reasoningText(delta) ?? thought),
      reasoningDetails: details?.length ? details : undefined,
      toolCalls: this.#toolCalls.read(delta['tool_calls']),
      media: { ...this.#citationsOf(chunk), ...mediaOf(delta) },
    }
  }

  #newThoughts(text: string): string {
    if (!this.#quirks.reasoningCumulative || text === '') return text
    const fresh = text.startsWith(this.#thoughts) ? text.slice(this.#thoughts.length) : text
    this.#thoughts = text.startsWith(this.#thoughts) ? text : this.#thoughts + text
    return fresh
  }

  /** Search engines that answer tell their sources beside the choices, in every chunk: once is enough. */
  #citationsOf(chunk: JsonObject): JsonObject {
    if (this.#hasCited) return {}
    const annotations = sourcesIn(chunk)
    this.#hasCited = annotations.length > 0
    return this.#hasCited ? { annotations } : {}
  }
}

function sourcesIn(chunk: JsonObject): Json[] {
  const results = readArray(chunk['search_results']) ?? readArray(chunk['citations']) ?? []
  return results.flatMap((result) => {
    const url = readText(result) ?? readText(readObject(result)?.['url'])
    const title = readText(readObject(result)?.['title']) ?? ''
    const citation = { url: url ?? '', title, start_index: 0, end_index: 0 }
    return url === undefined ? [] : [{ type: 'url_citation', url_citation: citation }]
  })
}

/** In the order in which a model makes them. */
function contentEvents(parts: DeltaParts): GenerationEvent[] {
  const events: GenerationEvent[] = []
  if (parts.reasoning || parts.reasoningDetails) {
    events.push({ type: 'reasoning-delta', text: parts.reasoning })
  }
  if (parts.text) events.push({ type: 'text-delta', text: parts.text })
  if (parts.refusal) events.push({ type: 'refusal-delta', text: parts.refusal })
  for (const call of parts.toolCalls) events.push(call)
  events.push(...mediaEvents(parts.media))
  return events
}

/** The first choice: only one was asked for. */
function choiceOf(chunk: JsonObject): JsonObject | undefined {
  return readArray(chunk['choices'])
    ?.map(readObject)
    .find((choice) => choice !== undefined && (choice['index'] ?? 0) === 0)
}

function isExtra(choice: Json): boolean {
  return (readObject(choice)?.['index'] ?? 0) !== 0
}

/** Content as text, or as a list of parts in which thoughts come beside the text. */
function splitContent(content: Json | undefined): { text: string; thought: string } {
  if (typeof content === 'string') return { text: content, thought: '' }
  let text = ''
  let thought = ''
  for (const part of (readArray(content) ?? []).map(readObject)) {
    if (part?.['type'] === 'text') text += readText(part['text']) ?? ''
    if (part?.['type'] === 'thinking') thought += splitContent(part['thinking']).text
  }
  return { text, thought }
}

function mediaOf(delta: JsonObject): JsonObject {
  const audio = readObject(delta['audio'])
  const images = readArray(delta['images'])
  const annotations = readArray(delta['annotations'])
  return {
    ...(audio && { audio }),
    ...(images?.length && { images }),
    ...(annotations?.length && { annotations }),
  }
}

/** What of the media other formats can tell too. */
function mediaEvents({ audio, images, annotations }: JsonObject): GenerationEvent[] {
  const events: GenerationEvent[] = []
  const sound = readObject(audio)
  if (sound) {
    const base64 = readText(sound['data'])
    const transcript = readText(sound['transcript'])
    events.push({
      type: 'media',
      media: {
        kind: 'audio',
        ...(base64 !== undefined && { base64 }),
        ...(transcript !== undefined && { transcript }),
      },
    })
  }
  for (const image of readArray(images) ?? []) {
    const url = readText(readObject(readObject(image)?.['image_url'])?.['url'])
    if (url !== undefined) events.push({ type: 'media', media: { kind: 'image', url } })
  }
  for (const annotation of readArray(annotations) ?? []) {
    const citation = readObject(readObject(annotation)?.['url_citation'])
    if (citation) events.push({ type: 'media', media: readCitation(citation) })
  }
  return events
}

function readCitation(citation: JsonObject): Extract<Media, { kind: 'citation' }> {
  const title = readText(citation['title'])
  const text = readText(citation['content'])
  const start = readCount(citation['start_index'])
  const end = readCount(citation['end_index'])
  return {
    kind: 'citation',
    url: readText(citation['url']) ?? '',
    ...(title !== undefined && { title }),
    ...(text !== undefined && { text }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  }
}

/** Hosts report a failure inside a 200 in several shapes; null stands for none. */
function throwReported(chunk: JsonObject): void {
  const error = chunk['error']
  if (error !== undefined && error !== null && error !== '' && error !== false) throw reportedError(error)
  if (chunk['object'] === 'error') throw reportedError(chunk)
  const native = readObject(chunk['base_resp'])?.['status_code']
  if (typeof native === 'number' && native !== 0) throw reportedError(chunk)
}

function reportedError(error: Json): GatewayError {
  const wrapped: Json = { error }
  return upstreamError(namedStatus(wrapped), faultOfJson(null, wrapped))
}
