import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { providerOf } from '../../src/providers/table.ts'
import { anthropicMessagesDialect } from '../../src/wire/anthropic-messages/dialect.ts'
import { anthropicMessagesProtocol } from '../../src/wire/anthropic-messages/protocol.ts'
import { bedrockConverseProtocol } from '../../src/wire/bedrock-converse/protocol.ts'
import { cohereChatProtocol } from '../../src/wire/cohere-chat/protocol.ts'
import type { Dialect } from '../../src/wire/dialect.ts'
import { googleGenerateProtocol } from '../../src/wire/google-generate/protocol.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiChatProtocol } from '../../src/wire/openai-chat/protocol.ts'
import { openaiResponsesDialect } from '../../src/wire/openai-responses/dialect.ts'
import { openaiResponsesProtocol } from '../../src/wire/openai-responses/protocol.ts'
import type { Protocol, UpstreamTarget } from '../../src/wire/protocol.ts'

const user: JsonObject = { role: 'user', content: 'Hi' }
const chat = openaiChatDialect
const responses = openaiResponsesDialect
const messages = anthropicMessagesDialect

interface Asked {
  dialect?: Dialect
  protocol?: Protocol
  body: JsonObject
  headers?: Record<string, string>
  lenientReasoning?: true
}

/** What an endpoint is asked where a client asks this. */
function ask(
  { dialect = chat, protocol = openaiChatProtocol, body, headers = {}, ...flags }: Asked,
  target: Partial<UpstreamTarget> = {},
) {
  const least: JsonObject = dialect === responses ? { input: 'Hi' } : { messages: [user] }
  const request = dialect.decodeRequest({ model: 'a/b', ...least, ...body }, new Headers(headers))
  return protocol.encodeRequest(
    { ...request, ...flags },
    { upstreamModel: 'up', quirks: {}, streams: true, ...target },
  )
}

const claude = (fields: Partial<UpstreamTarget> = {}): Partial<UpstreamTarget> => ({
  upstreamModel: 'claude-sonnet-4-5',
  quirks: { betas: 'all' },
  ...fields,
})

const says = (fields: JsonObject): JsonObject => ({
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi', ...fields }] }],
})

const reads = (fields: JsonObject): JsonObject => ({
  input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hi', ...fields }] }],
})

const budget = (effort: string, maxTokens: number) =>
  ask(
    { protocol: anthropicMessagesProtocol, body: { max_tokens: maxTokens, reasoning: { effort } } },
    claude(),
  )

const decode = (body: JsonObject) =>
  chat.decodeRequest({ model: 'a/b', messages: [user], ...body }, new Headers())

