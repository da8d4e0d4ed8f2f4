import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import { call } from '../../src/providers/call.ts'
import { liveProviders, type ProviderEnv } from '../../src/providers/live.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { eventNamed, eventStreaming } from '../support/event-stream.ts'
import { headerOf, provider, replyJson, type Provider } from '../support/provider.ts'
import type { Call } from '../support/upstream-script.ts'

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'

const converse = eventStreaming(
  eventNamed('messageStart', { role: 'assistant' }),
  eventNamed('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hello' } }),
  eventNamed('messageStop', { stopReason: 'end_turn' }),
  eventNamed('metadata', { usage: { inputTokens: 2, outputTokens: 1, totalTokens: 3 } }),
)

const limits = {
  headersTimeoutMs: 9_000,
  firstTokenTimeoutMs: 9_000,
  stallTimeoutMs: 9_000,
  commentsOnlyTimeoutMs: 9_000,
  totalTimeoutMs: 9_000,
}

/** What one call to a model on Bedrock says. */
async function ask(env: ProviderEnv, upstreamModel = 'amazon.nova-lite-v1:0'): Promise<string> {
  const request = openaiChatDialect.decodeRequest(
    { model: 'a/b', messages: [{ role: 'user', content: 'Grüße' }] },
    new Headers(),
  )
  const target = { provider: 'amazon-bedrock', upstreamModel, quirks: {}, streams: true }
  let text = ''
  for await (const events of call(target, request, { env, signal: new AbortController().signal, limits })) {
    for (const event of events) if (event.type === 'text-delta') text += event.text
  }
  return text
}

const signing = (model: Provider, further: ProviderEnv = {}): ProviderEnv => ({
  AMAZON_BEDROCK_BASE_URL: model.baseUrl,
  AMAZON_BEDROCK_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AMAZON_BEDROCK_SECRET_ACCESS_KEY: secret,
  ...further,
})

/** What AWS computes of a request as it arrived, and compares (AWS: Signature Version 4). */
async function signatureOf(received: Call, scope: string, signedHeaders: string[]): Promise<string> {
  const [path = '', query = ''] = received.path.split('?')
  const date = headerOf(received, 'x-amz-date') ?? ''
  const canonical = [
    received.method,
    path.split('/').map(encodeURIComponent).join('/'),
    query,
    ...signedHeaders.map((name) => `${name}:${headerOf(received, name) ?? ''}`),
    '',
    signedHeaders.join(';'),
    hex(await crypto.subtle.digest('SHA-256', utf8(received.body))),
  ].join('\n')
  const hash = hex(await crypto.subtle.digest('SHA-256', utf8(canonical)))
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hash].join('\n')
  let key: ArrayBuffer = utf8(`AWS4${secret}`).buffer
  for (const part of scope.split('/')) key = await hmac(key, part)
  return hex(await hmac(key, toSign))
}

async function hmac(key: ArrayBuffer, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  return await crypto.subtle.sign('HMAC', imported, utf8(text))
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(text))
const hex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** The parts of the `authorization` that a request came with. */
function authorizationOf(received: Call | undefined) {
  const text = headerOf(received, 'authorization') ?? ''
  const [, credential = '', headers = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(text) ?? []
  const [accessKeyId, ...scope] = credential.split('/')
  return { accessKeyId, scope: scope.join('/'), headers: headers.split(';'), signature }
}

test('a request is signed as AWS checks it, the colon in the id of a model included', async () => {
  const model = await provider(converse)
  expect(await ask(signing(model))).toBe('Hello')
  const [received] = await model.calls()
  expect(received?.path).toMatch(/\/model\/amazon\.nova-lite-v1%3A0\/converse-stream$/)
  const { accessKeyId, scope, headers, signature } = authorizationOf(received)
  const day = headerOf(received, 'x-amz-date')?.slice(0, 8)
  expect([accessKeyId, scope, headers]).toEqual([
    'AKIDEXAMPLE',
    `${day}/us-east-1/bedrock/aws4_request`,
    ['host', 'x-amz-date'],
  ])
  if (!received) throw new Error('No call')
  expect(signature).toBe(await signatureOf(received, scope, headers))
  expect(JSON.stringify(received)).not.toContain(secret)
})

test('an ARN in place of an id, a session token and a region are signed as well', async () => {
  const model = await provider(converse)
  const env = signing(model, {
    AMAZON_BEDROCK_SESSION_TOKEN: 'session-1',
    AMAZON_BEDROCK_REGION: 'eu-central-1',
  })
  expect(await ask(env, 'arn:aws:bedrock:eu-central-1:1:application-inference-profile/a1b2')).toBe('Hello')
  const [received] = await model.calls()
  expect(received?.path).toContain(
    '/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A1%3Aapplication-inference-profile%2Fa1b2/',
  )
  expect(headerOf(received, 'x-amz-security-token')).toBe('session-1')
  const { scope, headers, signature } = authorizationOf(received)
  expect(scope).toMatch(/^\d{8}\/eu-central-1\/bedrock\/aws4_request$/)
  expect(headers).toEqual(['host', 'x-amz-date', 'x-amz-security-token'])
  if (!received) throw new Error('No call')
  expect(signature).toBe(await signatureOf(received, scope, headers))
})

test('the host for the formats of OpenAI is a service of its own', async () => {
  const model = await provider(chatAnswer('Hello'))
  const env = { ...signing(model), AMAZON_BEDROCK_CHAT_BASE_URL: model.baseUrl }
  expect(await ask(env, 'openai.gpt-oss-120b')).toBe('Hello')
  const [received] = await model.calls()
  expect(received?.path).toMatch(/\/chat\/completions$/)
  const { scope, headers, signature } = authorizationOf(received)
  expect(scope).toMatch(/\/us-east-1\/bedrock-mantle\/aws4_request$/)
  if (!received) throw new Error('No call')
  expect(signature).toBe(await signatureOf(received, scope, headers))
})

test('with an API key nothing is signed', async () => {
  const model = await provider(converse)
  await ask(signing(model, { AMAZON_BEDROCK_API_KEY: 'ABSK-key' }))
  const [received] = await model.calls()
  expect(headerOf(received, 'authorization')).toBe('Bearer ABSK-key')
  expect(headerOf(received, 'x-amz-date')).toBeUndefined()
})

const live = (env: ProviderEnv): boolean => liveProviders(env).has('amazon-bedrock')

test('Bedrock is live with an API key or with both halves of an access key', () => {
  expect(live({ AMAZON_BEDROCK_API_KEY: 'k' })).toBe(true)
  expect(live({ AMAZON_BEDROCK_ACCESS_KEY_ID: 'i', AMAZON_BEDROCK_SECRET_ACCESS_KEY: 's' })).toBe(true)
  expect(live({ AMAZON_BEDROCK_ACCESS_KEY_ID: 'i' })).toBe(false)
  expect(live({ AMAZON_BEDROCK_REGION: 'us-east-1' })).toBe(false)
})

test('a refused signature is an attempt that failed, not a fault of the client', async () => {
  const message = 'The request signature we calculated does not match the signature you provided.'
  const model = await provider(replyJson(403, { message }))
  const failure = await ask(signing(model)).catch((error: unknown) => error)
  if (!(failure instanceof GatewayError)) throw new Error('No refusal')
  expect([failure.type, failure.message, failure.details.upstream]).toEqual([
    'provider_unavailable',
    'Provider returned error',
    { status: 403, failOver: true },
  ])
})
