import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { readArray, readObject } from '../../src/wire/json.ts'
import { account, type TestAccount } from '../support/account.ts'
import { chatAnswer, chatStream, delta, finish, usage } from '../support/chat-chunks.ts'
import { ask } from '../support/chat.ts'
import { gate, provider, replyJson, reset, send, streaming } from '../support/provider.ts'
import {
  call,
  completed,
  created,
  failed,
  message,
  responsesSse,
  thought,
  wholeResponse,
} from '../support/responses-frames.ts'
import type { Step } from '../support/upstream-script.ts'
import { framesOf } from '../wire/responses-answers.ts'

const thinker = 'openai/gpt-5-mini'
const grok = 'x-ai/grok-4.3'
/** Served in the format of chat completions alone. */
const foreign = 'meta-llama/llama-3.3-70b-instruct'

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

interface Asked {
  response: Response
  text: string
  frames: JsonObject[]
  /** The body that the provider got in its latest call, and where. */
  sent: JsonObject
  path: string
}

/** Asks /responses, with one provider that plays the given attempts. */
async function responses(request: JsonObject, attempts: Step[][], limits: object = {}): Promise<Asked> {
  const upstream = await provider(...attempts)
  const slug = request['model'] === grok ? 'XAI' : request['model'] === foreign ? 'DEEPINFRA' : 'OPENAI'
  const settings: Env = {
    ...env,
    [`${slug}_API_KEY`]: 'operator-key',
    [`${slug}_BASE_URL`]: upstream.baseUrl,
    LIMITS: JSON.stringify(limits),
  }
  const { response, settled } = await ask(
    settings,
    { model: thinker, input: 'Hello', ...request },
    { path: '/api/v1/responses', key: caller.key },
  )
  const text = await response.text()
  await settled()
  const last = (await upstream.calls()).at(-1)
  const sent: JsonObject = JSON.parse(last?.body || '{}')
  return { response, text, frames: framesOf(text), sent, path: last?.path ?? '' }
}

/** A proper stream of these events, in one write. */
const responsesStream = (...frames: JsonObject[]): Step[] => streaming(send(responsesSse(frames)))

const typesOf = (frames: JsonObject[]) => frames.map(({ type }) => type)
const lastResponse = (frames: JsonObject[]) => readObject(frames.at(-1)?.['response'])
const outputOf = (frames: JsonObject[]): JsonObject[] =>
  (readArray(lastResponse(frames)?.['output']) ?? []).map((item) => readObject(item) ?? {})
const stream = { stream: true }

/** A reasoning item without the field that only the contract has: providers are not sent it. */
function withoutFormat(item: JsonObject): JsonObject {
  const { format: _format, ...rest } = item
  return rest
}

