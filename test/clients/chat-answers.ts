import * as z from 'zod'
import type { JsonObject } from '../../src/base/json.ts'
import { completion, delta, finish, sse, usage } from '../support/chat-chunks.ts'
import type { Answer } from './upstream.ts'

const body = z.object({
  stream: z.boolean().optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.json().optional() })).min(1),
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })).optional(),
})

export function chatAnswer(received: string): Answer {
  const { stream, messages, tools } = body.parse(JSON.parse(received))
  const type = stream ? 'text/event-stream' : 'application/json'
  if (received.includes('break')) return { type, text: sse([delta('Half')]), breaks: true }
  const last = messages.at(-1)
  const tool = tools?.[0]?.function.name
  if (last?.role === 'tool') return say(type, 'The tool said ', JSON.stringify(last['content']))
  if (tool === undefined) return say(type, 'You said ', 'something')
  const call = { id: 'call_1', type: 'function', function: { name: tool, arguments: '{"city":"Oslo"}' } }
  if (!stream) {
    const message = { role: 'assistant', content: null, tool_calls: [call] }
    const whole = completion('', { choices: [{ index: 0, message, finish_reason: 'tool_calls' }] })
    return { type, text: JSON.stringify(whole) }
  }
  const start = delta({
    role: 'assistant',
    tool_calls: [{ index: 0, ...call, function: { name: tool, arguments: '' } }],
  })
  const chunks = [start, piece('{"ci'), piece('ty":"Oslo"}'), finish('tool_calls'), usage(50, 20)]
  return { type, text: sse([...chunks, '[DONE]']) }
}

function say(type: Answer['type'], ...texts: string[]): Answer {
  const text =
    type === 'application/json'
      ? JSON.stringify(completion(texts.join('')))
      : sse([...texts.map(delta), finish('stop'), usage(50, 20), '[DONE]'])
  return { type, text }
}

function piece(text: string): JsonObject {
  return delta({ tool_calls: [{ index: 0, function: { arguments: text } }] })
}
