import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import * as z from 'zod'
import { delta, finish, sse, usage } from '../support/chat-chunks.ts'
import { startGateway, type RunningGateway } from '../support/harness.ts'
import { gate, providerAt, repeat, send, silence, streaming } from '../support/provider.ts'
import { rawPost, type RawClient } from '../support/raw-client.ts'
import type { Step } from '../support/upstream-script.ts'

/**
 * Clients that leave, on the Worker's own socket. With the usual keep-alive of 10 s nothing but the runtime's signal or
 * a failed write can tell within a second; with the short one, what an orderly close of a silent stream needs.
 */
const keepAliveMs = 300
let usual: RunningGateway
let brisk: RunningGateway

vi.setConfig({ testTimeout: 40_000 })

beforeAll(async () => {
  const variables = {
    OPENAI_API_KEY: 'sk-upstream',
    OPENAI_BASE_URL: `${inject('upstreamUrl')}/openai`,
    GROQ_API_KEY: 'sk-upstream',
    GROQ_BASE_URL: `${inject('upstreamUrl')}/groq`,
  }
  const limits = { keepAliveMs, writeTimeoutMs: 1_000, drainMs: 1_500 }
  usual = await startGateway({ variables })
  brisk = await startGateway({ variables: { ...variables, LIMITS: JSON.stringify(limits) } })
})

afterAll(async () => {
  await Promise.all([usual.stop(), brisk.stop()])
})

const leaving = ['close', 'reset'] as const
const words = sse([delta('one '), delta('two '), delta('three ')])

test.for(leaving)('[53] F36: a client leaves by %s while chunks flow', async (how) => {
  const { upstream, client, settled } = await begin(usual, streaming(send(words), repeat(words, 20)))
  await client.until((text) => text.split('three').length > 3)
  const leftAtMs = leave(client, how)
  expect(await abortedAfter(upstream, leftAtMs)).toBeLessThan(1_000)
  const generation = await settled()
  expect(generation).toMatchObject({
    status: 200,
    cancelled: 1,
    usage_estimated: 1,
    finish_reason: null,
    error_type: null,
  })
  expect(generation.completion_tokens).toBeGreaterThanOrEqual(3)
  expect(generation.cost_nanos).toBeGreaterThan(0)
})

test('a client resets while the upstream is silent', async () => {
  const { upstream, client, settled } = await begin(usual, streaming(send(words), silence))
  await client.until((text) => text.includes('three'))
  const leftAtMs = leave(client, 'reset')
  expect(await abortedAfter(upstream, leftAtMs)).toBeLessThan(1_000)
  expect(await settled()).toMatchObject({ status: 200, cancelled: 1, usage_estimated: 1 })
})

test('a client closes while the upstream is silent: the keep-alives find out', async () => {
  const { upstream, client, settled } = await begin(brisk, streaming(send(words), silence))
  await client.until((text) => text.includes('three'))
  const leftAtMs = leave(client, 'close')
  expect(await abortedAfter(upstream, leftAtMs)).toBeLessThan(2 * keepAliveMs + 250)
  expect(await settled()).toMatchObject({ status: 200, cancelled: 1, usage_estimated: 1 })
})

test.for([
  ['before the upstream answers', [silence]],
  ['before the first byte', streaming(silence)],
] as const)('F35: a client resets %s', async ([, steps]) => {
  const { upstream, client, settled } = await begin(usual, [...steps])
  await upstream.until((calls) => calls.length === 1)
  const leftAtMs = leave(client, 'reset')
  expect(await abortedAfter(upstream, leftAtMs)).toBeLessThan(1_000)
  expect(await settled()).toMatchObject({ status: 499, cancelled: 1, cost_nanos: 0 })
})

test.for([
  ['before the upstream answers', [silence]],
  ['before the first byte', streaming(silence)],
] as const)('F35: a client closes %s: the keep-alives find out', async ([, steps]) => {
  const { upstream, client, settled } = await begin(brisk, [...steps])
  await upstream.until((calls) => calls.length === 1)
  const leftAtMs = leave(client, 'close')
  // The response begins after one interval, with a keep-alive in it; the second one finds nobody.
  expect(await abortedAfter(upstream, leftAtMs)).toBeLessThan(2 * keepAliveMs + 250)
  expect(await settled()).toMatchObject({ status: 499, cancelled: 1, cost_nanos: 0 })
})

test('F35: a client that wants a whole answer resets before it', async () => {
  const { upstream, client, settled } = await begin(usual, [silence], { stream: false })
  await upstream.until((calls) => calls.length === 1)
  const leftAtMs = leave(client, 'reset')
  expect(await abortedAfter(upstream, leftAtMs)).toBeLessThan(1_000)
  expect(await settled()).toMatchObject({ status: 499, cancelled: 1, cost_nanos: 0 })
})

