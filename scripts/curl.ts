import { spawn } from 'node:child_process'
import * as z from 'zod'
import { surroundings } from './surroundings.ts'

/** A call that a person can repeat in a shell. */
export interface CurlCall {
  url: string
  /** `Content-Type: application/json`. */
  headers: string[]
  /** JSON that is posted, and answered piece by piece. */
  body?: string
}

/** What came of running a line for curl. */
export type CurlAnswer = { answered: string } | { failed: string } | 'not installed'

const timeoutSeconds = '90'
const shownMax = 60

/** A line that a shell of this system takes as it is. */
export function curlLine({ url, headers, body }: CurlCall): string {
  const given = headers.flatMap((header) => ['-H', header])
  const words = body === undefined ? [url, ...given] : ['-N', url, ...given, '-d', body]
  return ['curl', ...words].map((word) => (/^[\w:/.-]+$/.test(word) ? word : quoted(word))).join(' ')
}

/**
 * Runs curl itself, without a shell, and reads the text of the answer it prints. Everybody on a machine may read the
 * arguments of a process, and headers hold keys: curl reads them from standard input.
 */
export async function runCurl(
  { url, headers, body }: CurlCall,
  further: Record<string, string> = {},
): Promise<CurlAnswer> {
  const options = ['--silent', '--show-error', '--max-time', timeoutSeconds, '--config', '-']
  const child = spawn('curl', [...options, ...(body === undefined ? [] : ['-N', '-d', body]), url], {
    env: surroundings(process.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const all = [...Object.entries(further).map(([name, value]) => `${name}: ${value}`), ...headers]
  // What ends curl before it has read them is told by its exit.
  child.stdin.on('error', () => {})
  // Curl reads the quotes and backslashes of its configuration as JSON writes them.
  child.stdin.end(all.map((header) => `header = ${JSON.stringify(header)}\n`).join(''))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const ended = Promise.withResolvers<CurlAnswer>()
  child.on('error', () => ended.resolve('not installed'))
  child.on('close', (code) => ended.resolve(code === 0 ? read(output) : { failed: output.trim() }))
  return await ended.promise
}

const chunk = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }) })).default([]),
})

function read(output: string): CurlAnswer {
  const events = [...output.matchAll(/^data: (.*)$/gm)].map(([, text = '']) => text)
  const refusal = [output, ...events].map(refusalIn).find((found) => found !== undefined)
  if (refusal !== undefined) return { failed: refusal }
  if (events.length === 0)
    return output.includes('"data"') ? { answered: short(output) } : { failed: short(output) }
  if (events.at(-1) !== '[DONE]') return { failed: 'the answer broke off' }
  const text = events
    .slice(0, -1)
    .flatMap((event) => chunk.parse(JSON.parse(event)).choices)
    .map(({ delta }) => delta.content ?? '')
  return { answered: short(text.join('')) }
}

const errorReply = z.object({
  error: z.object({
    message: z.string(),
    metadata: z
      .object({
        previous_errors: z.array(z.object({ provider: z.string(), status: z.number().nullish() })).optional(),
      })
      .nullish(),
  }),
})

/** What the gateway says went wrong, and what each provider answered to it. */
function refusalIn(text: string): string | undefined {
  const parsed = errorReply.safeParse(jsonOf(text))
  if (!parsed.success) return undefined
  const { message, metadata } = parsed.data.error
  const refusals = (metadata?.previous_errors ?? []).map(
    ({ provider, status }) => `${provider} ${status == null ? 'did not answer' : `answered ${status}`}`,
  )
  return refusals.length === 0 ? message : `${message} (${refusals.join(', ')})`
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > shownMax ? `${line.slice(0, shownMax)}…` : line
}

/** Nothing quoted here holds a single quote; the prompt of Windows knows double quotes alone. */
function quoted(text: string): string {
  return process.platform === 'win32' ? `"${text.replaceAll('"', String.raw`\"`)}"` : `'${text}'`
}
