import * as z from 'zod'
import type { JsonObject } from '../../src/base/json.ts'
import {
  call,
  completed,
  created,
  message,
  responsesSse,
  thought,
  wholeResponse,
} from '../support/responses-frames.ts'
import type { Answer } from './upstream.ts'

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

export function responsesAnswer(received: string): Answer {
  const asked = body.parse(JSON.parse(received))
  const type = asked.stream ? 'text/event-stream' : 'application/json'
  if (received.includes('break')) {
    return { type, text: responsesSse([created, ...message(0, 'Half').slice(0, 3)]), breaks: true }
  }
  const frames = framesFor(asked)
  const text = asked.stream
    ? responsesSse([created, ...frames, completed(50, 20)])
    : JSON.stringify(wholeResponse(frames))
  return { type, text }
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