test('F38: a client that stops reading has left after the write timeout', async () => {
  const flood = sse([delta('word '.repeat(2_000))])
  const { upstream, client, settled } = await begin(brisk, streaming(repeat(flood, 0)))
  await client.until((text) => text.includes('word'))
  client.stopReading()
  // First the buffers of both kernels fill up, and they grow a few times before they stay full.
  const [call] = await upstream.until((calls) => calls[0]?.abortedAtMs !== null, 30_000)
  expect(call?.completedAtMs).toBeNull()
  expect(await settled()).toMatchObject({ status: 200, cancelled: 1, usage_estimated: 1 })
  client.reset()
})

test.for(leaving)(
  '[54] F37: after a %s, a provider that bills on is listened to until its usage',
  async (how) => {
    const rest = [gate('rest'), send(sse([finish('stop'), usage(7, 40), '[DONE]']))]
    const { upstream, client, settled } = await begin(brisk, streaming(send(words), ...rest), {
      provider: 'groq',
    })
    await client.until((text) => text.includes('three'))
    leave(client, how)
    // What the client would have read meanwhile, had it stayed.
    await client.ended
    await upstream.open('rest')
    const [call] = await upstream.until((calls) => calls[0]?.completedAtMs !== null)
    expect(call?.abortedAtMs).toBeNull()
    expect(await settled()).toMatchObject({
      status: 200,
      prompt_tokens: 7,
      completion_tokens: 40,
      usage_estimated: 0,
    })
  },
)

test('F37: a provider that bills on and never ends is left when the drain time is over', async () => {
  const { upstream, client, settled } = await begin(brisk, streaming(repeat(words, 20)), { provider: 'groq' })
  await client.until((text) => text.includes('three'))
  const leftAtMs = leave(client, 'reset')
  const afterMs = await abortedAfter(upstream, leftAtMs)
  expect(afterMs).toBeGreaterThan(1_400)
  expect(afterMs).toBeLessThan(2_500)
  expect(await settled()).toMatchObject({ status: 200, cancelled: 1, usage_estimated: 1 })
})

const models = { openai: 'openai/gpt-4o-mini', groq: 'openai/gpt-oss-20b' }

interface Begun {
  upstream: Awaited<ReturnType<typeof providerAt>>
  client: RawClient
  /** The one generation of the account, when the book and the object agree that it was settled once. */
  settled: () => Promise<Settled>
}

/** One request on an account of its own. */
async function begin(
  gateway: RunningGateway,
  steps: Step[],
  options: { provider?: keyof typeof models; stream?: boolean } = {},
): Promise<Begun> {
  const slug = options.provider ?? 'openai'
  const upstream = await providerAt(slug, steps)
  const { id, key } = await makeAccount(gateway)
  const client = await rawPost(gateway.url, {
    headers: { authorization: `Bearer ${key}` },
    body: {
      model: models[slug],
      stream: options.stream ?? true,
      messages: [{ role: 'user', content: 'Tell me a long story.' }],
    },
  })
  return { upstream, client, settled: () => settledOnce(gateway, id) }
}

const created = z.object({ data: z.object({ id: z.string() }) })
const keyed = z.object({ key: z.string() })

async function makeAccount({ manage }: RunningGateway): Promise<{ id: string; key: string }> {
  const { id } = created.parse(await manage('/accounts', { name: crypto.randomUUID() })).data
  await manage('/credits', { account: id, amount: 1, kind: 'grant', reference: 'start' })
  return { id, key: keyed.parse(await manage('/keys', { name: 'key', account: id })).key }
}

function leave(client: RawClient, how: (typeof leaving)[number]): number {
  const leftAtMs = Date.now()
  client[how]()
  return leftAtMs
}

async function abortedAfter(upstream: Begun['upstream'], leftAtMs: number): Promise<number> {
  const [call] = await upstream.until((calls) => typeof calls[0]?.abortedAtMs === 'number')
  return call!.abortedAtMs! - leftAtMs
}

const settledRow = z.looseObject({
  cost_nanos: z.number(),
  completion_tokens: z.number(),
  balance_nanos: z.number(),
})

type Settled = z.infer<typeof settledRow>

const balance = z.object({ usageNanos: z.number(), heldNanos: z.number(), balanceNanos: z.number() })

async function settledOnce(gateway: RunningGateway, accountId: string): Promise<Settled> {
  return await vi.waitFor(
    async () => {
      const { results } = await gateway.database
        .prepare(
          'select generations.*, balance_nanos from generations join accounts on accounts.id = account_id where account_id = ?',
        )
        .bind(accountId)
        .all()
      expect(results).toHaveLength(1)
      const row = settledRow.parse(results[0])
      const ledger = await gateway.objects.getDurableObjectNamespace('LEDGER')
      const stub = ledger.get(ledger.idFromName(accountId))
      const object = balance.parse(await Reflect.apply(Reflect.get(stub, 'balance'), stub, []))
      const balanceNanos = 1e9 - row.cost_nanos
      expect(object).toEqual({ usageNanos: row.cost_nanos, heldNanos: 0, balanceNanos })
      expect(row.balance_nanos).toBe(balanceNanos)
      return row
    },
    { timeout: 8_000, interval: 50 },
  )
}
