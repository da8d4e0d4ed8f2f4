import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Json } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, manage, type TestAccount } from '../support/account.ts'
import { books } from '../support/books.ts'
import { chatAnswer, delta, finish, sse, usage } from '../support/chat-chunks.ts'
import { ask, askWhole, at, contentOf } from '../support/chat.ts'
import { gate, provider, replyJson, reset, send, silence, streaming } from '../support/provider.ts'
import type { Provider } from '../support/provider.ts'
import { readEvents, type ChatEvent } from '../support/sse.ts'

beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue()
})

/** $0.15 and $0.60 per million tokens. */
const mini = { model: 'openai/gpt-4o-mini', stream: true, messages: [{ role: 'user', content: 'Write.' }] }
/** 400 tokens by our count. */
const piece = sse([delta('word'.repeat(400))])

function openai(upstream: Provider, limits: object = {}): Env {
  return {
    ...env,
    OPENAI_API_KEY: 'sk-upstream',
    OPENAI_BASE_URL: upstream.baseUrl,
    LIMITS: JSON.stringify(limits),
  }
}

describe('without max_tokens', () => {
  test('the hold grows with the answer, by what it needs, and is gone with it', async () => {
    const gates = ['1', '2', '3', '4', '5', '6'].flatMap((name) => [gate(name), send(piece)])
    const upstream = await provider(
      streaming(send(sse([delta('Go')])), ...gates, send(sse([finish('stop'), usage(10, 2_401), '[DONE]']))),
    )
    const payer = await account(env, { credit: 1 })
    const { response, settled } = await ask(openai(upstream), mini, { key: payer.key })
    const text = response.text()
    const holds = [await payer.heldNanos()]
    // 1,000 tokens for the answer, and a little for the prompt.
    expect(holds[0]).toBeGreaterThan(600_000)
    expect(holds[0]).toBeLessThan(630_000)
    for (const [index, name] of ['1', '2', '3', '4', '5', '6'].entries()) {
      await upstream.open(name)
      const delivered = (index + 1) * 400 * 600
      await vi.waitFor(async () => expect(await payer.heldNanos()).toBeGreaterThanOrEqual(delivered))
      holds.push(await payer.heldNanos())
    }
    expect(holds).toEqual(holds.toSorted((left, right) => left - right))
    // Never far ahead of it: 2,400 tokens cost $0.00144, and a raise asks for what is next as well.
    expect(holds.at(-1)).toBeLessThan(4_500_000)
    await text
    await settled()
    expect((await books(env, payer.id)).spentNanos).toBe(10 * 150 + 2_401 * 600)
  })

  test('a cap of the client is covered from the start: the hold stays as it is, and no beat is needed', async () => {
    const upstream = await provider(
      streaming(
        send(piece),
        send(piece),
        gate('on'),
        send(sse([finish('length'), usage(10, 700), '[DONE]'])),
      ),
    )
    const payer = await account(env, { credit: 0.001 })
    const { response, settled } = await ask(
      openai(upstream),
      { ...mini, max_tokens: 700 },
      { key: payer.key },
    )
    const text = response.text()
    const before = await payer.heldNanos()
    await upstream.open('on')
    // 800 tokens by our count and 700 by the provider's, which was told to stop there.
    expect(await text).toContain('"finish_reason":"length"')
    await settled()
    expect(before).toBeLessThan(450_000)
    expect((await books(env, payer.id)).spentNanos).toBe(10 * 150 + 700 * 600)
  })

  test.for(['openai/gpt-5.1', 'openai/gpt-5.4'])(
    'two cents are enough to ask %s, which writes 128,000 tokens',
    async (model) => {
      const upstream = await provider(chatAnswer('Cheap', ' enough'))
      const payer = await account(env, { credit: 0.02 })
      const answer = await askWhole(openai(upstream), { ...mini, model }, { key: payer.key })
      expect(contentOf(answer)).toBe('Cheap enough')
    },
  )

  test('when the money ends, one error says so, and what was delivered is charged', async () => {
    const upstream = await provider(streaming(...Array.from({ length: 100 }, () => send(piece)), silence))
    const payer = await account(env, { credit: 0.005 })
    const { response, events } = await askWhole(openai(upstream), mini, { key: payer.key })
    expect(response.status).toBe(200)
    const errors = events.filter((event) => 'json' in event && at(event.json, 'error') !== undefined)
    expect(errors).toHaveLength(1)
    expect(events.at(-2)).toBe(errors[0])
    expect(events.at(-1)).toEqual({ data: '[DONE]' })
    const last = chunk(events.at(-2))
    const delivered = contentOf({ text: '', events }).length / 4
    const promptTokens = Number(at(at(last, 'usage'), 'prompt_tokens'))
    expect(last).toMatchObject({
      error: {
        code: 402,
        message: 'The answer ends here: the balance of the account is used up.',
        metadata: { error_type: 'payment_required' },
      },
      choices: [{ delta: { content: '' }, finish_reason: 'error' }],
      usage: { completion_tokens: delivered },
    })
    const { spentNanos, balanceNanos, generations } = await books(env, payer.id)
    expect(at(at(last, 'usage'), 'cost')).toBe(spentNanos / 1e9)
    expect(spentNanos).toBe(promptTokens * 150 + delivered * 600)
    expect(balanceNanos).toBeGreaterThanOrEqual(0)
    // What is left does not buy the next piece, nor the margin by which our count may be wrong.
    expect(balanceNanos).toBeLessThan(0.3 * 5_000_000)
    expect(generations).toMatchObject([
      {
        status: 200,
        finish_reason: 'error',
        error_type: 'payment_required',
        usage_estimated: 1,
        cancelled: 0,
      },
    ])
    const [call] = await upstream.until((calls) => calls[0]?.abortedAtMs !== null)
    expect(call?.completedAtMs).toBeNull()
  })

  test('when the money ends inside an answer that is wanted whole, it comes as far as it got', async () => {
    const upstream = await provider(streaming(...Array.from({ length: 100 }, () => send(piece)), silence))
    const payer = await account(env, { credit: 0.005 })
    const { response, text } = await askWhole(
      openai(upstream),
      { ...mini, stream: false },
      { key: payer.key },
    )
    expect(response.status).toBe(200)
    const { spentNanos } = await books(env, payer.id)
    expect(JSON.parse(text)).toMatchObject({
      choices: [
        {
          finish_reason: 'error',
          error: { code: 402 },
          message: { content: expect.stringMatching(/^(word)+$/) },
        },
      ],
      usage: { cost: spentNanos / 1e9 },
    })
    expect(spentNanos).toBeGreaterThan(0)
  })
})

