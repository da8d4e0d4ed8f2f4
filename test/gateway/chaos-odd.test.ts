import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import {
  chatAnswer,
  chatStream,
  comment,
  delta,
  finish,
  sse,
  usage,
  type SseStyle,
} from '../support/chat-chunks.ts'
import {
  both,
  broken,
  deepinfraNanos,
  indiscretion,
  play,
  prompt,
  served,
  words,
  type Played,
} from '../support/chaos.ts'
import { send, streaming } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

/** Odd answers that are answers all the same: the client gets all of it and pays what it used. */
const pieces = ['Hello, ', 'completion-canary!']
const deltas = pieces.map(delta)

const nanosOf = (promptTokens: number, completionTokens: number): number =>
  promptTokens * 100 + completionTokens * 320

/** As the gateway counts where nobody else does. */
const countedOf = (text: string): number =>
  nanosOf(4 + Math.ceil(prompt.length / 4), Math.ceil(text.length / 4))
const counted = { ...served(countedOf(words)), log: { cost_nanos: countedOf(words) } }
const flagged = { ...counted, usage: { estimated: true }, record: { usageEstimated: true } }

/** DeepInfra's odd answer; that Groq is not asked shows that it is one. */
async function answerOf(deepinfra: Step[], request: JsonObject = {}): Promise<Played> {
  return await play({ deepinfra, groq: chatAnswer('never'), request })
}

test.concurrent.for<[string, Step[]]>([
  ['is missing', chatStream([...deltas, finish('stop')])],
  [
    'is null in each chunk',
    chatStream([...deltas.map((chunk) => ({ ...chunk, usage: null })), finish('stop')]),
  ],
  ['is all zeros', chatStream([...deltas, finish('stop'), usage(0, 0)])],
  ['counts no completion', chatStream([...deltas, finish('stop'), usage(5, 0)])],
])('F17 usage %s: ours is shown, marked as such, and charged', async ([, deepinfra]) => {
  expect(await answerOf(deepinfra)).toMatchObject(both(flagged))
})

test.concurrent.for<[string, (JsonObject | string)[]]>([
  ['before the last content', [usage(5, 2), ...deltas, finish('stop')]],
  [
    'beside the first content',
    [{ ...delta(pieces[0] ?? ''), ...usageOf(5, 2) }, ...deltas.slice(1), finish('stop')],
  ],
  ['with the finish reason', [...deltas, finish('stop', usageOf(5, 2))]],
  ['inside the choice', [...deltas, inChoice(finish('stop'), usageOf(5, 2))]],
  ['twice', [...deltas, finish('stop'), usage(5, 2), usage(5, 2)]],
  [
    'growing with each chunk',
    [usage(5, 0), ...deltas.flatMap((chunk, index) => [chunk, usage(5, index + 1)]), finish('stop')],
  ],
  ['after a placeholder of zeros', [usage(0, 0), ...deltas, finish('stop'), usage(5, 2)]],
  ['before a placeholder of zeros', [...deltas, finish('stop'), usage(5, 2), usage(0, 0)]],
  ['before an impossible one', [...deltas, finish('stop'), usage(5, 2), usage(-1, 2)]],
  ['where Groq puts it', [...deltas, finish('stop', { x_groq: usageOf(5, 2) })]],
])('F18 usage %s: the last possible one is charged, once', async ([, chunks]) => {
  expect(await answerOf(chatStream(chunks))).toMatchObject(both(served(deepinfraNanos)))
})

function usageOf(promptTokens: number, completionTokens: number): JsonObject {
  return { usage: { prompt_tokens: promptTokens, completion_tokens: completionTokens } }
}

