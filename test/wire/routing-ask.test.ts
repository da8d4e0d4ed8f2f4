import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { RoutingAsk } from '../../src/generation/routing.ts'
import { anthropicMessagesDialect } from '../../src/wire/anthropic-messages/dialect.ts'
import { anthropicMessagesProtocol } from '../../src/wire/anthropic-messages/protocol.ts'
import type { Dialect } from '../../src/wire/dialect.ts'
import { embeddingsDialect } from '../../src/wire/embeddings/dialect.ts'
import { openaiEmbeddingsProtocol } from '../../src/wire/embeddings/openai.ts'
import { openaiCompletionsDialect } from '../../src/wire/openai-chat/completions-dialect.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiChatProtocol } from '../../src/wire/openai-chat/protocol.ts'
import { openaiResponsesDialect } from '../../src/wire/openai-responses/dialect.ts'
import { openaiResponsesProtocol } from '../../src/wire/openai-responses/protocol.ts'
import type { Protocol } from '../../src/wire/protocol.ts'

/** Every format in which a client says where a request should go, with the least that it takes. */
const formats: [string, Dialect, Protocol, JsonObject][] = [
  [
    'chat/completions',
    openaiChatDialect,
    openaiChatProtocol,
    { messages: [{ role: 'user', content: 'Hi' }] },
  ],
  ['completions', openaiCompletionsDialect, openaiChatProtocol, { prompt: 'Hi' }],
  ['responses', openaiResponsesDialect, openaiResponsesProtocol, { input: 'Hi' }],
  [
    'messages',
    anthropicMessagesDialect,
    anthropicMessagesProtocol,
    { messages: [{ role: 'user', content: 'Hi' }] },
  ],
  ['embeddings', embeddingsDialect, openaiEmbeddingsProtocol, { input: 'Hi' }],
]

const decode = (dialect: Dialect, body: JsonObject, headers: Record<string, string> = {}) =>
  dialect.decodeRequest(body, new Headers(headers))

const refused = (message: string | RegExp): unknown =>
  expect.objectContaining({
    type: 'invalid_request',
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  })

