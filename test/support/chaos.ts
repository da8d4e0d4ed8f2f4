import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, expect, inject, vi } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import type { Generation } from '../../src/ledger/contract.ts'
import { account, type TestAccount } from './account.ts'
import { askWhole, at, contentOf } from './chat.ts'
import { provider, refusingUrl, type Provider } from './provider.ts'
import type { ChatEvent } from './sse.ts'
import type { Call, Step } from './upstream-script.ts'

/**
 * One fault, played to a client that streams and to one that does not. DeepInfra is asked first because it is the
 * cheaper host of the model, Groq next; a test that names no Groq leaves the gateway with one endpoint.
 */
export interface Fault {
  deepinfra: Step[] | 'refused'
  groq?: Step[] | 'refused'
  limits?: object
  request?: JsonObject
}

/** The four things to look at: what the client saw, the ledger, the calls upstream, and what leaked. */
export interface Seen {
  status: number
  headers: Record<string, string>
  /** As it came; for chunk by chunk comparisons. */
  text: string
  events: ChatEvent[]
  content: string
  finish: Json | undefined
  error: Json | undefined
  usage: Json | undefined
  provider: Json | undefined

  chargedNanos: number
  heldNanos: number
  record: Generation | null
  log: Record<string, unknown>

  /** How often DeepInfra and Groq were called. */
  calls: [number, number]
  upstreams: [Provider | undefined, Provider | undefined]

  /** Each place where something secret or private was found. */
  leaks: string[]
}

export interface Played {
  stream: Seen
  whole: Seen
}

/** The same for who streams and who does not. */
export const both = (seen: object): object => ({ stream: seen, whole: seen })

/** The words that may be found nowhere but in what the model says. */
export const prompt = 'Say something, prompt-canary.'
export const words = 'Hello, completion-canary!'
/** What a provider's error body may hold. */
export const indiscretion = 'secret-canary: di-key-canary at /srv/app/llm.py on gpu-7.canary.internal'
const canaryHeaders = { 'x-request-id': 'header-canary', 'set-cookie': 's=cookie-canary', server: 'canary/1' }

/** What the client is charged for 5 prompt and 2 completion tokens, nano-USD. */
export const deepinfraNanos = 5 * 100 + 2 * 320
export const groqNanos = 5 * 590 + 2 * 790

/** A client that saw nothing of the fault: Groq's answer is the only one there is. */
export const next = {
  status: 200,
  content: words,
  finish: 'stop',
  error: undefined,
  provider: 'Groq',
  usage: { prompt_tokens: 5, completion_tokens: 2, cost: groqNanos / 1e9 },
  chargedNanos: groqNanos,
  heldNanos: 0,
  record: { status: 200, providerName: 'Groq', costNanos: groqNanos, attempts: [{}, { error: null }] },
  calls: [1, 1],
  leaks: [],
}

/** A client that nobody could serve. */
export function refused(status: number, errorType: string): object {
  return {
    status,
    error: { code: status, metadata: { error_type: errorType } },
    usage: undefined,
    chargedNanos: 0,
    heldNanos: 0,
    record: { status, costNanos: 0, upstreamCostNanos: 0, finishReason: null },
    leaks: [],
  }
}

/** A client that holds a part of the answer and is told so: the rest is the provider's fault, and free of charge. */
export function broken(status: number, errorType: string, content = words): object {
  return {
    status: 200,
    content,
    finish: 'error',
    error: { code: status, metadata: { error_type: errorType } },
    provider: 'DeepInfra',
    usage: { cost: 0 },
    chargedNanos: 0,
    heldNanos: 0,
    record: {
      status: 200,
      costNanos: 0,
      upstreamCostNanos: expect.any(Number),
      finishReason: 'error',
      errorType,
    },
    calls: [1, 0],
    leaks: [],
  }
}

/** A client that got the whole answer from DeepInfra. */
export function served(chargedNanos: number, content = words): object {
  return {
    status: 200,
    content,
    finish: 'stop',
    error: undefined,
    provider: 'DeepInfra',
    usage: { cost: chargedNanos / 1e9 },
    chargedNanos,
    heldNanos: 0,
    record: { status: 200, costNanos: chargedNanos, upstreamCostNanos: chargedNanos, finishReason: 'stop' },
    calls: [1, 0],
    leaks: [],
  }
}

/** Both clients at once. The streaming one must have been told the end. */
export async function play(fault: Fault): Promise<Played> {
  const [stream, whole] = await Promise.all([playFor(fault, true), playFor(fault, false)])
  if (stream.events.length > 0) expectEnd(stream.events)
  return { stream, whole }
}

/** Accounts that nobody uses at the moment: what is charged is told apart by account. */
const idle: TestAccount[] = []

/** All lines logged in this file so far, by anyone. */
const lines: string[] = []

beforeAll(() => {
  for (const method of ['debug', 'log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((...values: unknown[]) => {
      lines.push(values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' '))
    })
  }
})

/** Exactly one last word: the usage, or one error that carries it; then `[DONE]`. */
export function expectEnd(events: ChatEvent[]): void {
  const chunks = events.flatMap((event) => ('json' in event ? [event.json] : []))
  expect(events.at(-1)).toEqual({ data: '[DONE]' })
  expect(chunks.filter((chunk) => at(chunk, 'usage') !== undefined)).toEqual([chunks.at(-1)])
  const errors = chunks.filter((chunk) => at(chunk, 'error') !== undefined)
  expect(errors).toEqual(errors.length > 0 ? [chunks.at(-1)] : [])
}

