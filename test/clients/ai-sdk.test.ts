import { createOpenRouter } from '@openrouter/ai-sdk-provider'
import { generateText, stepCountIs, streamText, tool } from 'ai'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { baseUrl, keys, newKey, spentBy } from './gateway.ts'

const openrouter = createOpenRouter({ apiKey: keys.inference, baseURL: baseUrl })
const weather = tool({
  description: 'The weather of a city',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => `Rain in ${city}, 7 degrees`,
})
const prompt = 'Hello, gateway'

test('answers the AI SDK, with usage and cost', async () => {
  const key = await newKey()
  const own = createOpenRouter({ apiKey: key, baseURL: baseUrl })
  const { text, usage, finishReason, providerMetadata } = await generateText({
    model: own('simulator/echo'),
    prompt,
  })
  expect(text).toContain(prompt)
  expect(finishReason).toBe('stop')
  expect(usage.totalTokens).toBeGreaterThan(0)
  expect(providerMetadata).toMatchObject({ openrouter: { usage: { cost: await spentBy(key) } } })
})

test('streams to the AI SDK, with usage and cost', async () => {
  const key = await newKey()
  const own = createOpenRouter({ apiKey: key, baseURL: baseUrl })
  const result = streamText({ model: own('simulator/echo'), prompt })
  expect((await Array.fromAsync(result.textStream)).join('')).toContain(prompt)
  expect(await result.finishReason).toBe('stop')
  expect((await result.usage).totalTokens).toBeGreaterThan(0)
  expect(await result.providerMetadata).toMatchObject({ openrouter: { usage: { cost: await spentBy(key) } } })
})

test.each(['whole', 'streamed'])('runs tools with the AI SDK, answers %s', async (form) => {
  const request = {
    model: openrouter('simulator/tools'),
    prompt: 'How is the weather?',
    tools: { weather },
    stopWhen: stepCountIs(3),
  }
  const result = form === 'whole' ? await generateText(request) : streamText(request)
  if ('consumeStream' in result) await result.consumeStream()
  expect(await result.text).toContain('7 degrees')
  const steps = await result.steps
  expect(steps.map((step) => step.finishReason)).toEqual(['tool-calls', 'stop'])
  expect(steps[0]?.toolCalls[0]).toMatchObject({ toolName: 'weather', input: { city: expect.any(String) } })
})

test('shows the AI SDK the reasoning of a model', async () => {
  const result = streamText({ model: openrouter('simulator/thinker'), prompt })
  const parts = await Array.fromAsync(result.fullStream)
  expect(new Set(parts.map((part) => part.type))).toContain('reasoning-delta')
  expect(await result.reasoningText).not.toBe('')
  expect(await result.text).not.toBe('')
})

test('fails in the AI SDK with the status and the message of the gateway', async () => {
  const failing = generateText({ model: openrouter('nobody/knows-it'), prompt, maxRetries: 0 })
  await expect(failing).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining('nobody/knows-it is not a valid model ID'),
  })
})
