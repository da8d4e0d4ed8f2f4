import type { Json } from '../../src/base/json.ts'

/** One event or comment of a stream as a client saw it. Data that is no JSON, such as `[DONE]`, stays text. */
export type ChatEvent = { json: Json } | { data: string } | { comment: string }

/** Splits what a client received; deliberately not the parser under test. Throws on a line that is neither. */
export function readEvents(text: string): ChatEvent[] {
  return text
    .split('\n\n')
    .filter((part) => part !== '')
    .map(readEvent)
}

function readEvent(part: string): ChatEvent {
  if (part.startsWith(':')) return { comment: part.slice(1).trim() }
  const lines = part.split('\n').map((line) => {
    if (!line.startsWith('data: ')) throw new Error(`not a line of an event stream: ${JSON.stringify(line)}`)
    return line.slice('data: '.length)
  })
  const data = lines.join('\n')
  return data.startsWith('{') ? { json: JSON.parse(data) } : { data }
}
