import type { GatewayError } from '../base/errors.ts'

export type LogLine = Record<string, string | number | boolean | null>

/**
 * One line of JSON to the log. Facts and figures only: no prompt, no answer, no key, no header of a provider and no
 * stack trace ever reaches it, so it takes scalars and nothing else.
 */
export function log(line: LogLine): void {
  const text = JSON.stringify(line)
  // `npm run dev` shows errors alone, and a provider that fails, or refuses its key, is its operator's business.
  if ('failed' in line) console.error(text)
  else console.info(text)
}

/** A request's one log line: whoever knows of its end first writes it, and what comes after is ignored. */
export function requestLog(generationId: string): (line: LogLine) => void {
  let written = false
  return (line) => {
    if (!written) log({ generation_id: generationId, ...line })
    written = true
  }
}

/** A bug by its kind alone: its message may quote what a client wrote. */
export function bugIn({ type, details: { cause } }: GatewayError): { bug?: string } {
  if (type !== 'server') return {}
  return { bug: cause instanceof Error ? cause.name : typeof cause }
}
