import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { bedrockConverseProtocol } from '../../src/wire/bedrock-converse/protocol.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import type { UpstreamTarget } from '../../src/wire/protocol.ts'
import { target } from './bedrock-answers.ts'

const hi: Json = { role: 'user', content: 'Hi' }
const asksHi: Json = { role: 'user', content: [{ text: 'Hi' }] }
const nova = target('amazon.nova-pro-v1:0')
const llama = target('us.meta.llama3-3-70b-instruct-v1:0')

function encode(fields: JsonObject, to: UpstreamTarget = llama) {
  const request = openaiChatDialect.decodeRequest({ model: 'a/b', messages: [hi], ...fields }, new Headers())
  return bedrockConverseProtocol.encodeRequest(request, to)
}

const bodyOf = (fields: JsonObject, to?: UpstreamTarget): JsonObject => encode(fields, to).body
const messagesOf = (messages: Json[], to?: UpstreamTarget, fields: JsonObject = {}): Json | undefined =>
  bodyOf({ messages, ...fields }, to)['messages']

function refusalOf(fields: JsonObject, to?: UpstreamTarget): string | undefined {
  try {
    encode(fields, to)
    return undefined
  } catch (error) {
    if (error instanceof GatewayError && error.type === 'invalid_request') return error.message
    throw error
  }
}

const path = (streams: boolean): string =>
  bedrockConverseProtocol.path(target('us.amazon.nova-pro-v1:0', { streams }))

test('paths name the model and whether it streams', () => {
  expect([path(true), path(false)]).toEqual([
    '/model/us.amazon.nova-pro-v1%3A0/converse-stream',
    '/model/us.amazon.nova-pro-v1%3A0/converse',
  ])
})

test('a word is a word, and Claude is told how much it may say', () => {
  expect(encode({})).toEqual({ body: { messages: [asksHi] }, dropped: [] })
  expect(bodyOf({}, target())).toEqual({ messages: [asksHi], inferenceConfig: { maxTokens: 8_192 } })
  expect(bodyOf({ max_tokens: 9_000 }, target(undefined, { maxCompletionTokens: 4_096 }))).toMatchObject({
    inferenceConfig: { maxTokens: 4_096 },
  })
})

test('instructions, a cap and sampling, and what nobody there can be asked for', () => {
  const asked = {
    messages: [{ role: 'system', content: 'Be brief.' }, hi],
    max_tokens: 100,
    temperature: 1.5,
    top_p: 0.9,
    top_k: 40,
    seed: 7,
    stop: ['END', ' '],
    frequency_penalty: 0.1,
  }
  const { body, dropped } = encode(asked)
  expect(body).toEqual({
    system: [{ text: 'Be brief.' }],
    messages: [asksHi],
    inferenceConfig: { maxTokens: 100, temperature: 1, topP: 0.9, stopSequences: ['END'] },
  })
  expect(dropped.toSorted()).toEqual(['frequency_penalty', 'seed', 'stop', 'top_k'])
})

test('of two measures of chance Claude takes one; its stop sequences are asked to be named', () => {
  const asked = { max_tokens: 100, temperature: 0.5, top_p: 0.9, top_k: 40, stop: 'END' }
  expect(encode(asked, target())).toEqual({
    body: {
      messages: [asksHi],
      inferenceConfig: { maxTokens: 100, temperature: 0.5, stopSequences: ['END'] },
      additionalModelRequestFields: { top_k: 40 },
      additionalModelResponseFieldPaths: ['/delta/stop_sequence'],
    },
    dropped: ['top_p'],
  })
  const whole = bodyOf(asked, target(undefined, { streams: false }))
  expect(whole['additionalModelResponseFieldPaths']).toEqual(['/stop_sequence'])
  const newest = encode(asked, target('anthropic.claude-opus-5'))
  expect(newest.body).not.toHaveProperty('additionalModelRequestFields')
  expect(newest.dropped).toEqual(['temperature', 'top_p', 'top_k'])
})

test('roles alternate and begin with the user, blank texts go, and a beginning to go on with has no space at its end', () => {
  const turns = [
    { role: 'assistant', content: 'Hello.' },
    { role: 'user', content: [{ type: 'text', text: '  ' }] },
    { role: 'user', content: 'One' },
    { role: 'user', content: 'Two' },
    { role: 'assistant', content: 'The answer is ' },
  ]
  expect(messagesOf(turns)).toEqual([
    { role: 'user', content: [{ text: '…' }] },
    { role: 'assistant', content: [{ text: 'Hello.' }] },
    { role: 'user', content: [{ text: 'One' }, { text: 'Two' }] },
    { role: 'assistant', content: [{ text: 'The answer is' }] },
  ])
})

