import type { JsonObject } from '../../base/json.ts'
import type { SseMessage } from '../../base/sse.ts'
import type { Flaw, GenerationEvent } from '../../generation/events.ts'
import { answerTool } from '../answer-tool.ts'
import { argumentsText, parseJson, readArray, readCount, readObject, readText } from '../json.ts'
import type { UpstreamTarget } from '../protocol.ts'
import type { AnswerReader } from '../read-answer.ts'
import { brokenAnswer, upstreamError } from '../upstream-error.ts'
import { faultOfException } from './faults.ts'
import { finishReasonOf } from './finish.ts'
import { readUsage } from './usage.ts'

/** How many events of one answer may be no JSON before the answer counts as broken. */
const malformedMax = 3

type Finish = Extract<GenerationEvent, { type: 'finish' }>

/** Reads the events of one answer. Why it ended comes before what it used, which is last. */
export class EventReader implements AnswerReader {
  readonly #maker: string
  #started = false
  #answered = false
  /** The number of the call that each block is, by Bedrock's number of the block. */
  readonly #calls = new Map<number, number>()
  /** Of those: the ones without arguments so far. */
  readonly #bare = new Set<number>()
  /** The block in which the model answers by the tool that stands for it, see `answer-tool.ts`. */
  #answerBlock: number | undefined
  #malformed = 0
  readonly #flaws = new Set<Flaw>()
  #finish: Finish | undefined
  #counted = false

  constructor({ maker }: Pick<UpstreamTarget, 'maker'>) {
    this.#maker = maker ?? 'unknown'
  }

  get closed(): boolean {
    return this.finished && this.#counted
  }

  get finished(): boolean {
    return this.#finish !== undefined
  }