describe('over a provider of the same format', () => {
  test('[105] a stream is passed on, stateless upstream, and told with its cost', async () => {
    const { response, frames, sent, path, text } = await responses(stream, [
      responsesStream(created, ...message(0, 'Hel', 'lo'), completed(100, 20)),
    ])
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(path).toMatch(/\/responses$/)
    expect(sent).toMatchObject({
      input: 'Hello',
      store: false,
      stream: true,
      include: ['reasoning.encrypted_content'],
    })
    expect(sent['model']).toBe('gpt-5-mini')
    expect(typesOf(frames)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    const id = response.headers.get('x-generation-id')
    const record = await caller.generation(id)
    expect(lastResponse(frames)).toMatchObject({
      id: `resp_${id?.slice('gen-'.length).replaceAll('-', '')}`,
      model: thinker,
      status: 'completed',
      usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120, cost: record['total_cost'] },
    })
    expect(record['total_cost']).toBeGreaterThan(0)
  })

  test('[104] a whole answer is one response, from a streamed or a whole one', async () => {
    const frames = message(0, 'Hel', 'lo')
    for (const attempt of [
      responsesStream(created, ...frames, completed()),
      replyJson(200, wholeResponse(frames)),
    ]) {
      const { text } = await responses({}, [attempt])
      expect(JSON.parse(text)).toMatchObject({
        object: 'response',
        status: 'completed',
        output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hello' }] }],
        usage: { input_tokens: 5, output_tokens: 2 },
      })
    }
  })

  test('[109] two turns of tools: encrypted thoughts come and go byte for byte', async () => {
    const tools = [{ type: 'function', name: 'weather', parameters: { type: 'object' } }]
    let input: JsonObject[] = [{ role: 'user', content: 'Weather?' }]
    for (const [turn, encrypted] of ['gAAA+first/==', 'gAAA+second/=='].entries()) {
      const asked = await responses({ ...stream, input, tools }, [
        responsesStream(
          created,
          ...thought(0, `rs_${turn}`, encrypted),
          ...call(1, `call_${turn}`, 'weather', '{"city":', '"Oslo"}'),
          completed(),
        ),
      ])
      expect(asked.sent['input']).toEqual(input)
      const output = outputOf(asked.frames)
      expect(output).toMatchObject([
        { type: 'reasoning', id: `rs_${turn}`, encrypted_content: encrypted },
        { type: 'function_call', call_id: `call_${turn}`, arguments: '{"city":"Oslo"}' },
      ])
      // What only the contract has is not sent to a provider.
      const replayed = output.map(withoutFormat)
      input = [
        ...input,
        ...replayed,
        { type: 'function_call_output', call_id: `call_${turn}`, output: 'Rain' },
      ]
    }
  })

  test('thoughts of another maker carry its name, and go back to it alone', async () => {
    const first = await responses({ ...stream, model: grok }, [
      responsesStream(created, ...thought(0, 'rs_x', 'Zz+/=='), ...message(1, 'Hi'), completed()),
    ])
    const output = readArray(lastResponse(first.frames)?.['output']) ?? []
    expect(output[0]).toMatchObject({
      encrypted_content: 'xai-responses-v1.Zz+/==',
      format: 'xai-responses-v1',
    })
    const input = [{ role: 'user', content: 'Hello' }, ...output, { role: 'user', content: 'And?' }]
    const answer = [responsesStream(created, ...message(0, 'Yes'), completed())]
    const again = await responses(
      { input, model: grok, reasoning: { effort: 'low', summary: 'auto' } },
      answer,
    )
    expect(again.sent['input']).toContainEqual(
      expect.objectContaining({ type: 'reasoning', encrypted_content: 'Zz+/==' }),
    )
    expect(again.sent['reasoning']).toEqual({ effort: 'low' })
    const elsewhere = await responses({ input }, answer)
    expect(JSON.stringify(elsewhere.sent)).not.toContain('Zz+')
  })

  test('tools of the provider pass untouched', async () => {
    const tools = [
      { type: 'web_search', external_web_access: true },
      { type: 'custom', name: 'apply_patch' },
    ]
    const { sent } = await responses({ tools, tool_choice: { type: 'web_search' } }, [
      responsesStream(created, ...message(0, 'Hi'), completed()),
    ])
    expect(sent).toMatchObject({ tools, tool_choice: { type: 'web_search' } })
  })

  test.each<[string, Step[]]>([
    [
      'response.failed',
      responsesStream(created, ...message(0, 'Half').slice(0, 3), failed('server_error', 'secret')),
    ],
    [
      'a nested error event',
      responsesStream(created, ...message(0, 'Half').slice(0, 3), {
        type: 'error',
        error: { type: 'server_error', code: 'server_error', message: 'secret' },
      }),
    ],
    [
      'a flat error event',
      responsesStream(created, ...message(0, 'Half').slice(0, 3), {
        type: 'error',
        code: 'server_error',
        message: 'secret',
        param: null,
      }),
    ],
    ['a reset', streaming(send(responsesSse([created, ...message(0, 'Half').slice(0, 3)])), reset)],
    ['an end without a terminal event', responsesStream(created, ...message(0, 'Half').slice(0, 3))],
  ])('[107] %s after content is response.failed, and costs nothing', async (_, attempt) => {
    const { response, frames, text } = await responses(stream, [attempt])
    expect(response.status).toBe(200)
    expect(lastResponse(frames)).toMatchObject({
      status: 'failed',
      error: { code: 'server_error', message: 'Provider returned error' },
      error_type: 'provider_unavailable',
      output: [{ type: 'message', status: 'incomplete', content: [{ text: 'Half' }] }],
      usage: { cost: 0 },
    })
    expect(typesOf(frames).at(-1)).toBe('response.failed')
    expect(text).not.toContain('secret')
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  test.each<[string, Step[], number, string]>([
    [
      'a 400',
      replyJson(400, { error: { message: 'x', type: 'invalid_request_error', param: 'tools', code: 'bad' } }),
      400,
      'invalid_request',
    ],
    [
      'a 429',
      replyJson(429, { error: { message: 'x', code: 'rate_limit_exceeded' } }),
      429,
      'rate_limit_exceeded',
    ],
    [
      "xAI's flat 400 for a bad key",
      replyJson(400, { code: 'invalid-argument', error: 'Incorrect API key provided' }),
      503,
      'provider_overloaded',
    ],
    [
      'response.failed before content',
      responsesStream(created, failed('rate_limit_exceeded', 'Rate limit')),
      429,
      'rate_limit_exceeded',
    ],
    [
      'insufficient_quota in the stream',
      responsesStream(created, {
        type: 'error',
        error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'x' },
      }),
      503,
      'provider_overloaded',
    ],
  ])(
    'before content, %s is an error of its own status in the base envelope',
    async (_, attempt, status, type) => {
      const { response, text } = await responses(stream, [attempt])
      expect(response.status).toBe(status)
      expect(JSON.parse(text)).toMatchObject({ error: { code: status, metadata: { error_type: type } } })
    },
  )

  test('a failure behind a keep-alive is told in the stream that has begun', async () => {
    const upstream = await provider(
      streaming(send(': ping\n\n'), gate('late'), send(responsesSse([failed('server_error', 'x')]))),
    )
    const settings = {
      ...env,
      OPENAI_API_KEY: 'operator-key',
      OPENAI_BASE_URL: upstream.baseUrl,
      LIMITS: JSON.stringify({ keepAliveMs: 50 }),
    }
    const { response, settled } = await ask(
      settings,
      { model: thinker, input: 'Hello', stream: true },
      { path: '/v1/responses', key: caller.key },
    )
    await upstream.open('late')
    const text = await response.text()
    await settled()
    expect(text.startsWith(': OPENROUTER PROCESSING\n\n')).toBe(true)
    expect(typesOf(framesOf(text))).toEqual(['response.created', 'response.in_progress', 'response.failed'])
  })
})

describe('over a provider of chat completions', () => {
  test('text, streamed and whole', async () => {
    const { frames, sent, path } = await responses({ ...stream, model: foreign, instructions: 'Be kind' }, [
      chatAnswer('Hel', 'lo'),
    ])
    expect(path).toMatch(/\/chat\/completions$/)
    expect(sent['messages']).toEqual([
      { role: 'system', content: 'Be kind' },
      { role: 'user', content: 'Hello' },
    ])
    expect(typesOf(frames).at(-1)).toBe('response.completed')
    expect(lastResponse(frames)).toMatchObject({
      instructions: 'Be kind',
      output: [{ type: 'message', content: [{ text: 'Hello' }] }],
      usage: { input_tokens: 5, output_tokens: 2 },
    })
    const { text } = await responses({ model: foreign }, [chatAnswer('Hel', 'lo')])
    expect(JSON.parse(text)).toMatchObject({ output: [{ type: 'message', content: [{ text: 'Hello' }] }] })
  })

  test('thoughts and a loop of tools, and what the format has no words for is dropped', async () => {
    const tools = [
      { type: 'function', name: 'weather', parameters: { type: 'object' } },
      { type: 'namespace', name: 'agents', description: 'd', tools: [] },
      { type: 'web_search', external_web_access: false },
    ]
    const first = await responses(
      { ...stream, model: foreign, tools, store: false, client_metadata: { a: 'b' } },
      [
        chatStream([
          delta({ role: 'assistant', reasoning_content: 'Look it up.' }),
          delta({
            tool_calls: [
              { index: 0, id: 'call_9', type: 'function', function: { name: 'weather', arguments: '' } },
            ],
          }),
          delta({ tool_calls: [{ index: 0, function: { arguments: '{"city":"Oslo"}' } }] }),
          finish('tool_calls'),
          usage(9, 8),
        ]),
      ],
    )
    expect(first.sent['tools']).toMatchObject([{ type: 'function', function: { name: 'weather' } }])
    const output = outputOf(first.frames)
    expect(output).toMatchObject([
      { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'Look it up.' }] },
      { type: 'function_call', call_id: 'call_9', name: 'weather', arguments: '{"city":"Oslo"}' },
    ])
    const input = [
      { role: 'user', content: 'Hello' },
      ...output,
      { type: 'function_call_output', call_id: 'call_9', output: [{ type: 'input_text', text: 'Rain' }] },
    ]
    const second = await responses({ ...stream, model: foreign, tools, input }, [chatAnswer('It rains')])
    expect(second.sent['messages']).toMatchObject([
      { role: 'user', content: 'Hello' },
      {
        role: 'assistant',
        tool_calls: [{ id: 'call_9', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
      },
      { role: 'tool', tool_call_id: 'call_9', content: 'Rain' },
    ])
    expect(lastResponse(second.frames)).toMatchObject({ status: 'completed' })
  })

  test('a fault in the middle is response.failed', async () => {
    const { frames } = await responses({ ...stream, model: foreign }, [
      chatStream([delta('Half'), { error: { message: 'secret', code: 502 } }], { noDone: true }),
    ])
    expect(frames.at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', output: [{ status: 'incomplete' }] },
    })
  })

  test('a tool of a provider is refused by name', async () => {
    const { response, text } = await responses(
      { model: foreign, tools: [{ type: 'custom', name: 'apply_patch' }] },
      [chatAnswer('no')],
    )
    expect(response.status).toBe(400)
    expect(JSON.parse(text)).toMatchObject({
      error: { message: expect.stringMatching(/^tools\[0\]: custom/) },
    })
  })
})

test('[102] [103] what would need storing is a 400 in the base envelope', async () => {
  for (const fields of [{ store: true }, { previous_response_id: 'resp_1' }]) {
    const { response, text } = await responses(fields, [chatAnswer('no')])
    expect(response.status).toBe(400)
    expect(JSON.parse(text)).toMatchObject({
      error: { code: 400, metadata: { error_type: 'invalid_request' } },
    })
  }
})

test('a key that is not known is a 401', async () => {
  const { response } = await ask(
    env,
    { model: thinker, input: 'Hi' },
    { path: '/api/v1/responses', key: 'sk-or-v1-x' },
  )
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ error: { code: 401 } })
})
