import { expect, test } from 'vitest'
import { chatAnswer, delta, sse } from './chat-chunks.ts'
import {
  echo,
  fill,
  gate,
  halfClose,
  headerOf,
  provider,
  raw,
  refusingUrl,
  repeat,
  reply,
  reset,
  send,
  silence,
  streaming,
} from './provider.ts'

/** These hold what the chaos tests stand on: that a fault played here is a fault where the Worker runs. */
const abc = sse([delta('a'), delta('b'), delta('c')])

test('successive calls take successive attempts, and the log holds what came', async () => {
  const upstream = await provider(reply(429, 'slow down', { 'retry-after': '2' }), chatAnswer('Hello'))
  const refused = await fetch(`${upstream.baseUrl}/chat/completions`, { method: 'POST', body: '{"n":1}' })
  expect([refused.status, refused.headers.get('retry-after'), await refused.text()]).toEqual([
    429,
    '2',
    'slow down',
  ])
  const served = await fetch(`${upstream.baseUrl}/chat/completions`, { headers: { 'X-Note': 'two' } })
  expect(await served.text()).toContain('Hello')
  const calls = await upstream.until((log) => log.every((call) => call.completedAtMs !== null))
  expect(calls.map(({ method, body }) => [method, body])).toEqual([
    ['POST', '{"n":1}'],
    ['GET', ''],
  ])
  expect(calls[0]?.path).toMatch(/^\/s\d+\/chat\/completions$/)
  expect(headerOf(calls[1], 'x-note')).toBe('two')
})

test('request headers are echoed', async () => {
  const { baseUrl } = await provider(echo)
  expect(await (await fetch(baseUrl, { headers: { 'x-note': 'here' } })).json()).toMatchObject({
    'x-note': 'here',
  })
})

test('a stream arrives chunk by chunk, not at its end', async () => {
  const upstream = await provider(streaming(send(abc), gate('more'), send(sse(['[DONE]']))))
  const response = await fetch(upstream.baseUrl)
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe(abc)
  await upstream.open('more')
  expect((await reader.read()).value).toBe('data: [DONE]\n\n')
  expect((await reader.read()).done).toBe(true)
})

test.for([
  ['a reset', reset],
  ['a half-close', halfClose],
] as const)('%s in the middle of a body rejects its reader, after what came before', async ([, fault]) => {
  const upstream = await provider(streaming(send(abc), gate('fault'), fault))
  const reader = (await fetch(upstream.baseUrl)).body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe(abc)
  await upstream.open('fault')
  await expect(reader.read()).rejects.toThrow('Network connection lost')
})

test.for([
  ['a refused connection', undefined],
  ['a reset before the head', [reset]],
  ['a half-close before the head', [halfClose]],
  ['a broken status line', [raw('HTTP/1.1 twohundred\r\n\r\n')]],
] as const)('%s rejects the fetch', async ([, steps]) => {
  const baseUrl = steps ? (await provider([...steps])).baseUrl : refusingUrl
  await expect(fetch(baseUrl)).rejects.toThrow('Network connection lost')
})

test.for([
  ['before the head', [silence]],
  ['after the head', streaming(silence)],
  ['while chunks flow', streaming(repeat(abc, 5))],
  ['in the middle of an endless word', streaming(fill('a', 2 ** 32))],
] as const)('an abort %s reaches the upstream', async ([, steps]) => {
  const upstream = await provider([...steps])
  const abort = new AbortController()
  const ended = fetch(upstream.baseUrl, { signal: abort.signal })
    .then((response) => response.body?.pipeTo(new WritableStream()))
    .catch((error: unknown) => String(error))
  await upstream.until((calls) => calls.length === 1)
  const abortedAtMs = Date.now()
  abort.abort()
  const [call] = await upstream.until((calls) => calls[0]?.abortedAtMs !== null)
  expect(call!.abortedAtMs! - abortedAtMs).toBeLessThan(1_000)
  expect(await ended).toContain('AbortError')
})