function inChoice(chunk: JsonObject, fields: JsonObject): JsonObject {
  return { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop', ...fields }] }
}

const odd: Json[] = [-1, 0.5, '5', null, true, [], {}, 1e300, 2 ** 53, 1_000_000]

test.concurrent.for([
  ...odd.map((count): [string, string] => [JSON.stringify(count), JSON.stringify(usage(count, count))]),
  ['NaN', '{"choices":[],"usage":{"prompt_tokens":NaN,"completion_tokens":NaN}}'],
  ['1e400', '{"choices":[],"usage":{"prompt_tokens":1e400,"completion_tokens":1e400}}'],
  ['a text', '{"choices":[],"usage":"secret-canary"}'],
] satisfies [string, string][])('F19 usage of %s: ours is charged', async ([, chunk]) => {
  expect(await answerOf(chatStream([...deltas, finish('stop'), chunk]))).toMatchObject(both(flagged))
})

test.concurrent.for<[string, JsonObject, number]>([
  ['more cached than there are', { prompt_tokens_details: { cached_tokens: 900 } }, nanosOf(905, 2)],
  ['less than none cached', { prompt_tokens_details: { cached_tokens: -1 } }, deepinfraNanos],
  ['audio beyond the total', { completion_tokens_details: { audio_tokens: 1e9 } }, deepinfraNanos],
  [
    'details that are none',
    { prompt_tokens_details: 'canary', completion_tokens_details: [7] },
    deepinfraNanos,
  ],
])('F19 usage with %s', async ([, details, nanos]) => {
  const chunk = usage(5, 2)
  const odder = { ...chunk, usage: { prompt_tokens: 5, completion_tokens: 2, ...details } }
  expect(await answerOf(chatStream([...deltas, finish('stop'), odder]))).toMatchObject(both(served(nanos)))
})

test.concurrent.for<[string, [number, number], number, JsonObject, boolean]>([
  ['10 times of ours is the provider’s word', [5, 60], nanosOf(5, 60), {}, false],
  ['far more is charged, and flagged', [5, 2_000], nanosOf(5, 2_000), {}, true],
  ['far more of a prompt is charged, and flagged', [5_000, 2], nanosOf(5_000, 2), {}, true],
  ['more than the context is ours, and flagged', [5, 131_073], countedOf(words), {}, true],
  ['more than was asked for is ours', [5, 51], countedOf(words), { max_tokens: 50 }, false],
  ['as much as was asked for is the provider’s word', [5, 50], nanosOf(5, 50), { max_tokens: 50 }, false],
])('F20 usage of %s', async ([, [promptTokens, completionTokens], nanos, request, suspect]) => {
  const deepinfra = chatStream([...deltas, finish('stop'), usage(promptTokens, completionTokens)])
  const played = await answerOf(deepinfra, request)
  expect(played).toMatchObject(both({ ...served(nanos), log: { cost_nanos: nanos } }))
  expect('usage_suspect' in played.stream.log).toBe(suspect)
})

test.concurrent.for<[string, string[]]>([
  ['one', ['{"choices":[{"index":0,"delta":{"content":"canary']],
  ['three', ['{', 'secret-canary', '[1,']],
])('F23 %s malformed in between: skipped, and the rest is whole', async ([, malformed]) => {
  const [first, second] = deltas
  expect(
    await answerOf(chatStream([first!, ...malformed, second!, finish('stop'), usage(5, 2)])),
  ).toMatchObject(
    both({
      ...served(deepinfraNanos),
      log: { flaws: 'malformed_event' },
    }),
  )
})

const foreign: [string, string][] = [
  ['ping of Anthropic', 'event: ping\ndata: {"type":"ping","note":"secret-canary"}\n\n'],
  ['ping that is no JSON', 'event: ping\ndata: secret-canary\n\n'.repeat(8)],
  ['event without data', 'event: heartbeat\n\n'],
  ['unknown fields of the stream', 'id: 7\nretry: 1\nsecret-canary: x\n\n'],
  ['JSON that is no chunk', 'data: {"hello":"secret-canary"}\n\n'],
  ['empty choices', 'data: {"choices":[],"secret":"canary"}\n\n'],
  ['choices that are none', 'data: {"choices":"secret-canary"}\n\n'],
  ['null error', 'data: {"error":null,"choices":[]}\n\n'],
  ['empty data', 'data:\n\ndata\n\n'],
  ['comment', comment(indiscretion)],
]

test.concurrent.for(foreign)('F24 %s: ignored', async ([, text]) => {
  const chunks = [...deltas, finish('stop'), usage(5, 2), '[DONE]'].map((chunk) => sse([chunk]))
  const steps = chunks.flatMap((chunk) => [send(text), send(chunk)])
  expect(await answerOf(streaming(...steps))).toMatchObject(both(served(deepinfraNanos)))
})

test.concurrent('F24 unknown fields in every place of a chunk: not passed on', async () => {
  const secret = { secret: 'canary', nested: { canary: [1] }, provider: 'canary', model: 'gpt-canary' }
  const chunks = deltas.map((chunk) => ({ ...chunk, ...secret, choices: [odderChoice(chunk)] }))
  expect(
    await answerOf(chatStream([...chunks, finish('stop', secret), { ...usage(5, 2), ...secret }])),
  ).toMatchObject(both(served(deepinfraNanos)))

  function odderChoice({ choices }: JsonObject): Json {
    const [choice] = Array.isArray(choices) ? choices : []
    const content = JSON.parse(JSON.stringify(choice)).delta.content
    return { index: 0, delta: { content, role: 'canary', ...secret }, finish_reason: null, ...secret }
  }
})

test.concurrent('F24 names as long as a line: the books stay readable', async () => {
  const long = 'x'.repeat(1_000_000)
  const named = deltas.map((chunk) => ({ ...chunk, id: long }))
  const played = await answerOf(chatStream([...named, finish(long), usage(5, 2)]))
  expect(played).toMatchObject(both(served(deepinfraNanos)))
  expect(played.stream.record?.upstreamId).toHaveLength(256)
  expect(played.stream.record?.nativeFinishReason).toHaveLength(256)
})

const styles: [string, SseStyle][] = [
  ['line feeds', {}],
  ['CRLF', { newline: '\r\n' }],
  ['CR', { newline: '\r' }],
  ['a byte order mark', { bom: true }],
  ['no space', { noSpace: true }],
  ['several data lines', { multiLine: true }],
  ['everything at once', { newline: '\r\n', bom: true, noSpace: true, multiLine: true }],
]

test.concurrent.for(styles)('F26 %s, whole and byte by byte', async ([, style]) => {
  const chunks = [delta({ role: 'assistant', content: '' }), ...deltas, finish('stop'), usage(5, 2)]
  expect(await answerOf(chatStream(chunks, style))).toMatchObject(both(served(deepinfraNanos)))
  expect(await answerOf(chatStream(chunks, { ...style, cut: 1 }))).toMatchObject(both(served(deepinfraNanos)))
})

test.concurrent('F26 no blank line at the end', async () => {
  const text = sse([...deltas, finish('stop'), usage(5, 2)]).trimEnd()
  expect(await answerOf(streaming(send(text)))).toMatchObject(both(served(deepinfraNanos)))
})

const hex = (text: string): string =>
  [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

test.concurrent('F27 invalid UTF-8 becomes U+FFFD', async () => {
  const [before = '', behind = ''] = sse([delta('a|b')]).split('|')
  const bytes: Step = { do: 'bytes', hex: `${hex(before)}ffc328e282${hex(behind)}` }
  expect(await answerOf(streaming(bytes, send(sse([finish('stop'), usage(5, 2), '[DONE]']))))).toMatchObject(
    both(served(deepinfraNanos, 'a\uFFFD\uFFFD(\uFFFDb')),
  )
})

test.concurrent.for<[string, string[]]>([
  ['halves in two chunks', ['\uD83D', '\uDE00']],
  ['a first half alone', ['a\uD83D', 'b']],
  ['a second half alone', ['\uDE00a']],
  ['four-byte characters', ['😀𝒳', 'é€']],
])('F27 %s', async ([, texts]) => {
  const chunks = [...texts.map(delta), finish('stop'), usage(5, 2)]
  expect(await answerOf(chatStream(chunks, { cut: 1 }))).toMatchObject(
    both(served(deepinfraNanos, texts.join(''))),
  )
})

test.concurrent.for([
  'data: [DONE]\n\n',
  '\n\ndata: {"error":{"code":500}}\n\n',
  'event: error\r\ndata: x\r\n\r\n: comment\r\r',
  '[DONE]',
  '"}]}\u2028\u2029\u0085\u0000\\',
])('F28 %j in the text', async (text) => {
  expect(await answerOf(chatStream([delta(text), delta('on'), finish('stop'), usage(5, 2)]))).toMatchObject(
    both(served(deepinfraNanos, `${text}on`)),
  )
})

const extra = (choice: JsonObject): JsonObject => ({ choices: [{ index: 1, ...choice }] })

test.concurrent('F30 two choices: the first is answered, and only it is charged', async () => {
  const chunks = [
    ...deltas.flatMap((chunk) => [
      chunk,
      extra({ delta: { content: 'another canary' }, finish_reason: null }),
    ]),
    extra({ delta: {}, finish_reason: 'length' }),
    finish('stop'),
    usage(5, 12),
  ]
  expect(await answerOf(chatStream(chunks))).toMatchObject(
    both({
      ...served(nanosOf(5, Math.ceil(words.length / 4))),
      usage: { prompt_tokens: 5, estimated: true },
      log: { flaws: 'extra_choice' },
    }),
  )
})

test.concurrent('F30 only a choice nobody asked for: no answer', async () => {
  const deepinfra = chatStream(
    [...deltas, { choices: [{ index: 1, delta: { content: 'canary' }, finish_reason: 'stop' }] }],
    { noDone: true },
  )
  const told = broken(502, 'provider_unavailable')
  expect(await play({ deepinfra })).toMatchObject(both(told))
})
