import { expect, test } from 'vitest'
import { GatewayError } from '../../src/base/errors.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Conversation } from '../../src/generation/conversation.ts'
import type { GenerationRequest } from '../../src/generation/request.ts'
import { googleGenerateProtocol } from '../../src/wire/google-generate/protocol.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import type { UpstreamTarget } from '../../src/wire/protocol.ts'
import { target } from './google-answers.ts'

const messages: Json = [{ role: 'user', content: 'Hi' }]

const decode = (fields: JsonObject): GenerationRequest =>
  openaiChatDialect.decodeRequest({ model: 'a/b', messages, ...fields }, new Headers())

/** A model that does not think, so that thinking is not in every expectation. */
const plain = target('gemini-2.0-flash')

const encode = (fields: JsonObject, to: UpstreamTarget = plain) =>
  googleGenerateProtocol.encodeRequest(decode(fields), to)

const bodyOf = (fields: JsonObject, to?: UpstreamTarget) => encode(fields, to).body
const config = (fields: JsonObject, to?: UpstreamTarget) => bodyOf(fields, to)['generationConfig']
const contents = (turns: Json[], to?: UpstreamTarget) => bodyOf({ messages: turns }, to)['contents']

/** The same request with what chat cannot say by now. */
function encodeSaying(said: Partial<Conversation>, to: UpstreamTarget = plain) {
  const request = decode({})
  return googleGenerateProtocol.encodeRequest(
    { ...request, conversation: () => ({ ...request.conversation(), ...said }) },
    to,
  )
}

function refusalOf(ask: () => unknown): string | undefined {
  try {
    ask()
    return undefined
  } catch (error) {
    if (error instanceof GatewayError && error.type === 'invalid_request') return error.message
    throw error
  }
}

test('model and stream are in the path, and the stream is one of events', () => {
  expect(googleGenerateProtocol.path(target('gemini-3-pro'))).toBe(
    '/models/gemini-3-pro:streamGenerateContent?alt=sse',
  )
  expect(googleGenerateProtocol.path(target('gemini-3-pro', { streams: false }))).toBe(
    '/models/gemini-3-pro:generateContent',
  )
  expect(googleGenerateProtocol.path(target('../x?y', { streams: false }))).toBe(
    '/models/..%2Fx%3Fy:generateContent',
  )
})

test('a whole request in its words', () => {
  const parameters: JsonObject = {
    type: 'object',
    properties: { city: { $ref: '#/$defs/city' } },
    additionalProperties: false,
    $defs: { city: { type: ['string', 'null'] } },
  }
  const request: JsonObject = {
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Weather' },
          { type: 'text', text: ' in Bern?' },
        ],
      },
      {
        role: 'assistant',
        content: 'Looking.',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
          { id: 'b', type: 'function', function: { name: 'now', arguments: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'b', content: 'noon' },
      { role: 'tool', tool_call_id: 'a', content: 'Rain' },
      { role: 'developer', content: 'In French.' },
      { role: 'user', content: 'So?' },
    ],
    stream: true,
    max_tokens: 5_000,
    temperature: 0.5,
    top_p: 0.9,
    top_k: 40,
    frequency_penalty: 0.1,
    presence_penalty: 0.2,
    seed: 7,
    stop: ['END'],
    tools: [
      { type: 'function', function: { name: 'weather', description: 'Tells it', parameters, strict: false } },
    ],
    tool_choice: 'required',
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'n', strict: true, schema: { type: 'object' } },
    },
  }
  expect(encode(request, target('gemini-2.0-flash', { maxCompletionTokens: 4_096 }))).toEqual({
    body: {
      tools: [
        {
          functionDeclarations: [
            { name: 'weather', description: 'Tells it', parametersJsonSchema: parameters },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      systemInstruction: { parts: [{ text: 'Be brief.' }, { text: 'In French.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Weather' }, { text: ' in Bern?' }] },
        {
          role: 'model',
          parts: [
            { text: 'Looking.' },
            { functionCall: { name: 'weather', args: { city: 'Bern' } } },
            { functionCall: { name: 'now', args: {} } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { name: 'weather', response: { output: 'Rain' } } },
            { functionResponse: { name: 'now', response: { output: 'noon' } } },
          ],
        },
        { role: 'user', parts: [{ text: 'So?' }] },
      ],
      generationConfig: {
        maxOutputTokens: 4_096,
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        frequencyPenalty: 0.1,
        presencePenalty: 0.2,
        seed: 7,
        stopSequences: ['END'],
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object' },
      },
    },
    dropped: [],
  })
})

