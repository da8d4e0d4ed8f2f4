import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import type { Env } from '../../src/env.ts'
import { account } from '../support/account.ts'
import { messageEnd, messageStart, messageStream, text } from '../support/anthropic-events.ts'
import { ask, askWhole, contentOf } from '../support/chat.ts'
import { provider } from '../support/provider.ts'

const commanding = {
  model: 'z-ai/glm-4.7',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hello' }],
  tools: [{ type: 'bash_20250124', name: 'bash' }],
}

test('what a cheaper endpoint has no words for is asked of one that speaks the format', async () => {
  const { key } = await account(env)
  const upstream = await provider(
    messageStream(messageStart(), ...text(0, 'Found'), ...messageEnd('end_turn')),
  )
  const settings: Env = {
    ...env,
    DEEPINFRA_API_KEY: 'k',
    DEEPINFRA_BASE_URL: upstream.baseUrl,
    Z_AI_API_KEY: 'k',
    Z_AI_ANTHROPIC_BASE_URL: upstream.baseUrl,
  }
  const { response, settled } = await ask(settings, commanding, { path: '/api/v1/messages', key })
  expect(await response.json()).toMatchObject({ content: [{ type: 'text', text: 'Found' }] })
  await settled()
  expect(await upstream.calls()).toHaveLength(1)
})

test('what no endpoint has words for is refused by name, and nobody is asked', async () => {
  const { key } = await account(env)
  const upstream = await provider(messageStream())
  const settings: Env = { ...env, DEEPINFRA_API_KEY: 'k', DEEPINFRA_BASE_URL: upstream.baseUrl }
  const { response, settled } = await ask(settings, commanding, { path: '/api/v1/messages', key })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: { type: 'invalid_request_error', message: expect.stringContaining('tools[0]') },
  })
  await settled()
  expect(await upstream.calls()).toHaveLength(0)
})

test('who has no words for a request takes no attempt from those who have, however many they are', async () => {
  const { key, heldNanos } = await account(env)
  const anthropic = await provider(
    messageStream(messageStart(), ...text(0, 'A cat'), ...messageEnd('end_turn')),
  )
  const bedrock = await provider(messageStream())
  const settings: Env = {
    ...env,
    ANTHROPIC_API_KEY: 'k',
    ANTHROPIC_BASE_URL: anthropic.baseUrl,
    AMAZON_BEDROCK_API_KEY: 'k',
    AMAZON_BEDROCK_BASE_URL: bedrock.baseUrl,
  }
  // Bedrock sells it in several regions and fetches no pictures, and we fetch none from private addresses.
  const image = { type: 'image_url', image_url: { url: 'https://10.0.0.1/x.png' } }
  const looking = {
    model: 'anthropic/claude-sonnet-4.5',
    max_tokens: 50,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, image] }],
    provider: { order: ['amazon-bedrock', 'anthropic'] },
  }
  const { response, text: told } = await askWhole(settings, looking, { key })
  expect([response.status, contentOf({ text: told, events: [] })]).toEqual([200, 'A cat'])
  expect([(await bedrock.calls()).length, (await anthropic.calls()).length]).toEqual([0, 1])
  expect(await heldNanos()).toBe(0)
})
