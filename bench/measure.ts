import { cpuMs } from './cpu.ts'
import { applyLoad, median, type Figures, type Load } from './load.ts'
import type { Subject } from './subjects.ts'

/** One load that every subject is put under. */
export interface Scenario {
  name: string
  concurrency: number
  requests: number
  stream: boolean
  tokens: number
  /** Between chunks; 0 is as fast as they can be written. */
  everyMs: number
}

export const scenarios = {
  wholeAlone: { name: 'whole answer, 1 at a time', concurrency: 1, requests: 300, ...whole() },
  whole32: { name: 'whole answers, 32 at a time', concurrency: 32, requests: 1_000, ...whole() },
  streamAlone: { name: 'stream of 200 chunks, 1 at a time', concurrency: 1, requests: 30, ...stream(200, 2) },
  stream16: {
    name: 'streams of 200 chunks, 16 at a time',
    concurrency: 16,
    requests: 128,
    ...stream(200, 2),
  },
  longStream16: {
    name: 'streams of 2,000 chunks, 16 at a time',
    concurrency: 16,
    requests: 16,
    ...stream(2_000, 2),
  },
} satisfies Record<string, Scenario>

export const scenarioNames = ['wholeAlone', 'whole32', 'streamAlone', 'stream16', 'longStream16'] as const

function whole(): Pick<Scenario, 'stream' | 'tokens' | 'everyMs'> {
  return { stream: false, tokens: 200, everyMs: 0 }
}

function stream(tokens: number, everyMs: number): Pick<Scenario, 'stream' | 'tokens' | 'everyMs'> {
  return { stream: true, tokens, everyMs }
}

export interface Measurement extends Figures {
  /** CPU time of the subject's process per request; NaN where it cannot be told. */
  cpuMs: number
}

/** What is other than usual. */
export interface Variation {
  url?: string
  headers?: Record<string, string>
  expects?: NonNullable<Load['expects']>
}

/** One round of a scenario against a subject; the keys take turns. */
export async function measure(
  subject: Subject,
  scenario: Scenario,
  keys: string[],
  { url = subject.url, headers = {}, expects = {} }: Variation = {},
): Promise<Measurement> {
  const { processId } = subject
  const warmUp = Math.max(scenario.concurrency, Math.ceil(scenario.requests / 10))
  const before = processId === undefined ? Number.NaN : cpuMs(processId)
  const figures = await applyLoad({
    url,
    concurrency: scenario.concurrency,
    requests: scenario.requests,
    warmUp,
    body: () => requestBody(scenario),
    headers: (index) => ({ authorization: `Bearer ${keys[index % keys.length]}`, ...headers }),
    expects,
  })
  const used = processId === undefined ? Number.NaN : cpuMs(processId) - before
  return { ...figures, cpuMs: used / (scenario.requests + warmUp) }
}

export function requestBody({ stream: streamed, tokens, everyMs }: Scenario): object {
  return {
    model: 'openai/gpt-4o-mini',
    stream: streamed,
    // As answers mostly do, this one ends before its cap. The provider of the benchmark obeys the seed.
    max_tokens: 2 * tokens,
    seed: tokens,
    temperature: everyMs / 10,
    messages: [{ role: 'user', content: 'hello '.repeat(200) }],
  }
}

/** The medians of several rounds. */
export function medians(rounds: Measurement[]): Measurement {
  const of = (figure: keyof Measurement) => median(rounds.map((round) => round[figure]))
  return {
    p50: of('p50'),
    p99: of('p99'),
    firstByteP50: of('firstByteP50'),
    perSecond: of('perSecond'),
    cpuMs: of('cpuMs'),
  }
}

/** How far the rounds lie apart, as a part of their median: what a ratio of them can be off by. */
export function spread(rounds: Measurement[]): number {
  const values = rounds.map((round) => round.p50)
  return (Math.max(...values) - Math.min(...values)) / median(values)
}