test('what it cannot be asked for is dropped by name', () => {
  const { body, dropped } = encode(
    {
      min_p: 0.1,
      top_a: 0.2,
      repetition_penalty: 1.1,
      logit_bias: { '5': 1 },
      logprobs: true,
      top_logprobs: 3,
      temperature: 1,
      parallel_tool_calls: false,
      verbosity: 'low',
      prediction: { type: 'content', content: 'x' },
      tools: [
        { type: 'function', function: { name: 'f', strict: true }, cache_control: { type: 'ephemeral' } },
      ],
      messages: [
        {
          role: 'user',
          content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } }],
        },
      ],
    },
    target('gemini-2.0-flash', { quirks: { drop: ['temperature'] } }),
  )
  expect(body['generationConfig']).toBeUndefined()
  expect(dropped.toSorted()).toEqual([
    'cache_control',
    'image_url.detail',
    'logit_bias',
    'logprobs',
    'min_p',
    'parallel_tool_calls',
    'prediction',
    'repetition_penalty',
    'temperature',
    'tools.function.strict',
    'top_a',
    'top_logprobs',
    'verbosity',
  ])
})

test.each<[Json, Json | undefined]>([
  ['auto', undefined],
  ['none', { functionCallingConfig: { mode: 'NONE' } }],
  ['required', { functionCallingConfig: { mode: 'ANY' } }],
  [
    { type: 'function', function: { name: 'f' } },
    { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] } },
  ],
])('the tool choice %j', (choice, expected) => {
  const tools = [{ type: 'function', function: { name: 'f' } }]
  expect(bodyOf({ tools, tool_choice: choice })['toolConfig']).toEqual(expected)
})

test('JSON without a schema is asked for by its media type alone', () => {
  expect(config({ response_format: { type: 'json_object' } })).toEqual({
    responseMimeType: 'application/json',
  })
})

const inline = (mimeType: string, data: string) => ({ inlineData: { mimeType, data } })

test('media are bytes in place', () => {
  const parts: Json[] = [
    { type: 'image_url', image_url: { url: 'data:image/webp;base64,IMG=' } },
    { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,PDF=' } },
    { type: 'input_audio', input_audio: { data: 'WAV=', format: 'wav' } },
    { type: 'input_audio', input_audio: { data: 'MP3=', format: 'mp3' } },
    { type: 'video_url', video_url: { url: 'data:video/mp4;base64,MP4=' } },
  ]
  expect(contents([{ role: 'user', content: parts }])).toEqual([
    {
      role: 'user',
      parts: [
        inline('image/webp', 'IMG='),
        inline('application/pdf', 'PDF='),
        inline('audio/wav', 'WAV='),
        inline('audio/mp3', 'MP3='),
        inline('video/mp4', 'MP4='),
      ],
    },
  ])
})

const video = (url: string): Json[] => [
  { role: 'user', content: [{ type: 'video_url', video_url: { url } }] },
]

test('an address goes along only where the host takes it', () => {
  const studio = target('gemini-2.0-flash', { quirks: { keepsUrls: ['https://www.youtube.com/'] } })
  const url = 'https://www.youtube.com/watch?v=1'
  expect(contents(video(url), studio)).toEqual([{ role: 'user', parts: [{ fileData: { fileUri: url } }] }])
  expect(refusalOf(() => contents(video(url)))).toBe(
    "messages: this model's provider takes no video by its address; send a base64 data URL",
  )
  expect(refusalOf(() => contents(video('gs://operators/secret.mp4'), studio))).toMatch(/^messages: /)
})

test('pictures in the result of a tool follow it as the user’s', () => {
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }
  const call = { id: 'a', type: 'function', function: { name: 'shot', arguments: '{}' } }
  expect(
    contents([
      { role: 'user', content: 'Look' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'Taken' }, picture] },
      { role: 'user', content: 'And?' },
    ]),
  ).toEqual([
    { role: 'user', parts: [{ text: 'Look' }] },
    { role: 'model', parts: [{ functionCall: { name: 'shot', args: {} } }] },
    { role: 'user', parts: [{ functionResponse: { name: 'shot', response: { output: 'Taken' } } }] },
    { role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'AA' } }] },
    { role: 'user', parts: [{ text: 'And?' }] },
  ])
})