describe.each(formats)('POST /%s', (_, dialect, protocol, least) => {
  const ask = (body: JsonObject): RoutingAsk => decode(dialect, { ...least, ...body }).routing
  const ceiling = (prompt: Json) => ask({ provider: { max_price: { prompt } } }).preferences.maxPrice
  const given = (value: Json) => ask({ provider: { preferred_max_latency: value } }).preferences
  const sent = (body: JsonObject) =>
    protocol.encodeRequest(decode(dialect, { model: 'a/b', ...least, ...body }), {
      upstreamModel: 'up',
      quirks: {},
      streams: true,
    })

  test('models are those named, the first first and each once', () => {
    expect(ask({ model: 'a/b' }).models).toEqual(['a/b'])
    expect(ask({ model: 'a/b', models: ['c/d', 'a/b', 'c/d', 'e/f'] }).models).toEqual(['a/b', 'c/d', 'e/f'])
    expect(ask({ models: ['c/d'] }).models).toEqual(['c/d'])
    expect(ask({ model: null }).models).toEqual([])
    expect(decode(dialect, { ...least, models: ['c/d'] }).model).toBe('')
  })

  test.each<[JsonObject, string | RegExp]>([
    [{ model: '' }, /^model: Too small/],
    [{ models: 'a/b' }, 'models: Invalid input: expected array, received string'],
    [{ models: ['a/b', ''] }, /^models\[1\]: Too small/],
    [{ models: Array.from({ length: 21 }, (__, index) => `a/${index}`) }, 'models: takes at most 20 models'],
    [{ route: 'fastest' }, 'route: Invalid option: expected one of "fallback"|"sort"'],
    [{ service_tier: 'best' }, /^service_tier: Invalid option/],
    [{ plugins: {} }, 'plugins: Invalid input: expected array'],
  ])('%j is refused with its path', (fields, message) => {
    expect(() => ask({ model: 'a/b', ...fields })).toThrow(refused(message))
  })

  test('[R10] a sort nobody knows is refused', () => {
    expect(() => ask({ provider: { sort: 'fastest' } })).toThrow(refused(/^provider\.sort: Invalid option/))
  })

  test('[R11] null is not set', () => {
    const nothing = ['models', 'route', 'provider', 'plugins', 'service_tier', 'preset'] as const
    const nulls = Object.fromEntries(nothing.map((field) => [field, null]))
    expect(ask({ ...nulls, model: 'a/b' })).toEqual(ask({ model: 'a/b' }))
    expect(ask({ provider: { sort: null, only: null } }).preferences).toEqual({})
  })

  test('[R12] an unknown key of provider is refused', () => {
    expect(() => ask({ provider: { best: true } })).toThrow(refused('provider: Unrecognized key: "best"'))
  })

  test('[R33] a quantization nobody knows is refused', () => {
    expect(() => ask({ provider: { quantizations: ['fp8', 'fp7'] } })).toThrow(
      refused(/^provider\.quantizations\[1\]: Invalid option/),
    )
  })

  test('[R36] a price is a number or its text', () => {
    expect(ceiling('1')).toEqual({ promptPicos: 1_000_000 })
    expect(ceiling(1)).toEqual(ceiling('1'))
    expect(ceiling(0.1)).toEqual({ promptPicos: 100_000 })
    expect(() => ceiling('one')).toThrow(refused(/^provider\.max_price\.prompt: /))
  })

  test('[R53] a bare threshold is the median', () => {
    expect(given(2)).toEqual({ maxLatency: { p50: 2 } })
    expect(given(2)).toEqual(given({ p50: 2 }))
  })

  test('[R59] route is the older name of a partition, and the newer one counts', () => {
    expect(ask({ route: 'sort' }).preferences).toEqual({ sort: { partition: 'none' } })
    expect(ask({ route: 'fallback' }).preferences).toEqual({ sort: { partition: 'model' } })
    const both: JsonObject = { route: 'sort', provider: { sort: { by: 'price', partition: 'model' } } }
    expect(ask(both).preferences).toEqual({ sort: { by: 'price', partition: 'model' } })
    const beside: JsonObject = { route: 'sort', provider: { sort: 'price' } }
    expect(ask(beside).preferences).toEqual({ sort: { by: 'price', partition: 'none' } })
  })

  test.each([
    ['auto', undefined],
    ['scale', undefined],
    ['standard_only', undefined],
    ['default', 'default'],
    ['standard', 'default'],
    ['flex', 'flex'],
    ['priority', 'priority'],
    ['fast', 'priority'],
  ])('[R84] the tier %s asks for %s', (told, tier) => {
    expect(ask({ service_tier: told }).serviceTier).toBe(tier)
  })

  test('nothing that is about routing goes to a provider', () => {
    const about: JsonObject = {
      models: ['c/d'],
      route: 'sort',
      provider: { only: ['x'], zdr: true },
      plugins: [{ id: 'auto-router' }],
      preset: 'p',
      service_tier: 'flex',
    }
    expect(sent(about)).toEqual(sent({}))
  })
})

const many = (length: number, pattern: string) => Array.from({ length }, () => pattern)

const keyOf = (dialect: Dialect, body: JsonObject) => decode(dialect, body).routing.conversation?.key

const user = (content: Json): JsonObject => ({ role: 'user', content })

const chat = (body: JsonObject, headers?: Record<string, string>): RoutingAsk =>
  decode(openaiChatDialect, { model: 'a/b', messages: [{ role: 'user', content: 'Hi' }], ...body }, headers)
    .routing

