import { once } from 'node:events'
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import * as z from 'zod'
import type { JsonObject } from '../../src/base/json.ts'
import { freePort } from '../support/free-port.ts'
import {
  call,
  completed,
  created,
  message,
  responsesSse,
  thought,
  wholeResponse,
} from '../support/responses-frames.ts'

/** What comes back with a tool's result if every client and the gateway carried it. */
const sealed = 'gAAAAABo+sealed/thought=='

const item = z.looseObject({ type: z.string().nullish(), encrypted_content: z.string().nullish() })
const body = z.object({
  stream: z.boolean(),
  input: z
    .union([z.string(), z.array(item)])
    .transform((input): z.infer<typeof item>[] => (typeof input === 'string' ? [{ content: input }] : input)),
  tools: z.array(z.looseObject({ name: z.string().nullish() })).nullish(),
})

/**
 * A provider of the Responses format that answers by what it is asked: a tool is called after a thought, its result
 * answered with it, `break` in the input breaks the answer off. Anything else goes on to another provider.
 */
export async function startResponsesUpstream(elsewhere: string): Promise<{
  baseUrl: string
  close: () => Promise<void>
}> {
  const port = await freePort()
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/responses')) void answer(request, response)
    else pass(elsewhere, request, response)
  })
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
  const asked = body.parse(JSON.parse(await textOf(request)))
  const breaks = JSON.stringify(asked.input).includes('break')
  const frames = breaks ? message(0, 'Half').slice(0, 3) : framesFor(asked)
  response.setHeader('content-type', asked.stream ? 'text/event-stream' : 'application/json')
  if (breaks) {
    response.write(responsesSse([created, ...frames]), () => response.destroy())
  } else if (asked.stream) response.end(responsesSse([created, ...frames, completed(50, 20)]))
  else response.end(JSON.stringify(wholeResponse(frames)))
}

function framesFor({ input, tools }: z.infer<typeof body>): JsonObject[] {
  const last = input.at(-1)
  if (last?.type === 'function_call_output') {
    const carried = input.some(({ encrypted_content: encrypted }) => encrypted === sealed)
    return message(0, 'The tool said ', String(last['output']), carried ? '' : ', and the thought was lost')
  }
  const tool = tools?.[0]?.name
  if (!tool) return message(0, 'You ', 'said something')
  return [...thought(0, 'rs_0', sealed), ...call(1, 'call_0', tool, '{"ci', 'ty":"Oslo"}')]
}

function pass(elsewhere: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(elsewhere)
  const url = new URL(pathname + (request.url ?? '').replace(/^\/v1/, ''), elsewhere)
  const { method, headers } = request
  const upstream = forward(url.href, { method: method ?? 'POST', headers }, (reply) => {
    response.writeHead(reply.statusCode ?? 502, reply.headers)
    reply.on('error', () => response.destroy())
    reply.pipe(response)
  })
  upstream.on('error', () => response.destroy())
  response.on('close', () => upstream.destroy())
  request.pipe(upstream)
}
