import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { UpstreamBody, UpstreamTarget } from '../../src/wire/protocol.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiChatProtocol } from '../../src/wire/openai-chat/protocol.ts'
import { openaiResponsesDialect } from '../../src/wire/openai-responses/dialect.ts'
import { openaiResponsesProtocol } from '../../src/wire/openai-responses/protocol.ts'
import { target } from './responses-answers.ts'

const minimal: JsonObject = { model: 'a/b', input: 'Hi' }

const decode = (fields: JsonObject, headers: Record<string, string> = {}) =>
  openaiResponsesDialect.decodeRequest({ ...minimal, ...fields }, new Headers(headers))

const conversation = (fields: JsonObject) => decode(fields).conversation()

/** The message of the 400 that something earns; `undefined` where it is fine. */
function refusalOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof GatewayError && error.type === 'invalid_request') return error.message
    throw error
  }
}

const encode = (fields: JsonObject, given: Partial<UpstreamTarget> = {}): UpstreamBody =>
  openaiResponsesProtocol.encodeRequest(decode(fields), { ...target, ...given })

/** What a chat client's request becomes. */
const encodeChat = (fields: JsonObject, given: Partial<UpstreamTarget> = {}): UpstreamBody =>
  openaiResponsesProtocol.encodeRequest(
    openaiChatDialect.decodeRequest(
      { model: 'a/b', messages: [{ role: 'user', content: 'Hi' }], ...fields },
      new Headers(),
    ),
    { ...target, ...given },
  )

const user = (...content: Json[]): JsonObject => ({ role: 'user', content })
const fn = (name: string): JsonObject => ({ type: 'function', name, parameters: { type: 'object' } })
const called = (id: string): JsonObject => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name: 'f',
  arguments: '{}',
})
const result = (id: string, output: Json = 'ok'): JsonObject => ({
  type: 'function_call_output',
  call_id: id,
  output,
})
const thought = (encrypted: string, fields: JsonObject = {}): JsonObject => ({
  type: 'reasoning',
  id: 'rs_1',
  summary: [],
  encrypted_content: encrypted,
  ...fields,
})

test('a request is its facts, with the body as it came', () => {
  const body: JsonObject = {
    ...minimal,
    stream: true,
    max_output_tokens: 50,
    user: 'u',
    metadata: { team: 'x' },
    tools: [fn('f')],
    made_up: 1,
  }
  const request = openaiResponsesDialect.decodeRequest(body, new Headers({ 'x-session-id': 's' }))
  expect(request).toMatchObject({
    model: 'a/b',
    stream: true,
    maxTokens: 50,
    needs: { tools: true, imageInput: false, audioInput: false, fileInput: false, videoInput: false },
    user: 'u',
    sessionId: 's',
    metadata: { team: 'x' },
    native: { format: 'openai-responses' },
  })
  expect(request.native.body).toBe(body)
  expect(request.promptTokensMax).toBeGreaterThan(request.promptTokensEstimate)
})

const refusals: [string, JsonObject, string | RegExp][] = [
  ['[102] stored responses', { store: true }, 'store: must be false, responses are not stored'],
  [
    '[103] going on from a stored one',
    { previous_response_id: 'resp_x' },
    /^previous_response_id: responses are not/,
  ],
  ['a stored conversation', { conversation: 'conv_1' }, /^conversation: responses are not stored/],
  ['work in the background', { background: true }, /^background: must be false/],
  ['a stored prompt', { prompt: { id: 'pmpt_1' } }, /^prompt: stored prompts cannot be used/],
  [
    '[112] metadata keys with brackets',
    { metadata: { 'a[0]': 'b' } },
    'metadata: keys must have at most 64 characters and no brackets',
  ],
  [
    '17 pairs of metadata',
    { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, 'v'])) },
    'metadata: must have at most 16 pairs',
  ],
  [
    'a stored item',
    { input: [{ type: 'item_reference', id: 'msg_1' }] },
    /^input\[0\]: item_reference names a stored item/,
  ],
  ['no model', { model: '' }, /^model: /],
  ['no input', { input: [] }, /^input: /],
  [
    'a call without its id',
    { input: [{ type: 'function_call', name: 'f', arguments: '{}' }] },
    'input[0].call_id: is required',
  ],
  ['a role nobody has', { input: [{ role: 'robot', content: 'Hi' }] }, /^input\[0\]\.role: /],
  ['a part of a kind nobody knows', { input: [user({ type: 'text', text: 'Hi' })] }, /^input\[0\]\.content/],
  [
    'an image that is none',
    { input: [user({ type: 'input_image', image_url: 'ftp://x' })] },
    /image_url: must be an http\(s\) URL/,
  ],
  ['a tool without a name', { tools: [{ type: 'function' }] }, 'tools[0].name: is required'],
  [
    'effort and budget at once',
    { reasoning: { effort: 'low', max_tokens: 9 } },
    'reasoning: takes effort or max_tokens, not both',
  ],
  [
    "OpenRouter's own tools",
    { tools: [{ type: 'openrouter:datetime' }] },
    'tools[0]: openrouter:datetime is not supported yet',
  ],
  ['21 alternatives to each token', { top_logprobs: 21 }, /^top_logprobs: /],
]

