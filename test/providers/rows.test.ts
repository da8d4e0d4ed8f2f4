import { afterEach, expect, test, vi } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { call } from '../../src/providers/call.ts'
import type { ProviderEnv } from '../../src/providers/live.ts'
import type { Surface } from '../../src/providers/provider.ts'
import { needed, providers, variableOf } from '../../src/providers/table.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import {
  anthropicMessagesAnswer,
  bedrockConverseAnswer,
  cohereChatAnswer,
  googleGenerateAnswer,
  invokeAnswer,
  openaiChatAnswer,
  openaiResponsesAnswer,
} from './row-answers.ts'

/** Rows that are called over the network, each with all its ways. */
const ways = providers
  .filter(({ transport }) => !transport)
  .flatMap((provider) => {
    const surfaces: readonly Surface[] = [provider, ...(provider.also ?? [])]
    return surfaces.map(({ protocol: { format, framing } }) => ({ provider, format, framing }))
  })
  // Vectors are asked for elsewhere, see `embedding-rows.test.ts`.
  .filter(({ format }) => !format.includes('embed'))

const answers: Record<string, () => Response> = {
  'openai-chat': openaiChatAnswer,
  'openai-responses': openaiResponsesAnswer,
  'anthropic-messages': anthropicMessagesAnswer,
  'google-generate': googleGenerateAnswer,
  'cohere-chat': cohereChatAnswer,
  'bedrock-converse': bedrockConverseAnswer,
}

function answerIn(format: string, framing: string | undefined): Response | undefined {
  const isWrapped = format === 'anthropic-messages' && framing === 'aws-event-stream'
  return isWrapped ? invokeAnswer() : answers[format]?.()
}

afterEach(() => {
  vi.restoreAllMocks()
})

test('at least 60 providers can be called', () => {
  expect(new Set(ways.map(({ provider }) => provider.slug)).size).toBeGreaterThanOrEqual(60)
})

test.each(ways.map((way) => [way.provider.slug, way.format, way] as const))(
  '%s is asked in %s, with its key, and its answer is read',
  async (slug, format, { provider, framing }) => {
    const asked: { url: string; headers: Headers; body: Json }[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation((url, init) => {
      const body: JsonObject = JSON.parse(typeof init?.body === 'string' ? init.body : 'null')
      asked.push({ url: typeof url === 'string' ? url : '', headers: new Headers(init?.headers), body })
      return Promise.resolve(answerIn(format, framing) ?? new Response(null, { status: 500 }))
    })
    const names = [...needed(provider), variableOf(provider, 'API_KEY')]
    const env: ProviderEnv = Object.fromEntries(names.map((name) => [name, settingFor(name)]))
    const request = openaiChatDialect.decodeRequest(
      { model: 'a/b', messages: [{ role: 'user', content: 'Hi' }], stream: true, max_tokens: 9 },
      new Headers(),
    )
    const target = { provider: slug, format, upstreamModel: 'the-model', quirks: {}, streams: true }
    const options = { env, signal: new AbortController().signal, limits }
    let text = ''
    for await (const events of call(target, request, options)) {
      for (const event of events) if (event.type === 'text-delta') text += event.text
    }
    expect(text).toBe('Hello')
    const [sent] = asked
    expect(sent?.url).toMatch(/^https?:\/\/[^{}\s]+$/)
    expect(`${sent?.url}${JSON.stringify(sent?.body)}`).toContain('the-model')
    expect(JSON.stringify([...(sent?.headers ?? [])])).toContain('the-key')
  },
)

function settingFor(name: string): string {
  return name.endsWith('_BASE_URL') ? 'http://10.0.0.1/v1' : 'the-key'
}

const limits = {
  headersTimeoutMs: 5_000,
  firstTokenTimeoutMs: 5_000,
  stallTimeoutMs: 5_000,
  commentsOnlyTimeoutMs: 5_000,
  totalTimeoutMs: 10_000,
}