describe('marks for a provider’s cache', () => {
  const point: JsonObject = { prompt_cache_breakpoint: { mode: 'explicit' } }
  const mark: JsonObject = { cache_control: { type: 'ephemeral', ttl: '1h' } }
  const newest = { upstreamModel: 'gpt-5.6' }

  test('[I168] OpenAI’s mark is five minutes of Anthropic’s cache', () => {
    const kept = { type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }
    for (const asked of [{ body: says(point) }, { dialect: responses, body: reads(point) }]) {
      const { body, dropped } = ask({ ...asked, protocol: anthropicMessagesProtocol }, claude())
      expect(body['messages']).toEqual([{ role: 'user', content: [kept] }])
      expect(dropped).toEqual([])
    }
  })

  test('[I168] Anthropic’s mark is OpenAI’s from GPT-5.6 on, without its time', () => {
    const native = ask({ body: says(mark) }, newest)
    expect(native.body['messages']).toEqual(says(point)['messages'])
    expect(native.dropped).toEqual([])
    const translated = ask({ dialect: messages, body: says(mark), protocol: openaiResponsesProtocol }, newest)
    expect(translated.body['input']).toEqual([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi', ...point }] },
    ])
    expect(translated.dropped).toEqual([])
    expect(ask({ dialect: messages, body: says(mark) }, newest).body['messages']).toEqual(
      says(point)['messages'],
    )
  })

  test.each(['gpt-5', 'gpt-5.5-pro', 'gpt-4-0613', 'gpt-oss-120b', 'llama'])(
    '[I168] %s knows no marks: none is sent, and that is told',
    (upstreamModel) => {
      const options = { prompt_cache_options: { mode: 'explicit' } }
      const native = ask({ body: { ...says(point), ...options } }, { upstreamModel })
      expect(native.body).toMatchObject(says({}))
      expect(JSON.stringify(native.body)).not.toContain('prompt_cache')
      expect(native.dropped.toSorted()).toEqual(['prompt_cache_breakpoint', 'prompt_cache_options'])
      const other = ask(
        { dialect: responses, protocol: openaiResponsesProtocol, body: { ...reads(point), ...options } },
        { upstreamModel },
      )
      expect(other.body['input']).toEqual(reads({})['input'])
      expect(other.dropped.toSorted()).toEqual(['prompt_cache_breakpoint', 'prompt_cache_options'])
      expect(ask({ body: says(mark) }, { upstreamModel }).dropped).toEqual(['cache_control'])
    },
  )

  test('what OpenAI calls its own goes to its newest models as it came', () => {
    const options = { prompt_cache_options: { mode: 'explicit', ttl: '30m' } }
    const asked: JsonObject = { ...reads(point), ...options }
    const { body, dropped } = ask(
      { dialect: responses, protocol: openaiResponsesProtocol, body: asked },
      newest,
    )
    expect(body).toMatchObject(asked)
    expect(dropped).toEqual([])
    expect(
      ask({ body: says(point) }, { ...newest, quirks: { drop: ['prompt_cache_options'] } }).dropped,
    ).toEqual(['prompt_cache_breakpoint'])
  })

  test.each<[string, Dialect, JsonObject]>([
    ['chat', chat, says({ cache_control: { type: 'ephemeral', ttl: '2h' } })],
    ['chat', chat, { cache_control: { type: 'ephemeral', ttl: '2h' } }],
    ['responses', responses, { cache_control: { type: 'ephemeral', ttl: '2h' } }],
    ['messages', messages, says({ cache_control: { type: 'ephemeral', ttl: '2h' } })],
  ])('[I169] %s: two hours are no time to keep a prompt', (_, dialect, body) => {
    expect(() => ask({ dialect, body })).toThrow(
      expect.objectContaining({
        type: 'invalid_request',
        message: expect.stringMatching(/ttl: Invalid option: expected one of "5m"\|"1h"$/),
      }),
    )
  })
})

describe('how much a model thinks', () => {
  test('[I171] an effort is a share of the completion, and 1,024 tokens at the least', () => {
    expect(budget('high', 10_000).body['thinking']).toEqual({ type: 'enabled', budget_tokens: 8_000 })
    expect(budget('low', 2_000).body['thinking']).toEqual({ type: 'enabled', budget_tokens: 1_024 })
    // The completion must be longer than its thoughts: this one has no room for any.
    const short = budget('low', 1_000)
    expect(short.body).not.toHaveProperty('thinking')
    expect(short.dropped).toEqual(['reasoning'])
    expect(() =>
      ask(
        {
          protocol: anthropicMessagesProtocol,
          body: { max_tokens: 1_000, reasoning: { max_tokens: 1_000 } },
        },
        claude(),
      ),
    ).toThrow('a completion must be longer than its reasoning')
  })

  test('[I172] and 128,000 at the most', () => {
    expect(budget('xhigh', 200_000).body['thinking']).toEqual({ type: 'enabled', budget_tokens: 128_000 })
  })

  const always = { model: { reasoningMandatory: true, reasoningEfforts: ['low', 'high'] } }
  const unknown = { model: { reasoningMandatory: true, reasoningEfforts: [] } }
  const offs: [JsonObject, string][] = [
    [{ reasoning: { effort: 'none' } }, 'reasoning.effort'],
    [{ reasoning: { enabled: false } }, 'reasoning.enabled'],
    [{ reasoning: { max_tokens: 0 } }, 'reasoning.max_tokens'],
    [{ reasoning_effort: 'none' }, 'reasoning_effort'],
  ]

  test.each(offs)('[I173] %j is refused by a model that always reasons', (body, path) => {
    expect(() => ask({ body }, always)).toThrow(
      `${path}: this model always reasons; ask for one of low, high`,
    )
    expect(() => ask({ body }, unknown)).toThrow(`${path}: this model always reasons; leave it out`)
    const free = { model: { reasoningMandatory: false, reasoningEfforts: ['none', 'low'] } }
    expect(ask({ body }, free).body).toMatchObject({ reasoning_effort: 'none' })
  })

  test.each(offs)('[I173] %j is as little as it can where an alias chose the model', (body) => {
    const asked = { body: { max_tokens: 100_000, ...body }, lenientReasoning: true } as const
    expect(ask(asked, always).body).toMatchObject({ reasoning_effort: 'low' })
    expect(ask(asked, unknown).body).not.toHaveProperty('reasoning_effort')
    const google = ask(
      { ...asked, protocol: googleGenerateProtocol },
      { ...always, upstreamModel: 'gemini-3-pro' },
    )
    expect(google.body['generationConfig']).toMatchObject({ thinkingConfig: { thinkingLevel: 'LOW' } })
  })

  test('[I173] clients of Anthropic’s format switch thinking off unasked, and are not refused', () => {
    const body: JsonObject = { max_tokens: 9_000, thinking: { type: 'disabled' } }
    expect(ask({ dialect: messages, body }, always).body).toMatchObject({ reasoning_effort: 'low' })
    const native = ask({ dialect: messages, protocol: anthropicMessagesProtocol, body }, claude(always))
    expect(native.body).not.toHaveProperty('thinking')
  })

  test('[I174] [I175] thoughts that are not to be seen are thought all the same', () => {
    expect(decode({ include_reasoning: false }).hidesReasoning).toBe(true)
    expect(decode({ reasoning: { effort: 'high', exclude: true } }).hidesReasoning).toBe(true)
    const exclude = ask({ body: { reasoning: { effort: 'high', exclude: true } } }).body
    expect(exclude).toMatchObject({ reasoning_effort: 'high' })
  })
})

