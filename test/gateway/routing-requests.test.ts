import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { messageEnd, messageStart, messageStream, text } from '../support/anthropic-events.ts'
import { chatStream, completion, delta, finish, usage } from '../support/chat-chunks.ts'
import { askWhole, at } from '../support/chat.ts'
import { provider, replyJson, send, streaming } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

/** What requests say of routing, told by what providers are asked and clients are answered. */

const user: Json = [{ role: 'user', content: 'Hello' }]
const least: Record<string, JsonObject> = {
  'chat/completions': { messages: user },
  messages: { messages: user, max_tokens: 100 },
  responses: { input: 'Hello' },
}

let caller: TestAccount
beforeAll(async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
  caller = await account(env)
})

interface Question {
  path?: 'chat/completions' | 'messages' | 'responses'
  /** Who plays the answer. Default: OpenAI. */
  host?: 'OPENAI' | 'GROQ' | 'ANTHROPIC' | 'GOOGLE_AI_STUDIO'
  headers?: Record<string, string>
}

async function asked(body: JsonObject, answer: Step[], question: Question = {}) {
  const { path = 'chat/completions', host = 'OPENAI', headers = {} } = question
  const upstream = await provider(answer)
  const settings: Env = { ...env, [`${host}_API_KEY`]: 'k', [`${host}_BASE_URL`]: upstream.baseUrl }
  const {
    response,
    text: told,
    events,
  } = await askWhole(
    settings,
    { ...least[path], ...body },
    { key: caller.key, path: `/api/v1/${path}`, headers },
  )
  const sent = (await upstream.calls()).map((call): JsonObject => JSON.parse(call.body))
  const whole: JsonObject = told.startsWith('{') ? JSON.parse(told) : {}
  return { status: response.status, told, whole, events, sent }
}

/** Chat in the tier that the host names, streamed and at the end of it counted. */
const inTier = (tier: string): Step[] =>
  chatStream([{ ...delta('Hi'), service_tier: tier }, finish('stop'), usage(5, 2)])

const gemini = (tier: string): Step[] => {
  const chunk = {
    candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, serviceTier: tier },
  }
  return streaming(send(`data: ${JSON.stringify(chunk)}\n\n`))
}

describe('[R88] the tier that served', () => {
  const llama = 'meta-llama/llama-3.3-70b-instruct'
  const flash = 'google/gemini-3.5-flash-lite'

  test.each([
    ['default', 'default'],
    ['priority', 'priority'],
    ['fast', 'priority'],
    ['scale', 'default'],
  ])(
    '%s is %s to clients of chat and Responses, and the usual is standard to Messages',
    async (told, tier) => {
      const answer = async (path: 'chat/completions' | 'messages' | 'responses') =>
        (await asked({ model: llama }, inTier(told), { path, host: 'GROQ' })).whole
      expect(await answer('chat/completions')).toMatchObject({ service_tier: tier })
      expect(await answer('responses')).toMatchObject({ service_tier: tier })
      const usual = tier === 'default' ? 'standard' : tier
      expect(await answer('messages')).toMatchObject({ usage: { service_tier: usual } })
    },
  )

  test('is not made up where nobody tells it', async () => {
    const silent = chatStream([delta('Hi'), finish('stop'), usage(5, 2)])
    const host = 'GROQ'
    expect((await asked({ model: llama }, silent, { host })).whole).not.toHaveProperty('service_tier')
    const responses = await asked({ model: llama }, silent, { host, path: 'responses' })
    expect(responses.whole['service_tier']).toBeNull()
  })

  test('is told of Google in the same words, streamed and whole', async () => {
    const google = { host: 'GOOGLE_AI_STUDIO' } as const
    const flex = await asked({ model: flash, service_tier: 'flex' }, gemini('flex'), google)
    expect(flex.sent).toMatchObject([{ serviceTier: 'flex' }])
    expect(flex.whole['service_tier']).toBe('flex')
    expect((await asked({ model: flash }, gemini('standard'), google)).whole['service_tier']).toBe('default')
    const { events } = await asked({ model: flash, stream: true }, gemini('standard'), google)
    const chunks = events.flatMap((event) => ('json' in event ? [event.json] : []))
    expect(chunks.at(-1)).toMatchObject({ service_tier: 'default', usage: { prompt_tokens: 5 } })
  })

  test('of Anthropic’s own is kept', async () => {
    const stream = messageStream(
      messageStart({ input_tokens: 5, output_tokens: 1, service_tier: 'priority' }),
      ...text(0, 'Hi'),
      ...messageEnd('end_turn'),
    )
    const haiku = { model: 'anthropic/claude-haiku-4.5', max_tokens: 4_000 }
    const { whole } = await asked(haiku, stream, { path: 'messages', host: 'ANTHROPIC' })
    expect(whole).toMatchObject({ usage: { service_tier: 'priority' } })
    expect((await asked(haiku, stream, { host: 'ANTHROPIC' })).whole['service_tier']).toBe('priority')
  })
})