test.each(refusals)('refuses %s', (_, fields, message) => {
  expect(refusalOf(() => decode(fields))).toMatch(message)
})

test.each<[string, JsonObject]>([
  [
    '[102] [103] nulls and falsehoods',
    { store: false, previous_response_id: null, background: null, prompt: null },
  ],
  ['[111] a result without an id', { input: [user(), called('a'), result('a')] }],
  [
    '[110] a result with an image',
    {
      input: [
        called('a'),
        result('a', [{ type: 'input_image', image_url: 'https://x/i.png', detail: 'auto' }]),
      ],
    },
  ],
  ['an empty message', { input: [{ role: 'assistant', content: null }] }],
  [
    'tools and items of a provider of this format',
    { tools: [{ type: 'code_interpreter' }], input: [{ type: 'shell_call', call_id: 's' }] },
  ],
])('takes %s', (_, fields) => {
  expect(refusalOf(() => decode(fields))).toBeUndefined()
})

test('native: the body goes on as it came, in its order, with named edits', () => {
  const input: Json = [
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be brief' }] },
    user({ type: 'input_text', text: 'Hi' }),
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      phase: 'commentary',
      content: [{ type: 'output_text', text: 'On it' }],
    },
    { type: 'local_shell_call', call_id: 's', action: { command: ['ls'] } },
  ]
  const { body, dropped } = encode(
    {
      input,
      instructions: 'Be kind',
      tools: [fn('f'), { type: 'custom', name: 'apply_patch' }],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
      stream: false,
      text: { verbosity: 'low' },
      metadata: { team: 'x' },
      user: 'u',
      client_metadata: { installation: 'i' },
      max_output_tokens: 900,
      made_up: 1,
      temperature: null,
    },
    { maxCompletionTokens: 500 },
  )
  expect(body).toEqual({
    model: 'gpt-x',
    input,
    instructions: 'Be kind',
    tools: [fn('f'), { type: 'custom', name: 'apply_patch' }],
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'f' }] },
    stream: true,
    text: { verbosity: 'low' },
    max_output_tokens: 500,
    made_up: 1,
    store: false,
  })
  expect(Object.keys(body).slice(0, 5)).toEqual(['model', 'input', 'instructions', 'tools', 'tool_choice'])
  expect(dropped).toEqual([])
})

test.each<[string, JsonObject, JsonObject]>([
  ['an effort', { effort: 'low', summary: 'auto' }, { effort: 'low', summary: 'auto' }],
  ['an effort the host does not know', { effort: 'minimal' }, { effort: 'low' }],
  ['a mere "on"', { enabled: true }, { effort: 'medium' }],
  ['"off"', { enabled: false }, { effort: 'none' }],
  ['a budget', { max_tokens: 800, summary: 'detailed' }, { effort: 'high', summary: 'detailed' }],
])('reasoning as %s is asked for as an effort, and for its encrypted form', (_, reasoning, expected) => {
  const { body } = encode(
    { reasoning, max_output_tokens: 1_000 },
    { quirks: { efforts: ['none', 'low', 'medium', 'high'] } },
  )
  expect(body).toMatchObject({ reasoning: expected, include: ['reasoning.encrypted_content'] })
})