describe('tools at Anthropic', () => {
  const tools: Json = [{ type: 'function', function: { name: 'f', parameters: {}, strict: true } }]
  const toolsOf = (fields: JsonObject, headers: Record<string, string>, target = claude()) =>
    ask({ protocol: anthropicMessagesProtocol, body: { tools, ...fields }, headers }, target)
  const beta = { 'x-anthropic-beta': 'structured-outputs-2025-11-13' }

  test('[I181] strict is only asked for with the beta of it', () => {
    const plain = toolsOf({}, {})
    expect(plain.body['tools']).toEqual([{ name: 'f', input_schema: { type: 'object' } }])
    expect(plain.dropped).toEqual(['tools.function.strict'])
    const asked = toolsOf({}, beta)
    expect(asked.body['tools']).toEqual([{ name: 'f', input_schema: { type: 'object' }, strict: true }])
    expect([asked.dropped, asked.headers?.['anthropic-beta']]).toEqual([[], 'structured-outputs-2025-11-13'])
  })

  test('[I182] their arguments are streamed as they are made', () => {
    const eager = { eager_input_streaming: true }
    expect(toolsOf({ stream: true }, {}).body['tools']).toMatchObject([eager])
    expect(toolsOf({}, {}).body['tools']).not.toMatchObject([eager])
    expect(toolsOf({ stream: true }, {}, claude({ quirks: {} })).body['tools']).not.toMatchObject([eager])
  })
})

describe('service tiers', () => {
  test.each<[Protocol, Partial<UpstreamTarget>, object]>([
    [openaiChatProtocol, {}, { body: { service_tier: 'flex' } }],
    [openaiResponsesProtocol, {}, { body: { service_tier: 'flex' } }],
    [googleGenerateProtocol, {}, { body: { serviceTier: 'flex' } }],
    [
      googleGenerateProtocol,
      { quirks: providerOf('google-vertex')?.quirks ?? {} },
      { headers: { 'x-vertex-ai-llm-shared-request-type': 'flex' } },
    ],
    [bedrockConverseProtocol, {}, { body: { serviceTier: { type: 'flex' } } }],
  ])('an endpoint is asked for its own tier, case %#', (protocol, target, asked) => {
    expect(ask({ protocol, body: {} }, { ...target, tier: 'flex' })).toMatchObject(asked)
  })

  test('a client’s word for a tier is no provider’s', () => {
    for (const protocol of [openaiChatProtocol, openaiResponsesProtocol, anthropicMessagesProtocol]) {
      for (const dialect of [chat, responses, messages]) {
        const { body } = ask({ dialect, protocol, body: { service_tier: 'priority' } })
        expect(body).not.toHaveProperty('service_tier')
      }
    }
    expect(ask({ body: { service_tier: 'priority' } }, { tier: 'flex' }).body['service_tier']).toBe('flex')
  })

  test('[R84] Anthropic’s fast endpoint is asked to be fast, however the client came to it', () => {
    const fast = claude({ upstreamModel: 'claude-opus-4-8', quirks: { betas: 'all', fast: true } })
    for (const body of [{ service_tier: 'fast' }, { speed: 'fast' }, {}]) {
      for (const dialect of [chat, messages]) {
        const { headers, ...asked } = ask({ dialect, protocol: anthropicMessagesProtocol, body }, fast)
        expect(asked.body['speed']).toBe('fast')
        expect(headers?.['anthropic-beta']).toBe('fast-mode-2026-02-01')
      }
    }
    expect(ask({ dialect: messages, body: { speed: 'fast' } }).dropped).toEqual(['speed'])
  })
})

