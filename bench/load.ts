import { Agent, request, type IncomingMessage } from 'node:http'

/** A closed-loop load: so many clients, each sending its next request when the last answer has come. */
export interface Load {
  url: string
  concurrency: number
  requests: number
  /** Requests before the clock starts. */
  warmUp: number
  body: (index: number) => object
  headers: (index: number) => Record<string, string>
  /** Headers that each measured answer has; without them the figure would be of something else. */
  expects?: Record<string, string>
}

/** Milliseconds, and requests per second. */
export interface Figures {
  p50: number
  p99: number
  /** Until the first byte of the body. */
  firstByteP50: number
  perSecond: number
}

interface Timing {
  totalMs: number
  firstByteMs: number
}

export async function applyLoad(load: Load): Promise<Figures> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.concurrency })
  try {
    await run({ ...load, expects: {} }, agent, load.warmUp)
    const startedAt = performance.now()
    const timings = await run(load, agent, load.requests)
    const seconds = (performance.now() - startedAt) / 1000
    const totals = timings.map((timing) => timing.totalMs)
    return {
      p50: quantile(totals, 0.5),
      p99: quantile(totals, 0.99),
      firstByteP50: quantile(
        timings.map((timing) => timing.firstByteMs),
        0.5,
      ),
      perSecond: load.requests / seconds,
    }
  } finally {
    agent.destroy()
  }
}

export function quantile(values: number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

export const median = (values: number[]): number => quantile(values, 0.5)

async function run(load: Load, agent: Agent, requests: number): Promise<Timing[]> {
  const timings: Timing[] = []
  let next = 0
  const client = async () => {
    while (next < requests) timings.push(await ask(load, agent, next++))
  }
  await Promise.all(Array.from({ length: load.concurrency }, client))
  return timings
}

async function ask(load: Load, agent: Agent, index: number): Promise<Timing> {
  const body = JSON.stringify(load.body(index))
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...load.headers(index),
  }
  const startedAt = performance.now()
  const answered = Promise.withResolvers<IncomingMessage>()
  request(load.url, { method: 'POST', agent, headers }, answered.resolve)
    .on('error', answered.reject)
    .end(body)
  const response = await answered.promise
  let firstByteAt = 0
  let text = ''
  for await (const piece of response.setEncoding('utf8')) {
    firstByteAt ||= performance.now()
    text += String(piece)
  }
  if (response.statusCode !== 200) throw new Error(`${load.url} answered ${response.statusCode}: ${text}`)
  for (const [name, value] of Object.entries(load.expects ?? {})) {
    if (response.headers[name] !== value) throw new Error(`${name} is ${String(response.headers[name])}`)
  }
  // A figure for answers that were cut short would be worth nothing.
  if (!text.includes('completion_tokens')) throw new Error(`no whole answer: ${text.slice(-300)}`)
  return { totalMs: performance.now() - startedAt, firstByteMs: firstByteAt - startedAt }
}