const png = 'data:image/png;base64,iVBORw0KGgo='
const picture = { type: 'image_url', image_url: { url: png } }
const pictureBlock = { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } }
const pdf = { type: 'file', file: { filename: 'a.b.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } }
const documentBlock = (number: number) => ({
  document: { format: 'pdf', name: `document-${number}`, source: { bytes: 'JVBERi0=' } },
})

test('pictures and documents are bytes; documents have clean names of their own, and words beside them', () => {
  const turns = [
    { role: 'user', content: [{ type: 'text', text: 'What?' }, picture, pdf] },
    { role: 'assistant', content: 'A page.' },
    { role: 'user', content: [pdf] },
  ]
  expect(messagesOf(turns, nova)).toEqual([
    { role: 'user', content: [{ text: 'What?' }, pictureBlock, documentBlock(1)] },
    { role: 'assistant', content: [{ text: 'A page.' }] },
    { role: 'user', content: [documentBlock(2), { text: 'a.b.pdf' }] },
  ])
})

test('sounds and films have the names of formats that Bedrock gives them', () => {
  const content = [
    { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
    { type: 'video_url', video_url: { url: 'data:video/quicktime;base64,AAAA' } },
  ]
  expect(messagesOf([{ role: 'user', content }], nova)).toEqual([
    {
      role: 'user',
      content: [
        { audio: { format: 'wav', source: { bytes: 'UklGRg==' } } },
        { video: { format: 'mov', source: { bytes: 'AAAA' } } },
      ],
    },
  ])
})

const holding = (part: JsonObject): JsonObject => ({ messages: [{ role: 'user', content: [part] }] })

test('a document of a kind that Bedrock cannot read, and what is only an address, is refused by name', () => {
  const zip = { type: 'file', file: { filename: 'a.zip', file_data: 'data:application/zip;base64,UEsD' } }
  expect(refusalOf(holding(zip))).toBe(
    'messages: this provider takes no file of type application/zip; it takes pdf, csv, doc, docx, xls, xlsx, html, txt, md',
  )
  const address = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
  expect(refusalOf(holding(address))).toBe(
    "messages: this model's provider takes no image by its address; send a base64 data URL",
  )
})

const weather: Json = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Tells the weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}
const now: Json = { type: 'function', function: { name: 'now' } }
const weatherSpec = {
  toolSpec: {
    name: 'weather',
    description: 'Tells the weather',
    inputSchema: { json: { type: 'object', properties: { city: { type: 'string' } } } },
  },
}
const named = { type: 'function', function: { name: 'weather' } }

test.each([
  ['auto', nova, undefined],
  ['required', nova, { any: {} }],
  [named, nova, { tool: { name: 'weather' } }],
] as const)('the choice %j among tools', (choice, to, toolChoice) => {
  const { body, dropped } = encode({ tools: [weather], tool_choice: choice }, to)
  expect(body['toolConfig']).toEqual({ tools: [weatherSpec], ...(toolChoice && { toolChoice }) })
  expect(dropped).toEqual([])
})

test('who cannot be told which tool to call is offered that one alone, and who cannot be made to is not', () => {
  const tools = [now, weather]
  const mistral = target('mistral.mistral-large-3-675b-instruct')
  expect(encode({ tools, tool_choice: named }, mistral)).toMatchObject({
    body: { toolConfig: { tools: [weatherSpec], toolChoice: { any: {} } } },
    dropped: [],
  })
  const made = encode({ tools, tool_choice: named, parallel_tool_calls: false }, llama)
  expect(made.body['toolConfig']).toEqual({ tools: [weatherSpec] })
  expect(made.dropped).toEqual(['tool_choice', 'parallel_tool_calls'])
})

test('one call at a time is asked of Claude in its own words', () => {
  const single = { tools: [weather], parallel_tool_calls: false, max_tokens: 50 }
  expect(encode({ ...single, tool_choice: 'required' }, target())).toMatchObject({
    body: {
      toolConfig: { tools: [weatherSpec] },
      additionalModelRequestFields: { tool_choice: { type: 'any', disable_parallel_tool_use: true } },
    },
    dropped: [],
  })
  expect(bodyOf({ ...single, tool_choice: 'required' }, target())['toolConfig']).not.toHaveProperty(
    'toolChoice',
  )
})

const calls: Json = {
  role: 'assistant',
  content: null,
  tool_calls: [
    { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
    { id: 'call.2', type: 'function', function: { name: 'now', arguments: '' } },
  ],
}
const results: Json[] = [
  { role: 'tool', tool_call_id: 'call.2', content: '12:00' },
  { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'Rain' }, picture] },
]

test('calls and their results, pictures in them where the model takes that', () => {
  const asked = { tools: [weather, now] }
  expect(messagesOf([hi, calls, ...results, { role: 'user', content: 'And?' }], nova, asked)).toEqual([
    asksHi,
    {
      role: 'assistant',
      content: [
        { toolUse: { toolUseId: 'call_1', name: 'weather', input: { city: 'Rome' } } },
        { toolUse: { toolUseId: 'call_2', name: 'now', input: {} } },
      ],
    },
    {
      role: 'user',
      content: [
        { toolResult: { toolUseId: 'call_2', content: [{ text: '12:00' }] } },
        { toolResult: { toolUseId: 'call_1', content: [{ text: 'Rain' }, pictureBlock] } },
        { text: 'And?' },
      ],
    },
  ])
  expect(messagesOf([hi, calls, ...results], llama, asked)).toMatchObject([
    asksHi,
    { role: 'assistant' },
    {
      role: 'user',
      content: [
        { toolResult: { toolUseId: 'call_2', content: [{ text: '12:00' }] } },
        { toolResult: { toolUseId: 'call_1', content: [{ text: 'Rain' }] } },
        pictureBlock,
      ],
    },
  ])
})

test('a result that says nothing says that it is empty, and ids of Mistral have nine letters', () => {
  const turns = [hi, calls, { role: 'tool', tool_call_id: 'call_1', content: '' }]
  const mistral = target('mistral.mistral-large-2402-v1:0')
  const ids = JSON.stringify(messagesOf(turns, mistral, { tools: [weather] })).match(/"toolUseId":"\w+"/g)
  expect(ids).toEqual([ids?.[0], ids?.[1], ids?.[0]])
  expect(ids?.[0]).toMatch(/^"toolUseId":"[a-zA-Z0-9]{9}"$/)
  expect(messagesOf(turns, nova, { tools: [weather] })).toMatchObject([
    {},
    {},
    { content: [{ toolResult: { content: [{ text: '(empty)' }] } }] },
  ])
})

test('where no tool may be called any more, earlier calls are told in words', () => {
  const turns = [hi, calls, results[0] ?? null]
  const told = [
    asksHi,
    {
      role: 'assistant',
      content: [
        { text: '(Called the tool weather with {"city":"Rome"})' },
        { text: '(Called the tool now with {})' },
      ],
    },
    { role: 'user', content: [{ text: '(The tool answered)' }, { text: '12:00' }] },
  ]
  const without = bodyOf({ messages: turns }, nova)
  expect(without['messages']).toEqual(told)
  expect(without).not.toHaveProperty('toolConfig')
  const none = bodyOf({ messages: turns, tools: [weather], tool_choice: 'none' }, nova)
  expect(none['messages']).toEqual(told)
  expect(none).not.toHaveProperty('toolConfig')
})

const schema = { type: 'object', properties: { city: { type: 'string' } } }
const inJson = { response_format: { type: 'json_schema', json_schema: { name: 'place', schema } } }

test('a schema of the answer is a tool that must be called, or the format of the answer', () => {
  expect(bodyOf({ ...inJson, max_tokens: 50 }, nova)).toMatchObject({
    toolConfig: {
      tools: [{ toolSpec: { name: 'answer_in_json', inputSchema: { json: schema } } }],
      toolChoice: { any: {} },
    },
  })
  const jsonSchema = { name: 'place', schema: JSON.stringify(schema) }
  const textFormat = { type: 'json_schema', structure: { jsonSchema } }
  expect(bodyOf(inJson)).toEqual({ messages: [asksHi], outputConfig: { textFormat } })
  const flagged = target(undefined, { quirks: { answerSchema: true } })
  expect(bodyOf(inJson, flagged)).toMatchObject({ outputConfig: { textFormat } })
  expect(encode({ response_format: { type: 'json_object' } }).dropped).toEqual(['response_format'])
})

test.each([
  ['anthropic.claude-sonnet-4-5-20250929-v1:0', { thinking: { type: 'enabled', budget_tokens: 8_000 } }],
  [
    'us.anthropic.claude-opus-5',
    { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'high' } },
  ],
  ['amazon.nova-2-lite-v1:0', { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' } }],
  ['openai.gpt-oss-120b-1:0', { reasoning_effort: 'high' }],
])('%s is asked to think in its own words', (model, fields) => {
  const { body, dropped } = encode({ reasoning: { effort: 'high' }, max_tokens: 10_000 }, target(model))
  expect(body['additionalModelRequestFields']).toEqual(fields)
  expect(dropped).toEqual([])
})

test('a wish to think is dropped and named where the model has no word for it, or must call a tool', () => {
  const wish = { reasoning: { effort: 'high' }, max_tokens: 10_000, temperature: 0.5 }
  expect(encode(wish)).toMatchObject({
    body: { inferenceConfig: { temperature: 0.5 } },
    dropped: ['reasoning'],
  })
  const heeded = encode(wish, target())
  expect(heeded.body['inferenceConfig']).toEqual({ maxTokens: 10_000 })
  expect(heeded.dropped).toEqual(['temperature'])
  const forced = encode({ ...wish, tools: [weather], tool_choice: 'required' }, target())
  expect(forced.body).not.toHaveProperty('additionalModelRequestFields')
  expect(forced.body['inferenceConfig']).toEqual({ maxTokens: 10_000, temperature: 0.5 })
  expect(forced.dropped).toEqual(['reasoning'])
  const refusing = target(undefined, { quirks: { drop: ['reasoning', 'temperature'] } })
  expect(encode(wish, refusing).dropped).toEqual(['temperature', 'reasoning'])
})

const thought = (format: string) => ({
  role: 'assistant',
  content: 'Done.',
  reasoning_details: [
    { type: 'reasoning.text', text: 'Hm', signature: 'c2ln+/==', format },
    { type: 'reasoning.encrypted', data: 'cmVkYWN0ZWQ=', format },
  ],
})

const thinking = (format: string): Json[] => [hi, thought(format), hi]

test('thoughts go back to who made them, byte for byte, and to nobody else', () => {
  expect(messagesOf(thinking('anthropic-claude-v1'), target())).toMatchObject([
    {},
    {
      content: [
        { reasoningContent: { reasoningText: { text: 'Hm', signature: 'c2ln+/==' } } },
        { reasoningContent: { redactedContent: 'cmVkYWN0ZWQ=' } },
        { text: 'Done.' },
      ],
    },
    {},
  ])
  const bare = [asksHi, { role: 'assistant', content: [{ text: 'Done.' }] }, asksHi]
  expect(messagesOf(thinking('google-gemini-v1'), target())).toEqual(bare)
  expect(messagesOf(thinking('anthropic-claude-v1'), nova)).toEqual(bare)
})

const marked = (ttl?: string) => ({ type: 'ephemeral', ...(ttl !== undefined && { ttl }) })

test('marks for the cache follow what they are on, as far as the model knows them', () => {
  const fields = {
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'Long', cache_control: marked('1h') }] },
      { role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: marked() }] },
    ],
    max_tokens: 50,
    tools: [{ type: 'function', function: { name: 'now' }, cache_control: marked() }],
  }
  const point = { cachePoint: { type: 'default' } }
  const claude = encode(fields, target())
  expect(claude.body).toMatchObject({
    system: [{ text: 'Long' }, { cachePoint: { type: 'default', ttl: '1h' } }],
    messages: [{ content: [{ text: 'Hi' }, point] }],
    toolConfig: { tools: [{ toolSpec: { name: 'now' } }, point] },
  })
  expect(claude.dropped).toEqual([])
  const forNova = encode(fields, nova)
  expect(forNova.body).toMatchObject({
    system: [{ text: 'Long' }, point],
    messages: [{ content: [{ text: 'Hi' }, point] }],
    toolConfig: { tools: [{ toolSpec: { name: 'now' } }] },
  })
  expect(forNova.dropped).toEqual(['cache_control'])
  expect(encode(fields).dropped).toEqual(['cache_control'])
  const automatic = { cache_control: marked(), max_tokens: 50 }
  expect(bodyOf(automatic, target())).toMatchObject({ messages: [{ content: [{ text: 'Hi' }, point] }] })
})
