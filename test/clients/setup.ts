import type { TestProject } from 'vitest/node'
import { serveGateway } from '../support/served-gateway.ts'
import type { Step } from '../support/upstream-script.ts'
import { startUpstream } from '../support/upstream.ts'
import { startMessagesUpstream } from './messages-upstream.ts'
import { startResponsesUpstream } from './responses-upstream.ts'

declare module 'vitest' {
  interface ProvidedContext {
    gateway: {
      /** What `wrangler dev` serves: `http://localhost:40123`. */
      origin: string
      keys: { inference: string; management: string }
      /** Where the upstream tells what it saw, as a provider that sends on and on and as one that falls silent. */
      logs: { talking: string; silent: string }
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

/** One gateway for all clients, served by `wrangler dev` as `npm run dev` does, with short keep-alives. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const upstream = await startUpstream()
  const talking = await play(upstream.url, [head, { do: 'repeat', text, everyMs: 50 }])
  const silent = await play(upstream.url, [head, { do: 'send', text }, { do: 'silence' }])
  const broken = await play(upstream.url, [head, { do: 'send', text }, { do: 'reset' }])
  const messages = await startMessagesUpstream()
  const responses = await startResponsesUpstream(talking.baseUrl)
  const { origin, keys, stop } = await serveGateway({
    SIMULATOR: 'on',
    LIMITS: JSON.stringify({ keepAliveMs: 300 }),
    ANTHROPIC_API_KEY: 'key-of-the-operator',
    ANTHROPIC_BASE_URL: messages.baseUrl,
    OPENAI_API_KEY: 'key-of-the-operator',
    OPENAI_BASE_URL: responses.baseUrl,
    DEEPSEEK_API_KEY: 'key-of-the-operator',
    DEEPSEEK_BASE_URL: silent.baseUrl,
    GROQ_API_KEY: 'key-of-the-operator',
    GROQ_BASE_URL: broken.baseUrl,
  }).catch(async (error: unknown) => {
    await responses.close()
    await messages.close()
    await upstream.close()
    throw error
  })
  project.provide('gateway', { origin, keys, logs: { talking: talking.log, silent: silent.log } })
  return async () => {
    await stop()
    await responses.close()
    await messages.close()
    await upstream.close()
  }
}

async function play(url: string, steps: Step[]): Promise<{ baseUrl: string; log: string }> {
  const response = await fetch(`${url}/_scripts`, {
    method: 'POST',
    body: JSON.stringify({ attempts: [steps] }),
  })
  const { id, baseUrl } = JSON.parse(await response.text())
  return { baseUrl, log: `${url}/_log/${id}` }
}
