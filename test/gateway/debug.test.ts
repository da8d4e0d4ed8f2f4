import { env } from 'cloudflare:workers'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { redacted } from '../../src/gateway/redacted.ts'
import { account, type TestAccount } from '../support/account.ts'
import { messageEnd, messageStart, messageStream, text } from '../support/anthropic-events.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { ask, contentOf } from '../support/chat.ts'
import { gate, provider, replyJson, send, streaming } from '../support/provider.ts'
import { completed, created, message, responsesSse } from '../support/responses-frames.ts'
import { readEvents } from '../support/sse.ts'
import type { Step } from '../support/upstream-script.ts'
import { framesOf } from '../wire/responses-answers.ts'
import { deployment, question } from './response-cache.ts'

/** What a client that debugs sees of the bodies that providers are sent. */

const llama = 'meta-llama/llama-3.3-70b-instruct'
const haiku = 'anthropic/claude-haiku-4.5'
const debug = { echo_upstream_body: true }
const hello: Json = [{ role: 'user', content: 'Hello' }]
const down = replyJson(503, { error: { message: 'down' } })
const claude = messageStream(messageStart(), ...text(0, 'Hi'), ...messageEnd('end_turn'))

let caller: TestAccount
beforeAll(async () => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
  caller = await account(env)
})

type Plays = Record<string, Step[]>
const key = (slug: string): string => `operator-key-of-${slug}`

/** A gateway before providers that play these answers, by slug, the cheapest first. */
async function gateway(plays: Plays, variables: Partial<Env> = {}) {
  const settings: Env = { ...env, ...variables }
  const upstreams = await Promise.all(
    Object.entries(plays).map(async ([slug, answer]) => {
      const upstream = await provider(answer)
      Object.assign(settings, { [`${slug}_API_KEY`]: key(slug), [`${slug}_BASE_URL`]: upstream.baseUrl })
      return upstream
    }),
  )
  return { settings, upstreams }
}

/** `sent` is what the providers got, in the order of the plays. */
async function asked(plays: Plays, body: JsonObject, path = 'chat/completions') {
  const { settings, upstreams } = await gateway(plays)
  const request = { model: llama, stream: true, ...body }
  const { response, settled } = await ask(settings, request, { key: caller.key, path: `/api/v1/${path}` })
  const told = await response.text()
  await settled()
  const calls = (await Promise.all(upstreams.map((upstream) => upstream.calls()))).flat()
  return { response, text: told, sent: calls.map((call): JsonObject => JSON.parse(call.body)) }
}

const chunksOf = (told: string): Json[] =>
  readEvents(told).flatMap((event) => ('json' in event ? [event.json] : []))
const wordsOf = (told: string): string => contentOf({ text: told, events: readEvents(told) })
const chunkOf = (body: JsonObject) => ({
  object: 'chat.completion.chunk',
  choices: [],
  debug: { echo_upstream_body: body },
})

test('[43] the first chunk of a chat that debugs is the body in the words of its provider', async () => {
  const answer = await asked({ ANTHROPIC: claude }, { model: haiku, messages: hello, debug })
  const [first, ...others] = chunksOf(answer.text)
  expect(first).toMatchObject({ id: answer.response.headers.get('x-generation-id'), ...chunkOf({}) })
  expect(first).toMatchObject({
    model: haiku,
    provider: 'Anthropic',
    debug: { echo_upstream_body: answer.sent[0] },
  })
  expect(answer.sent[0]).toMatchObject({ model: 'claude-haiku-4-5', max_tokens: expect.any(Number) })
  expect(answer.sent[0]).not.toHaveProperty('debug')
  expect(wordsOf(answer.text)).toBe('Hi')
  expect(JSON.stringify(others)).not.toContain('echo_upstream_body')
})

test('[45] of each provider tried there is a chunk, and no key of theirs is in any', async () => {
  const answer = await asked({ DEEPINFRA: down, NEBIUS: chatAnswer('ok') }, { messages: hello, debug })
  const [first, second, ...others] = chunksOf(answer.text)
  const [toDeepinfra = {}, toNebius = {}] = answer.sent
  expect([first, second]).toMatchObject([chunkOf(toDeepinfra), chunkOf(toNebius)])
  expect(toDeepinfra['model']).not.toBe(toNebius['model'])
  expect(wordsOf(answer.text)).toBe('ok')
  expect(JSON.stringify(others)).not.toContain('echo_upstream_body')
  for (const slug of ['DEEPINFRA', 'NEBIUS']) expect(answer.text).not.toContain(key(slug))
})

test('[43] chunks come behind keep-alives too, and before the error where all fail', async () => {
  const hosts = async (last: Step[]) => {
    const plays = { DEEPINFRA: [gate('answer'), ...down], NEBIUS: last }
    const { settings, upstreams } = await gateway(plays, { LIMITS: '{"keepAliveMs":20}' })
    const request = { model: llama, messages: hello, stream: true, debug }
    const { response, settled } = await ask(settings, request, { key: caller.key })
    await upstreams[0]?.open('answer')
    const told = await response.text()
    await settled()
    return { status: response.status, told }
  }
  const served = await hosts(chatAnswer('ok'))
  expect([served.status, readEvents(served.told)[0]]).toEqual([200, { comment: 'OPENROUTER PROCESSING' }])
  expect(chunksOf(served.told).slice(0, 3)).toMatchObject([
    chunkOf({}),
    chunkOf({}),
    { choices: [{ index: 0 }] },
  ])
  const failed = await hosts(down)
  expect(chunksOf(failed.told)).toMatchObject([chunkOf({}), chunkOf({}), { error: { code: 503 } }])
})