test('a result that failed says so, and one of no call is refused', () => {
  const turns: Conversation['turns'] = [
    { role: 'assistant', parts: [{ type: 'tool-call', id: 'a', name: 'f', arguments: 'no json' }] },
    { role: 'tool', callId: 'a', isError: true, parts: [{ type: 'text', text: 'Boom' }] },
  ]
  expect(encodeSaying({ turns }).body['contents']).toEqual([
    { role: 'model', parts: [{ functionCall: { name: 'f', args: { arguments: 'no json' } } }] },
    { role: 'user', parts: [{ functionResponse: { name: 'f', response: { error: 'Boom' } } }] },
  ])
  expect(refusalOf(() => contents([{ role: 'tool', tool_call_id: 'zz', content: 'x' }]))).toBe(
    'messages: the result of the tool call "zz" has no call before it',
  )
})

test('a system message alone is what there is to answer, and for old Gemma always the user’s', () => {
  const system = { role: 'system', content: 'Be brief.' }
  expect(bodyOf({ messages: [system] })).toEqual({
    contents: [{ role: 'user', parts: [{ text: 'Be brief.' }] }],
  })
  expect(bodyOf({ messages: [system, { role: 'user', content: 'Hi' }] }, target('gemma-3-27b-it'))).toEqual({
    contents: [{ role: 'user', parts: [{ text: 'Be brief.' }, { text: 'Hi' }] }],
  })
})

test('other modalities than text are asked for, with what is known of them', () => {
  const pictures = encodeSaying({
    outputModalities: ['image', 'text'],
    extras: { image_config: { aspect_ratio: '16:9', image_size: '2K', strength: 1 } },
  })
  expect(pictures.body['generationConfig']).toEqual({
    responseModalities: ['IMAGE', 'TEXT'],
    imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
  })
  expect(pictures.dropped).toEqual(['image_config.strength'])
  const speech = (format: string) =>
    encodeSaying({ outputModalities: ['audio'], extras: { audio: { voice: 'Kore', format } } })
  expect(speech('pcm16').body['generationConfig']).toEqual({
    responseModalities: ['AUDIO'],
    speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
  })
  expect(refusalOf(() => speech('mp3'))).toBe('audio.format: is "mp3", but this model speaks pcm16 alone')
})

const shown = { includeThoughts: true }
const hidden = { includeThoughts: false }