describe('an answer that breaks off', () => {
  test.for([
    ['the provider resets', [reset]],
    ['the provider reports an error', [send(sse([{ error: { message: 'overloaded', code: 529 } }]))]],
    ['the provider falls silent', [silence]],
  ] as const)('because %s costs nothing, and what is owed for it is recorded', async ([, steps]) => {
    const upstream = await provider(streaming(send(piece), gate('break'), ...steps))
    const payer = await account(env)
    const gateway = openai(upstream, { stallTimeoutMs: 100 })
    const { response, settled } = await ask(gateway, mini, { key: payer.key })
    const text = response.text()
    await upstream.until((calls) => calls.length === 1)
    await upstream.open('break')
    const last = chunk(readEvents(await text).at(-2))
    await settled()
    expect(last).toMatchObject({
      error: { metadata: { error_type: expect.stringMatching(/^(provider_|timeout)/) } },
      usage: { cost: 0, completion_tokens: 400 },
    })
    const { spentNanos, generations } = await books(env, payer.id)
    expect(spentNanos).toBe(0)
    expect(generations).toMatchObject([
      { posted_nanos: 0, cost_nanos: 0, completion_tokens: 400, finish_reason: 'error' },
    ])
    expect(generations[0]?.upstream_cost_nanos).toBeGreaterThan(400 * 600)
  })

  test.for([
    ['disabled', { disabled: true }, 401],
    ['deleted', undefined, 401],
    ['limited below what it spent', { limit: 0.0001 }, 402],
  ] as const)('F48 because its key is %s is charged as delivered', async ([, change, code]) => {
    const upstream = await provider(streaming(send(piece), silence))
    const payer = await account(env)
    const gateway = openai(upstream, { beatMs: 30 })
    const { response, settled } = await ask(gateway, mini, { key: payer.key })
    const text = response.text()
    await vi.waitFor(async () => expect(await upstream.calls()).toHaveLength(1))
    await (change
      ? manage(env, 'PATCH', `/keys/${payer.hash}`, change)
      : manage(env, 'DELETE', `/keys/${payer.hash}`))
    const events = readEvents(await text)
    await settled()
    expect(chunk(events.at(-2))).toMatchObject({ error: { code }, usage: { completion_tokens: 400 } })
    await expectDelivered(payer, 400)
    const [call] = await upstream.until((calls) => calls[0]?.abortedAtMs !== null)
    expect(call?.completedAtMs).toBeNull()
  })

  test('F48 not because its key is limited to more than it spent', async () => {
    const upstream = await provider(
      streaming(send(piece), gate('on'), send(sse([finish('stop'), usage(10, 400), '[DONE]']))),
    )
    const payer = await account(env)
    const { response, settled } = await ask(openai(upstream, { beatMs: 20 }), mini, { key: payer.key })
    const text = response.text()
    await manage(env, 'PATCH', `/keys/${payer.hash}`, { limit: 0.0003 })
    await new Promise((resolve) => setTimeout(resolve, 300))
    await upstream.open('on')
    expect(await text).toContain('"finish_reason":"stop"')
    await settled()
    expect((await books(env, payer.id)).spentNanos).toBe(10 * 150 + 400 * 600)
  })

  test('before its first word leaves no charge and no hold', async () => {
    const upstream = await provider(replyJson(500, { error: { message: 'down' } }))
    const payer = await account(env)
    const { response } = await askWhole(openai(upstream), mini, { key: payer.key })
    expect(response.status).toBe(503)
    const { spentNanos, generations } = await books(env, payer.id)
    expect(spentNanos).toBe(0)
    expect(generations).toMatchObject([{ status: 503, posted_nanos: null, upstream_cost_nanos: 0 }])
  })
})

async function expectDelivered(payer: TestAccount, tokens: number): Promise<void> {
  const { spentNanos, generations } = await books(env, payer.id)
  expect(generations).toMatchObject([
    { completion_tokens: tokens, usage_estimated: 1, cost_nanos: spentNanos },
  ])
  expect(spentNanos).toBe((generations[0]?.prompt_tokens ?? 0) * 150 + tokens * 600)
}

function chunk(event: ChatEvent | undefined): Json | undefined {
  return event && 'json' in event ? event.json : undefined
}
