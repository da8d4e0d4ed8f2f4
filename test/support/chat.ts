import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import worker from '../../src/index.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { readEvents, type ChatEvent } from './sse.ts'

/** How one request of a test differs from the usual one. */
export interface AskOptions {
  key?: string
  path?: string
  method?: string
  headers?: Record<string, string>
  signal?: AbortSignal
  /** Scheme and host that the client calls. */
  origin?: string
  /** The data centre that takes the request. */
  colo?: string
}

/** An answer, and the end of what the Worker goes on doing after it. */
export interface Asked {
  response: Response
  /** Waits for everything given to `waitUntil`. Read the body first: it is the Worker that writes it. */
  settled: () => Promise<void>
}

/** Sends a request through the Worker's front door. A string is sent as it is; anything else as JSON. */
export async function ask(env: Env, body: unknown, options: AskOptions = {}): Promise<Asked> {
  const ctx = createExecutionContext()
  const headers = new Headers({ 'content-type': 'application/json', ...options.headers })
  if (options.key !== undefined) headers.set('authorization', `Bearer ${options.key}`)
  const { origin = 'https://gateway.example', path = '/api/v1/chat/completions' } = options
  const request = new Request(origin + path, {
    method: options.method ?? 'POST',
    headers,
    ...(options.method !== 'GET' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(options.signal && { signal: options.signal }),
    ...(options.colo !== undefined && { cf: { colo: options.colo } }),
  })
  const response = await worker.fetch(request, env, ctx)
  return { response, settled: () => waitOnExecutionContext(ctx) }
}

/** Asks, reads the answer to its end and waits until it is settled. */
export async function askWhole(
  env: Env,
  body: unknown,
  options: AskOptions = {},
): Promise<{ response: Response; text: string; events: ChatEvent[] }> {
  const { response, settled } = await ask(env, body, options)
  const text = await response.text()
  await settled()
  const streamed = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  return { response, text, events: streamed ? readEvents(text) : [] }
}

/** The text an answer brought, streamed or whole. */
export function contentOf(answer: { text: string; events: ChatEvent[] }): string {
  if (answer.events.length === 0) return textAt(JSON.parse(answer.text), 'message')
  return answer.events.map((event) => ('json' in event ? textAt(event.json, 'delta') : '')).join('')
}

function textAt(body: Json, where: 'delta' | 'message'): string {
  const content = at(at(at(at(body, 'choices'), 0), where), 'content')
  return typeof content === 'string' ? content : ''
}

/** A value inside JSON; `undefined` where the path leads nowhere. */
export function at(value: Json | undefined, step: string | number): Json | undefined {
  if (Array.isArray(value)) return typeof step === 'number' ? value.at(step) : undefined
  if (typeof value !== 'object' || value === null) return undefined
  return new Map<string, Json>(Object.entries(value)).get(String(step))
}

export type { JsonObject }
