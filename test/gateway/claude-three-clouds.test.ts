import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import {
  messageEnd,
  messageStart,
  messageStream,
  readMessageEvents,
  text,
  thinking,
  toolUse,
} from '../support/anthropic-events.ts'
import { ask } from '../support/chat.ts'
import { headerOf, provider, refusingUrl, replyJson } from '../support/provider.ts'

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

/** The deployed catalogue with the model a little cheaper at two of its hosts: they are asked cheapest first. */
const assets: Fetcher = {
  fetch: async (input, init) => {
    const response = await env.ASSETS.fetch(input, init)
    const atAnthropic = priced(await response.text(), 'claude-sonnet-4-5', '2.98')
    return new Response(priced(atAnthropic, 'anthropic.claude-sonnet-4-5-20250929-v1:0', '2.99'), response)
  },
  connect: (address, options) => env.ASSETS.connect(address, options),
}

function priced(shard: string, model: string, usd: string): string {
  return shard.replace(new RegExp(`("model":"${model}","prompt":)"3"`), `$1"${usd}"`)
}

test('Claude on anthropic answers 529, bedrock refuses the connection, vertex answers; streamed, tools and thinking on; the client sees one answer', async () => {
  const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
  const anthropic = await provider(replyJson(529, overloaded))
  const said = [
    messageStart(),
    ...thinking(0, 'The user wants the weather', 'c2lnbmF0dXJl+/=='),
    ...text(1, "I'll", ' look.'),
    ...toolUse(2, { id: 'toolu_1', name: 'weather' }, '{"city":', '"Oslo"}'),
    ...messageEnd('tool_use', { output_tokens: 60 }),
  ]
  const vertex = await provider(messageStream(...said))
  const settings: Env = {
    ...env,
    ASSETS: assets,
    ANTHROPIC_API_KEY: 'anthropic-key',
    ANTHROPIC_BASE_URL: anthropic.baseUrl,
    AMAZON_BEDROCK_API_KEY: 'bedrock-key',
    AMAZON_BEDROCK_BASE_URL: refusingUrl,
    GOOGLE_VERTEX_API_KEY: 'vertex-key',
    GOOGLE_VERTEX_ANTHROPIC_BASE_URL: vertex.baseUrl,
  }
  const asked: JsonObject = {
    max_tokens: 2_000,
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
    thinking: { type: 'enabled', budget_tokens: 1_024 },
    tools: [{ name: 'weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }],
    messages: [{ role: 'user', content: 'What is the weather in Oslo?' }],
    stream: true,
  }
  const { response, settled } = await ask(
    settings,
    { model: 'anthropic/claude-sonnet-4.5', ...asked },
    { path: '/api/v1/messages', headers: { 'x-api-key': caller.key } },
  )
  const events = readMessageEvents(await response.text())
  await settled()

  expect(response.status).toBe(200)
  expect(events).toEqual([
    {
      type: 'message_start',
      message: expect.objectContaining({ model: 'anthropic/claude-sonnet-4.5', provider: 'Google Vertex' }),
    },
    ...said.slice(1, -2),
    {
      type: 'message_delta',
      delta: { stop_reason: 'tool_use', stop_sequence: null, stop_details: null, container: null },
      usage: expect.objectContaining({ input_tokens: 25, output_tokens: 60 }),
    },
    { type: 'message_stop' },
  ])

  const [first, second] = [await anthropic.calls(), await vertex.calls()]
  expect([first.length, second.length]).toEqual([1, 1])
  const { messages, tools, system, thinking: wish } = asked
  const body: JsonObject = JSON.parse(second[0]?.body ?? '')
  expect(body).toEqual({
    max_tokens: 2_000,
    system,
    thinking: wish,
    tools,
    messages,
    stream: true,
    anthropic_version: 'vertex-2023-10-16',
  })
  expect(headerOf(second[0], 'x-goog-api-key')).toBe('vertex-key')

  const generation = await caller.generation(response.headers.get('x-generation-id'))
  expect(generation).toMatchObject({ provider_name: 'Google Vertex', tokens_completion: 60 })
  expect(generation['provider_responses']).toMatchObject([
    { provider_name: 'Anthropic', status: 529 },
    { provider_name: 'Amazon Bedrock', status: null },
    { provider_name: 'Google Vertex', status: 200 },
  ])
  expect(await caller.heldNanos()).toBe(0)
})
