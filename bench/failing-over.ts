import { Agent, request } from 'node:http'
import { applyLoad, median } from './load.ts'
import { requestBody, scenarios } from './measure.ts'
import { fundDefaultAccount, startSubject, type Upstream } from './subjects.ts'

/** What an endpoint that fails at once costs the request that asked it first; medians in milliseconds. */
export interface FailingOver {
  fault: string
  /** The second endpoint alone, and after the first has failed. */
  directMs: number
  afterMs: number
  /** What the failing provider takes to fail. */
  ownMs: number
}

const rounds = 5
const requestsPerRound = 60
const answers = 'groq'

/** Endpoints that fail are given up after a few requests. Here each request is to meet the failure. */
const limits = { ejectionFailures: 1e9, ejectionRequestsMin: 1e9 }

/** One Worker, one model, and who is asked first in turns. */
export async function measureFailingOver(upstream: Upstream): Promise<FailingOver[]> {
  const faults = [
    { fault: 'answers 503', first: 'deepinfra', url: upstream.failingUrl },
    { fault: 'resets the connection', first: 'together', url: upstream.resettingUrl },
  ]
  const subject = await startSubject('src/index.ts', upstream, {
    GROQ_API_KEY: 'k',
    GROQ_BASE_URL: upstream.baseUrl,
    DEEPINFRA_API_KEY: 'k',
    DEEPINFRA_BASE_URL: upstream.failingUrl,
    TOGETHER_API_KEY: 'k',
    TOGETHER_BASE_URL: upstream.resettingUrl,
    LIMITS: JSON.stringify(limits),
  })
  try {
    const key = await fundDefaultAccount(subject.gateway)
    const p50 = async (order: string[]) => {
      const { p50: ms } = await applyLoad({
        url: subject.url,
        concurrency: 1,
        requests: requestsPerRound,
        warmUp: 10,
        body: () => llamaFrom(order),
        headers: () => ({ authorization: `Bearer ${key}` }),
      })
      return ms
    }
    const measured: FailingOver[][] = []
    for (let round = 0; round < rounds; round++) {
      const directMs = await p50([answers])
      const row: FailingOver[] = []
      for (const { fault, first, url } of faults) {
        const callsBefore = await upstream.callsTotal()
        const afterMs = await p50([first, answers])
        const calls = (await upstream.callsTotal()) - callsBefore
        if (calls !== 2 * (requestsPerRound + 10)) throw new Error(`${fault}: ${calls} calls, not two each`)
        row.push({ fault, directMs, afterMs, ownMs: await failureMs(`${url}/chat/completions`) })
      }
      measured.push(row)
    }
    return faults.map(({ fault }, index) => {
      const of = (figure: 'directMs' | 'afterMs' | 'ownMs') =>
        median(measured.flatMap((row) => row[index]?.[figure] ?? []))
      return { fault, directMs: of('directMs'), afterMs: of('afterMs'), ownMs: of('ownMs') }
    })
  } finally {
    await subject.gateway.stop()
  }
}

function llamaFrom(order: string[]): object {
  return {
    ...requestBody(scenarios.wholeAlone),
    model: 'meta-llama/llama-3.3-70b-instruct',
    provider: { order },
  }
}

/** How long the provider itself takes to fail, asked directly. */
async function failureMs(url: string): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const body = JSON.stringify(requestBody(scenarios.wholeAlone))
  const times: number[] = []
  for (let count = 0; count < requestsPerRound; count++) {
    const startedAt = performance.now()
    const closed = Promise.withResolvers<void>()
    request(url, { method: 'POST', agent, headers: { 'content-length': body.length } })
      .on('response', (response) => response.resume())
      .on('error', () => closed.resolve())
      .on('close', closed.resolve)
      .end(body)
    await closed.promise
    times.push(performance.now() - startedAt)
  }
  agent.destroy()
  return median(times)
}