async function playFor(fault: Fault, stream: boolean): Promise<Seen> {
  const client = idle.pop() ?? (await account(env))
  const upstreams = await Promise.all([upstreamOf(fault.deepinfra), upstreamOf(fault.groq)])
  const before = await client.usage()
  const answer = await askWhole(gatewayOf(fault, upstreams), requestOf(fault, stream), { key: client.key })
  const { response, text, events } = answer
  const id = response.headers.get('x-generation-id') ?? ''
  const headers = Object.fromEntries(response.headers)
  const calls = await Promise.all(upstreams.map(async (upstream) => await callsOf(upstream)))
  const seen = {
    status: response.status,
    headers,
    text,
    events,
    content: response.status === 200 ? contentOf(answer) : '',
    ...lastWordOf(text, events),
    chargedNanos: Math.round(((await client.usage()) - before) * 1e9),
    heldNanos: await client.heldNanos(),
    record: await env.LEDGER.getByName(client.id).generation(id),
    log: logOf(id),
  }
  const leaks = await leaksOf(client, JSON.stringify(headers) + withoutContent(text, events))
  idle.push(client)
  return { ...seen, calls: countsOf(calls), upstreams: pairOf(upstreams), leaks }
}

const requestOf = ({ request }: Fault, stream: boolean): JsonObject => ({
  model: 'meta-llama/llama-3.3-70b-instruct',
  messages: [{ role: 'user', content: prompt }],
  provider: { sort: 'price' },
  stream,
  ...request,
})

async function upstreamOf(steps: Step[] | 'refused' | undefined): Promise<Provider | undefined> {
  if (steps === undefined || steps === 'refused') return undefined
  const telling = steps.map((step) =>
    step.do === 'head' ? { ...step, headers: { ...canaryHeaders, ...step.headers } } : step,
  )
  return await provider(telling)
}

function gatewayOf(fault: Fault, [deepinfra, groq]: (Provider | undefined)[]): Env {
  return {
    ...env,
    DEEPINFRA_API_KEY: 'di-key-canary',
    DEEPINFRA_BASE_URL: deepinfra?.baseUrl ?? refusingUrl,
    ...(fault.groq && { GROQ_API_KEY: 'gsk-key-canary', GROQ_BASE_URL: groq?.baseUrl ?? refusingUrl }),
    LIMITS: JSON.stringify(fault.limits ?? {}),
  }
}

async function callsOf(upstream: Provider | undefined): Promise<Call[]> {
  return (await upstream?.calls()) ?? []
}

function countsOf([deepinfra, groq]: Call[][]): [number, number] {
  return [deepinfra?.length ?? 0, groq?.length ?? 0]
}

function pairOf([deepinfra, groq]: (Provider | undefined)[]): [Provider | undefined, Provider | undefined] {
  return [deepinfra, groq]
}

/** How the answer ended, wherever its form says so. */
function lastWordOf(
  text: string,
  events: ChatEvent[],
): Pick<Seen, 'finish' | 'error' | 'usage' | 'provider'> {
  const chunks: Json[] = events.flatMap((event) => ('json' in event ? [event.json] : []))
  const body: Json[] = events.length > 0 ? chunks : [JSON.parse(text)]
  const choices = body.map((chunk) => at(at(chunk, 'choices'), 0))
  return {
    finish: choices
      .map((choice) => at(choice, 'finish_reason'))
      .findLast((reason) => typeof reason === 'string'),
    error: [...body, ...choices].map((part) => at(part, 'error')).find((error) => error !== undefined),
    usage: body.map((chunk) => at(chunk, 'usage')).findLast((usage) => usage !== undefined),
    provider: at(body.at(-1), 'provider'),
  }
}

function logOf(id: string): Record<string, unknown> {
  const own = lines.filter((line) => line.includes(id))
  expect(own, 'one log line for each request').toHaveLength(1)
  return JSON.parse(own[0] ?? '')
}

/**
 * Where something leaked: in what was stored or logged, or in what the client was told beside the answer. Every secret
 * and private word of these tests has `canary` in it; paths and the provider's address have not.
 */
export async function leaksOf(client: TestAccount, told = ''): Promise<string[]> {
  const places = { ...(await dumpsOf(client)), log: lines.join('\n'), told }
  const forbidden = ['canary', '/srv/app', new URL(inject('upstreamUrl')).host]
  return Object.entries(places).flatMap(([place, text]) =>
    forbidden.filter((word) => text.includes(word)).map((word) => `${place}: ${word} in ${text}`),
  )
}

/** Everything that is stored of an account, and all of D1, as text. */
async function dumpsOf(client: TestAccount): Promise<{ object: string; d1: string }> {
  const stub = env.LEDGER.getByName(client.id)
  const object = await runInDurableObject(stub, async (ledger, state) => {
    // Brings what it knows to D1 now, not within its two seconds.
    await ledger.alarm()
    const { sql } = state.storage
    const tables = sql.exec<{ name: string }>(tablesQuery).toArray()
    return JSON.stringify(tables.map(({ name }) => sql.exec(`select * from "${name}"`).toArray()))
  })
  const { results: tables } = await env.DB.prepare(tablesQuery).all<{ name: string }>()
  const dumps = await env.DB.batch(tables.map(({ name }) => env.DB.prepare(`select * from "${name}"`)))
  return { object, d1: JSON.stringify(dumps.map(({ results }) => results)) }
}

const tablesQuery =
  "select name from sqlite_master where type = 'table' and name not like '\\_cf%' escape '\\'"

/** What a client received beside the model's own words. */
function withoutContent(text: string, events: ChatEvent[]): string {
  if (events.length === 0) return strip(JSON.parse(text))
  return events.map((event) => ('json' in event ? strip(event.json) : JSON.stringify(event))).join('\n')
}

function strip(json: Json): string {
  return JSON.stringify(json, (key, value: unknown) => (key === 'content' ? '' : value))
}
