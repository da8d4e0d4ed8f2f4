import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { account } from '../support/account.ts'
import { askWhole } from '../support/chat.ts'
import { provider, replyJson } from '../support/provider.ts'

const name = 'mcp__server__'.padEnd(95, 'x')
const body = {
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Look' }],
  tools: [{ name, input_schema: { type: 'object' } }],
}
const answer = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 10, output_tokens: 5 },
}

test('a tool whose name is longer than chat takes is refused by its name, or served where it fits', async () => {
  const { key, heldNanos } = await account(env)
  const openai = await provider(replyJson(500, {}))
  const anthropic = await provider(replyJson(200, answer))
  const settings = {
    ...env,
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: openai.baseUrl,
    ANTHROPIC_API_KEY: 'k',
    ANTHROPIC_BASE_URL: anthropic.baseUrl,
  }
  const ask = (...models: string[]) =>
    askWhole(settings, { ...body, model: models[0] ?? '', models }, { key, path: '/api/v1/messages' })

  const refused = await ask('openai/gpt-4o-mini')
  expect(refused.response.status).toBe(400)
  expect(JSON.parse(refused.text).error.message).toBe(
    `tools: the name ${name} is longer than the 64 letters this model's provider takes`,
  )
  const served = await ask('openai/gpt-4o-mini', 'anthropic/claude-haiku-4.5')
  expect(JSON.parse(served.text)).toMatchObject({ content: [{ text: 'Hello' }] })
  const [call] = await anthropic.calls()
  expect(JSON.parse(call?.body ?? '')).toMatchObject({ tools: [{ name }] })
  expect(await openai.calls()).toEqual([])
  expect(await heldNanos()).toBe(0)
})
