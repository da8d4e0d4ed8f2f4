import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import * as z from 'zod'
import type { JsonObject } from '../../src/base/json.ts'
import { eventText, messageEnd, messageStart, text, thinking, toolUse } from '../support/anthropic-events.ts'
import { freePort } from '../support/free-port.ts'

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

/**
 * A provider of Anthropic's format that answers by what it is asked: a tool is called after a thought, its result
 * answered with it, and `break` in the words of the user breaks the answer off.
 */
export async function startMessagesUpstream(): Promise<{ baseUrl: string; close: () => Promise<void> }> {
  const port = await freePort()
  const server = createServer((request, response) => void answer(request, response))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const received = await textOf(request)
  if (request.url?.endsWith('/count_tokens')) {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ input_tokens: 4_321 }))
    return
  }
  response.setHeader('content-type', 'text/event-stream')
  if (received.includes('break')) {
    response.write(eventText(messageStart(), ...text(0, 'Half')), () => response.destroy())
  } else response.end(eventText(messageStart(), ...eventsFor(body.parse(JSON.parse(received)))))
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
