import { abortAllDurableObjects, evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import type { BeatRequest, SettleRequest } from '../../src/ledger/contract.ts'
import { account, type TestAccount } from '../support/account.ts'
import { books } from '../support/books.ts'
import { chatAnswer, delta, finish, sse, usage } from '../support/chat-chunks.ts'
import { ask, askWhole } from '../support/chat.ts'
import { ledgerWith, type LedgerStub } from '../support/ledger-with.ts'
import { gate, provider, send, streaming, type Provider } from '../support/provider.ts'

/** Faults between the Worker and the account's object: the money is right whatever is lost, repeated or late. */
beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const mini = { model: 'openai/gpt-4o-mini', stream: true, messages: [{ role: 'user', content: 'Write.' }] }
/** 5 × $0.15 and 2 × $0.60 per million tokens. */
const answerNanos = 1_950

function openai(
  upstream: Provider,
  replace: (stub: LedgerStub) => object = () => ({}),
  limits: object = {},
): Env {
  return {
    ...env,
    OPENAI_API_KEY: 'sk-upstream',
    OPENAI_BASE_URL: upstream.baseUrl,
    LEDGER: ledgerWith(replace),
    LIMITS: JSON.stringify(limits),
  }
}

/** A dead Worker sends nothing, and waits for nothing. */
const neverSent = (): Promise<never> => new Promise(() => {})

const broken = async (): Promise<never> => await Promise.reject(new Error('Internal error'))

function after(milliseconds: number): void {
  const now = Date.now() + milliseconds
  vi.useFakeTimers({ toFake: ['Date'], now })
}

test('F39: a Worker that dies after the hold leaves nothing once the hold has expired', async () => {
  const upstream = await provider(chatAnswer('unheard'))
  const payer = await account(env)
  const dead = openai(upstream, () => ({ beat: neverSent, settle: neverSent, void: neverSent }))
  const { response } = await ask(dead, mini, { key: payer.key })
  await response.text()
  expect(await payer.heldNanos()).toBeGreaterThan(0)
  after(61_000)
  const { spentNanos, generations } = await books(env, payer.id)
  expect(spentNanos).toBe(0)
  expect(generations).toEqual([])
})

test('F40: a Worker that dies in mid-stream: charged by its last beat, marked as an estimate', async () => {
  const { payer, beats, id } = await diedInMidStream()
  const last = beats.at(-1)?.meteredNanos ?? 0
  expect(last).toBeGreaterThan(400 * 600)
  after(61_000)
  const { spentNanos, generations } = await books(env, payer.id)
  expect(spentNanos).toBe(last)
  expect(generations).toMatchObject([
    { id, cost_nanos: last, usage_estimated: 1, status: 500, error_type: 'server', model: mini.model },
  ])
})

test('F41: a settlement that comes ten minutes after the estimate corrects it, once', async () => {
  const { payer, settlements } = await diedInMidStream()
  after(61_000)
  await books(env, payer.id)
  after(600_000)
  const late = settlements[0]
  if (!late) throw new Error('the Worker did not try to settle')
  const stub = env.LEDGER.getByName(payer.id)
  await Promise.all([stub.settle(late), stub.settle(late)])
  await stub.settle(late)
  const { spentNanos, generations } = await books(env, payer.id)
  expect(spentNanos).toBe(late.costNanos)
  expect(generations).toMatchObject([{ cost_nanos: late.costNanos, status: 200, finish_reason: 'stop' }])
})

test.for([
  ['lost on its way', 'request', { retryable: true }, 1],
  ['delivered, and its answer lost', 'reply', { retryable: true }, 1],
  ['delivered three times', 'reply', { durableObjectReset: true }, 2],
  ['turned away by an overloaded object', 'request', { overloaded: true }, 2],
  ['lost for a reason nobody told', 'request', {}, 2],
] as const)('F41: a settlement that is %s is posted once', async ([, lost, flags, times]) => {
  const upstream = await provider(chatAnswer('fine'))
  const payer = await account(env)
  let calls = 0
  const gateway = openai(upstream, (stub) => ({
    settle: async (request: SettleRequest) => {
      calls++
      if (calls > times) return await stub.settle(request)
      if (lost === 'reply') await stub.settle(request)
      throw Object.assign(new Error('Network connection lost.'), flags)
    },
  }))
  const { response } = await askWhole(gateway, mini, { key: payer.key })
  expect(response.status).toBe(200)
  expect(calls).toBe(times + 1)
  const { spentNanos, generations } = await books(env, payer.id)
  expect(spentNanos).toBe(answerNanos)
  expect(generations).toHaveLength(1)
})

test.for(['evicted', 'aborted'] as const)(
  'F42: an object that is %s between hold and settlement loses nothing',
  async (how) => {
    const upstream = await provider(
      streaming(
        send(sse([delta('Hel')])),
        gate('on'),
        send(sse([delta('lo'), finish('stop'), usage(5, 2), '[DONE]'])),
      ),
    )
    const payer = await account(env)
    const { response, settled } = await ask(openai(upstream, undefined, { beatMs: 40 }), mini, {
      key: payer.key,
    })
    const text = response.text()
    expect(await payer.heldNanos()).toBeGreaterThan(0)
    if (how === 'evicted') await evictDurableObject(env.LEDGER.getByName(payer.id))
    else await abortAllDurableObjects()
    await upstream.open('on')
    expect(await text).toContain('"cost":0.00000195')
    await settled()
    expect((await books(env, payer.id)).spentNanos).toBe(answerNanos)
  },
)

test('while only the look-up of settings fails, those of before are used', async () => {
  const upstream = await provider(chatAnswer('Hello'), chatAnswer('Hello'))
  const payer = await account(env)
  const failing = openai(upstream, () => ({ standing: broken }), { profileFreshMs: 0 })
  const unknown = await askWhole(failing, mini, { key: payer.key })
  await askWhole(openai(upstream), mini, { key: payer.key })
  const known = await askWhole(failing, mini, { key: payer.key })
  expect([unknown.response.status, known.response.status]).toEqual([503, 200])
})

test('F42: an overloaded object is a 503 that says when to come back, and no provider is called', async () => {
  const upstream = await provider(chatAnswer('never'))
  const payer = await account(env)
  let calls = 0
  const overloaded = async () => {
    calls++
    throw Object.assign(new Error('Durable Object is overloaded.'), { overloaded: true, retryable: true })
  }
  // The first needs the settings of the key, which the second remembers.
  for (const method of ['standing', 'admit']) {
    const { response, text } = await askWhole(
      openai(upstream, () => ({ [method]: overloaded })),
      mini,
      { key: payer.key },
    )
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    expect(JSON.parse(text)).toMatchObject({ error: { code: 503 } })
  }
  expect(calls).toBe(2)
  expect(await upstream.calls()).toEqual([])
  expect((await books(env, payer.id)).spentNanos).toBe(0)
})

test('a hold whose answer was lost is taken once: the same request is admitted again under its id', async () => {
  const upstream = await provider(chatAnswer('fine'))
  const payer = await account(env)
  let calls = 0
  const gateway = openai(upstream, (stub) => ({
    admit: async (request: Parameters<LedgerStub['admit']>[0]) => {
      const admission = await stub.admit(request)
      if (++calls === 1) throw Object.assign(new Error('Network connection lost.'), { retryable: true })
      return admission
    },
  }))
  const { response } = await askWhole(gateway, mini, { key: payer.key })
  expect([response.status, calls]).toEqual([200, 2])
  const { spentNanos, generations } = await books(env, payer.id)
  expect([spentNanos, generations.length]).toEqual([answerNanos, 1])
})

test('while the object does not hear the beats the answer goes on as far as its hold, and no further', async () => {
  const piece = sse([delta('word'.repeat(400))])
  const upstream = await provider(streaming(...Array.from({ length: 6 }, () => send(piece))))
  const payer = await account(env)
  const deaf = openai(upstream, () => ({ beat: async () => await Promise.reject(new Error('gone')) }))
  const { events } = await askWhole(deaf, mini, { key: payer.key })
  expect(events.at(-2)).toMatchObject({ json: { error: { code: 503 }, usage: { cost: 0 } } })
  expect((await books(env, payer.id)).spentNanos).toBe(0)
})

/** One answer whose Worker beats, and whose last word never arrives. */
async function diedInMidStream(): Promise<{
  payer: TestAccount
  id: string | null
  beats: BeatRequest[]
  settlements: SettleRequest[]
}> {
  const upstream = await provider(
    streaming(
      send(sse([delta('word'.repeat(400))])),
      gate('on'),
      send(sse([delta('word'.repeat(500)), finish('stop'), usage(10, 1_000), '[DONE]'])),
    ),
  )
  const payer = await account(env)
  const beats: BeatRequest[] = []
  const settlements: SettleRequest[] = []
  let dead = false
  const dying = openai(
    upstream,
    (stub) => ({
      beat: async (request: BeatRequest) => {
        if (dead) return await neverSent()
        beats.push(request)
        return await stub.beat(request)
      },
      settle: async (request: SettleRequest) => {
        settlements.push(request)
        return await neverSent()
      },
    }),
    { beatMs: 30 },
  )
  // All of it is held from the start: a Worker that had to ask for more would wait for the answer.
  const { response } = await ask(dying, { ...mini, max_tokens: 5_000 }, { key: payer.key })
  const text = response.text()
  await vi.waitFor(() => expect(beats.length).toBeGreaterThan(1))
  await vi.waitFor(() => expect(beats.at(-1)?.meteredNanos).toBeGreaterThan(0))
  dead = true
  await upstream.open('on')
  await text
  return { payer, id: response.headers.get('x-generation-id'), beats, settlements }
}
