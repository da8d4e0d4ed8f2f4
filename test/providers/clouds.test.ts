import { afterEach, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { call } from '../../src/providers/call.ts'
import { liveProviders, type ProviderEnv } from '../../src/providers/live.ts'
import { anthropicMessagesDialect } from '../../src/wire/anthropic-messages/dialect.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiResponsesDialect } from '../../src/wire/openai-responses/dialect.ts'
import {
  anthropicMessagesAnswer,
  bedrockConverseAnswer,
  invokeAnswer,
  openaiChatAnswer,
  openaiResponsesAnswer,
} from './row-answers.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const messages = [{ role: 'user', content: 'Hi' }]
const requests = {
  chat: () => openaiChatDialect.decodeRequest({ model: 'a/b', stream: true, messages }, new Headers()),
  messages: () =>
    anthropicMessagesDialect.decodeRequest(
      { model: 'a/b', stream: true, max_tokens: 2_000, messages },
      new Headers({ 'anthropic-beta': 'interleaved-thinking-2025-05-14,nobody-knows-2026-01-01' }),
    ),
  responses: () =>
    openaiResponsesDialect.decodeRequest({ model: 'a/b', stream: true, input: 'Hi' }, new Headers()),
} as const

const answers: readonly (readonly [RegExp, () => Response])[] = [
  [/converse-stream$/, bedrockConverseAnswer],
  [/invoke-with-response-stream$/, invokeAnswer],
  [/chat\/completions/, openaiChatAnswer],
  [/responses/, openaiResponsesAnswer],
  [/./, anthropicMessagesAnswer],
]

const env: ProviderEnv = {
  AMAZON_BEDROCK_API_KEY: 'aws-key',
  AMAZON_BEDROCK_REGION: 'eu-west-1',
  AZURE_API_KEY: 'azure-key',
  AZURE_RESOURCE: 'mine',
  GOOGLE_VERTEX_API_KEY: 'google-key',
}

interface Sent {
  url: string
  headers: Record<string, string>
  body: JsonObject
  text: string
}

/** Asks a model at a cloud as a client of a format does: what was sent where, and the text that came of it. */
async function ask(
  slug: string,
  upstreamModel: string,
  client: keyof typeof requests,
  further: ProviderEnv = {},
): Promise<Sent> {
  const sent: Sent = { url: '', headers: {}, body: {}, text: '' }
  vi.spyOn(globalThis, 'fetch').mockImplementation((url, init) => {
    sent.url = typeof url === 'string' ? url : ''
    sent.headers = Object.fromEntries(new Headers(init?.headers))
    sent.body = JSON.parse(typeof init?.body === 'string' ? init.body : 'null')
    const answer = answers.find(([pattern]) => pattern.test(sent.url))?.[1]
    return Promise.resolve(answer?.() ?? new Response(null, { status: 500 }))
  })
  const target = { provider: slug, upstreamModel, quirks: {}, streams: true }
  const options = { env: { ...env, ...further }, signal: new AbortController().signal, limits }
  for await (const events of call(target, requests[client](), options)) {
    for (const event of events) if (event.type === 'text-delta') sent.text += event.text
  }
  return sent
}

const runtime = 'https://bedrock-runtime.eu-west-1.amazonaws.com/model'
const mantle = 'https://bedrock-mantle.eu-west-1.api.aws/v1'
const claudeOnBedrock = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'
const claudePath = 'eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0'
const azure = 'https://mine.openai.azure.com/openai/v1'
const foundry = 'https://mine.services.ai.azure.com/anthropic/v1'
const vertex = 'https://aiplatform.googleapis.com/v1/publishers/anthropic/models'

test.each([
  ['amazon-bedrock', claudeOnBedrock, 'chat', `${runtime}/${claudePath}/converse-stream`],
  ['amazon-bedrock', claudeOnBedrock, 'responses', `${runtime}/${claudePath}/converse-stream`],
  ['amazon-bedrock', claudeOnBedrock, 'messages', `${runtime}/${claudePath}/invoke-with-response-stream`],
  ['amazon-bedrock', 'amazon.nova-pro-v1:0', 'chat', `${runtime}/amazon.nova-pro-v1%3A0/converse-stream`],
  ['amazon-bedrock', 'amazon.nova-pro-v1:0', 'messages', `${runtime}/amazon.nova-pro-v1%3A0/converse-stream`],
  ['amazon-bedrock', 'openai.gpt-oss-20b-1:0', 'chat', `${runtime}/openai.gpt-oss-20b-1%3A0/converse-stream`],
  ['amazon-bedrock', 'openai.gpt-oss-20b', 'messages', `${mantle}/chat/completions`],
  ['amazon-bedrock', 'global.xai.grok-4.6', 'responses', `${mantle}/responses`],
  ['amazon-bedrock', 'zai.glm-4.7', 'chat', `${mantle}/chat/completions`],
  ['amazon-bedrock', 'zai.glm-4.7', 'messages', `${runtime}/zai.glm-4.7/converse-stream`],
  ['azure', 'gpt-4o-mini', 'chat', `${azure}/chat/completions`],
  ['azure', 'gpt-4o-mini', 'messages', `${azure}/chat/completions`],
  ['azure', 'gpt-4o-mini', 'responses', `${azure}/responses`],
  ['azure', 'DeepSeek-V3.2', 'responses', `${azure}/chat/completions`],
  ['azure', 'claude-sonnet-4-5', 'chat', `${foundry}/messages`],
  ['azure', 'claude-sonnet-4-5', 'messages', `${foundry}/messages`],
  [
    'google-vertex',
    'claude-sonnet-4-5@20250929',
    'chat',
    `${vertex}/claude-sonnet-4-5%4020250929:streamRawPredict`,
  ],
  [
    'google-vertex',
    'claude-sonnet-4-5@20250929',
    'messages',
    `${vertex}/claude-sonnet-4-5%4020250929:streamRawPredict`,
  ],
] as const)('%s: %s, asked in %s, is found where it is served', async (slug, model, client, url) => {
  const sent = await ask(slug, model, client)
  expect([sent.url, sent.text]).toEqual([url, 'Hello'])
})

test('Claude on Bedrock has neither model nor stream in the body, but version and known betas', async () => {
  const { body, headers } = await ask('amazon-bedrock', claudeOnBedrock, 'messages')
  expect(body).toEqual({
    max_tokens: 2_000,
    messages,
    anthropic_version: 'bedrock-2023-05-31',
    anthropic_beta: ['interleaved-thinking-2025-05-14'],
  })
  expect(headers).toMatchObject({
    authorization: 'Bearer aws-key',
    accept: 'application/vnd.amazon.eventstream',
  })
  expect(Object.keys(headers).filter((name) => name.startsWith('anthropic'))).toEqual([])
})

test('Claude on Vertex has the version in the body, and betas in the header', async () => {
  const { body, headers } = await ask('google-vertex', 'claude-sonnet-4-5@20250929', 'messages')
  expect(body).toEqual({ max_tokens: 2_000, messages, stream: true, anthropic_version: 'vertex-2023-10-16' })
  expect(headers).toMatchObject({
    'x-goog-api-key': 'google-key',
    'anthropic-beta': 'interleaved-thinking-2025-05-14',
  })
  expect(headers).not.toHaveProperty('anthropic-version')
})

test('Claude on Azure is asked as at Anthropic', async () => {
  const { body, headers } = await ask('azure', 'claude-sonnet-4-5', 'messages')
  expect(body).toEqual({ model: 'claude-sonnet-4-5', max_tokens: 2_000, messages, stream: true })
  expect(headers).toMatchObject({ 'x-api-key': 'azure-key', 'anthropic-version': '2023-06-01' })
})

test('Azure has the key in a header of its own, the deployment as the model, and a version where one is set', async () => {
  const { url, headers, body } = await ask('azure', 'gpt-4o-mini', 'chat', { AZURE_API_VERSION: 'preview' })
  expect(url).toBe(`${azure}/chat/completions?api-version=preview`)
  expect(headers).toMatchObject({ 'api-key': 'azure-key' })
  expect(headers).not.toHaveProperty('authorization')
  expect(body).toMatchObject({ model: 'gpt-4o-mini', stream_options: { include_usage: true } })
})

test('who puts a cloud elsewhere finds every surface there that has no address of its own', async () => {
  const moved = { AMAZON_BEDROCK_BASE_URL: 'https://proxy.example/bedrock' }
  const { url } = await ask('amazon-bedrock', claudeOnBedrock, 'messages', moved)
  expect(url).toBe(`https://proxy.example/bedrock/model/${claudePath}/invoke-with-response-stream`)
})

const live = (variables: ProviderEnv): boolean => liveProviders(variables).has('azure')

test('Azure is live with a key and a resource, or an address in its place', () => {
  expect(live({ AZURE_API_KEY: 'k' })).toBe(false)
  expect(live({ AZURE_API_KEY: 'k', AZURE_RESOURCE: 'mine' })).toBe(true)
  expect(live({ AZURE_API_KEY: 'k', AZURE_BASE_URL: 'https://mine.example' })).toBe(true)
})

const limits = {
  headersTimeoutMs: 5_000,
  firstTokenTimeoutMs: 5_000,
  stallTimeoutMs: 5_000,
  commentsOnlyTimeoutMs: 5_000,
  totalTimeoutMs: 10_000,
}
