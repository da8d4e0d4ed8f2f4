import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, manage, type TestAccount } from '../support/account.ts'
import {
  blockDelta,
  blockStart,
  eventText,
  messageStart,
  readMessageEvents,
} from '../support/anthropic-events.ts'
import { delta, sse, usage } from '../support/chat-chunks.ts'
import { ask, type Asked } from '../support/chat.ts'
import { gate, provider, reset, send, silence, streaming, type Provider } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

/**
 * Answers that break off. What the provider told of its counts by then holds, and our count of what came after that.
 * Some tell the prompt's at the start: Claude at $1 a million, 10 cents from the cache, $1.25 into it, $5 for answers.
 */
beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
})

const counts = {
  input_tokens: 100,
  cache_read_input_tokens: 10_000,
  cache_creation_input_tokens: 2_000,
  output_tokens: 1,
}
const promptNanos = 100 * 1_000 + 10_000 * 100 + 2_000 * 1_250
/** 400 tokens by our count. */
const piece = blockDelta(0, { type: 'text_delta', text: 'word'.repeat(400) })
const begun = send(eventText(messageStart(counts), blockStart(0, { type: 'text', text: '' }), piece))
const told = { tokens_prompt: 12_100, native_tokens_cached: 10_000, native_tokens_cache_write: 2_000 }

interface Client extends Asked {
  upstream: Provider
  payer: TestAccount
  leave: () => void
  recorded: () => Promise<Record<string, unknown>>
}

const native = { path: '/v1/messages', request: { model: 'anthropic/claude-haiku-4.5', max_tokens: 8_000 } }
const foreign = { path: '/v1/chat/completions', request: { model: 'anthropic/claude-haiku-4.5' } }
const chat = { path: '/v1/chat/completions', request: { model: 'openai/gpt-4o-mini' } }

interface Options {
  as?: typeof native | typeof foreign
  credit?: number
  limits?: object
}

/** Asks for a stream, of a prompt of 12,000 tokens. */
async function client(steps: Step[], options: Options = {}): Promise<Client> {
  const { path, request } = options.as ?? native
  const upstream = await provider(streaming(...steps))
  const payer = await account(env, { credit: options.credit ?? 1 })
  const settings: Env = {
    ...env,
    ANTHROPIC_API_KEY: 'k',
    ANTHROPIC_BASE_URL: upstream.baseUrl,
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: upstream.baseUrl,
    LIMITS: JSON.stringify(options.limits ?? {}),
  }
  const leaving = new AbortController()
  const asked = await ask(
    settings,
    { ...request, messages: [{ role: 'user', content: 'wor '.repeat(12_000) }], stream: true },
    { path, key: payer.key, signal: leaving.signal },
  )
  const id = asked.response.headers.get('x-generation-id')
  return { ...asked, upstream, payer, leave: () => leaving.abort(), recorded: () => payer.generation(id) }
}

/** Reads until the words are there, leaves, and waits for what is charged: nano-USD. */
async function abandoned({ response, leave, settled, payer }: Client, words: string): Promise<number> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes(words)) text += (await reader?.read())?.value ?? ''
  leave()
  await settled()
  return Math.round((await payer.usage()) * 1e9)
}

describe('where the provider told the counts of the prompt at the start', () => {
  test('a client that leaves is charged by them, and by our count of what it got', async () => {
    const left = await client([begun, silence])
    expect(await abandoned(left, 'word')).toBe(promptNanos + 400 * 5_000)
    expect(await left.recorded()).toMatchObject({
      ...told,
      tokens_completion: 400,
      cancelled: true,
      usage_estimated: true,
    })
  })

  test('so is one whose key is revoked, and it is told', async () => {
    const { response, settled, payer, upstream, recorded } = await client([begun, silence], {
      limits: { beatMs: 30 },
    })
    const text = response.text()
    await upstream.until((calls) => calls.length === 1)
    await manage(env, 'PATCH', `/keys/${payer.hash}`, { disabled: true })
    expect(readMessageEvents(await text).at(-1)).toMatchObject({ type: 'error' })
    await settled()
    expect(await payer.usage()).toBeCloseTo((promptNanos + 400 * 5_000) / 1e9, 12)
    await manage(env, 'PATCH', `/keys/${payer.hash}`, { disabled: false })
    expect(await recorded()).toMatchObject({ ...told, tokens_completion: 400 })
  })

  test('so is one whose money ends: what was not delivered takes nothing of them back', async () => {
    const more = Array.from({ length: 30 }, () => send(eventText(piece)))
    const { response, settled, payer, recorded } = await client([begun, ...more, silence], {
      as: foreign,
      credit: 0.05,
    })
    const text = await response.text()
    await settled()
    const tokens = (text.match(/word/g) ?? []).length
    expect(await payer.usage()).toBeCloseTo((promptNanos + tokens * 5_000) / 1e9, 12)
    expect(await recorded()).toMatchObject({
      ...told,
      tokens_completion: tokens,
      error_type: 'payment_required',
    })
  })

  test('a break by the provider stays free, and what the operator owes for it is recorded', async () => {
    const broken = await client([begun, gate('break'), reset])
    const text = broken.response.text()
    await broken.upstream.open('break')
    expect(readMessageEvents(await text).at(-1)).toMatchObject({ type: 'error' })
    await broken.settled()
    expect(await broken.payer.usage()).toBe(0)
    expect(await broken.recorded()).toMatchObject({
      ...told,
      upstream_inference_cost: (promptNanos + 400 * 5_000) / 1e9,
    })
  })
})

const counting = (chunk: JsonObject, completionTokens: number): JsonObject => ({
  ...chunk,
  usage: usage(12_100, completionTokens)['usage'] ?? null,
})

test.for<[string, JsonObject[], JsonObject]>([
  [
    'with each chunk, they are the provider’s word',
    [counting(delta('one '), 7), counting(delta('two'), 9)],
    { tokens_prompt: 12_100, tokens_completion: 9, usage_estimated: false },
  ],
  [
    'with the first chunk, our count of the rest is added',
    [counting(delta('one '), 7), delta('two')],
    // Seven characters have two tokens, and the first four of them one.
    { tokens_prompt: 12_100, tokens_completion: 8, usage_estimated: true },
  ],
  [
    'as zeros, all is ours',
    [usage(0, 0), delta('one '), delta('two')],
    { tokens_prompt: 12_004, tokens_completion: 2, usage_estimated: true },
  ],
])('counts that came %s, when a client leaves', async ([, chunks, expected]) => {
  const left = await client([send(sse(chunks)), silence], { as: chat })
  await abandoned(left, 'two')
  expect(await left.recorded()).toMatchObject({ ...expected, cancelled: true })
})
