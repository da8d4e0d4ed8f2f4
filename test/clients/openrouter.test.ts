import { OpenRouter } from '@openrouter/sdk'
import type { ChatRequest, ChatResult, ChatStreamChunk } from '@openrouter/sdk/models'
import * as errors from '@openrouter/sdk/models/errors'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { conversations, weather } from './conversations.ts'
import { baseUrl, keys, newKey } from './gateway.ts'

const client = (apiKey: string) =>
  new OpenRouter({ apiKey, serverURL: baseUrl, retryConfig: { strategy: 'none' } })
const inference = client(keys.inference)
const management = client(keys.management)

const messages: ChatRequest['messages'] = [{ role: 'user', content: 'Hello, gateway' }]
const hello: ChatRequest = { model: 'simulator/echo', messages }

test('answers the chat of @openrouter/sdk', async () => {
  const result = await whole(inference, hello)
  expect(result.model).toBe('simulator/echo')
  expect(result.choices[0]?.message.content).toContain('Hello, gateway')
  expect(result.usage?.cost).toBeGreaterThan(0)
})

test('streams to @openrouter/sdk', async () => {
  const chunks = await streamed(inference, hello)
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toContain('Hello, gateway')
  expect(chunks.at(-1)?.usage?.cost).toBeGreaterThan(0)
})

test('calls a tool for @openrouter/sdk, streamed', async () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  const chunks = await streamed(inference, {
    model: 'simulator/tools',
    messages,
    tools: [{ type: 'function', function: { name: 'weather', parameters } }],
  })
  const calls = chunks.flatMap((chunk) => chunk.choices[0]?.delta.toolCalls ?? [])
  expect(calls.find((call) => call.function?.name)?.function?.name).toBe('weather')
  const text = calls.map((call) => call.function?.arguments ?? '').join('')
  expect(JSON.parse(text)).toEqual({ city: expect.any(String) })
})

test('lists and counts models for @openrouter/sdk', async () => {
  const [list, count, endpoints] = await Promise.all([
    inference.models.list(),
    inference.models.count(),
    inference.endpoints.list({ author: 'simulator', slug: 'unreliable' }),
  ])
  const models = list.result.data
  expect(models.map((model) => model.id)).toContain('simulator/echo')
  expect(count.data.count).toBe(models.length)
  expect(endpoints.data.endpoints).toHaveLength(2)
})

test('lists the live providers for @openrouter/sdk', async () => {
  const { data } = await inference.providers.list()
  expect(data).toContainEqual(expect.objectContaining({ slug: 'simulator', name: 'Simulator' }))
})

test('tells @openrouter/sdk about its own key', async () => {
  const own = client(await newKey({ limit: 1.5 }))
  const { data } = await own.apiKeys.getCurrentKeyMetadata()
  expect(data).toMatchObject({ limit: 1.5, limitRemaining: 1.5, usage: 0 })
})

test('lets @openrouter/sdk create, read, list, change and delete keys', async () => {
  const created = await management.apiKeys.create({ requestBody: { name: 'from the SDK', limit: 2 } })
  const { hash } = created.data
  expect(created.key).toMatch(/^sk-or-v1-[0-9a-f]{64}$/)
  expect((await management.apiKeys.get({ hash })).data).toMatchObject({ name: 'from the SDK', limit: 2 })
  expect((await management.apiKeys.list()).data.map((key) => key.hash)).toContain(hash)

  const changed = await management.apiKeys.update({ hash, requestBody: { name: 'renamed', disabled: true } })
  expect(changed.data).toMatchObject({ name: 'renamed', disabled: true })
  await expect(client(created.key).apiKeys.getCurrentKeyMetadata()).rejects.toThrow(
    errors.UnauthorizedResponseError,
  )

  expect(await management.apiKeys.delete({ hash })).toEqual({ deleted: true })
  await expect(management.apiKeys.get({ hash })).rejects.toThrow(errors.NotFoundResponseError)
})

test('tells @openrouter/sdk its credits', async () => {
  const { data } = await management.credits.getCredits()
  expect(data.totalCredits).toBe(10)
  expect(data.totalUsage).toBeGreaterThanOrEqual(0)
})

test('tells @openrouter/sdk about a generation right after its answer', async () => {
  const own = client(await newKey())
  const answer = await whole(own, hello)
  const { data } = await own.generations.getGeneration({ id: answer.id })
  expect(data).toMatchObject({
    id: answer.id,
    model: 'simulator/echo',
    totalCost: answer.usage?.cost,
    tokensPrompt: answer.usage?.promptTokens,
    tokensCompletion: answer.usage?.completionTokens,
  })
  expect((await own.apiKeys.getCurrentKeyMetadata()).data.usage).toBe(answer.usage?.cost)
})

test('gives @openrouter/sdk errors of its own types', async () => {
  const unknown = client('sk-or-v1-nothing')
  const poor = client(await newKey({ limit: 0 }))
  const nobody = { ...hello, model: 'nobody/knows-it' }
  await expect(whole(unknown, hello)).rejects.toThrow(errors.UnauthorizedResponseError)
  await expect(whole(inference, nobody)).rejects.toThrow(errors.BadRequestResponseError)
  await expect(whole(poor, hello)).rejects.toThrow(errors.PaymentRequiredResponseError)
})

async function whole(sdk: OpenRouter, chatRequest: ChatRequest): Promise<ChatResult> {
  const result = await sdk.chat.send({ chatRequest })
  if (!('choices' in result)) throw new Error('a stream, where none was asked for')
  return result
}

async function streamed(sdk: OpenRouter, chatRequest: ChatRequest): Promise<ChatStreamChunk[]> {
  const result = await sdk.chat.send({ chatRequest: { ...chatRequest, stream: true } })
  if ('choices' in result) throw new Error('no stream, where one was asked for')
  return await Array.fromAsync(result)
}

conversations(
  '@openrouter/sdk',
  { sign: /^finish: error; 502 Provider returned error/, thoughts: 'carried' },
  ({ apiKey, baseUrl: serverURL, model }) => {
    const sdk = new OpenRouter({ apiKey, serverURL, retryConfig: { strategy: 'none' } })
    const ask = (content: string): ChatRequest => ({ model, messages: [{ role: 'user', content }] })
    return {
      whole: async (prompt) => z.string().parse((await whole(sdk, ask(prompt))).choices[0]?.message.content),
      streamed: async (prompt) => textIn(await streamed(sdk, ask(prompt))),
      tools: async (prompt) => {
        const { name, description, parameters, runText } = weather
        const tools = [{ type: 'function' as const, function: { name, description, parameters } }]
        const { choices } = await whole(sdk, { ...ask(prompt), tools })
        const answer = choices[0]?.message
        const [call] = answer?.toolCalls ?? []
        if (!answer || !call) throw new Error('no call, where one was due')
        const result = {
          role: 'tool' as const,
          toolCallId: call.id,
          content: runText(call.function.arguments),
        }
        return textIn(
          await streamed(sdk, { model, tools, messages: [...ask(prompt).messages, answer, result] }),
        )
      },
      end: async (prompt) => {
        const last = (await streamed(sdk, ask(prompt))).findLast((chunk) => chunk.choices.length > 0)
        return `finish: ${last?.choices[0]?.finishReason}; ${last?.error?.code} ${last?.error?.message}`
      },
    }
  },
)

function textIn(chunks: ChatStreamChunk[]): string {
  return chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
}