describe('what auto routers are asked', () => {
  test('[R111] each plugin is its own router’s', () => {
    const config: JsonObject = {
      allowed_models: ['a/*'],
      excluded_models: ['a/b'],
      cost_tier: 'high',
      cost_quality_tradeoff: 3,
      enabled: true,
    }
    const read = {
      allowedModels: ['a/*'],
      excludedModels: ['a/b'],
      costTier: 'high',
      costQualityTradeoff: 3,
      enabled: true,
    }
    expect(chat({ plugins: [{ id: 'auto-router', ...config }] })).toMatchObject({ auto: read })
    const beta = chat({ plugins: [{ id: 'auto-beta-router', ...config }] })
    expect(beta.autoBeta).toEqual(read)
    expect(beta).not.toHaveProperty('auto')
  })

  test.each<[JsonObject, RegExp]>([
    [{ allowed_models: many(1_025, 'a') }, /^plugins\[0\]\.allowed_models: Too big/],
    [{ excluded_models: ['a'.repeat(1_025)] }, /^plugins\[0\]\.excluded_models\[0\]: Too big/],
    [
      { allowed_models: many(65, 'a'.repeat(1_024)) },
      /^plugins\[0\]\.allowed_models: must have at most 65536 characters in all$/,
    ],
    [{ cost_tier: 'free' }, /^plugins\[0\]\.cost_tier: Invalid option/],
    [{ cost_quality_tradeoff: 11 }, /^plugins\[0\]\.cost_quality_tradeoff: Too big/],
    [{ cost_quality_tradeoff: 1.5 }, /^plugins\[0\]\.cost_quality_tradeoff: /],
    [{ exclude_models: [] }, /^plugins\[0\]: Unrecognized key: "exclude_models"$/],
  ])('[R115] limits of a router are kept, case %#', (config, message) => {
    expect(() => chat({ plugins: [{ id: 'auto-router', ...config }] })).toThrow(refused(message))
  })

  test('[R115] as much as the limits allow is taken', () => {
    const allowed = many(64, 'a'.repeat(1_024))
    expect(chat({ plugins: [{ id: 'auto-router', allowed_models: allowed }] }).auto?.allowedModels).toEqual(
      allowed,
    )
    expect(chat({ plugins: [{ id: 'auto-router', allowed_models: many(1_024, 'a') }] }).auto).toBeDefined()
  })

  test('a model is pinned by what the last answer says of itself', () => {
    const plugins = [{ id: 'auto-router', pin_model: true }]
    const messages: Json = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b', model: 'a/old' },
      { role: 'user', content: 'c' },
      { role: 'assistant', content: 'd', model: 'a/new' },
      { role: 'user', content: 'e' },
    ]
    expect(chat({ plugins, messages }).auto).toEqual({ pinModel: true, pinnedModel: 'a/new' })
    expect(chat({ plugins: [{ id: 'auto-router' }], messages }).auto).toEqual({})
    expect(chat({ plugins }).auto).toEqual({ pinModel: true })
  })

  test('[R114] a prompt in place of messages cannot be classified', () => {
    for (const model of ['openrouter/auto', 'switchyard/auto', 'openrouter/auto-beta:nitro']) {
      expect(() => decode(openaiCompletionsDialect, { model, prompt: 'Hi' })).toThrow(
        refused(`prompt: ${model} takes messages; send them to POST /chat/completions`),
      )
    }
  })
})

describe('plugins that are not there', () => {
  const later = ['web-fetch', 'file-parser', 'response-healing', 'context-compression', 'pareto-router']
  test.each([...later, 'fusion', 'moderation'])('%s is refused unless it is off', (id) => {
    expect(() => chat({ plugins: [{ id: 'auto-router' }, { id }] })).toThrow(
      refused(`plugins[1].id: ${id} is not supported yet`),
    )
    expect(chat({ plugins: [{ id, enabled: false }] })).toEqual(chat({}))
  })

  test('a search of the web is told to be missing', () => {
    expect(() => chat({ plugins: [{ id: 'web' }] })).toThrow(
      refused('plugins[0].id: web search is not configured here; leave the plugin out'),
    )
    expect(chat({ plugins: [{ id: 'web', enabled: false }] })).toEqual(chat({}))
  })

  test.each<Json[]>([[{ id: 'spell' }], [{}], ['web']])('%j is no plugin', (plugin) => {
    expect(() => chat({ plugins: [plugin] })).toThrow(refused(/^plugins\[0\]\.id: must name a plugin/))
  })
})

