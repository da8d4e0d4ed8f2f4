import {
  APIError,
  AuthenticationError,
  BadRequestError,
  NotFoundError,
  OpenAI,
  PermissionDeniedError,
  RateLimitError,
} from 'openai'
import type { RunnableToolFunctionWithParse } from 'openai/lib/RunnableFunction'
import { expect, test } from 'vitest'
import { conversations, weather as sharedWeather } from './conversations.ts'
import { baseUrl, keys, newKey } from './gateway.ts'

const client = (apiKey: string) => new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 0 })
const openai = client(keys.inference)
const hello = [{ role: 'user', content: 'Hello, gateway' }] as const

test('answers the chat of the openai library', async () => {
  const completion = await openai.chat.completions.create({ model: 'simulator/echo', messages: [...hello] })
  expect(completion.id).toMatch(/^gen-/)
  expect(completion.object).toBe('chat.completion')
  expect(completion.model).toBe('simulator/echo')
  expect(completion.choices[0]?.finish_reason).toBe('stop')
  expect(completion.choices[0]?.message.content).toContain('Hello, gateway')
  expect(completion.usage?.total_tokens).toBeGreaterThan(0)
})

test('streams to the openai library, with one usage chunk, the last', async () => {
  const stream = await openai.chat.completions.create({
    model: 'simulator/echo',
    messages: [...hello],
    stream: true,
  })
  const chunks = await Array.fromAsync(stream)
  const texts = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '')
  expect(texts.join('')).toContain('Hello, gateway')
  expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1)
  expect(chunks.map((chunk) => chunk.usage).filter(Boolean)).toEqual([chunks.at(-1)?.usage])
  expect(chunks.at(-1)?.usage).toMatchObject({ cost: expect.any(Number) })
})

test('lets the openai library gather a stream', async () => {
  const stream = openai.chat.completions.stream({ model: 'simulator/thinker', messages: [...hello] })
  const completion = await stream.finalChatCompletion()
  expect(completion.choices[0]?.finish_reason).toBe('stop')
  expect(completion.choices[0]?.message.content).not.toBe('')
})

test.each(['whole', 'streamed'])('runs tools with the openai library, answers %s', async (form) => {
  const asked: unknown[] = []
  const weather: RunnableToolFunctionWithParse<object> = {
    type: 'function',
    function: {
      name: 'weather',
      description: 'The weather of a city',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false,
      },
      parse: (text) => JSON.parse(text),
      function: (input) => {
        asked.push(input)
        return 'Rain, 7 degrees'
      },
    },
  }
  const request = { model: 'simulator/tools', messages: [...hello], tools: [weather] }
  const runner =
    form === 'whole'
      ? openai.chat.completions.runTools(request)
      : openai.chat.completions.runTools({ ...request, stream: true })
  expect(await runner.finalContent()).toContain('Rain, 7 degrees')
  expect(asked).toEqual([{ city: expect.any(String) }])
})

test('fills a JSON schema for the openai library', async () => {
  const completion = await openai.chat.completions.parse({
    model: 'simulator/json',
    messages: [...hello],
    response_format: {
      type: 'json_schema',
      json_schema: {
        name: 'place',
        strict: true,
        schema: {
          type: 'object',
          properties: { city: { type: 'string' }, people: { type: 'integer' } },
          required: ['city', 'people'],
          additionalProperties: false,
        },
      },
    },
  })
  expect(JSON.parse(completion.choices[0]?.message.content ?? '')).toEqual({
    city: expect.any(String),
    people: expect.any(Number),
  })
})

test('lists its models to the openai library', async () => {
  const models = await Array.fromAsync(openai.models.list())
  expect(models.map((model) => model.id)).toContain('simulator/echo')
})

test('raises AuthenticationError for a key that is not known', async () => {
  const error = await failure(client(`sk-or-v1-${'0'.repeat(64)}`))
  expect(error).toBeInstanceOf(AuthenticationError)
})

test('raises PermissionDeniedError for a management key', async () => {
  expect(await failure(client(keys.management))).toBeInstanceOf(PermissionDeniedError)
})

