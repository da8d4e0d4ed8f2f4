import { spawn } from 'node:child_process'
import * as z from 'zod'
import { surroundings } from './surroundings.ts'

/** What came of running a line for curl. */
export type CurlAnswer = { answered: string } | { failed: string } | 'not installed'

const timeoutSeconds = '90'
const shownMax = 60

/** Runs curl itself, without a shell, and reads the text of the answer it prints. */
export async function runCurl(args: string[], headers: Record<string, string> = {}): Promise<CurlAnswer> {
  const further = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const options = ['--silent', '--show-error', '--max-time', timeoutSeconds]
  const child = spawn('curl', [...options, ...further, ...args], {
    env: surroundings(process.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
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
  const failure = /"error":\s*\{.*?"message":\s*("(?:[^"\\]|\\.)*")/.exec(output)?.[1]
  if (failure !== undefined) return { failed: String(JSON.parse(failure)) }
  if (events.length === 0)
    return output.includes('"data"') ? { answered: short(output) } : { failed: short(output) }
  if (events.at(-1) !== '[DONE]') return { failed: 'the answer broke off' }
  const text = events
    .slice(0, -1)
    .flatMap((event) => chunk.parse(JSON.parse(event)).choices)
    .map(({ delta }) => delta.content ?? '')
  return { answered: short(text.join('')) }
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > shownMax ? `${line.slice(0, shownMax)}…` : line
}
