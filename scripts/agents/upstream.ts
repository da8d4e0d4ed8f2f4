import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import * as z from 'zod'
import { freePort } from '../../test/support/free-port.ts'
import type { ToolCall } from './agents.ts'
import { chat, messages, overloaded, responses, type Reply, type Speech } from './replies.ts'

/** What the model does in a turn: calls these tools, those that it is offered, and then says the text. */
export interface Play {
  calls: readonly ToolCall[]
  text: string
  /** What happens to the first answer. */
  fault?: 'overloaded' | 'cut'
}

/** How a turn looked from the provider's side. */
export interface Seen {
  /** Requests of the turn itself, not those for a title or the like. */
  requests: number
  faults: number
  /** Whether a sealed thought was asked for, and whether it came back. */
  thoughts: 'none' | 'lost' | 'kept'
}

/** A scripted provider of the formats that Anthropic and OpenAI speak. */
export interface Upstream {
  url: string
  /** What is asked from now on is this play. */
  begin: (play: Play) => void
  seen: () => Seen
  close: () => Promise<void>
}

/** As base64 has it, so that nothing on the way may mend or escape it. */
const seal = 'EqQBCgIYAhIkc2VhbCtvZi90aGUvdXBzdHJlYW0=+/AA=='

export async function startUpstream(): Promise<Upstream> {
  const port = await freePort()
  let play: Play = { calls: [], text: '' }
  let seen: Seen = { requests: 0, faults: 0, thoughts: 'none' }
  const server = createServer((request, response) => void answer(request, response, { play, seen }))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${port}`,
    begin: (next) => {
      play = next
      seen = { requests: 0, faults: 0, thoughts: 'none' }
    },
    seen: () => seen,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The formats, by the end of the path. */
const speeches: Record<string, Speech> = { messages, responses, completions: chat }

const tool = z.looseObject({
  name: z.string().nullish(),
  function: z.looseObject({ name: z.string() }).nullish(),
})
const body = z.looseObject({
  stream: z.boolean().nullish(),
  tools: z.array(tool).nullish(),
  thinking: z.looseObject({ type: z.string() }).nullish(),
  include: z.array(z.string()).nullish(),
})
type Body = z.infer<typeof body>

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { play, seen }: { play: Play; seen: Seen },
): Promise<void> {
  const received = await textOf(request)
  const path = (request.url ?? '').split('?')[0]?.split('/').at(-1) ?? ''
  const speech = speeches[path]
  if (!speech) {
    return tell(response, 404, { error: { message: `${request.method} ${request.url} is not played here` } })
  }
  const asked = body.parse(JSON.parse(received))
  const offered = (asked.tools ?? []).flatMap(({ name, function: inner }) => name ?? inner?.name ?? [])
  // Without tools it is a title of the conversation or the like.
  if (offered.length === 0) return say(response, speech, asked, { text: 'A title' })
  seen.requests += 1
  if (play.fault && seen.faults === 0) {
    seen.faults += 1
    if (play.fault === 'overloaded') return tell(response, 529, overloaded)
    response.setHeader('content-type', 'text/event-stream')
    return void response.write(speech.half(play.text.slice(0, play.text.length / 2)), () =>
      response.destroy(),
    )
  }
  say(response, speech, asked, replyTo(play, seen, { asked, offered, received }))
}

function replyTo(
  { calls, text }: Play,
  seen: Seen,
  { asked, offered, received }: { asked: Body; offered: string[]; received: string },
): Reply {
  const able = calls.filter(({ name }) => offered.includes(name))
  // A result names its call, so the ids that a request holds tell how far the turn has come.
  const done = able.findLastIndex((_, index) => received.includes(callId(index))) + 1
  if (done > 0 && seen.thoughts === 'lost' && received.includes(seal)) seen.thoughts = 'kept'
  const call = able[done]
  if (!call) return { text }
  const thinks = wantsThoughts(asked) && done === 0
  if (thinks) seen.thoughts = 'lost'
  return { ...(thinks && { seal }), call: { ...call, id: callId(done) } }
}

/** In letters and digits alone, which is what the strictest of formats takes. */
function callId(index: number): string {
  return `call0of0turn${index}`
}

function wantsThoughts({ thinking, include }: Body): boolean {
  const isOn = thinking !== null && thinking !== undefined && thinking.type !== 'disabled'
  return isOn || (include ?? []).includes('reasoning.encrypted_content')
}

function say(response: ServerResponse, speech: Speech, { stream }: Body, reply: Reply): void {
  if (stream !== true) return tell(response, 200, speech.whole(reply))
  response.setHeader('content-type', 'text/event-stream')
  response.end(speech.stream(reply))
}

function tell(response: ServerResponse, status: number, json: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(json))
}