test('[R84] speed fast at POST /messages is the priority tier, and is told so', async () => {
  const { sent, whole } = await asked({ model: 'openai/gpt-4o-mini', speed: 'fast' }, inTier('priority'), {
    path: 'messages',
  })
  expect(sent).toMatchObject([{ service_tier: 'priority' }])
  expect(whole['usage']).toMatchObject({ service_tier: 'priority' })
})

test.each([
  ['ENABLED', true],
  ['yes', false],
])('[R170] metadata %s: %s', async (value, isTold) => {
  const headers = { 'X-OpenRouter-Metadata': value }
  const { whole } = await asked({ model: 'openai/gpt-4o-mini' }, inTier('default'), { headers })
  expect('openrouter_metadata' in whole).toBe(isTold)
})

test('[I170] an answer that ends in an error, or in nothing at all, costs nothing', async () => {
  const failed = chatStream([delta('Hi'), usage(1_000, 500), finish('error')])
  const broken = await asked({ model: 'openai/gpt-4o-mini' }, failed)
  expect(broken.whole['usage']).toMatchObject({ cost: 0 })
  const empty = replyJson(200, { ...completion(''), choices: [], ...usage(1_000, 0) })
  const nothing = await asked({ model: 'openai/gpt-4o-mini' }, empty)
  expect([nothing.status >= 500, await caller.heldNanos()]).toEqual([true, 0])
})

describe('[I173] no thoughts of a model that always has some', () => {
  const off = { reasoning: { effort: 'none' } }

  test('are refused by its own name', async () => {
    const { status, whole, sent } = await asked({ model: 'openai/gpt-5-mini', ...off }, inTier('default'))
    expect([status, sent]).toEqual([400, []])
    expect(at(whole['error'], 'message')).toBe(
      'reasoning.effort: this model always reasons; ask for one of minimal, low, medium, high',
    )
  })

  test('are as few as it can where an alias chose it', async () => {
    const { status, sent } = await asked({ model: '~openai/gpt-mini-latest', ...off }, inTier('default'))
    expect(status).toBe(200)
    expect(sent[0]?.['reasoning_effort']).toMatch(/^(none|minimal|low)$/)
  })
})

test('[I174] [I175] thoughts that are not to be seen are not, and are counted all the same', async () => {
  const counted = usage(5, 40, { completion_tokens_details: { reasoning_tokens: 30 } })
  const thinks = () => chatStream([delta({ reasoning: 'Well.' }), delta('Hi'), finish('stop'), counted])
  for (const hidden of [{ include_reasoning: false }, { reasoning: { effort: 'high', exclude: true } }]) {
    const { whole } = await asked({ model: 'openai/gpt-5-mini', ...hidden }, thinks())
    const message = at(at(at(whole['choices'], 0), 'message'), 'content')
    expect(message).toBe('Hi')
    expect(JSON.stringify(whole)).not.toContain('Well.')
    expect(whole['usage']).toMatchObject({ completion_tokens_details: { reasoning_tokens: 30 } })
  }
})
