import { Anthropic } from '@anthropic-ai/sdk'
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod'
import type { MessageParam, Tool } from '@anthropic-ai/sdk/resources/messages'
import { describe, expect, test } from 'vitest'
import { conversations, weather as sharedWeather } from './conversations.ts'
import { keys, newKey, origin, spentBy } from './gateway.ts'

/** A model whose provider speaks the format, and one whose provider speaks chat completions. */
const models = [
  {
    lane: 'the same format',
    model: 'anthropic/claude-haiku-4.5',
    tools: 'anthropic/claude-haiku-4.5',
    broken: 'anthropic/claude-haiku-4.5',
  },
  {
    lane: 'chat completions',
    model: 'simulator/echo',
    tools: 'simulator/tools',
    broken: 'openai/gpt-oss-20b',
  },
] as const

/** The library adds `/v1/messages` itself; both base paths serve it. */
const clientOf = (apiKey: string, baseURL = `${origin}/api`) =>
  new Anthropic({ apiKey, baseURL, maxRetries: 0 })
const anthropic = clientOf(keys.inference)

describe.each(models)('over $lane', ({ model, tools, broken }) => {
  const hello = { max_tokens: 2_000, messages: [{ role: 'user' as const, content: 'Hello' }] }

  test('the anthropic library gets a whole message, with its cost', async () => {
    const key = await newKey()
    const message = await clientOf(key, origin).messages.create({ model, ...hello })
    expect(message).toMatchObject({ type: 'message', role: 'assistant', model, stop_reason: 'end_turn' })
    expect(message.content).toMatchObject([{ type: 'text', text: expect.stringContaining('You said') }])
    expect(message.usage).toMatchObject({ cost: await spentBy(key) })
  })

  test('the anthropic library gathers a stream', async () => {
    const stream = anthropic.messages.stream({ model, ...hello })
    const events = await Array.fromAsync(stream)
    expect(events[0]).toMatchObject({
      type: 'message_start',
      message: { usage: { input_tokens: expect.any(Number) } },
    })
    expect(events.at(-1)).toEqual({ type: 'message_stop' })
    expect(await stream.finalText()).toContain('You said')
  })

  test.each(['whole', 'streamed'])(
    'the anthropic library runs a loop of tools and carries the thoughts, %s',
    async (form) => {
      const weather: Tool = {
        name: 'weather',
        input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      }
      const settings = {
        model: tools,
        max_tokens: 4_000,
        tools: [weather],
        thinking: { type: 'enabled' as const, budget_tokens: 1_024 },
      }
      const ask = async (messages: MessageParam[]) =>
        form === 'whole'
          ? await anthropic.messages.create({ ...settings, messages })
          : await anthropic.messages.stream({ ...settings, messages }).finalMessage()
      const question: MessageParam = { role: 'user', content: 'Weather?' }
      const { content, stop_reason: reason } = await ask([question])
      const call = content.find((block) => block.type === 'tool_use')
      expect([reason, call?.name, call?.input]).toEqual(['tool_use', 'weather', { city: expect.any(String) }])
      const result = { type: 'tool_result' as const, tool_use_id: call?.id ?? '', content: 'Rain, 7 degrees' }
      const last = await ask([question, { role: 'assistant', content }, { role: 'user', content: [result] }])
      expect(JSON.stringify(last.content)).toContain('Rain, 7 degrees')
      expect(JSON.stringify(last.content)).not.toContain('lost')
    },
  )

  test('the anthropic library sees a fault in the middle as an error', async () => {
    const messages = [{ role: 'user' as const, content: 'break' }]
    const stream = anthropic.messages.stream({ model: broken, max_tokens: 2_000, messages })
    await expect(Array.fromAsync(stream)).rejects.toMatchObject({ type: 'api_error' })
  })
})

test("the anthropic library counts tokens, by the provider's count and by ours", async () => {
  const messages = [{ role: 'user' as const, content: 'Hello' }]
  expect(await anthropic.messages.countTokens({ model: 'anthropic/claude-haiku-4.5', messages })).toEqual({
    input_tokens: 4_321,
  })
  const { input_tokens: ours } = await anthropic.messages.countTokens({ model: 'simulator/echo', messages })
  expect(ours).toBeGreaterThan(0)
})

const ask = (apiKey: string, model: string) =>
  clientOf(apiKey).messages.create({ model, max_tokens: 10, messages: [{ role: 'user', content: 'x' }] })

test('the anthropic library raises its own errors', async () => {
  await expect(ask(`sk-or-v1-${'0'.repeat(64)}`, 'simulator/echo')).rejects.toBeInstanceOf(
    Anthropic.AuthenticationError,
  )
  await expect(ask(keys.inference, 'nobody/knows-it')).rejects.toBeInstanceOf(Anthropic.BadRequestError)
})

conversations(
  '@anthropic-ai/sdk',
  { sign: /^thrown: APIError: .*Provider returned error/, thoughts: 'carried' },
  ({ apiKey, origin: baseURL, model }) => {
    const client = clientOf(apiKey, baseURL)
    const request = (content: string) => ({
      model,
      max_tokens: 2_000,
      messages: [{ role: 'user' as const, content }],
    })
    const { name, description, input: inputSchema, run } = sharedWeather
    const tool = betaZodTool({ name, description, inputSchema, run })
    const streamed = async (prompt: string) => await client.messages.stream(request(prompt)).finalText()
    return {
      whole: async (prompt) => textOf((await client.messages.create(request(prompt))).content),
      streamed,
      tools: async (prompt) => {
        // It asks for a thread first, and sends the whole history when that is refused.
        const last = await client.beta.messages
          .toolRunner({ ...request(prompt), tools: [tool], stream: true })
          .runUntilDone()
        return textOf(last.content)
      },
      end: streamed,
    }
  },
)

function textOf(content: { type: string; text?: string }[]): string {
  return content.map((block) => block.text ?? '').join('')
}