test.each([
  ['it is known to think', { reasoning: true }, {}, true],
  ['the client asks for thoughts and nobody knows', {}, { reasoning: { effort: 'low' } }, true],
  ['nobody asks and nobody knows', {}, {}, false],
  ['it is known not to think', { reasoning: false }, { include: ['reasoning.encrypted_content'] }, false],
] as const)('asks for encrypted thoughts where %s: %j %j → %s', (_, given, fields, asked) => {
  const { body } = encode(JSON.parse(JSON.stringify(fields)), given)
  expect(body['include']).toEqual(asked ? ['reasoning.encrypted_content'] : undefined)
})

test('[109] a thought goes back to its maker byte for byte, and to nobody else', () => {
  const input = [user(), thought('gAAA+/=='), called('a'), result('a')]
  const foreign = [
    user(),
    thought('xai-responses-v1.Zz+/', { format: 'xai-responses-v1' }),
    called('a'),
    result('a'),
  ]
  const xai = { maker: 'xai-responses-v1' }
  expect(encode({ input }).body['input']).toEqual(input)
  expect(encode({ input }, xai).body['input']).toEqual([user(), called('a'), result('a')])
  expect(encode({ input: foreign }).body['input']).toEqual([user(), called('a'), result('a')])
  expect(encode({ input: foreign }, xai).body['input']).toEqual([
    user(),
    thought('Zz+/'),
    called('a'),
    result('a'),
  ])
})

test.each<[string, JsonObject[], string | undefined]>([
  ['after a call and its result', [user(), thought('gAAA'), called('a'), result('a')], 'openai-responses-v1'],
  [
    'whoever made it',
    [user(), thought('anthropic-claude-v1.signature.Eq'), called('a'), result('a')],
    'anthropic-claude-v1',
  ],
  [
    'calls answered one by one',
    [user(), thought('gAAA'), called('a'), result('a'), called('b'), result('b')],
    'openai-responses-v1',
  ],
  ['not once the user has spoken', [user(), thought('gAAA'), called('a'), result('a'), user()], undefined],
  [
    'whatever the developer adds',
    [user(), thought('gAAA'), called('a'), result('a'), { role: 'developer', content: 'Be brief' }],
    'openai-responses-v1',
  ],
  [
    'tools that only the provider knows',
    [user(), thought('gAAA'), { type: 'custom_tool_call_output', call_id: 'a', output: 'x' }],
    'openai-responses-v1',
  ],
  [
    'not of an earlier turn',
    [thought('gAAA'), called('a'), result('a'), user(), called('b'), result('b')],
    undefined,
  ],
  ['not without a seal', [user(), called('a'), result('a')], undefined],
])('an open tool loop names the maker of its thoughts: %s', (_, input, maker) => {
  expect(decode({ input }).loopMaker).toBe(maker)
})

test('what the host refuses is dropped and named', () => {
  const quirks = {
    drop: ['top_k', 'reasoning.summary', 'text.verbosity'],
    toolTypes: ['function', 'web_search'],
  }
  const fields: JsonObject = {
    top_k: 5,
    reasoning: { effort: 'low', summary: 'auto' },
    text: { verbosity: 'low' },
    tools: [fn('f'), { type: 'namespace', name: 'n', tools: [] }],
  }
  const { body, dropped } = encode(fields, { quirks })
  expect(body).toMatchObject({ reasoning: { effort: 'low' }, tools: [fn('f')] })
  expect(body).not.toHaveProperty('text')
  expect(dropped.toSorted()).toEqual(['reasoning.summary', 'text.verbosity', 'tools.namespace', 'top_k'])
})