describe('parameters that an endpoint does not know', () => {
  const f = { name: 'f', parameters: { type: 'object' } }
  const schema = { type: 'object' }
  const everything: JsonObject = {
    temperature: 0.5,
    top_k: 3,
    seed: 7,
    stop: ['x'],
    logit_bias: { 1: 1 },
    verbosity: 'low',
    prediction: { type: 'content', content: 'x' },
    tools: [{ type: 'function', function: f }],
    tool_choice: 'required',
    parallel_tool_calls: false,
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
    reasoning: { effort: 'high' },
    reasoning_effort: 'high',
  }
  const told = Object.keys(everything).toSorted()
  const able = { model: 'a/b', max_tokens: 2_000 }

  test.each<[string, Protocol]>([
    ['chat', openaiChatProtocol],
    ['Responses', openaiResponsesProtocol],
    ['Messages', anthropicMessagesProtocol],
    ['Gemini', googleGenerateProtocol],
    ['Converse', bedrockConverseProtocol],
    ['Cohere', cohereChatProtocol],
  ])('are left out of what %s is asked, and told', (_, protocol) => {
    const target = { quirks: { drop: Object.keys(everything) } }
    const { body, dropped } = ask({ protocol, body: { ...able, ...everything } }, target)
    expect(body).toEqual(ask({ protocol, body: able }, target).body)
    expect(dropped.toSorted()).toEqual(told)
  })

  test('are left out of Responses in its own words', () => {
    const body: JsonObject = {
      tools: [{ type: 'function', name: 'f', parameters: {} }],
      tool_choice: 'required',
      text: { format: { type: 'json_schema', name: 'n', schema }, verbosity: 'low' },
      reasoning: { effort: 'high' },
    }
    const asking = (drop: string[]) =>
      ask({ dialect: responses, protocol: openaiResponsesProtocol, body }, { quirks: { drop } })
    expect(asking(['verbosity']).body['text']).toEqual({
      format: { type: 'json_schema', name: 'n', schema },
    })
    expect(asking(['response_format']).body['text']).toEqual({ verbosity: 'low' })
    const all = asking(['tools', 'response_format', 'verbosity', 'reasoning'])
    for (const field of Object.keys(body)) expect(all.body).not.toHaveProperty(field)
    expect(all.dropped.toSorted()).toEqual([
      'reasoning',
      'response_format',
      'tool_choice',
      'tools',
      'verbosity',
    ])
  })

  test('are left out of Messages in its own words, and the rest keeps its order', () => {
    const body: JsonObject = {
      max_tokens: 9_000,
      tools: [{ name: 'f', input_schema: {} }],
      tool_choice: { type: 'any' },
      top_k: 3,
      stop_sequences: ['x'],
      thinking: { type: 'enabled', budget_tokens: 2_000 },
      output_config: { effort: 'high', format: { type: 'json_schema', schema } },
      temperature: 0.5,
    }
    const { body: sent, dropped } = ask(
      { dialect: messages, protocol: anthropicMessagesProtocol, body },
      claude({ quirks: { drop: ['tools', 'top_k', 'stop', 'reasoning', 'response_format'] } }),
    )
    expect(Object.keys(sent)).toEqual(['model', 'messages', 'max_tokens', 'temperature', 'stream'])
    expect(dropped.toSorted()).toEqual([
      'reasoning',
      'response_format',
      'stop',
      'tool_choice',
      'tools',
      'top_k',
    ])
  })

  test('a cap on the answer is asked for whatever the endpoint calls it', () => {
    const quirks = { drop: ['max_completion_tokens'] }
    expect(ask({ body: { max_completion_tokens: 50 } }, { quirks }).body['max_tokens']).toBe(50)
  })
})
