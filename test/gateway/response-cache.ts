import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
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

export interface Faults {
  get?: (name: string) => Promise<string | null>
  put?: (name: string) => Promise<void>
}

/**
 * KV as another isolate sees it: the same store behind another binding, so that nothing is remembered here. Faults are
 * of answers alone; the catalogue is read as ever.
 */
export function otherIsolate(faults: Faults = {}): KVNamespace & { asked: string[] } {
  const asked: string[] = []
  return new Proxy(Object.assign(Object.create(null), { asked }), {
    get(_, method: string | symbol) {
      if (method === 'asked') return asked
      return (name: string, ...rest: unknown[]) => {
        const isAnswer = name.startsWith('answer/')
        if (isAnswer) asked.push(String(method))
        if (isAnswer && method === 'get' && faults.get) return faults.get(name)
        if (isAnswer && method === 'put' && faults.put) return faults.put(name)
        return Reflect.apply(Reflect.get(env.CACHE, method), env.CACHE, [name, ...rest])
      }
    },
  })
}

/** Data centres that keep nothing, as they are without a domain of one's own. */
export function withoutEdge(): void {
  vi.spyOn(caches.default, 'match').mockResolvedValue(undefined)
  vi.spyOn(caches.default, 'put').mockResolvedValue()
}
