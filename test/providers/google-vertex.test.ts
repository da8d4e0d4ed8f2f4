import { beforeAll, expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { call } from '../../src/providers/call.ts'
import { liveProviders, type ProviderEnv } from '../../src/providers/live.ts'
import { needed, providerOf, waysToLive } from '../../src/providers/table.ts'
import { fill, type Suffix } from '../../src/providers/variables.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { gate, headerOf, provider, replyJson, send, streaming, type Provider } from '../support/provider.ts'

let keys: CryptoKeyPair
let pem: string

beforeAll(async () => {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const publicExponent = new Uint8Array([1, 0, 1])
  const pair = await crypto.subtle.generateKey({ ...algorithm, modulusLength: 2048, publicExponent }, true, [
    'sign',
    'verify',
  ])
  if (!('privateKey' in pair)) throw new Error('No pair')
  keys = pair
  const exported = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  if (!(exported instanceof ArrayBuffer)) throw new Error('No bytes')
  const base64 = btoa(String.fromCharCode(...new Uint8Array(exported)))
  pem = `-----BEGIN PRIVATE KEY-----\n${base64.match(/.{1,64}/g)?.join('\n')}\n-----END PRIVATE KEY-----\n`
})

const account = (tokenHost: { baseUrl: string }, fields: JsonObject = {}): string =>
  JSON.stringify({
    type: 'service_account',
    project_id: 'my-project',
    private_key_id: 'key-1',
    private_key: pem,
    client_email: 'gateway@my-project.iam.gserviceaccount.com',
    token_uri: `${tokenHost.baseUrl}/token`,
    ...fields,
  })

const grants = (token: string, seconds = 3_599) =>
  replyJson(200, { access_token: token, expires_in: seconds, token_type: 'Bearer' })

const answers = streaming(
  send(
    `data: ${JSON.stringify({
      candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 1 },
      responseId: 'r',
    })}\r\n\r\n`,
  ),
)

const seconds = {
  headersTimeoutMs: 9_000,
  firstTokenTimeoutMs: 9_000,
  stallTimeoutMs: 9_000,
  commentsOnlyTimeoutMs: 9_000,
  totalTimeoutMs: 9_000,
}

/** What one call to a model on Vertex says; `signal`: who wants it. */
async function ask(env: ProviderEnv, signal = new AbortController().signal): Promise<string> {
  const request = openaiChatDialect.decodeRequest(
    { model: 'a/b', messages: [{ role: 'user', content: 'Hi' }] },
    new Headers(),
  )
  const target = { provider: 'google-vertex', upstreamModel: 'gemini-2.5-pro', quirks: {}, streams: true }
  let text = ''
  for await (const events of call(target, request, { env, signal, limits: seconds })) {
    for (const event of events) if (event.type === 'text-delta') text += event.text
  }
  return text
}

const envOf = (model: Provider, serviceAccount: string): ProviderEnv => ({
  GOOGLE_VERTEX_BASE_URL: model.baseUrl,
  GOOGLE_VERTEX_SERVICE_ACCOUNT: serviceAccount,
})

const parsed = (base64url: string | undefined): unknown =>
  JSON.parse(atob((base64url ?? '').replaceAll('-', '+').replaceAll('_', '/')))

function bytesOf(base64url: string | undefined): Uint8Array {
  const binary = atob((base64url ?? '').replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

test('a service account signs for a token, and the token is used until it ends', async () => {
  const model = await provider(answers)
  const tokens = await provider(grants('ya29.first'), grants('ya29.second'))
  const env = envOf(model, account(tokens))
  expect(await ask(env)).toBe('Hello')
  expect(await ask(env)).toBe('Hello')

  const [asked, ...further] = await tokens.calls()
  expect(further).toEqual([])
  expect(asked).toMatchObject({ method: 'POST', path: expect.stringMatching(/\/token$/) })
  const form = new URLSearchParams(asked?.body)
  expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
  const [header, claims, signature] = form.get('assertion')?.split('.') ?? []
  expect(parsed(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' })
  const { iat, exp, ...rest } = Object(parsed(claims))
  expect(rest).toEqual({
    iss: 'gateway@my-project.iam.gserviceaccount.com',
    scope: 'https://www.googleapis.com/auth/cloud-platform',
    aud: `${tokens.baseUrl}/token`,
  })
  expect(exp - iat).toBe(3_600)
  const signed = new TextEncoder().encode(`${header}.${claims}`)
  const isRight = await crypto.subtle.verify('RSASSA-PKCS1-v1_5', keys.publicKey, bytesOf(signature), signed)
  expect(isRight).toBe(true)

  const calls = await model.calls()
  expect(calls.map((one) => headerOf(one, 'authorization'))).toEqual([
    'Bearer ya29.first',
    'Bearer ya29.first',
  ])
  expect(calls[0]?.path).toMatch(/\/models\/gemini-2\.5-pro:streamGenerateContent\?alt=sse$/)
})

test('who come together ask for one token', async () => {
  const model = await provider(answers)
  const tokens = await provider([gate('asked'), ...grants('ya29.shared')])
  const env = envOf(model, account(tokens))
  const both = [ask(env), ask(env), ask(env)]
  await tokens.until((calls) => calls.length === 1)
  await tokens.open('asked')
  expect(await Promise.all(both)).toEqual(['Hello', 'Hello', 'Hello'])
  expect(await tokens.calls()).toHaveLength(1)
})

test('a token with less than five minutes left is renewed', async () => {
  const model = await provider(answers)
  const tokens = await provider(grants('ya29.short', 299), grants('ya29.long'))
  const env = envOf(model, account(tokens))
  await ask(env)
  await ask(env)
  expect((await model.calls()).map((one) => headerOf(one, 'authorization'))).toEqual([
    'Bearer ya29.short',
    'Bearer ya29.long',
  ])
})

test('who leaves while a token is asked for waits no longer, and spoils it for nobody', async () => {
  const model = await provider(answers)
  const tokens = await provider([gate('asked'), ...grants('ya29.kept')])
  const env = envOf(model, account(tokens))
  const leaving = new AbortController()
  const left = ask(env, leaving.signal)
  await tokens.until((calls) => calls.length === 1)
  const stays = ask(env)
  leaving.abort()
  await expect(left).rejects.toMatchObject({ details: { upstream: { code: 'cancelled' } } })
  await tokens.open('asked')
  expect(await stays).toBe('Hello')
})

const failure = (code: string, status: number | null) => ({
  type: 'provider_unavailable',
  message: 'Provider returned error',
  details: { upstream: { status, code, failOver: true } },
})

test('a refused account fails over, and is asked again the next time', async () => {
  const model = await provider(answers)
  const tokens = await provider(
    replyJson(400, { error: 'invalid_grant' }),
    replyJson(503, {}),
    grants('ya29.good'),
  )
  const env = envOf(model, account(tokens))
  await expect(ask(env)).rejects.toMatchObject(failure('token_refused', 400))
  await expect(ask(env)).rejects.toMatchObject(failure('token_refused', 503))
  expect(await ask(env)).toBe('Hello')
})

test('an account that cannot be read fails over, and nothing of it is told', async () => {
  const model = await provider(answers)
  const broken: [string, string][] = [
    ['{"private_key": "secret-canary"', 'invalid_service_account'],
    ['{"private_key": "secret-canary"}', 'invalid_service_account'],
    [account({ baseUrl: 'http://127.0.0.1:2' }, { private_key: 'secret-canary' }), 'invalid_private_key'],
  ]
  for (const [text, code] of broken) {
    const error: unknown = await ask(envOf(model, text)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject(failure(code, null))
    expect(error instanceof GatewayError && JSON.stringify([error.message, error.details])).not.toMatch(
      /canary/,
    )
  }
  expect(await model.calls()).toEqual([])
})

test('the key of express mode goes as it is', async () => {
  const model = await provider(answers)
  expect(await ask({ GOOGLE_VERTEX_BASE_URL: model.baseUrl, GOOGLE_VERTEX_API_KEY: 'AIza-canary' })).toBe(
    'Hello',
  )
  const [sent] = await model.calls()
  expect(headerOf(sent, 'x-goog-api-key')).toBe('AIza-canary')
  expect(headerOf(sent, 'authorization')).toBeUndefined()
})

test('either of the two makes it live', () => {
  const row = providerOf('google-vertex')
  expect(row && waysToLive(row)).toEqual([['GOOGLE_VERTEX_API_KEY'], ['GOOGLE_VERTEX_SERVICE_ACCOUNT']])
  expect(row && needed(row)).toEqual(['GOOGLE_VERTEX_API_KEY'])
  expect([...liveProviders({ GOOGLE_VERTEX_API_KEY: 'k' })]).toEqual(['google-vertex'])
  expect([...liveProviders({ GOOGLE_VERTEX_SERVICE_ACCOUNT: '{}' })]).toEqual(['google-vertex'])
  expect([...liveProviders({ GOOGLE_VERTEX_PROJECT: 'p' })]).toEqual(['simulator'])
})

const models = 'publishers/google'

test.each<[string, Partial<Record<Suffix, string>>, string]>([
  ['no account', {}, `https://aiplatform.googleapis.com/v1/${models}`],
  [
    'no region',
    { SERVICE_ACCOUNT: 'account' },
    `https://aiplatform.googleapis.com/v1beta1/projects/my-project/locations/global/${models}`,
  ],
  [
    'one region and another project',
    { SERVICE_ACCOUNT: 'account', REGION: 'europe-west6', PROJECT: 'example.com:other' },
    `https://europe-west6-aiplatform.googleapis.com/v1beta1/projects/example.com:other/locations/europe-west6/${models}`,
  ],
  [
    'many regions',
    { SERVICE_ACCOUNT: 'account', REGION: 'eu' },
    `https://aiplatform.eu.rep.googleapis.com/v1beta1/projects/my-project/locations/eu/${models}`,
  ],
  ['a region that is another host', { SERVICE_ACCOUNT: 'account', REGION: 'evil.example/' }, ''],
])('with %s it is at its address', (_, settings, address) => {
  const file = account({ baseUrl: 'http://127.0.0.1:2' })
  const setting = (suffix: Suffix) =>
    suffix === 'SERVICE_ACCOUNT' && settings[suffix] ? file : settings[suffix]
  expect(fill(providerOf('google-vertex')?.baseUrl ?? '', setting)).toBe(address)
})