describe('the conversation', () => {
  const named = { 'x-session-id': 'header' }

  test('[R130] the body’s session beats the header’s, and both beat the key of the cache', () => {
    const both: JsonObject = { session_id: 'body', prompt_cache_key: 'cache' }
    expect(chat(both, named).conversation).toEqual({ key: 'body', explicit: true })
    expect(chat({ prompt_cache_key: 'cache' }, named).conversation).toEqual({ key: 'header', explicit: true })
    expect(chat({ prompt_cache_key: 'cache' }).conversation).toEqual({ key: 'cache', explicit: true })
    expect(chat({ session_id: '', prompt_cache_key: '' }).conversation?.explicit).toBe(false)
  })

  test('[R131] a session has at most 256 characters', () => {
    const text = 'x'.repeat(256)
    expect(chat({ session_id: text }).conversation?.key).toBe(text)
    expect(chat({}, { 'x-session-id': text }).conversation?.key).toBe(text)
    expect(() => chat({ session_id: `${text}x` })).toThrow(refused(/^session_id: Too big/))
    expect(() => chat({}, { 'x-session-id': `${text}x` })).toThrow(
      refused('x-session-id: must have at most 256 characters'),
    )
  })

  const answer: JsonObject = { role: 'assistant', content: 'Yes' }

  test.each<[string, Dialect, (system: string, first: string, ...more: JsonObject[]) => JsonObject]>([
    [
      'chat',
      openaiChatDialect,
      (system, first, ...more) => ({
        messages: [{ role: 'developer', content: system }, user(first), ...more],
      }),
    ],
    [
      'responses',
      openaiResponsesDialect,
      (instructions, first, ...more) => ({ instructions, input: [user(first), ...more] }),
    ],
    [
      'messages',
      anthropicMessagesDialect,
      (system, first, ...more) => ({ system, messages: [user(first), ...more] }),
    ],
  ])('of %s, unnamed, is told by how it opens, however it goes on', (_, dialect, body) => {
    const key = keyOf(dialect, body('Be brief', 'Hi'))
    expect(key).toContain('Be brief')
    expect(key).toContain('Hi')
    expect(keyOf(dialect, body('Be brief', 'Hi', answer, user('More')))).toBe(key)
    expect(keyOf(dialect, body('Be long', 'Hi'))).not.toBe(key)
    expect(keyOf(dialect, body('Be brief', 'Ho'))).not.toBe(key)
  })

  test('its opening is bounded, whatever pictures are in it', () => {
    const part: JsonObject = {
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${'A'.repeat(100_000)}` },
    }
    const key = keyOf(openaiChatDialect, { messages: [user([part, part, part])] }) ?? ''
    expect(key.length).toBeLessThan(17_000)
  })

  test('vectors are no conversation', () => {
    expect(keyOf(embeddingsDialect, { input: 'a', session_id: 's' })).toBeUndefined()
  })
})

describe('the parameters that a body asks for', () => {
  test('are those of chat by their own names, but for what asks nothing', () => {
    const asking: JsonObject = {
      temperature: 0,
      top_k: 3,
      tools: [{ type: 'function', function: { name: 'f' } }],
      tool_choice: 'auto',
      parallel_tool_calls: false,
      reasoning: { effort: 'low' },
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {} } },
      verbosity: 'low',
    }
    expect(chat(asking).parameters.toSorted()).toEqual(
      [...Object.keys(asking), 'structured_outputs'].toSorted(),
    )
    const nothing: JsonObject = {
      top_p: null,
      tools: [],
      logprobs: false,
      include_reasoning: false,
      reasoning: {},
      response_format: { type: 'text' },
      stream: true,
      user: 'u',
    }
    expect(chat(nothing).parameters).toEqual([])
  })

  test('are told of the other formats in the same words', () => {
    const responses = decode(openaiResponsesDialect, {
      input: 'Hi',
      max_output_tokens: 9,
      text: { format: { type: 'json_schema', name: 'n', schema: {} }, verbosity: 'low' },
      include: ['message.output_text.logprobs'],
      reasoning: { effort: 'low' },
    })
    expect(responses.routing.parameters.toSorted()).toEqual([
      'logprobs',
      'max_tokens',
      'reasoning',
      'response_format',
      'structured_outputs',
      'verbosity',
    ])
    const messages = (body: JsonObject) =>
      decode(anthropicMessagesDialect, { messages: [user('Hi')], ...body }).routing.parameters.toSorted()
    expect(
      messages({
        max_tokens: 2_000,
        stop_sequences: ['x'],
        thinking: { type: 'enabled', budget_tokens: 1_024 },
        tools: [{ name: 'f', input_schema: {} }],
        output_config: { format: { type: 'json_schema', schema: {} } },
      }),
    ).toEqual(['max_tokens', 'reasoning', 'response_format', 'stop', 'structured_outputs', 'tools'])
    expect(messages({ thinking: { type: 'disabled' } })).toEqual([])
  })
})

describe('POST /messages', () => {
  const least: JsonObject = { model: 'a/b', messages: [{ role: 'user', content: 'Hi' }] }
  const messages = (body: JsonObject): RoutingAsk =>
    decode(anthropicMessagesDialect, { ...least, ...body }).routing

  test('[R72] [R73] [R74] fallbacks are further models', () => {
    expect(messages({ fallbacks: ['c/d', 'e/f', 'a/b'].map((model) => ({ model })) }).models).toEqual([
      'a/b',
      'c/d',
      'e/f',
    ])
  })

  test('[R84] speed fast is the priority tier, unless a tier is named', () => {
    expect(messages({ speed: 'fast' }).serviceTier).toBe('priority')
    expect(messages({ speed: 'standard' })).not.toHaveProperty('serviceTier')
    expect(messages({ speed: 'standard', service_tier: 'priority' }).serviceTier).toBe('priority')
    expect(messages({ speed: 'fast', service_tier: 'flex' }).serviceTier).toBe('flex')
  })
})
