import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiChatProtocol } from '../../src/wire/openai-chat/protocol.ts'
import type { Quirks } from '../../src/wire/protocol.ts'

const messages: Json = [{ role: 'user', content: 'Hi' }]
const minimal: JsonObject = { model: 'a/b', messages }

const decode = (fields: JsonObject, headers: Record<string, string> = {}) =>
  openaiChatDialect.decodeRequest({ ...minimal, ...fields }, new Headers(headers))

/** The message of the 400 a request earns; `undefined` where it is fine. */
function refusalOf(fields: JsonObject, headers?: Record<string, string>): string | undefined {
  try {
    decode(fields, headers)
    return undefined
  } catch (error) {
    if (error instanceof GatewayError && error.type === 'invalid_request') return error.message
    throw error
  }
}

const encode = (fields: JsonObject, quirks: Quirks = {}, streams = true) =>
  openaiChatProtocol.encodeRequest(decode(fields), { upstreamModel: 'up', quirks, streams }).body

const tool = (name: string): JsonObject => ({ type: 'function', function: { name, parameters: {} } })
const user = (...content: Json[]): JsonObject => ({ messages: [{ role: 'user', content }] })
const image = (url: string): JsonObject => ({ type: 'image_url', image_url: { url } })

test('nothing is kept at a host, whatever the client and the host are used to', () => {
  for (const store of [true, false]) {
    const { body, dropped } = openaiChatProtocol.encodeRequest(decode({ store }), {
      upstreamModel: 'up',
      quirks: { extensions: true },
      streams: true,
    })
    expect(body).not.toHaveProperty('store')
    expect(dropped).toEqual(store ? ['store'] : [])
  }
})

test('a request is its facts, with the body as it came', () => {
  const body: JsonObject = {
    ...minimal,
    stream: true,
    max_tokens: 50,
    user: 'u',
    session_id: 's',
    metadata: { team: 'x' },
    tools: [tool('f')],
    made_up: { 'by some host': 1 },
  }
  const request = openaiChatDialect.decodeRequest(body, new Headers())
  expect(request).toEqual({
    model: 'a/b',
    routing: {
      models: ['a/b'],
      preferences: {},
      parameters: ['max_tokens', 'tools'],
      conversation: { key: 's', explicit: true },
    },
    stream: true,
    maxTokens: 50,
    promptTokensMax: 98,
    promptTokensEstimate: 21,
    needs: { tools: true, imageInput: false, audioInput: false, fileInput: false, videoInput: false },
    user: 'u',
    sessionId: 's',
    metadata: { team: 'x' },
    conversation: expect.any(Function),
    native: { format: 'openai-chat', body },
  })
  expect(request.native.body).toBe(body)
})