test('[45] where all fail at once, the answer is the error as usual', async () => {
  const { response, text: told } = await asked({ DEEPINFRA: down, NEBIUS: down }, { messages: hello, debug })
  expect(response.status).toBe(503)
  expect(JSON.parse(told)).toMatchObject({ error: { code: 503 } })
  expect(told).not.toContain('echo_upstream_body')
})

test('[114] a stream of Responses tells of each provider tried in response.debug', async () => {
  const plays = { DEEPINFRA: down, NEBIUS: chatAnswer('ok') }
  const { text: told, sent } = await asked(plays, { input: 'Hello', debug }, 'responses')
  const frames = framesOf(told)
  expect(frames.map((frame) => frame['sequence_number'])).toEqual(frames.map((_, index) => index))
  expect(frames.slice(0, 5)).toMatchObject([
    { type: 'response.created' },
    { type: 'response.in_progress' },
    { type: 'response.debug', debug: { echo_upstream_body: sent[0] } },
    { type: 'response.debug', debug: { echo_upstream_body: sent[1] } },
    { type: 'response.output_item.added' },
  ])
  expect(sent).toMatchObject([{ messages: hello }, { messages: hello }])
  expect(frames.slice(4).filter(({ type }) => type === 'response.debug')).toEqual([])
})

const unasked: [string, JsonObject, string?][] = [
  ['who does not ask', { messages: hello }],
  ['false', { messages: hello, debug: { echo_upstream_body: false } }],
  ['an empty wish', { messages: hello, debug: {} }],
  ['[44] a whole answer', { messages: hello, debug, stream: false }],
  ['[44] a whole response', { input: 'Hello', debug, stream: false }, 'responses'],
  ['[114] a stream of Responses unasked', { input: 'Hello' }, 'responses'],
  ['[114] Messages', { messages: hello, max_tokens: 100, debug }, 'messages'],
  ['legacy completions', { prompt: 'Hello', debug }, 'completions'],
]

test.each(unasked)('%s: no body is told, and none is refused', async (_, body, path = 'chat/completions') => {
  const { response, text: told, sent } = await asked({ DEEPINFRA: chatAnswer('ok') }, body, path)
  expect(response.status).toBe(200)
  expect(told).toContain('ok')
  expect(told).not.toMatch(/debug|echo_upstream_body/)
  expect(sent).toHaveLength(1)
  expect(sent[0]).not.toHaveProperty('debug')
})

test('[114] Messages keep the wish from a provider of their own format', async () => {
  const body = { model: haiku, messages: hello, max_tokens: 100, debug }
  const { text: told, sent } = await asked({ ANTHROPIC: claude }, body, 'messages')
  expect(sent).toMatchObject([{ max_tokens: 100 }])
  expect(JSON.stringify(sent) + told).not.toContain('debug')
})

test('a wish that is none is refused with its path', async () => {
  for (const [path, body] of [
    ['chat/completions', { messages: hello }],
    ['responses', { input: 'Hello' }],
  ] as const) {
    const wrong = { ...body, debug: { echo_upstream_body: 'yes' } }
    const { response, text: told } = await asked({ DEEPINFRA: chatAnswer('ok') }, wrong, path)
    expect(response.status).toBe(400)
    expect(told).toContain('debug.echo_upstream_body: ')
  }
})

test('[114] an answer from the cache was sent to nobody', async () => {
  const { ask: askCached, callsCount } = await deployment([chatAnswer('ok')])
  const body = question({ stream: true, debug })
  const fresh = await askCached(body, { key: caller.key })
  const kept = await askCached(body, { key: caller.key })
  expect([fresh.told.status, kept.told.status, await callsCount()]).toEqual(['MISS', 'HIT', 1])
  expect(chunksOf(fresh.text)[0]).toMatchObject(chunkOf({ model: expect.any(String) }))
  expect(wordsOf(kept.text)).toBe('ok')
  expect(kept.text).not.toContain('echo_upstream_body')
})

test('[43] files are cut to their beginning, and secrets for tools are left out', async () => {
  const url = `data:image/png;base64,${'iVBORw0KGgo='.repeat(200)}`
  const words = 'a long word '.repeat(200)
  const image: Json = [
    {
      role: 'user',
      content: [
        { type: 'text', text: words },
        { type: 'image_url', image_url: { url } },
      ],
    },
  ]
  const seen = await asked(
    { OPENAI: chatAnswer('ok') },
    { model: 'openai/gpt-4o-mini', messages: image, debug },
  )
  expect(seen.sent).toMatchObject([{ messages: image }])
  const cut = { type: 'image_url', image_url: { url: `${url.slice(0, 100)}… (2422 characters)` } }
  const messages = [{ role: 'user', content: [{ type: 'text', text: words }, cut] }]
  expect(chunksOf(seen.text)[0]).toMatchObject(chunkOf({ messages }))

  const tool = {
    type: 'mcp',
    server_label: 's',
    server_url: 'https://tools.example',
    authorization: 'my-own-secret',
  }
  const body = { model: 'openai/gpt-5-mini', input: 'Hello', tools: [tool], debug }
  const gpt = streaming(send(responsesSse([created, ...message(0, 'ok'), completed()])))
  const called = await asked({ OPENAI: gpt }, body, 'responses')
  expect(called.sent).toMatchObject([{ tools: [tool] }])
  const shown = framesOf(called.text).find(({ type }) => type === 'response.debug')
  expect(shown).toMatchObject({
    debug: { echo_upstream_body: { tools: [{ ...tool, authorization: '[redacted]' }] } },
  })
})

test('a body of more than a mebibyte is told by its length alone', () => {
  const [long, longer] = [1_000_000, 1_048_576].map((characters) => ({ input: ' '.repeat(characters) }))
  expect(redacted({ ...long })).toEqual(long)
  expect(redacted({ ...longer })).toEqual({ cut: '1048588 characters' })
})
