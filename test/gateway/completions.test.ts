import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { blockStart, messageEnd, messageStart, messageStream, text } from '../support/anthropic-events.ts'
import { chatAnswer, chatStream, completion, delta, finish, usage } from '../support/chat-chunks.ts'
import { askWhole } from '../support/chat.ts'
import { provider, replyJson, send, streaming } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

/** Asks /completions of a model whose provider plays the given answer. */
async function complete(
  request: JsonObject,
  answer: Step[],
  { slug = 'OPENAI', path = '/api/v1/completions' } = {},
) {
  const upstream = await provider(answer)
  const settings: Env = {
    ...env,
    [`${slug}_API_KEY`]: 'operator-key',
    [`${slug}_BASE_URL`]: upstream.baseUrl,
  }
  const asked = await askWhole(
    settings,
    { model: 'openai/gpt-4o-mini', prompt: 'Once upon', ...request },
    { path, key: caller.key },
  )
  const [call] = await upstream.calls()
  const sent: JsonObject | undefined = call && JSON.parse(call.body)
  const chunks = asked.events.flatMap((event) => ('json' in event ? [event.json] : []))
  return { ...asked, sent, chunks }
}

const told = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7, cost: 0.000_001_95 }

test('a prompt is what the user says, and a whole answer is a text_completion', async () => {
  const {
    response,
    text: body,
    sent,
  } = await complete(
    { max_tokens: 20, temperature: 0.5, stop: 'END', user: 'u' },
    replyJson(200, completion(' a time')),
  )
  expect(sent).toEqual({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Once upon' }],
    max_completion_tokens: 20,
    temperature: 0.5,
    stop: 'END',
    stream: false,
  })
  expect(JSON.parse(body)).toEqual({
    id: response.headers.get('x-generation-id'),
    object: 'text_completion',
    created: expect.any(Number),
    model: 'openai/gpt-4o-mini',
    provider: 'OpenAI',
    choices: [
      { index: 0, text: ' a time', logprobs: null, finish_reason: 'stop', native_finish_reason: 'stop' },
    ],
    usage: expect.objectContaining(told),
  })
})

test('a stream has the same chunks, usage in the last of them', async () => {
  const { chunks, text: body } = await complete({ stream: true }, chatAnswer(' a', ' time'))
  expect(chunks).toMatchObject([
    { object: 'text_completion', choices: [{ index: 0, text: ' a', finish_reason: null }] },
    { choices: [{ text: ' time', finish_reason: null }] },
    { choices: [{ text: '', finish_reason: 'stop', native_finish_reason: 'stop' }] },
    { choices: [], usage: told },
  ])
  expect(body.endsWith('data: [DONE]\n\n')).toBe(true)
})

test('an array of one is its text, and n and best_of may be 1', async () => {
  const { sent } = await complete({ prompt: ['Hi'], n: 1, best_of: 1 }, chatAnswer('Ho'))
  expect(sent).toMatchObject({ messages: [{ role: 'user', content: 'Hi' }] })
})

test.each([
  [{ prompt: ['a', 'b'] }, 'prompt: one text at a time is answered; send a request for each'],
  [{ prompt: [] }, 'prompt: is empty; send a text'],
  [{ prompt: [1, 2] }, 'prompt: token ids mean something to one tokenizer alone; send the text'],
  [{ prompt: [[1], [2]] }, 'prompt: token ids mean something to one tokenizer alone; send the text'],
  [{ prompt: 5 }, 'prompt: Invalid input: expected string or array'],
  [{ prompt: null }, 'prompt: Invalid input: expected string or array'],
  [{ n: 2 }, 'n is not supported yet'],
  [{ best_of: 3 }, 'best_of is not supported yet'],
  [{ logprobs: 5 }, 'logprobs: are not told here; use POST /chat/completions with logprobs: true'],
  [{ suffix: 'end' }, 'suffix: models behind chat do not fill in the middle; leave it out'],
  [{ echo: true }, 'echo: a model behind chat cannot repeat the prompt; put it before the text yourself'],
  [{ messages: [] }, 'messages: does not go with prompt; send messages to POST /chat/completions'],
  [{ tools: [] }, 'tools: does not go with prompt; send messages to POST /chat/completions'],
  [{ temperature: 9 }, 'temperature: Too big: expected number to be <=2'],
])('%o is refused by name', async (request: JsonObject, message) => {
  const { response, text: body, sent } = await complete(request, chatAnswer('Ho'))
  expect([response.status, JSON.parse(body).error.message, sent]).toEqual([400, message, undefined])
})