const refusals: [string, JsonObject, string | RegExp][] = [
  ['[4] no messages', { messages: [] }, /^messages: Too small/],
  ['[4] messages that are none', { messages: 'Hi' }, /^messages: Invalid input: expected array/],
  ['an empty model', { model: '' }, /^model: Too small/],
  ['a message without content', { messages: [{ role: 'user' }] }, 'messages[0].content: is required'],
  [
    'a content of another type',
    { messages: [{ role: 'user', content: 5 }] },
    'messages[0].content: Invalid input: expected string or array',
  ],
  ['a stop of another type', { stop: 5 }, 'stop: Invalid input: expected string or array'],
  [
    'a tool choice nobody knows',
    { tool_choice: 'maybe' },
    'tool_choice: Invalid option: expected one of "none"|"auto"|"required"',
  ],
  ['an unknown role', { messages: [{ role: 'bot', content: '' }] }, /^messages\[0\]\.role: /],
  ['a part without its text', user({ type: 'text' }), 'messages[0].content[0].text: is required'],
  ['a part of an unknown type', user({ type: 'smell' }), /^messages\[0\]\.content\[0\]\.type: /],
  [
    '[8] two efforts',
    { reasoning: { effort: 'high' }, reasoning_effort: 'low' },
    'reasoning_effort: is low, but reasoning.effort is high; send one of them',
  ],
  [
    '[R12] [10] an unknown key of provider',
    { provider: { best: true } },
    'provider: Unrecognized key: "best"',
  ],
  [
    'a provider that is a name',
    { provider: 'openai' },
    'provider: Invalid input: expected object, received string',
  ],
  ['[14] five stop sequences', { stop: ['1', '2', '3', '4', '5'] }, /^stop: Too big/],
  ['[15] a session id of 257 characters', { session_id: 'x'.repeat(257) }, /^session_id: Too big/],
  [
    '[17] 17 pairs of metadata',
    { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v'])) },
    'metadata: must have at most 16 pairs',
  ],
  ['[17] a metadata key of 65 characters', { metadata: { ['k'.repeat(65)]: 'v' } }, /^metadata\.kkk/],
  ['[17] a metadata value of 513 characters', { metadata: { k: 'v'.repeat(513) } }, /^metadata\.k: Too big/],
  [
    '[18] a function name of 65 characters',
    { tools: [tool('f'.repeat(65))] },
    /^tools\[0\]\.function\.name: /,
  ],
  ['[18] a function name with a space', { tools: [tool('f'), tool('g h')] }, /^tools\[1\]\.function\.name: /],
  [
    '[19] a schema name of 65 characters',
    { response_format: { type: 'json_schema', json_schema: { name: 'n'.repeat(65) } } },
    /^response_format\.json_schema\.name: Too big/,
  ],
  [
    '[33] audio by URL',
    user({ type: 'input_audio', input_audio: { data: 'https://x/y.wav', format: 'wav' } }),
    'messages[0].content[0].input_audio.data: must be base64 data, not a URL',
  ],
  ['[32] an image of another type', user(image('data:image/tiff;base64,AA')), /image_url\.url: must be/],
  [
    '[38] a shell',
    { tools: [tool('f'), { type: 'openrouter:shell' }] },
    'tools[1]: openrouter:shell is not supported yet',
  ],
  [
    '[38] a search for tools',
    { tools: [{ type: 'openrouter:tool_search' }] },
    'tools[0]: openrouter:tool_search is not supported yet',
  ],
  ['[38] bash', { tools: [{ type: 'openrouter:bash' }] }, 'tools[0]: openrouter:bash is not supported yet'],
  [
    'a search tool by its short name',
    { tools: [{ type: 'web_search_preview' }] },
    'tools[0]: web_search_preview is not supported yet',
  ],
  [
    'a server tool as the choice',
    { tool_choice: { type: 'openrouter:web_search' } },
    'tool_choice: openrouter:web_search is not supported yet',
  ],
  ['no tokens at all', { max_tokens: 0 }, /^max_tokens: Too small/],
  ['a temperature of 3', { temperature: 3 }, /^temperature: Too big/],
  ['a seed of text', { seed: '1' }, 'seed: Invalid input: expected number, received string'],
]

const textLike = (message: string | RegExp): unknown =>
  typeof message === 'string' ? message : expect.stringMatching(message)

test.each(refusals)('%s is refused with its path', (_, fields, message) => {
  expect(refusalOf(fields)).toEqual(textLike(message))
})

const decodeAll = (body: JsonObject) => () => openaiChatDialect.decodeRequest(body, new Headers())

test('[4] what is left out is named', () => {
  expect(decodeAll({ model: 'a/b' })).toThrow(/^messages: is required$/)
})

test('what is not built yet is refused by name; what asks for nothing is not', () => {
  const asking: JsonObject = {
    n: 2,
    best_of: 3,
    prompt: 'Once',
    max_tool_calls: 3,
    stop_server_tools_when: [{ type: 'x' }],
    web_search_options: { search_context_size: 'low' },
    x_search_filter: { a: 1 },
    transforms: ['middle-out'],
    functions: [{ name: 'f' }],
  }
  for (const [field, value] of Object.entries(asking)) {
    expect(refusalOf({ [field]: value })).toBe(`${field} is not supported yet`)
    expect(refusalOf({ [field]: null })).toBeUndefined()
  }
  const empty = { models: [], plugins: [], transforms: [], provider: {}, debug: {} }
  const harmless = { ...empty, n: 1, service_tier: 'auto', prompt: '' }
  expect(encode(harmless)).toEqual(encode({}))
})

test('pictures and sound are asked for as the contract has it, and sound in a stream only', () => {
  const sound: JsonObject = { modalities: ['text', 'audio'], audio: { voice: 'v', format: 'pcm16' } }
  expect(encode({ ...sound, stream: true })).toMatchObject(sound)
  expect(refusalOf(sound)).toBe('stream: audio is only given in a stream; send stream: true')
  expect(refusalOf({ modalities: ['audio'] })).toMatch(/^audio: /)
  const picture: JsonObject = { modalities: ['image', 'text'], image_config: { aspect_ratio: '1:1' } }
  expect(encode(picture)).toMatchObject(picture)
  expect(decode(picture).conversation()).toMatchObject({
    outputModalities: ['image', 'text'],
    extras: { image_config: { aspect_ratio: '1:1' } },
  })
})

test('what only this format has a word for is known as extra', () => {
  const extras: JsonObject = { prediction: { type: 'content', content: 'x' }, prompt_cache_key: 'k', odd: 1 }
  const { conversation } = decode({ ...extras, temperature: 1, user: 'u', tool_choice: 'none' })
  expect(conversation().extras).toEqual(extras)
})

test('automatic caching goes to a host that knows it, and is told as dropped elsewhere', () => {
  const request = decode({ cache_control: { type: 'ephemeral' } })
  const target = { upstreamModel: 'up', streams: true }
  const encoded = (quirks: Quirks) => openaiChatProtocol.encodeRequest(request, { ...target, quirks })
  expect(encoded({ extensions: true })).toMatchObject({
    body: { cache_control: { type: 'ephemeral' } },
    dropped: [],
  })
  expect(encoded({})).toMatchObject({ dropped: ['cache_control'] })
  expect(encoded({}).body).not.toHaveProperty('cache_control')
})

test('[16] the session of the body beats the one of the header', () => {
  const header = { 'x-session-id': 'from-header' }
  expect(decode({}, header).sessionId).toBe('from-header')
  expect(decode({ session_id: 'from-body' }, header).sessionId).toBe('from-body')
  expect(refusalOf({}, { 'x-session-id': 'x'.repeat(257) })).toMatch(/^x-session-id: /)
})

test('[22] usage is asked for, whatever the client says of it', () => {
  const asked = { stream: true, stream_options: { include_usage: true } }
  expect(encode({ usage: { include: false }, stream_options: { include_usage: false } })).toMatchObject(asked)
})

test('[32] [34] [35] what the contract takes is taken, and known for what it needs', () => {
  const png = 'data:image/png;base64,AAAA'
  for (const type of ['png', 'jpeg', 'webp', 'gif']) {
    expect(decode(user(image(`data:image/${type};base64,AAAA`))).needs).toMatchObject({ imageInput: true })
  }
  expect(decode(user({ type: 'input_video', video_url: { url: 'https://x/y' } })).needs).toMatchObject({
    videoInput: true,
  })
  expect(
    decode(user({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } })).needs,
  ).toMatchObject({
    audioInput: true,
  })
  expect(decode(user({ type: 'file', file: { file_data: png } })).needs).toMatchObject({ fileInput: true })
  for (const content of ['text', [{ type: 'text', text: 'text' }]]) {
    expect(encode({ prediction: { type: 'content', content } })).toMatchObject({ prediction: { content } })
  }
})