test('raises BadRequestError, with the reason, for a model nobody knows', async () => {
  const error = await failure(openai, { model: 'nobody/knows-it' })
  expect(error).toBeInstanceOf(BadRequestError)
  expect(String(error)).toContain('nobody/knows-it is not a valid model ID')
})

test('raises NotFoundError, with the variable to set, for a known model without a provider', async () => {
  const error = await failure(openai, { model: 'upstage/solar-pro2' })
  expect(error).toBeInstanceOf(NotFoundError)
  expect(String(error)).toContain('UPSTAGE_API_KEY')
})

test('raises RateLimitError beyond the requests a minute of a key', async () => {
  const limited = client(await newKey({ requests_per_minute: 1 }))
  const outcomes = [await failure(limited), await failure(limited), await failure(limited)]
  // The minute may turn once between the three.
  expect(outcomes.filter((error) => error instanceof RateLimitError).length).toBeGreaterThan(0)
})

test('raises an APIError of status 402 when the limit of a key is used up', async () => {
  const error = await failure(client(await newKey({ limit: 0 })))
  expect(error).toBeInstanceOf(APIError)
  expect(error).toMatchObject({ status: 402 })
})

/** What the library throws; `undefined` where it answers. */
async function failure(
  sdk: OpenAI,
  fields: { model: string } = { model: 'simulator/echo' },
): Promise<unknown> {
  return await sdk.chat.completions.create({ ...fields, messages: [...hello] }).then(
    () => undefined,
    (error: unknown) => error,
  )
}

conversations(
  'openai, chat',
  { sign: /^thrown: .*Provider returned error/, thoughts: 'forgotten' },
  ({ apiKey, baseUrl: baseURL, model }) => {
    const { completions } = new OpenAI({ apiKey, baseURL, maxRetries: 0 }).chat
    const ask = (content: string) => ({ model, messages: [{ role: 'user' as const, content }] })
    const streamed = async (prompt: string) => {
      const chunks = await Array.fromAsync(await completions.create({ ...ask(prompt), stream: true }))
      return chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
    }
    return {
      whole: async (prompt) => (await completions.create(ask(prompt))).choices[0]?.message.content ?? '',
      streamed,
      tools: async (prompt) => {
        const { name, description, parameters, runText } = sharedWeather
        const tool: RunnableToolFunctionWithParse<object> = {
          type: 'function',
          function: {
            name,
            description,
            parameters,
            parse: (text) => JSON.parse(text),
            function: (input) => runText(JSON.stringify(input)),
          },
        }
        return (
          (await completions.runTools({ ...ask(prompt), stream: true, tools: [tool] }).finalContent()) ?? ''
        )
      },
      end: streamed,
    }
  },
)

conversations(
  'openai, Responses',
  { sign: /^failed: Provider returned error/, thoughts: 'carried' },
  ({ apiKey, baseUrl: baseURL, model }) => {
    const { responses } = new OpenAI({ apiKey, baseURL, maxRetries: 0 })
    const final = async (input: string) => await responses.stream({ model, input }).finalResponse()
    return {
      whole: async (input) => (await responses.create({ model, input })).output_text,
      streamed: async (input) => (await final(input)).output_text,
      tools: async (input) => {
        const { name, description, parameters, runText } = sharedWeather
        const tools = [{ type: 'function' as const, name, description, parameters, strict: true }]
        const { output } = await responses.stream({ model, input, tools }).finalResponse()
        const calls = output.filter((item) => item.type === 'function_call')
        const thoughts = output.filter((item) => item.type === 'reasoning')
        const results = calls.map((call) => ({
          type: 'function_call_output' as const,
          call_id: call.call_id,
          output: runText(call.arguments),
        }))
        const question = { role: 'user' as const, content: input }
        return (
          await responses.create({ model, input: [question, ...thoughts, ...calls, ...results], tools })
        ).output_text
      },
      end: async (input) => {
        const { status, error } = await final(input)
        return `${status}: ${error?.message}`
      },
    }
  },
)