test('as a conversation: items between the words of others are one turn, in their order', () => {
  const { turns } = conversation({
    instructions: 'Be kind',
    input: [
      { role: 'developer', content: 'Be brief' },
      user(
        { type: 'input_text', text: 'See' },
        { type: 'input_image', image_url: 'data:image/png;base64,iVBO', detail: 'low' },
        { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' },
        { type: 'input_file', file_url: 'https://x/b.pdf' },
        { type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } },
      ),
      thought('anthropic-claude-v1.signature.EqQB', { content: [{ type: 'reasoning_text', text: 'Hm' }] }),
      {
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'On it' },
          { type: 'refusal', refusal: 'No' },
        ],
      },
      called('a'),
      thought('google-gemini-v1.call0.AbC='),
      thought('google-gemini-v1.text.DeF='),
      result('a', [
        { type: 'input_text', text: 'ok' },
        { type: 'input_image', image_url: 'https://x/i.png' },
      ]),
    ],
  })
  expect(turns).toEqual([
    { role: 'system', parts: [{ type: 'text', text: 'Be kind' }] },
    { role: 'system', parts: [{ type: 'text', text: 'Be brief' }] },
    {
      role: 'user',
      parts: [
        { type: 'text', text: 'See' },
        { type: 'image', source: { kind: 'data', mediaType: 'image/png', base64: 'iVBO' }, detail: 'low' },
        {
          type: 'file',
          source: { kind: 'data', mediaType: 'application/pdf', base64: 'JVBE' },
          name: 'a.pdf',
        },
        { type: 'file', source: { kind: 'url', url: 'https://x/b.pdf' } },
        { type: 'audio', format: 'wav', base64: 'UklG' },
      ],
    },
    {
      role: 'assistant',
      parts: [
        {
          type: 'reasoning',
          text: 'Hm',
          seal: { maker: 'anthropic-claude-v1', kind: 'signature', data: 'EqQB', id: 'rs_1' },
        },
        {
          type: 'text',
          text: 'On it',
          seal: { maker: 'google-gemini-v1', kind: 'signature', data: 'DeF=', id: 'rs_1' },
        },
        { type: 'refusal', text: 'No' },
        {
          type: 'tool-call',
          id: 'a',
          name: 'f',
          arguments: '{}',
          seal: { maker: 'google-gemini-v1', kind: 'signature', data: 'AbC=', id: 'rs_1' },
        },
      ],
    },
    {
      role: 'tool',
      callId: 'a',
      parts: [
        { type: 'text', text: 'ok' },
        { type: 'image', source: { kind: 'url', url: 'https://x/i.png' } },
      ],
    },
  ])
})

test.each<[string, JsonObject, string | RegExp]>([
  [
    'a tool of a provider',
    { tools: [{ type: 'code_interpreter' }] },
    /^tools\[0\]: code_interpreter is only understood/,
  ],
  ['a custom tool', { tools: [{ type: 'custom', name: 'p' }] }, /^tools\[0\]: custom is only understood/],
  [
    'an item of a provider',
    { input: [{ type: 'shell_call' }] },
    /^input\[0\]: shell_call is only understood/,
  ],
  [
    'a stored file',
    { input: [user({ type: 'input_file', file_id: 'file-1' })] },
    /^input\[0\]\.content\[0\]\.file_id: the file is stored/,
  ],
  [
    'the choice of such a tool',
    { tool_choice: { type: 'web_search_preview' } },
    /^tool_choice: web_search_preview is only/,
  ],
  [
    'a demand for a tool where only tools of a provider are offered',
    { tools: [{ type: 'web_search' }], tool_choice: 'required' },
    /^tools\[0\]: web_search is only understood/,
  ],
])('across formats, %s is refused by name', (_, fields, message) => {
  expect(refusalOf(() => decode(fields))).toBeUndefined()
  expect(refusalOf(() => conversation(fields))).toMatch(message)
})

test('across formats, what Codex offers with every request is dropped and named', () => {
  const request = decode({
    tools: [
      fn('exec_command'),
      { type: 'namespace', name: 'agents', tools: [fn('spawn')] },
      { type: 'web_search' },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { summary: 'auto' },
    include: ['reasoning.encrypted_content'],
    store: false,
    prompt_cache_key: 'thread',
    client_metadata: { session_id: 's' },
  })
  const { body, dropped } = openaiChatProtocol.encodeRequest(request, {
    upstreamModel: 'up',
    quirks: {},
    streams: true,
  })
  expect(body).toMatchObject({
    model: 'up',
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [{ type: 'function', function: { name: 'exec_command' } }],
    tool_choice: 'auto',
    parallel_tool_calls: true,
  })
  expect(dropped).toEqual(expect.arrayContaining(['tools.namespace', 'tools.web_search']))
  expect(JSON.stringify(body)).not.toContain('session_id')
})

test('across formats, the tools that are allowed are the tools that are offered', () => {
  const tools = [fn('f'), fn('g')]
  const choice = { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'g' }] }
  expect(conversation({ tools, tool_choice: choice })).toMatchObject({
    tools: [{ name: 'g' }],
    toolChoice: 'required',
  })
  expect(conversation({ tools, tool_choice: { type: 'function', name: 'f' } }).toolChoice).toEqual({
    name: 'f',
  })
})