test('an image is charged as an image, not as its bytes', () => {
  const base64 = `data:image/png;base64,${'A'.repeat(100_000)}`
  expect(decode(user(image(base64))).promptTokensMax).toBeLessThan(2_000)
  expect(decode(user({ type: 'text', text: 'A'.repeat(100_000) })).promptTokensMax).toBeGreaterThan(70_000)
})

test('[6] [7] [23] the body goes up as it came, with only the named edits, in its own order', () => {
  const body = {
    temperature: 1,
    messages: [
      { role: 'developer', content: 'Be brief' },
      { role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }] },
      { role: 'assistant', content: 'Well,' },
    ],
    model: 'a/b',
    user: 'u',
    max_completion_tokens: 100,
    safe_prompt: true,
    top_p: null,
    max_tokens: 80,
    stream: false,
    metadata: { a: 'b' },
  }
  const request = openaiChatDialect.decodeRequest(body, new Headers())
  const target = { upstreamModel: 'up', quirks: { noDeveloperRole: true }, streams: true }
  expect(JSON.stringify(openaiChatProtocol.encodeRequest(request, target).body, null, 1)).toBe(
    JSON.stringify(
      {
        temperature: 1,
        messages: [
          { role: 'system', content: 'Be brief' },
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
          { role: 'assistant', content: 'Well,' },
        ],
        model: 'up',
        max_tokens: 80,
        safe_prompt: true,
        stream: true,
        stream_options: { include_usage: true },
      },
      null,
      1,
    ),
  )
})

const turns = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    role: index % 2 ? 'assistant' : 'user',
    content: `t${index}`,
  }))

test('what two requests have in common goes up as the same bytes', () => {
  const [short, long] = [3, 5].map((count) =>
    JSON.stringify(encode({ tools: [tool('f')], messages: turns(count) })),
  )
  const common =
    '{"model":"up","messages":[{"role":"user","content":"t0"},{"role":"assistant","content":"t1"}'
  expect(short?.startsWith(common)).toBe(true)
  expect(long?.startsWith(common)).toBe(true)
})

