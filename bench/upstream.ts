import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setImmediate, setTimeout } from 'node:timers/promises'
import * as z from 'zod'
import { portOf } from '../test/support/upstream.ts'

/**
 * The provider of the benchmark, in a process of its own: answers at once with `seed` tokens, and streams one chunk per
 * token, `temperature` × 10 milliseconds apart. Below /503 it refuses, below /reset it breaks the connection off, and
 * /calls tells how often it was asked. Prints its port.
 */
const asked = z.object({
  stream: z.boolean().optional(),
  seed: z.int(),
  temperature: z.number().default(0),
})

const frame = {
  id: 'chatcmpl-bench',
  object: 'chat.completion.chunk',
  created: 1_767_225_600,
  model: 'gpt-4o-mini',
}

const server = createServer((request, response) => void answer(request, response))
server.listen(0, '127.0.0.1', () => process.stdout.write(`${portOf(server.address())}\n`))
// The process ends with the one that started it.
process.stdin.resume().on('end', () => process.exit())

let callsTotal = 0

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url = '', socket } = request
  if (url === '/calls') return void response.end(String(callsTotal))
  callsTotal++
  let text = ''
  for await (const piece of request.setEncoding('utf8')) text += String(piece)
  if (url.startsWith('/503/')) return refuse(response)
  if (url.startsWith('/reset/')) return void socket.resetAndDestroy()
  const { stream, seed: tokens, temperature } = asked.parse(JSON.parse(text))
  if (stream) await streamTokens(response, tokens, temperature * 10)
  else answerWhole(response, tokens)
}

function refuse(response: ServerResponse): void {
  response.writeHead(503, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { message: 'The model is overloaded.', code: 503 } }))
}

function answerWhole(response: ServerResponse, tokens: number): void {
  const message = { role: 'assistant', content: 'word '.repeat(tokens) }
  const choices = [{ index: 0, message, finish_reason: 'stop' }]
  const body = JSON.stringify({ ...frame, object: 'chat.completion', choices, usage: usage(tokens) })
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

async function streamTokens(response: ServerResponse, tokens: number, everyMs: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (let index = 0; index < tokens && !response.destroyed; index++) {
    response.write(chunk([{ index: 0, delta: { content: ` word${index}` }, finish_reason: null }]))
    await (everyMs === 0 ? setImmediate() : setTimeout(everyMs))
  }
  response.write(chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]))
  response.end(`${chunk([], { usage: usage(tokens) })}data: [DONE]\n\n`)
}

function chunk(choices: object[], fields: object = {}): string {
  return `data: ${JSON.stringify({ ...frame, choices, ...fields })}\n\n`
}

function usage(tokens: number): object {
  return { prompt_tokens: 210, completion_tokens: tokens, total_tokens: 210 + tokens }
}
