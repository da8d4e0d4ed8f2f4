import { createOpenAI } from '@ai-sdk/openai'
import { OpenRouter as Agent, tool as agentTool } from '@openrouter/agent'
import { OpenRouter } from '@openrouter/sdk'
import { generateText, stepCountIs, streamText, tool } from 'ai'
import { OpenAI } from 'openai'
import type { ResponseInput, Tool } from 'openai/resources/responses/responses'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { baseUrl, keys, newKey, origin, spentBy } from './gateway.ts'

/** A model whose provider speaks the format, and one whose provider speaks chat completions. */
const models = [
  {
    lane: 'the same format',
    model: 'openai/gpt-5-mini',
    tools: 'openai/gpt-5-mini',
    broken: 'openai/gpt-5-mini',
  },
  {
    lane: 'chat completions',
    model: 'simulator/echo',
    tools: 'simulator/tools',
    broken: 'openai/gpt-oss-20b',
  },
] as const

const openai = new OpenAI({ apiKey: keys.inference, baseURL: baseUrl, maxRetries: 0 })

describe.each(models)('over $lane', ({ model, tools, broken }) => {
  const said = /You said/

  test('the openai library gets a whole answer, with its cost', async () => {
    const key = await newKey()
    const own = new OpenAI({ apiKey: key, baseURL: baseUrl, maxRetries: 0 })
    const response = await own.responses.create({ model, input: 'Hello', instructions: 'Be kind' })
    expect(response.output_text).toMatch(said)
    expect(response).toMatchObject({ status: 'completed', model, instructions: 'Be kind', store: false })
    expect(response.usage).toMatchObject({ cost: await spentBy(key) })
  })

  test('the openai library gathers a stream', async () => {
    const stream = openai.responses.stream({ model, input: 'Hello' })
    const events = await Array.fromAsync(stream)
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
    expect(events.at(-1)?.type).toBe('response.completed')
    expect((await stream.finalResponse()).output_text).toMatch(said)
  })

  test('the openai library runs a loop of tools, and carries the thoughts', async () => {
    const weather: Tool = {
      type: 'function',
      name: 'weather',
      strict: true,
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      },
    }
    const input: ResponseInput = [{ role: 'user', content: 'Weather?' }]
    const first = await openai.responses.stream({ model: tools, input, tools: [weather] }).finalResponse()
    const called = first.output.find((item) => item.type === 'function_call')
    expect(JSON.parse(called?.arguments ?? '')).toEqual({ city: expect.any(String) })
    input.push(
      ...first.output.flatMap((item) =>
        item.type === 'reasoning' || item.type === 'function_call' ? [item] : [],
      ),
      {
        type: 'function_call_output',
        call_id: called?.call_id ?? '',
        output: 'Rain, 7 degrees',
      },
    )
    const second = await openai.responses.create({ model: tools, input, tools: [weather] })
    expect(second.output_text).toContain('Rain, 7 degrees')
    expect(second.output_text).not.toContain('lost')
  })

  test('the openai library sees a fault in the middle as a failed response', async () => {
    const stream = openai.responses.stream({ model: broken, input: 'break' })
    const last = (await Array.fromAsync(stream)).at(-1)
    expect(last).toMatchObject({ type: 'response.failed', response: { error: { code: 'server_error' } } })
    expect(await stream.finalResponse()).toMatchObject({ status: 'failed' })
  })

  const aiSdk = createOpenAI({ apiKey: keys.inference, baseURL: `${origin}/v1` })

  test.each(['whole', 'streamed'])('@ai-sdk/openai gets text and usage, %s', async (form) => {
    const request = { model: aiSdk(model), prompt: 'Hello' }
    const result = form === 'whole' ? await generateText(request) : streamText(request)
    expect(await result.text).toMatch(said)
    expect(await result.finishReason).toBe('stop')
    expect((await result.usage).totalTokens).toBeGreaterThan(0)
  })

  test.each(['whole', 'streamed'])('@ai-sdk/openai runs a loop of tools, %s', async (form) => {
    const weather = tool({
      inputSchema: z.object({ city: z.string() }),
      execute: ({ city }) => `Rain in ${city}, 7 degrees`,
    })
    const request = {
      model: aiSdk(tools),
      prompt: 'Weather?',
      tools: { weather },
      stopWhen: stepCountIs(3),
      // Nothing is stored here: the library carries the encrypted thoughts itself.
      providerOptions: { openai: { store: false, include: ['reasoning.encrypted_content'] } },
    }
    const result = form === 'whole' ? await generateText(request) : streamText(request)
    expect(await result.text).toContain('7 degrees')
    expect(await result.text).not.toContain('lost')
    expect((await result.steps).map((step) => step.finishReason)).toEqual(['tool-calls', 'stop'])
  })

  test('@ai-sdk/openai sees a fault in the middle as an error', async () => {
    const errors: unknown[] = []
    const result = streamText({
      model: aiSdk(broken),
      prompt: 'break',
      onError: ({ error }) => {
        errors.push(error)
      },
    })
    await result.consumeStream()
    expect(errors).toHaveLength(1)
  })

  const sdk = new OpenRouter({
    apiKey: keys.inference,
    serverURL: baseUrl,
    retryConfig: { strategy: 'none' },
  })

  test('@openrouter/sdk takes a whole answer and every event of a stream', async () => {
    const whole = await sdk.responses.send({ responsesRequest: { model, input: 'Hello' } })
    expect(whole).toMatchObject({ status: 'completed', usage: { cost: expect.any(Number) } })
    const stream = await sdk.responses.send({ responsesRequest: { model, input: 'Hello', stream: true } })
    if (!(Symbol.asyncIterator in stream)) throw new Error('no stream, where one was asked for')
    const types = (await Array.fromAsync(stream)).map((event) => event.type)
    expect(types).not.toContain('UNKNOWN')
    expect(types.at(-1)).toBe('response.completed')
  })

  test('@openrouter/sdk takes every event of thoughts, calls and faults', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const weather = { type: 'function' as const, name: 'weather', parameters }
    const requests = [
      { model: tools, input: 'Weather?', tools: [weather], stream: true },
      { model: broken, input: 'break', stream: true },
    ]
    const ends: unknown[] = []
    for (const responsesRequest of requests) {
      const stream = await sdk.responses.send({ responsesRequest })
      if (!(Symbol.asyncIterator in stream)) throw new Error('no stream, where one was asked for')
      const types = (await Array.fromAsync(stream)).map((event) => event.type)
      expect(types).not.toContain('UNKNOWN')
      ends.push(types.at(-1))
    }
    expect(ends).toEqual(['response.completed', 'response.failed'])
  })

  const agent = new Agent({ apiKey: keys.inference, serverURL: baseUrl, retryConfig: { strategy: 'none' } })

  test('@openrouter/agent gets text, runs a loop of tools, and throws at a fault', async () => {
    expect(await agent.callModel({ model, input: 'Hello' }).getText()).toMatch(said)
    const weather = agentTool({
      name: 'weather',
      description: 'The weather of a city',
      inputSchema: z.object({ city: z.string() }),
      execute: ({ city }) => ({ report: `Rain in ${city}, 7 degrees` }),
    })
    const looped = await agent.callModel({ model: tools, input: 'Weather?', tools: [weather] }).getText()
    expect(looped).toContain('7 degrees')
    await expect(agent.callModel({ model: broken, input: 'break' }).getText()).rejects.toThrow(
      /error|failed|ended/i,
    )
  })
})

test('errors before the answer are of the types that the libraries have', async () => {
  const refused = openai.responses.create({ model: 'openai/gpt-5-mini', input: 'Hi', store: true })
  await expect(refused).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('store: must be false'),
  })
})