test('[5] what a host refuses is dropped by its quirks', () => {
  const quirks: Quirks = {
    maxTokensField: 'max_completion_tokens',
    usageUnasked: true,
    drop: ['top_k', 'reasoning_effort'],
  }
  expect(encode({ top_k: 4, max_tokens: 7, reasoning: { effort: 'low' }, min_p: 0 }, quirks, false)).toEqual({
    model: 'up',
    messages,
    max_completion_tokens: 7,
    min_p: 0,
    stream: false,
  })
})

test('a cap above what the endpoint gives becomes what it gives', () => {
  const request = decode({ max_tokens: 9_000 })
  const target = { upstreamModel: 'up', quirks: {}, streams: true, maxCompletionTokens: 4_096 }
  expect(openaiChatProtocol.encodeRequest(request, target).body).toMatchObject({ max_tokens: 4_096 })
})

const thought = { role: 'assistant', content: 'Yes', reasoning_content: 'Hm' }
const details = [{ type: 'reasoning.text', text: 'Hm', format: 'unknown', index: 0 }]

test.each<[Quirks, JsonObject, JsonObject]>([
  [{}, thought, thought],
  [{ reasoningField: 'reasoning' }, thought, { role: 'assistant', content: 'Yes', reasoning: 'Hm' }],
  [{ reasoningField: 'none' }, thought, { role: 'assistant', content: 'Yes' }],
  [
    { reasoningField: 'reasoning_content' },
    { role: 'assistant', content: 'Yes', reasoning: 'Hm', reasoning_details: details },
    { role: 'assistant', content: 'Yes', reasoning_content: 'Hm' },
  ],
  [
    { reasoningField: 'reasoning_content' },
    { role: 'assistant', content: 'Yes', reasoning_details: details },
    { role: 'assistant', content: 'Yes', reasoning_content: 'Hm' },
  ],
  [
    { reasoningField: 'reasoning', extensions: true },
    { role: 'assistant', content: 'Yes', reasoning: 'Hm', reasoning_details: details },
    { role: 'assistant', content: 'Yes', reasoning: 'Hm', reasoning_details: details },
  ],
])('[24] reasoning in the history under %o', (quirks, message, expected) => {
  expect(encode({ messages: [message] }, quirks)['messages']).toEqual([expected])
})

test.each<[JsonObject, Quirks, JsonObject]>([
  [{ reasoning: { effort: 'high' }, reasoning_effort: 'high' }, {}, { reasoning_effort: 'high' }],
  [{ reasoning: { enabled: true } }, {}, { reasoning_effort: 'medium' }],
  [
    { reasoning: { max_tokens: 750 }, max_tokens: 1_000 },
    {},
    { reasoning_effort: 'high', max_tokens: 1_000 },
  ],
  [{ reasoning: { exclude: true } }, {}, {}],
  [{ include_reasoning: true }, {}, {}],
  [{ reasoning_effort: 'xhigh' }, { efforts: ['low', 'medium', 'high'] }, { reasoning_effort: 'high' }],
  [{ reasoning_effort: 'minimal' }, { efforts: ['low', 'high'] }, { reasoning_effort: 'low' }],
  [{ reasoning_effort: 'none' }, { efforts: ['low', 'high'] }, {}],
  [
    { reasoning_effort: 'medium' },
    { reasoningRequest: 'thinking', efforts: ['low', 'high', 'max'] },
    { thinking: { type: 'enabled' }, reasoning_effort: 'high' },
  ],
  [{ reasoning: { enabled: false } }, { reasoningRequest: 'thinking' }, { thinking: { type: 'disabled' } }],
  [{ reasoning_effort: 'low' }, { reasoningRequest: 'reasoning' }, { reasoning: { effort: 'low' } }],
])('%o asks a host with %o for %o', (fields, quirks, expected) => {
  const { model, messages: sent, stream, stream_options: options, ...rest } = encode(fields, quirks)
  expect({ model, sent, stream, options }).toMatchObject({ model: 'up', sent: messages, stream: true })
  expect(rest).toEqual(expected)
})

test('excluded reasoning is known to the gateway, which hides it', () => {
  expect(decode({ reasoning: { exclude: true } }).hidesReasoning).toBe(true)
  expect(decode({ include_reasoning: false }).hidesReasoning).toBe(true)
  expect(decode({ include_reasoning: true }).hidesReasoning).toBeUndefined()
})
