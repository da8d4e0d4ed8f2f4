import type { TestProject } from 'vitest/node'
import { serveGateway } from '../support/served-gateway.ts'
import type { Step } from '../support/upstream-script.ts'
import { startUpstream } from '../support/upstream.ts'
import { startAimock } from './aimock.ts'
import { startOwnUpstream } from './upstream.ts'

/** What `wrangler dev` serves. */
export interface Place {
  /** `http://localhost:40123`. */
  origin: string
  keys: { inference: string; management: string }
}

declare module 'vitest' {
  interface ProvidedContext {
    gateway: Place & {
      /** Where the upstream tells what it saw, as a provider that sends on and on and as one that falls silent. */
      logs: { talking: string; silent: string }
    }
    /** Its providers are none of ours. */
    gatewayBeforeAimock: Place & {
      /** Where they tell what they were asked. */
      journal: string
    }
  }
}

const chunk = {
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_767_225_600,
  model: 'upstream-model',
  choices: [{ index: 0, delta: { content: 'word ' }, finish_reason: null }],
}
const text = `data: ${JSON.stringify(chunk)}\n\n`
const head: Step = {
  do: 'head',
  status: 200,
  headers: { 'content-type': 'text/event-stream' },
  chunked: true,
}

/** The providers of the formats that clients speak, all of them at one address. */
const rowsAt = (baseUrl: string) => ({
  ANTHROPIC_API_KEY: 'key-of-the-operator',
  ANTHROPIC_BASE_URL: baseUrl,
  OPENAI_API_KEY: 'key-of-the-operator',
  OPENAI_BASE_URL: baseUrl,
  LIMITS: JSON.stringify({ keepAliveMs: 300 }),
})

/** Two hosts of the same models, of none that other tests ask for: one test after the other says what they play. */
const scriptedAt = (url: string) => ({
  Z_AI_API_KEY: 'key-of-the-operator',
  Z_AI_BASE_URL: `${url}/z-ai`,
  ZHIPUAI_API_KEY: 'key-of-the-operator',
  ZHIPUAI_BASE_URL: `${url}/zhipuai`,
})

/** Two gateways for all clients, served by `wrangler dev` as `npm run dev` does, with short keep-alives. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using starting = new AsyncDisposableStack()
  const use = <Started extends { close: () => Promise<void> }>(started: Started): Started => {
    starting.defer(started.close)
    return started
  }
  const [upstream, own, aimock] = [
    use(await startUpstream()),
    use(await startOwnUpstream()),
    use(await startAimock()),
  ]
  const talking = await play(upstream.url, [head, { do: 'repeat', text, everyMs: 50 }])
  const silent = await play(upstream.url, [head, { do: 'send', text }, { do: 'silence' }])
  const broken = await play(upstream.url, [head, { do: 'send', text }, { do: 'reset' }])
  const [gateway, gatewayBeforeAimock] = await Promise.all([
    serveGateway({
      ...rowsAt(own.baseUrl),
      SIMULATOR: 'on',
      DEEPSEEK_API_KEY: 'key-of-the-operator',
      DEEPSEEK_BASE_URL: silent.baseUrl,
      GROQ_API_KEY: 'key-of-the-operator',
      GROQ_BASE_URL: broken.baseUrl,
      INCEPTION_API_KEY: 'key-of-the-operator',
      INCEPTION_BASE_URL: talking.baseUrl,
      ...scriptedAt(upstream.url),
    }),
    serveGateway(rowsAt(aimock.baseUrl)),
  ])
  starting.defer(gateway.stop)
  starting.defer(gatewayBeforeAimock.stop)
  project.provide('upstreamUrl', upstream.url)
  project.provide('gateway', {
    origin: gateway.origin,
    keys: gateway.keys,
    logs: { talking: talking.log, silent: silent.log },
  })
  project.provide('gatewayBeforeAimock', {
    origin: gatewayBeforeAimock.origin,
    keys: gatewayBeforeAimock.keys,
    journal: aimock.journal,
  })
  const running = starting.move()
  return async () => await running.disposeAsync()
}

async function play(url: string, steps: Step[]): Promise<{ baseUrl: string; log: string }> {
  const response = await fetch(`${url}/_scripts`, {
    method: 'POST',
    body: JSON.stringify({ attempts: [steps] }),
  })
  const { id, baseUrl } = JSON.parse(await response.text())
  return { baseUrl, log: `${url}/_log/${id}` }
}
