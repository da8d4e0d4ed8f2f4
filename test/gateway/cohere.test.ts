import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { account, type TestAccount } from '../support/account.ts'
import { readMessageEvents } from '../support/anthropic-events.ts'
import { ask, contentOf } from '../support/chat.ts'
import { headerOf, provider, replyJson, send, streaming } from '../support/provider.ts'
import { readEvents } from '../support/sse.ts'
import type { Step } from '../support/upstream-script.ts'

const files = import.meta.glob<string>('../fixtures/cohere-chat/*.sse', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const playing = (name: string): Step[] =>
  streaming(send(files[`../fixtures/cohere-chat/${name}.sse`] ?? '', 40))

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

/** Asks a model at Cohere, which plays the given answer. */
async function askCohere(request: JsonObject, answer: Step[], path = '/api/v1/chat/completions') {
  const upstream = await provider(answer)
  const { response, settled } = await ask(
    { ...env, COHERE_API_KEY: 'operator-key', COHERE_BASE_URL: upstream.baseUrl },
    {
      model: 'cohere/command-a-03-2025',
      max_tokens: 2_000,
      messages: [{ role: 'user', content: 'Hello' }],
      ...request,
    },
    { path, key: caller.key },
  )
  const text = await response.text()
  await settled()
  const [call] = await upstream.calls()
  return { response, text, call }
}

test('a chat is served in its own format, and its billed units are what it costs', async () => {
  const { response, text, call } = await askCohere({}, playing('plain'))
  expect([call?.path, headerOf(call, 'authorization')]).toEqual([
    expect.stringMatching(/\/chat$/),
    'Bearer operator-key',
  ])
  expect(response.status).toBe(200)
  // Six tokens at $2.50 a million, four at $10.
  expect(JSON.parse(text)).toMatchObject({
    model: 'cohere/command-a-03-2025',
    provider: 'Cohere',
    choices: [
      {
        message: { content: 'Hello wörld!' },
        finish_reason: 'stop',
        native_finish_reason: 'COMPLETE',
      },
    ],
    usage: { prompt_tokens: 6, completion_tokens: 4, cost: 0.000_055 },
  })
})

test('a short answer is asked for whole', async () => {
  const answer = {
    id: 'c1',
    finish_reason: 'MAX_TOKENS',
    message: { role: 'assistant', content: [{ type: 'text', text: 'Hel' }] },
    usage: { billed_units: { input_tokens: 6, output_tokens: 1 } },
  }
  const { text, call } = await askCohere({ max_tokens: 1 }, replyJson(200, answer))
  expect(JSON.parse(call?.body ?? '{}')).toMatchObject({ stream: false, max_tokens: 1 })
  expect(JSON.parse(text).choices[0]).toMatchObject({
    message: { content: 'Hel' },
    finish_reason: 'length',
  })
})

test('tools are called in the format of who asks, with the plan as its reasoning', async () => {
  const tools = [{ name: 'weather', input_schema: { type: 'object' } }]
  const { text } = await askCohere({ stream: true, tools }, playing('tools'), '/api/v1/messages')
  const events = readMessageEvents(text)
  expect(events.flatMap((event) => event['content_block'] ?? [])).toEqual([
    expect.objectContaining({ type: 'thinking' }),
    { type: 'tool_use', id: 'weather_1', name: 'weather', input: {} },
    { type: 'tool_use', id: 'weather_2', name: 'weather', input: {} },
  ])
  expect(events.at(-2)).toMatchObject({
    delta: { stop_reason: 'tool_use' },
    usage: { input_tokens: 30, output_tokens: 25 },
  })
})

test('a failure in the middle is told in the stream, and costs nothing', async () => {
  const half = (files['../fixtures/cohere-chat/plain.sse'] ?? '').split('event: content-end')[0] ?? ''
  const asked = await askCohere({ stream: true }, streaming(send(half)))
  expect(contentOf({ ...asked, events: readEvents(asked.text) })).toBe('Hello wörld!')
  expect(asked.text).toContain('"error_type":"provider_unavailable"')
  expect(asked.text).toContain('"cost":0')
})
