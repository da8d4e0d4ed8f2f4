import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { freePort } from '../support/free-port.ts'
import { chatAnswer } from './chat-answers.ts'
import { messagesAnswer } from './messages-answers.ts'
import { responsesAnswer } from './responses-answers.ts'

/** What a provider sends. */
export interface Answer {
  type: 'text/event-stream' | 'application/json'
  text: string
  /** The connection is cut after it. */
  breaks?: boolean
}

/** What each path answers, by its end. */
const answers: [string, (body: string) => Answer][] = [
  ['/chat/completions', chatAnswer],
  ['/responses', responsesAnswer],
  ['/messages', messagesAnswer],
  ['/count_tokens', () => ({ type: 'application/json', text: JSON.stringify({ input_tokens: 4_321 }) })],
]

/**
 * A provider of three formats that answers by what it is asked, in each of them alike: a tool is called after a
 * thought, its result answered with it, and `break` in the words of the user breaks the answer off.
 */
export async function startOwnUpstream(): Promise<{ baseUrl: string; close: () => Promise<void> }> {
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
  const body = await textOf(request)
  const found = answers.find(([end]) => request.url?.endsWith(end))
  if (!found) return void response.writeHead(404).end()
  const { type, text, breaks } = found[1](body)
  response.setHeader('content-type', type)
  if (breaks) response.write(text, () => response.destroy())
  else response.end(text)
}