test.each<[string, JsonObject, Json | undefined, string[]]>([
  ['gemini-2.5-flash', {}, shown, []],
  [
    'gemini-2.5-flash',
    { max_tokens: 10_000, reasoning: { effort: 'high' } },
    { ...shown, thinkingBudget: 8_000 },
    [],
  ],
  ['gemini-2.5-flash', { reasoning: { effort: 'low' } }, { ...shown, thinkingBudget: 4_915 }, []],
  [
    'gemini-2.5-flash',
    { reasoning: { effort: 'xhigh' }, max_tokens: 60_000 },
    { ...shown, thinkingBudget: 24_576 },
    [],
  ],
  [
    'gemini-2.5-flash',
    { reasoning: { enabled: true }, max_tokens: 100 },
    { ...shown, thinkingBudget: 50 },
    [],
  ],
  ['gemini-2.5-flash', { reasoning: { max_tokens: 2_000 } }, { ...shown, thinkingBudget: 2_000 }, []],
  ['gemini-2.5-flash', { reasoning: { effort: 'none' } }, { ...hidden, thinkingBudget: 0 }, []],
  ['gemini-2.5-flash', { reasoning: { exclude: true } }, hidden, []],
  ['gemini-2.5-flash-lite', { reasoning: { max_tokens: 100 } }, { ...shown, thinkingBudget: 512 }, []],
  ['gemini-2.5-pro', { reasoning: { max_tokens: 99_000 } }, { ...shown, thinkingBudget: 32_768 }, []],
  ['gemini-2.5-pro', { reasoning_effort: 'none' }, { ...hidden, thinkingBudget: 128 }, ['reasoning']],
  ['gemini-2.5-flash-image', { reasoning: { effort: 'low' } }, undefined, ['reasoning']],
  ['gemini-2.0-flash', { reasoning: { effort: 'low' } }, undefined, ['reasoning']],
  ['gemini-2.0-flash', { reasoning: { enabled: false } }, undefined, []],
  ['gemini-3-pro-preview', {}, shown, []],
  ['gemini-3-pro-preview', { reasoning_effort: 'medium' }, { ...shown, thinkingLevel: 'HIGH' }, []],
  ['gemini-3-pro-preview', { reasoning_effort: 'xhigh' }, { ...shown, thinkingLevel: 'HIGH' }, []],
  ['gemini-3.1-pro-preview', { reasoning_effort: 'medium' }, { ...shown, thinkingLevel: 'MEDIUM' }, []],
  ['gemini-3-pro-image', { reasoning: { max_tokens: 900 } }, shown, ['reasoning']],
  [
    'gemini-3.1-flash-image',
    { max_tokens: 1_000, reasoning: { max_tokens: 90 } },
    { ...shown, thinkingLevel: 'MINIMAL' },
    [],
  ],
  ['gemini-3.1-flash-image', { reasoning_effort: 'low' }, { ...shown, thinkingLevel: 'HIGH' }, []],
  ['gemini-2.5-pro-preview-tts', {}, undefined, []],
  ['gemini-3-flash-preview', { reasoning_effort: 'minimal' }, { ...shown, thinkingLevel: 'MINIMAL' }, []],
  ['gemini-3.8-flash', { reasoning_effort: 'minimal' }, { ...shown, thinkingLevel: 'LOW' }, []],
  ['gemini-3.8-flash', { reasoning_effort: 'none' }, { ...hidden, thinkingLevel: 'LOW' }, ['reasoning']],
  ['gemini-3-flash', { reasoning: { max_tokens: 3_000 } }, { ...shown, thinkingBudget: 3_000 }, []],
  ['gemini-7-whatever', { reasoning_effort: 'high' }, { ...shown, thinkingLevel: 'HIGH' }, []],
])('%s asked for %j thinks by %j', (model, fields, thinkingConfig, dropped) => {
  const { body, dropped: unasked } = encode(fields, target(model))
  expect(body['generationConfig'] ?? {}).toMatchObject(thinkingConfig === undefined ? {} : { thinkingConfig })
  expect(JSON.stringify(body).includes('thinkingConfig')).toBe(thinkingConfig !== undefined)
  expect(unasked).toEqual(dropped)
})

test('a model that the catalogue knows not to think is not asked to', () => {
  expect(config({}, target('gemini-3-flash', { reasoning: false }))).toBeUndefined()
})