  readMessage(message: SseMessage): GenerationEvent[] {
    if (!('data' in message)) return []
    const payload = readObject(parseJson(message.data))
    if (payload) return this.readEvent(message.event ?? '', payload)
    this.#flaws.add('malformed_event')
    this.#malformed++
    if (this.#malformed > malformedMax) throw brokenAnswer('malformed_events')
    return []
  }

  readEvent(name: string, payload: JsonObject): GenerationEvent[] {
    switch (name) {
      case 'messageStart':
        return this.#start()
      case 'contentBlockStart':
        return [...this.#start(), ...this.#readBlock(payload)]
      case 'contentBlockDelta':
        return [...this.#start(), ...this.#readDelta(payload)]
      case 'contentBlockStop':
        return this.#fill(readCount(payload['contentBlockIndex']) ?? 0)
      case 'messageStop':
        this.#stop(payload)
        return [...this.#bare].flatMap((block) => this.#fill(block))
      case 'metadata':
        return this.#count(payload)
      case 'error':
        throw upstreamError(null, faultOfException(null, payload))
      default:
        // What was added to the format since.
        return []
    }
  }

  /** A whole answer, read as the stream it could have been. */
  readWhole(body: JsonObject): GenerationEvent[] {
    const message = readObject(readObject(body['output'])?.['message']) ?? {}
    const blocks = (readArray(message['content']) ?? []).map((block) => readObject(block) ?? {})
    const events = this.#start()
    for (const [index, block] of blocks.entries()) {
      for (const [name, piece] of piecesOf(block)) {
        events.push(...this.readEvent(name, { ...piece, contentBlockIndex: index }))
      }
    }
    return [...events, ...this.readEvent('messageStop', body), ...this.#count(body)]
  }

  end(): GenerationEvent[] {
    if (!this.#finish) throw brokenAnswer('ended_early')
    return [{ ...this.#finish, ...(this.#flaws.size > 0 && { flaws: [...this.#flaws] }) }]
  }

  #start(): GenerationEvent[] {
    if (this.#started) return []
    this.#started = true
    return [{ type: 'start' }]
  }

  /** Only calls begin with an event of their own. */
  #readBlock(payload: JsonObject): GenerationEvent[] {
    const block = readCount(payload['contentBlockIndex']) ?? 0
    const call = readObject(readObject(payload['start'])?.['toolUse'])
    if (!call || this.#calls.has(block)) return []
    const name = readText(call['name']) ?? ''
    this.#answered = true
    if (name === answerTool) {
      this.#answerBlock = block
      return []
    }
    const index = this.#calls.size
    this.#calls.set(block, index)
    this.#bare.add(block)
    const id = readText(call['toolUseId'])
    return [{ type: 'tool-call-delta', index, ...(id && { id }), name, arguments: '' }]
  }

  #readDelta(payload: JsonObject): GenerationEvent[] {
    const delta = readObject(payload['delta']) ?? {}
    const text = readText(delta['text'])
    this.#answered = true
    if (text !== undefined) return [{ type: 'text-delta', text }]
    const thought = readObject(delta['reasoningContent'])
    if (thought) return this.#readThought(thought)
    const input = readText(readObject(delta['toolUse'])?.['input'])
    if (input !== undefined) return this.#readInput(readCount(payload['contentBlockIndex']) ?? 0, input)
    return citationsOf(readObject(delta['citation']))
  }

  #readThought(thought: JsonObject): GenerationEvent[] {
    const maker = this.#maker
    const text = readText(thought['text'])
    const signature = readText(thought['signature'])
    const redacted = readText(thought['redactedContent'])
    return [
      ...(text ? [{ type: 'reasoning-delta' as const, text, maker }] : []),
      ...(signature
        ? [{ type: 'seal' as const, seal: { maker, kind: 'signature' as const, data: signature } }]
        : []),
      ...(redacted
        ? [{ type: 'seal' as const, seal: { maker, kind: 'encrypted' as const, data: redacted } }]
        : []),
    ]
  }

  #readInput(block: number, input: string): GenerationEvent[] {
    if (block === this.#answerBlock) return [{ type: 'text-delta', text: input }]
    const index = this.#calls.get(block)
    if (index !== undefined) {
      if (input !== '') this.#bare.delete(block)
      return [{ type: 'tool-call-delta', index, arguments: input }]
    }
    this.#flaws.add('malformed_event')
    return []
  }

  /** A call without arguments comes without any input: an object all the same. */
  #fill(block: number): GenerationEvent[] {
    const index = this.#calls.get(block)
    if (index === undefined || !this.#bare.delete(block)) return []
    return [{ type: 'tool-call-delta', index, arguments: '{}' }]
  }

  #stop(payload: JsonObject): void {
    const told = readText(payload['stopReason']) ?? ''
    // A host that says it is done and only forgot the reason is believed where something came.
    if (told === '' && !this.#answered) return
    const further = readObject(payload['additionalModelResponseFields'])
    const sequence = readText(further?.['stop_sequence'] ?? readObject(further?.['delta'])?.['stop_sequence'])
    const answersByTool = this.#answerBlock !== undefined && told === 'tool_use'
    const unnamed = this.#calls.size > 0 ? 'tool_calls' : 'stop'
    this.#finish = {
      type: 'finish',
      reason: answersByTool ? 'stop' : told === '' ? unnamed : finishReasonOf(told),
      ...(told !== '' && { nativeReason: told }),
      ...(sequence !== undefined && { stopSequence: sequence }),
    }
  }

  #count(payload: JsonObject): GenerationEvent[] {
    const usage = readUsage(readObject(payload['usage']))
    if (!usage) return []
    this.#counted = true
    return [{ type: 'usage', usage }]
  }
}

/** The events in which a block would have come in a stream. */
function piecesOf(block: JsonObject): [string, JsonObject][] {
  const call = readObject(block['toolUse'])
  if (call) {
    const { input, ...start } = call
    const text = argumentsText(input)
    return [
      ['contentBlockStart', { start: { toolUse: start } }],
      ...deltas(text === '{}' ? [] : [{ toolUse: { input: text } }]),
    ]
  }
  const thought = readObject(block['reasoningContent'])
  if (thought) return deltas([{ reasoningContent: { ...thought, ...readObject(thought['reasoningText']) } }])
  const cited = readObject(block['citationsContent'])
  if (cited) {
    const texts = (readArray(cited['content']) ?? []).map((part) => ({
      text: readObject(part)?.['text'] ?? '',
    }))
    const citations = (readArray(cited['citations']) ?? []).map((citation) => ({ citation }))
    return deltas([...texts, ...citations])
  }
  return deltas([block])
}

function deltas(list: readonly JsonObject[]): [string, JsonObject][] {
  return list.map((delta) => ['contentBlockDelta', { delta }])
}

/** Citations of the web; those of the client's own documents have places in them instead of an address. */
function citationsOf(citation: JsonObject | undefined): GenerationEvent[] {
  const url = readText(readObject(readObject(citation?.['location'])?.['web'])?.['url'])
  if (!citation || url === undefined) return []
  const title = readText(citation['title'])
  const quoted = (readArray(citation['sourceContent']) ?? []).map(
    (part) => readText(readObject(part)?.['text']) ?? '',
  )
  const text = quoted.join('')
  const media = {
    kind: 'citation' as const,
    url,
    ...(title !== undefined && { title }),
    ...(text && { text }),
  }
  return [{ type: 'media', media }]
}
