import type { JsonObject } from '../../src/base/json.ts'
import { send, streaming } from './provider.ts'
import type { Step } from './upstream-script.ts'

/** What a provider of Anthropic's format says, event by event. */
export function messageStart(usage: JsonObject = { input_tokens: 25, output_tokens: 1 }): JsonObject {
  return {
    type: 'message_start',
    message: {
      id: 'msg_upstream',
      type: 'message',
      role: 'assistant',
      model: 'claude-upstream',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    },
  }
}

export function blockStart(index: number, block: JsonObject): JsonObject {
  return { type: 'content_block_start', index, content_block: block }
}

export function blockDelta(index: number, delta: JsonObject): JsonObject {
  return { type: 'content_block_delta', index, delta }
}

export const blockStop = (index: number): JsonObject => ({ type: 'content_block_stop', index })

/** One block of text, in pieces. */
export function text(index: number, ...pieces: string[]): JsonObject[] {
  return [
    blockStart(index, { type: 'text', text: '' }),
    ...pieces.map((piece) => blockDelta(index, { type: 'text_delta', text: piece })),
    blockStop(index),
  ]
}

export function thinking(index: number, words: string, signature: string): JsonObject[] {
  return [
    blockStart(index, { type: 'thinking', thinking: '', signature: '' }),
    blockDelta(index, { type: 'thinking_delta', thinking: words }),
    blockDelta(index, { type: 'signature_delta', signature }),
    blockStop(index),
  ]
}

/** One call, its arguments in the given pieces. */
export function toolUse(
  index: number,
  call: { id: string; name: string },
  ...pieces: string[]
): JsonObject[] {
  return [
    blockStart(index, { type: 'tool_use', ...call, input: {} }),
    ...pieces.map((piece) => blockDelta(index, { type: 'input_json_delta', partial_json: piece })),
    blockStop(index),
  ]
}

export function messageEnd(
  reason: string,
  usage: JsonObject = { output_tokens: 12 },
  delta: JsonObject = {},
): JsonObject[] {
  return [
    { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null, ...delta }, usage },
    { type: 'message_stop' },
  ]
}

export const ping: JsonObject = { type: 'ping' }

export function errorEvent(type: string, message: string): JsonObject {
  return { type: 'error', error: { type, message } }
}

export function eventText(...events: JsonObject[]): string {
  return events
    .map(
      (event) => `event: ${JSON.stringify(event['type']).slice(1, -1)}\ndata: ${JSON.stringify(event)}\n\n`,
    )
    .join('')
}

export function messageStream(...events: JsonObject[]): Step[] {
  return streaming(send(eventText(...events)))
}

/** The events that a client got, each with a line `event:` that says its type. */
export function readMessageEvents(received: string): JsonObject[] {
  return received
    .split('\n\n')
    .filter((part) => part !== '')
    .map((part) => {
      const [, name, data] = /^event: (\w+)\ndata: (.+)$/.exec(part) ?? []
      const event: JsonObject = JSON.parse(data ?? 'null')
      if (event['type'] !== name) throw new Error(`not an event of Messages: ${JSON.stringify(part)}`)
      return event
    })
}