test('null and what asks for nothing is no request', async () => {
  const { response, sent } = await complete({ echo: false, suffix: '', logprobs: null }, chatAnswer('Ho'))
  expect([response.status, Object.keys(sent ?? {})]).toEqual([
    200,
    ['model', 'messages', 'stream', 'stream_options'],
  ])
})

test('a failure in the middle is the last chunk, and costs nothing', async () => {
  const half = chatStream([delta(' a')], { noDone: true })
  const { chunks } = await complete({ stream: true }, half)
  expect(chunks.at(-1)).toMatchObject({
    object: 'text_completion',
    error: { code: 502, metadata: { error_type: 'provider_unavailable' } },
    choices: [{ text: '', finish_reason: 'error' }],
    usage: { cost: 0 },
  })
  const { response, text: body } = await complete({}, half)
  expect(response.status).toBe(200)
  expect(JSON.parse(body)).toMatchObject({
    choices: [{ text: ' a', finish_reason: 'error', error: { code: 502 } }],
    usage: { cost: 0 },
  })
})

test('a refusal before the answer has its status', async () => {
  const { response } = await complete({ stream: true }, replyJson(429, { error: { message: 'x' } }))
  expect(response.status).toBe(429)
})

test('models of other formats complete too, and their thoughts are beside the text', async () => {
  const thinking = [
    blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } },
    { type: 'content_block_stop', index: 0 },
  ]
  const answer = messageStream(messageStart(), ...thinking, ...text(1, 'Four'), ...messageEnd('end_turn'))
  const model = { model: 'anthropic/claude-haiku-4.5', prompt: '2+2' }
  const { text: body, sent } = await complete(model, answer, { slug: 'ANTHROPIC' })
  expect(sent).toMatchObject({ messages: [{ role: 'user' }] })
  expect(JSON.parse(body)).toMatchObject({
    choices: [{ text: 'Four', reasoning: 'Hm', finish_reason: 'stop', native_finish_reason: 'end_turn' }],
  })
  const hidden = await complete({ ...model, include_reasoning: false }, answer, { slug: 'ANTHROPIC' })
  expect(JSON.parse(hidden.text).choices[0]).not.toHaveProperty('reasoning')
})

test('a call that no tool was offered for is an end', async () => {
  const calls = delta({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] })
  const { chunks } = await complete(
    { stream: true },
    streaming(send(''), ...chatStream([calls, finish('tool_calls'), usage(5, 2)]).slice(1)),
  )
  expect(chunks).toMatchObject([
    { choices: [{ text: '', finish_reason: 'stop', native_finish_reason: 'tool_calls' }] },
    { choices: [], usage: told },
  ])
})

describe('a body with a prompt and no messages at POST /chat/completions', () => {
  const path = '/api/v1/chat/completions'

  test('is answered as POST /completions does, whole and streamed', async () => {
    const { text: body, sent } = await complete({}, replyJson(200, completion(' a time')), { path })
    expect(sent?.['messages']).toEqual([{ role: 'user', content: 'Once upon' }])
    expect(JSON.parse(body)).toMatchObject({
      object: 'text_completion',
      choices: [{ index: 0, text: ' a time', finish_reason: 'stop' }],
      usage: told,
    })
    const { events } = await complete({ messages: null, stream: true }, chatAnswer(' a', ' time'), { path })
    expect(events).toMatchObject([
      { json: { object: 'text_completion', choices: [{ text: ' a' }] } },
      { json: { choices: [{ text: ' time' }] } },
      { json: { choices: [{ finish_reason: 'stop' }] } },
      { json: { choices: [], usage: told } },
      { data: '[DONE]' },
    ])
  })

  test.for<[JsonObject, string]>([
    [{ tools: [] }, 'tools: does not go with prompt; send messages to POST /chat/completions'],
    [{ messages: [{ role: 'user', content: 'b' }] }, 'prompt is not supported yet'],
    [{ prompt: null }, 'messages: '],
  ])('%o is refused by name', async ([request, message]) => {
    const { response, text: body, sent } = await complete(request, chatAnswer('Ho'), { path })
    expect([response.status, sent]).toEqual([400, undefined])
    expect(JSON.parse(body).error.message).toMatch(message)
  })
})
