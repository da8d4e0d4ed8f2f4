import { env } from 'cloudflare:workers'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { ask } from '../support/chat.ts'
import { provider } from '../support/provider.ts'
import { readEvents } from '../support/sse.ts'
import type { Step } from '../support/upstream-script.ts'

export const llama = 'meta-llama/llama-3.3-70b-instruct'
export const cached = { 'x-openrouter-cache': 'true' }

/** Who asks, and how, beside what. */
export interface Asking {
  key: string
  headers?: Record<string, string>
  path?: string
}

/** A deployment whose one provider plays the attempts. */
export async function deployment(attempts: Step[][], slug = 'DEEPINFRA', variables: Partial<Env> = {}) {
  const upstream = await provider(...attempts)
  const settings: Env = {
    ...env,
    [`${slug}_API_KEY`]: 'k',
    [`${slug}_BASE_URL`]: upstream.baseUrl,
    ...variables,
  }
  return {
    upstream,
    settings,
    ask: async (body: JsonObject | string, { key, headers = cached, path = 'chat/completions' }: Asking) => {
      const { response, settled } = await ask(settings, body, { key, headers, path: `/api/v1/${path}` })
      const text = await response.text()
      await settled()
      const isChatStream = path === 'chat/completions' && text.startsWith('data: ')
      return { response, text, events: isChatStream ? readEvents(text) : [], told: toldOf(response) }
    },
    callsCount: async () => (await upstream.calls()).length,
  }
}

export type Deployment = Awaited<ReturnType<typeof deployment>>

/** What the headers tell of the cache, and the generation's id. */
function toldOf({ headers }: Response) {
  const told = (end: string) => headers.get(`x-openrouter-cache-${end}`)
  return {
    status: told('status'),
    ttl: told('ttl'),
    age: told('age'),
    source: told('source-id'),
    id: headers.get('x-generation-id') ?? '',
  }
}

/** A chat that nobody has asked for before. */
export const question = (fields: JsonObject = {}): JsonObject => ({
  model: llama,
  messages: [{ role: 'user', content: `Hello ${crypto.randomUUID()}` }],
  ...fields,
})
