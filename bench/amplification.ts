import { setTimeout } from 'node:timers/promises'
import { requestBody, scenarios } from './measure.ts'
import { fundDefaultAccount, startSubject, type Upstream } from './subjects.ts'

/** What providers that all fail are asked, for what clients ask. */
export interface Amplification {
  perSecond: number
  endpoints: number
  /** Calls of providers per call of a client, in the first seconds and in those after them. */
  earlySeconds: number
  early: number
  lateSeconds: number
  late: number
  /** Of the client's calls in the second stretch, those that the gateway let in; the others are not counted. */
  admitted: number
  asked: number
}

const perSecond = 120
const earlySeconds = 5
const lateSeconds = 6

/** An open load, whatever becomes of the requests, on a model whose endpoints have all failed from the start. */
export async function measureAmplification(upstream: Upstream): Promise<Amplification> {
  const hosts = ['DEEPINFRA', 'GROQ', 'SAMBANOVA']
  const variables = hosts.flatMap((host) => [
    [`${host}_API_KEY`, 'k'],
    [`${host}_BASE_URL`, upstream.failingUrl],
  ])
  const subject = await startSubject('src/index.ts', upstream, Object.fromEntries(variables))
  try {
    const key = await fundDefaultAccount(subject.gateway)
    const stretch = async (seconds: number) => {
      const callsBefore = await upstream.callsTotal()
      const refusals = await ask(subject.url, key, seconds * perSecond)
      const admitted = refusals.filter((isOurs) => !isOurs).length
      return { admitted, ratio: ((await upstream.callsTotal()) - callsBefore) / admitted }
    }
    const early = await stretch(earlySeconds)
    const late = await stretch(lateSeconds)
    return {
      perSecond,
      endpoints: hosts.length,
      earlySeconds,
      early: early.ratio,
      lateSeconds,
      late: late.ratio,
      admitted: late.admitted,
      asked: lateSeconds * perSecond,
    }
  } finally {
    await subject.gateway.stop()
  }
}

/** For each request, whether the gateway itself turned it away for having too many at once. */
async function ask(url: string, key: string, requests: number): Promise<boolean[]> {
  const startedAt = performance.now()
  const body = JSON.stringify({
    ...requestBody(scenarios.wholeAlone),
    model: 'meta-llama/llama-3.3-70b-instruct',
  })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const answers: Promise<boolean>[] = []
  for (let index = 0; index < requests; index++) {
    const dueInMs = startedAt + (index * 1_000) / perSecond - performance.now()
    if (dueInMs > 0) await setTimeout(dueInMs)
    answers.push(fetch(url, { method: 'POST', headers, body }).then(isShed))
  }
  return await Promise.all(answers)
}

async function isShed(response: Response): Promise<boolean> {
  const text = await response.text()
  if (response.ok) throw new Error(`All providers fail, and yet: ${text.slice(0, 200)}`)
  return text.includes('Too many requests at once')
}
