import * as z from 'zod'
import type { JsonObject } from '../../src/base/json.ts'
import { eventText, messageEnd, messageStart, text, thinking, toolUse } from '../support/anthropic-events.ts'
import type { Answer } from './upstream.ts'

/** What comes back with a tool's result if the client and the gateway carried it. */
const signature = 'EqQBCgIYAhIkc2lnbmF0dXJl+/=='

const block = z.looseObject({
  type: z.string(),
  signature: z.string().optional(),
  content: z.json().optional(),
})
const body = z.object({
  stream: z.boolean().optional(),
  messages: z.array(z.object({ content: z.union([z.string(), z.array(block)]) })),
  tools: z.array(z.object({ name: z.string() })).optional(),
})

export function messagesAnswer(received: string): Answer {
  const type = 'text/event-stream'
  if (received.includes('break')) {
    return { type, text: eventText(messageStart(), ...text(0, 'Half')), breaks: true }
  }
  return { type, text: eventText(messageStart(), ...eventsFor(body.parse(JSON.parse(received)))) }
}

function eventsFor({ messages, tools }: z.infer<typeof body>): JsonObject[] {
  const blocks = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content))
  const result = blocks.find(({ type }) => type === 'tool_result')
  if (result) {
    const isCarried = blocks.some((each) => each.signature === signature)
    const words = `The tool said ${JSON.stringify(result.content)}`
    return [...text(0, words, isCarried ? '' : ', and the thought was lost'), ...messageEnd('end_turn')]
  }
  const [tool] = tools ?? []
  if (!tool) return [...text(0, 'You said ', 'something'), ...messageEnd('end_turn')]
  return [
    ...thinking(0, 'I should look', signature),
    ...toolUse(1, { id: 'toolu_1', name: tool.name }, '{"ci', 'ty":"Oslo"}'),
    ...messageEnd('tool_use'),
  ]
}