test('a chat request becomes a request of this format', () => {
  const { body, dropped } = encodeChat({
    messages: [
      { role: 'system', content: 'Be kind' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image_url', image_url: { url: 'https://x/i.png' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
        ],
      },
      {
        role: 'assistant',
        content: 'On it',
        reasoning_details: [
          { type: 'reasoning.encrypted', data: 'gAAA', id: 'rs_9', format: 'openai-responses-v1' },
        ],
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: 'ok' },
      { role: 'user', content: 'And?' },
    ],
    stream: true,
    max_tokens: 100,
    temperature: 0.2,
    stop: ['END'],
    seed: 7,
    logprobs: true,
    top_logprobs: 2,
    tools: [{ type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } }],
    tool_choice: { type: 'function', function: { name: 'f' } },
    parallel_tool_calls: false,
    response_format: {
      type: 'json_schema',
      json_schema: { name: 's', schema: { type: 'object' }, strict: true },
    },
    verbosity: 'low',
    reasoning_effort: 'high',
  })
  expect(body).toEqual({
    model: 'gpt-x',
    input: [
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Be kind' }] },
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'See' },
          { type: 'input_image', image_url: 'https://x/i.png', detail: 'auto' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' },
        ],
      },
      { type: 'reasoning', id: 'rs_9', summary: [], encrypted_content: 'gAAA' },
      {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'On it', annotations: [] }],
      },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'c', output: 'ok' },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'And?' }] },
    ],
    stream: true,
    max_output_tokens: 100,
    temperature: 0.2,
    include: ['reasoning.encrypted_content'],
    tools: [{ type: 'function', name: 'f', description: 'd', parameters: { type: 'object' }, strict: false }],
    tool_choice: { type: 'function', name: 'f' },
    parallel_tool_calls: false,
    text: {
      format: { type: 'json_schema', name: 's', schema: { type: 'object' }, strict: true },
      verbosity: 'low',
    },
    reasoning: { effort: 'high', summary: 'auto' },
    store: false,
  })
  expect(dropped.toSorted()).toEqual(['logprobs', 'seed', 'stop', 'top_logprobs'])
})

test('ways to reason that came with GPT-5.6 reach it from clients of chat, and no older model', () => {
  const ask: JsonObject = {
    messages: [{ role: 'user', content: 'Hi' }],
    reasoning: { effort: 'high', context: 'all_turns', mode: 'pro' },
  }
  const { body, dropped } = encodeChat(ask, { upstreamModel: 'gpt-5.6' })
  expect(body['reasoning']).toEqual({ effort: 'high', summary: 'auto', context: 'all_turns', mode: 'pro' })
  expect(dropped).toEqual([])
  const older = encodeChat(ask, { upstreamModel: 'gpt-5.4' })
  expect(older.body['reasoning']).toEqual({ effort: 'high', summary: 'auto' })
  expect(older.dropped).toEqual(['reasoning.mode', 'reasoning.context'])
  // It is that mode.
  expect(encodeChat(ask, { upstreamModel: 'gpt-5.4-pro' }).dropped).toEqual(['reasoning.context'])
})

const detail = (format: string) => ({ type: 'reasoning.encrypted', data: 'gAAA', id: 'rs_9', format })

const said = (format: string, content: string) => [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content, reasoning_details: [detail(format)] },
  { role: 'user', content: 'And?' },
]

const types = (format: string, content: string) =>
  JSON.stringify(encodeChat({ messages: said(format, content) }).body['input']).match(
    /"type":"(reasoning|message)"/g,
  )

test('across formats, thoughts of others are left out, and a thought that nothing follows', () => {
  expect(types('openai-responses-v1', 'Yes')).toHaveLength(4)
  expect(types('xai-responses-v1', 'Yes')).toHaveLength(3)
  expect(types('openai-responses-v1', '')).toHaveLength(2)
})

test('across formats, audio is refused by name', () => {
  const audio = { type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } }
  expect(refusalOf(() => encodeChat({ messages: [{ role: 'user', content: [audio] }] }))).toMatch(
    /takes no audio/,
  )
})
