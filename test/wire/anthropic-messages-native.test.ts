import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import { anthropicMessagesDialect } from '../../src/wire/anthropic-messages/dialect.ts'
import { anthropicMessagesOn, anthropicMessagesProtocol } from '../../src/wire/anthropic-messages/protocol.ts'
import type { UpstreamTarget } from '../../src/wire/protocol.ts'
import { claude } from './anthropic-answers.ts'

const hello = { role: 'user', content: 'Hello' }
const base = { model: 'author/model', max_tokens: 4_000, messages: [hello] }

function decode(fields: JsonObject, headers: Record<string, string> = {}) {
  return anthropicMessagesDialect.decodeRequest({ ...base, ...fields }, new Headers(headers))
}

/** What goes upstream of a Messages request. */
function native(fields: JsonObject, target: UpstreamTarget = claude, headers: Record<string, string> = {}) {
  return anthropicMessagesProtocol.encodeRequest(decode(fields, headers), target)
}

const on = (upstreamModel: string, quirks: UpstreamTarget['quirks'] = {}): UpstreamTarget => ({
  ...claude,
  upstreamModel,
  quirks: { ...claude.quirks, ...quirks },
})

test('[94] sends the body as it came, in its order, but for the model, the stream and who asks', () => {
  const fields = {
    tools: [{ name: 'a', input_schema: { z: 1, a: 2 }, future_field: true }],
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
    metadata: { user_id: 'somebody' },
    user: 'somebody',
    session_id: 's',
    trace: {},
    temperature: null,
    container: 'container_1',
    field_of_next_year: { deep: [1] },
  }
  const { body } = native(fields)
  expect(JSON.stringify(body)).toBe(
    JSON.stringify({
      model: 'claude-sonnet-4-5',
      max_tokens: 4_000,
      messages: [hello],
      tools: fields.tools,
      system: fields.system,
      container: 'container_1',
      field_of_next_year: { deep: [1] },
      stream: true,
    }),
  )
})

test('keeps each message that nothing has to be taken from', () => {
  const messages = [
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm', signature: 'c2ln' },
        { type: 'text', text: 'x' },
      ],
    },
    { role: 'user', content: [{ type: 'computer_screenshot_of_next_year', data: 1 }] },
  ]
  expect(native({ messages }).body['messages']).toEqual(messages)
})

const thought = (signature: string) => ({ type: 'thinking', thinking: 'Hm', signature })

test('takes out the thoughts of other makers, and gives a host its own as it wrote them', () => {
  const content = [
    thought('c2ln'),
    thought('deepseek-v1.ZHM='),
    { type: 'redacted_thinking', data: 'google-gemini-v1.Zm9v' },
    { type: 'text', text: 'x' },
  ]
  const sent = (target: UpstreamTarget) =>
    native({ messages: [{ role: 'assistant', content }] }, target).body['messages']
  expect(sent(claude)).toEqual([{ role: 'assistant', content: [thought('c2ln'), content[3]] }])
  const deepseek = {
    upstreamModel: 'deepseek-v4-pro',
    streams: true,
    maker: 'deepseek-v1',
    quirks: { unsignedThoughts: true },
  }
  expect(sent(deepseek)).toEqual([{ role: 'assistant', content: [thought(''), thought('ZHM='), content[3]] }])
})

test("[98] results of the gateway's own tools are accepted and not sent", () => {
  const content = [
    { type: 'server_tool_use', id: 'st_1', name: 'shell', input: {} },
    { type: 'openrouter_shell_tool_result', tool_use_id: 'st_1', content: [] },
    { type: 'text', text: 'x' },
  ]
  const { body } = native({ messages: [{ role: 'assistant', content }] })
  expect(body['messages']).toEqual([{ role: 'assistant', content: [{ type: 'text', text: 'x' }] }])
})

test('asks Anthropic for every beta, and others for those they know', () => {
  const headers = { 'anthropic-beta': 'interleaved-thinking-2025-05-14, made-up-2030-01-01,in valid' }
  expect(native({}, claude, headers).headers).toEqual({
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'interleaved-thinking-2025-05-14,made-up-2030-01-01',
  })
  const host = { ...claude, quirks: { betas: ['interleaved-thinking-2025-05-14'] } }
  expect(native({}, host, headers).headers).toMatchObject({
    'anthropic-beta': 'interleaved-thinking-2025-05-14',
  })
  expect(native({}, { ...claude, quirks: {} }, headers).headers).toEqual({
    'anthropic-version': '2023-06-01',
  })
})

test('asks for the beta that the body needs', () => {
  const context_management = { edits: [{ type: 'clear_tool_uses_20250919' }] }
  expect(native({ context_management }).headers).toMatchObject({
    'anthropic-beta': 'context-management-2025-06-27',
  })
})

test.each<[string, string, JsonObject, JsonObject]>([
  [
    '[93] a budget for a model of efforts',
    'claude-opus-5-5',
    { thinking: { type: 'enabled', budget_tokens: 2_000 } },
    { thinking: { display: 'summarized', type: 'adaptive' } },
  ],
  [
    'an effort for a model of budgets',
    'claude-sonnet-4-5',
    { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    { thinking: { type: 'enabled', budget_tokens: 3_200 } },
  ],
  [
    'a budget for a model of both',
    'claude-sonnet-4-6',
    { thinking: { type: 'enabled', budget_tokens: 2_000, display: 'omitted' } },
    { thinking: { budget_tokens: 2_000, type: 'enabled', display: 'omitted' } },
  ],
  [
    'an effort the model does not know',
    'claude-sonnet-4-6',
    { thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } },
    { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'max' } },
  ],
  [
    'sampling for a model that refuses it',
    'claude-opus-4-8',
    { temperature: 1, top_k: 5 },
    { dropped: ['temperature', 'top_k'] },
  ],
  ['fast mode where no price is for it', 'claude-opus-4-8', { speed: 'fast' }, { dropped: ['speed'] }],
])('%s', (_, model, fields, { dropped = [], ...expected }) => {
  const sent = native(fields, on(model))
  const { model: _model, max_tokens: _cap, messages: _messages, stream: _stream, ...rest } = sent.body
  expect(rest).toEqual(expected)
  expect(sent.dropped).toEqual(dropped)
})

