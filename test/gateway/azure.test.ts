import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { account, type TestAccount } from '../support/account.ts'
import { messageEnd, messageStart, messageStream, text } from '../support/anthropic-events.ts'
import { chatStream, delta, finish, usage } from '../support/chat-chunks.ts'
import { askWhole, contentOf } from '../support/chat.ts'
import { headerOf, provider, replyJson } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

async function ask(steps: Step[]) {
  const upstream = await provider(steps)
  const settings = { ...env, AZURE_API_KEY: 'azure-key', AZURE_BASE_URL: `${upstream.baseUrl}/openai/v1` }
  const messages = [{ role: 'user', content: 'Hello' }]
  const answer = await askWhole(
    settings,
    { model: 'openai/gpt-4o-mini', messages, stream: true, top_k: 5, max_tokens: 20 },
    { key: caller.key },
  )
  const [call] = await upstream.calls()
  return { ...answer, call }
}

const safe = { hate: { filtered: false, severity: 'safe' } }

test('the verdicts that Azure puts around an answer do not disturb it', async () => {
  const verdict: JsonObject = {
    choices: [],
    prompt_filter_results: [{ prompt_index: 0, content_filter_results: safe }],
  }
  const word = { ...delta('Hello'), model: 'gpt-4o-mini-2024-07-18' }
  const { call, events, ...answer } = await ask(chatStream([verdict, word, finish('stop'), usage(5, 1)]))
  expect(contentOf({ ...answer, events })).toBe('Hello')
  expect(events.at(-2)).toMatchObject({
    json: { provider: 'Azure', usage: { prompt_tokens: 5, completion_tokens: 1 } },
  })
  expect(call?.path).toMatch(/\/openai\/v1\/chat\/completions$/)
  expect([headerOf(call, 'api-key'), headerOf(call, 'authorization')]).toEqual(['azure-key', undefined])
  expect(JSON.parse(call?.body ?? '')).toEqual({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Hello' }],
    stream: true,
    max_tokens: 20,
    stream_options: { include_usage: true },
  })
})

test.each([
  [404, { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' }, 404],
  [
    400,
    {
      code: 'content_filter',
      message: 'The response was filtered',
      innererror: { code: 'ResponsibleAIPolicyViolation' },
    },
    400,
  ],
  [401, { code: '401', message: 'Access denied due to invalid subscription key.' }, 503],
  [429, { code: 'RateLimitReached', message: 'Your requests have exceeded the call rate limit.' }, 429],
] as const)('a refusal of Azure, %i %j, is a %i', async (status, error, answered) => {
  const { response, text: said } = await ask(replyJson(status, { error }))
  expect(response.status).toBe(answered)
  expect(said).not.toContain(error.message)
})

test('Claude at Azure is asked as Anthropic is, and not as the reasoning models of OpenAI are', async () => {
  const upstream = await provider(
    messageStream(messageStart(), ...text(0, 'Hello'), ...messageEnd('end_turn')),
  )
  const settings = {
    ...env,
    AZURE_API_KEY: 'azure-key',
    AZURE_ANTHROPIC_BASE_URL: upstream.baseUrl,
    AZURE_RESOURCE: 'r',
  }
  const body = {
    model: 'anthropic/claude-haiku-4.5',
    messages: [{ role: 'user', content: 'Hello' }],
    temperature: 0.5,
    stop: 'END',
    max_tokens: 20,
  }
  const { response } = await askWhole(settings, body, { key: caller.key })
  expect(response.status).toBe(200)
  const [call] = await upstream.calls()
  expect(call?.path).toMatch(/\/messages$/)
  expect(JSON.parse(call?.body ?? '')).toMatchObject({
    model: 'claude-haiku-4-5',
    max_tokens: 20,
    temperature: 0.5,
    stop_sequences: ['END'],
  })
})
