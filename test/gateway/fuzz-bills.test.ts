import { env } from 'cloudflare:workers'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { noUsage } from '../../src/generation/usage.ts'
import { account } from '../support/account.ts'
import { askWhole, at } from '../support/chat.ts'
import { eventStreamType } from '../support/event-stream.ts'
import { provider } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'
import { providers, type Answer, type Speaker } from '../wire/any-answers.ts'

/** What a provider may say it counted, whatever it did. */
const numbers = [0, 1, 99, 101, 199_999, 200_001, 1_048_576, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 1e300, -1, 0.5]
const counts = fc.oneof(fc.constantFrom<Json>(...numbers), fc.constantFrom<Json>(null, '5', true, [], {}))

const answer: Answer = {
  thoughts: ['Hm.'],
  words: ['Hello', ' you'],
  calls: [],
  reason: 'stop',
  usage: { ...noUsage, promptTokens: 11, cachedTokens: 3, completionTokens: 7 },
}

/** The dearest prices of the model there, in dollars a million tokens, and the longest context. */
interface Host {
  model: string
  variables: (baseUrl: string) => Partial<Env>
  context: number
  prompt: number
  completion: number
  search: number
}

const at0 = { search: 0 }
const hosts: Record<string, Host> = {
  'openai-chat': {
    ...at0,
    model: 'meta-llama/llama-3.3-70b-instruct',
    variables: (url) => ({ DEEPINFRA_API_KEY: 'k', DEEPINFRA_BASE_URL: url }),
    context: 131_072,
    prompt: 0.1,
    completion: 0.32,
  },
  'anthropic-messages': {
    model: 'anthropic/claude-sonnet-4.5',
    variables: (url) => ({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: url }),
    context: 200_000,
    prompt: 12,
    completion: 22.5,
    search: 0.01,
  },
  'google-generate': {
    model: 'google/gemini-2.5-flash',
    variables: (url) => ({ GOOGLE_AI_STUDIO_API_KEY: 'k', GOOGLE_AI_STUDIO_BASE_URL: url }),
    context: 1_048_576,
    prompt: 1,
    completion: 2.5,
    search: 0.035,
  },
  'bedrock-converse': {
    ...at0,
    model: 'amazon/nova-lite-v1',
    variables: (url) => ({ AMAZON_BEDROCK_API_KEY: 'k', AMAZON_BEDROCK_BASE_URL: url }),
    context: 300_000,
    prompt: 0.06,
    completion: 0.24,
  },
  'cohere-chat': {
    ...at0,
    model: 'cohere/command-a-03-2025',
    variables: (url) => ({ COHERE_API_KEY: 'k', COHERE_BASE_URL: url }),
    context: 256_000,
    prompt: 2.5,
    completion: 10,
  },
}

/** Fields that count something, wherever a format has them, and those that it could have. */
const countFields = /tokens?|count|units|requests/i
const extras: Record<string, Record<string, Json>> = {
  'openai-chat': { num_search_queries: 2 ** 40 },
  'anthropic-messages': { server_tool_use: { web_search_requests: 2 ** 40 } },
}

/** The stream as JSON text where each count is one of the given, in turn. */
function withCounts(format: string, text: string, given: readonly Json[]): string {
  let next = 0
  const value = () => given[next++ % given.length] ?? null
  const walk = (here: Json, name: string): Json => {
    if (Array.isArray(here)) return here.map((inner) => walk(inner, name))
    if (typeof here === 'number' && countFields.test(name)) return value()
    if (typeof here !== 'object' || here === null) return here
    const inner = Object.entries(here).map(([key, each]): [string, Json] => [key, walk(each, key)])
    return Object.fromEntries(name === 'usage' ? [...inner, ...Object.entries(extras[format] ?? {})] : inner)
  }
  return text.replaceAll(/\{.*\}/g, (json) => JSON.stringify(walk(JSON.parse(json), '')))
}

function answering(format: string, given: readonly Json[]): Step[] {
  const speaker = providers[format]
  if (!speaker) throw new Error(`there is no ${format}`)
  const isBinary = speaker.protocol.framing === 'aws-event-stream'
  const type = isBinary ? eventStreamType : 'text/event-stream'
  return [
    { do: 'head', status: 200, headers: { 'content-type': type }, chunked: true },
    { do: 'bytes', hex: (isBinary ? asBinary(speaker, given) : asText(speaker, format, given)).toHex() },
  ]
}

function asText({ write }: Speaker, format: string, given: readonly Json[]): Uint8Array {
  return new TextEncoder().encode(withCounts(format, new TextDecoder().decode(write(answer)), given))
}

/** Its checksums let nobody change the bytes: the counts are in it from the start. */
function asBinary({ write }: Speaker, given: readonly Json[]): Uint8Array {
  const [promptTokens = 11, cachedTokens = 0, completionTokens = 7] = given.filter(
    (count) => typeof count === 'number',
  )
  return write({ ...answer, usage: { ...noUsage, promptTokens, cachedTokens, completionTokens } })
}

test.each(Object.entries(hosts))(
  '%s: whatever a provider counts, no answer costs more than all its context would',
  async (format, host) => {
    const told = fc.sample(fc.array(counts, { minLength: 1, maxLength: 8 }), 40)
    const upstream = await provider(...told.map((given) => answering(format, given)))
    const gateway: Env = { ...env, ...host.variables(upstream.baseUrl) }
    const caller = await account(env, { credit: 1_000_000 })
    const body = {
      model: host.model,
      stream: true,
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Hi' }],
    }
    const played = await Promise.all(told.map(() => askWhole(gateway, body, { key: caller.key })))
    const costs = played.map(({ events, text: said }) => {
      const usage = events.flatMap((event) => ('json' in event ? (at(event.json, 'usage') ?? []) : [])).at(-1)
      const cost = Number(at(usage, 'cost'))
      const searches = Number(at(at(usage, 'server_tool_use_details'), 'web_search_requests') ?? 0)
      const most =
        ((1 + searches) * host.context * (host.prompt + host.completion)) / 1e6 + searches * host.search
      expect(searches, `in ${said}`).toBeLessThanOrEqual(100)
      expect(cost, `in ${said}`).toBeGreaterThanOrEqual(0)
      expect(cost, `in ${said}`).toBeLessThanOrEqual(most)
      return cost
    })
    expect(await caller.usage()).toBeCloseTo(
      costs.reduce((sum, cost) => sum + cost, 0),
      8,
    )
    expect(await caller.heldNanos()).toBe(0)
  },
)