test('[95] fast mode goes to an endpoint that is priced for it, with its beta', () => {
  const { body, headers } = native({ speed: 'fast' }, on('claude-opus-4-8', { fast: true }))
  expect(body).toMatchObject({ speed: 'fast' })
  expect(headers).toMatchObject({ 'anthropic-beta': 'fast-mode-2026-02-01' })
})

test('a cloud has the model in its path, the version in the body, and betas where it wants them', () => {
  const bedrock = anthropicMessagesOn({
    path: ({ upstreamModel }) => `/model/${upstreamModel}/invoke-with-response-stream`,
    versionInBody: 'bedrock-2023-05-31',
    streamInPath: true,
    betasInBody: true,
  })
  const request = decode({}, { 'anthropic-beta': 'context-1m-2025-08-07' })
  expect(bedrock.path(claude)).toBe('/model/claude-sonnet-4-5/invoke-with-response-stream')
  expect(bedrock.encodeRequest(request, claude)).toEqual({
    body: {
      max_tokens: 4_000,
      messages: [hello],
      anthropic_version: 'bedrock-2023-05-31',
      anthropic_beta: ['context-1m-2025-08-07'],
    },
    headers: {},
    dropped: [],
  })
})

const refusals: [string, JsonObject, string][] = [
  ['an unknown role', { messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role: '],
  ['content of no kind', { messages: [{ role: 'user', content: 3 }] }, 'messages[0].content: '],
  [
    'text without text',
    { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
    'messages[0].content[0].text: is required',
  ],
  [
    'an image of another kind',
    {
      messages: [
        {
          role: 'user',
          content: [{ type: 'image', source: { type: 'base64', media_type: 'image/tiff', data: '' } }],
        },
      ],
    },
    'messages[0].content[0].source.media_type: ',
  ],
  ['too small a budget', { thinking: { type: 'enabled', budget_tokens: 10 } }, 'thinking.budget_tokens: '],
  [
    'a tool without a schema',
    { tools: [{ name: 'a' }] },
    'tools[0].input_schema: Invalid input: expected object',
  ],
  [
    '[R72] [89] four fallbacks',
    { fallbacks: ['a', 'b', 'c', 'd'].map((model) => ({ model })) },
    'fallbacks: takes at most 3 models',
  ],
  [
    '[R73] [90] fallbacks beside models',
    { fallbacks: [{ model: 'a' }], models: ['b'] },
    'fallbacks: cannot be combined with models',
  ],
  [
    '[R74] [91] fallbacks with settings',
    { fallbacks: [{ model: 'a', max_tokens: 1 }] },
    'fallbacks[0]: Unrecognized key: "max_tokens"',
  ],
  [
    '[97] a search of tools that is not there',
    { tools: [{ type: 'tool_search_tool_bm25_20251119', name: 's' }] },
    'tools[0].type: tool_search_tool_bm25_20251119 is not supported',
  ],
  [
    '[99] a new tool outside the system',
    { messages: [{ role: 'user', content: [{ type: 'tool_addition' }] }] },
    'messages[0].content[0].type: tool_addition belongs in a system message',
  ],
]

test.each(refusals)('%s: refused, with its path', (_, fields, message) => {
  expect(() => decode(fields)).toThrow(message)
})

const user = (block: JsonObject): JsonObject => ({ messages: [{ role: 'user', content: [block] }] })

const foreign: [JsonObject, string][] = [
  [{ tools: [{ type: 'computer_20250124', name: 'computer' }] }, 'tools[0].type: computer_20250124'],
  [
    { messages: [{ role: 'assistant', content: [{ type: 'server_tool_use', id: 'x' }] }] },
    'messages[0].content[0].type: server_tool_use',
  ],
  [
    user({ type: 'document', source: { type: 'file', file_id: 'f' } }),
    'messages[0].content[0].source.type: file',
  ],
  [{ container: 'c' }, 'container: '],
  [{ mcp_servers: [{ url: 'x' }] }, 'mcp_servers: '],
  [{ context_management: { edits: [{ type: 'compact_20260112' }] } }, 'context_management.edits[0]'],
]

test.each(foreign)(
  'what only this format has passes to it, and is refused by name elsewhere: %j',
  (fields, path) => {
    expect(native(fields).body).toMatchObject(fields)
    expect(() => decode(fields).conversation()).toThrow(path)
  },
)

test('the facts of a request are read from it', () => {
  const request = decode({
    metadata: { user_id: 'somebody' },
    thinking: { type: 'adaptive', display: 'omitted' },
    tools: [{ name: 'a', input_schema: {} }],
    messages: [
      {
        role: 'user',
        content: [{ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }],
      },
      {
        role: 'assistant',
        content: [thought('deepseek-v1.ZHM='), { type: 'tool_use', id: 't', name: 'a', input: {} }],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't', content: 'x' },
          { type: 'text', text: 'reminder' },
        ],
      },
    ],
  })
  expect(request).toMatchObject({
    user: 'somebody',
    maxTokens: 4_000,
    hidesReasoning: true,
    loopMaker: 'deepseek-v1',
    needs: { tools: true, imageInput: true, fileInput: false },
  })
  expect(request.conversation()).toMatchObject({ reasoning: { enabled: true, summary: 'omitted' } })
})
