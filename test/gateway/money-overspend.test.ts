import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { books } from '../support/books.ts'
import { delta, finish, sse, usage } from '../support/chat-chunks.ts'
import { askWhole } from '../support/chat.ts'
import { gate, provider, send, streaming, type Provider } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

/** One US cent, in nano-USD: what every account here starts with. */
const cent = 10_000_000

/** So many log lines cost more time than the requests. */
beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue()
})

describe('1,000 simultaneous requests on one cent', () => {
  /**
   * A hold of the first is 0.3 % of the balance, so that hundreds run side by side; of the last more than half of it.
   * The provider counts a quarter more tokens than four bytes each make, and tells at the end.
   */
  test.for([
    ['mistralai/mistral-nemo', 'deepinfra', 200],
    ['openai/gpt-4o-mini', 'openai', 10],
    ['openai/gpt-4.1', 'openai', 1],
  ] as const)('without max_tokens spend at most 1.1 cents on %s', async ([model, host, atLeast]) => {
    const upstream = await provider(growing({ pieces: 12, charactersEach: 1_600, tokensEach: 500 }))
    const payer = await account(env, { credit: 0.01 })
    const body = { model, stream: true, messages: [{ role: 'user', content: 'Write.' }] }
    const answers = simultaneously(1_000, () => askWhole(at(host, upstream), body, { key: payer.key }))
    await allAdmittedAreRunning(upstream, payer, atLeast)
    await upstream.open('on')
    const statuses = await countStatuses(answers)
    expect(statuses[200]).toBeGreaterThanOrEqual(atLeast)
    expect(statuses).toEqual({ 200: statuses[200], 402: 1_000 - (statuses[200] ?? 0) })
    await expectWithin(payer, { spentMax: 1.1 * cent })
  })

  test('with max_tokens spend never more than there is', async () => {
    const upstream = await provider(growing({ pieces: 4, charactersEach: 1_600, tokensEach: 249 }))
    const payer = await account(env, { credit: 0.01 })
    const body = { ...mini, max_tokens: 1_000 }
    const answers = simultaneously(1_000, () => askWhole(at('openai', upstream), body, { key: payer.key }))
    await allAdmittedAreRunning(upstream, payer, 10)
    await upstream.open('on')
    const statuses = await countStatuses(answers)
    expect(statuses).toEqual({ 200: statuses[200], 402: 1_000 - (statuses[200] ?? 0) })
    const { generations } = await expectWithin(payer, { spentMax: cent })
    // Nobody whom a hold covers is cut off for want of money.
    expect(new Set(generations.map((row) => row.finish_reason))).toEqual(new Set(['stop']))
  })

  test.for([
    ['without', {}, 1.1 * cent],
    ['with', { max_tokens: 1_000 }, cent],
  ] as const)(
    "%s max_tokens keep to a key's limit, whatever the account has",
    async ([, fields, spentMax]) => {
      const upstream = await provider(growing({ pieces: 4, charactersEach: 1_600, tokensEach: 249 }))
      const payer = await account(env, { credit: 5, key: { limit: 0.01 } })
      const answers = simultaneously(1_000, () =>
        askWhole(at('openai', upstream), { ...mini, ...fields }, { key: payer.key }),
      )
      await allAdmittedAreRunning(upstream, payer, 10)
      await upstream.open('on')
      const statuses = await countStatuses(answers)
      expect(statuses).toEqual({ 200: statuses[200], 402: 1_000 - (statuses[200] ?? 0) })
      const { spentNanos } = await books(env, payer.id)
      expect(spentNanos).toBeLessThanOrEqual(spentMax)
      expect(spentNanos).toBeGreaterThan(0.5 * cent)
    },
  )
})

/** A call of an object takes a millisecond of this machine; so here the gateway runs beside the object and calls it directly. */
test('10,000 simultaneous requests without max_tokens spend at most 1.1 cents of one', async () => {
  const upstream = await provider(growing({ pieces: 12, charactersEach: 1_600, tokensEach: 500 }))
  const payer = await account(env, { credit: 0.01 })
  const body = JSON.stringify({ ...mini, model: 'mistralai/mistral-nemo' })
  const statuses = await runInDurableObject(env.LEDGER.getByName(payer.id), async (ledger) => {
    const LEDGER = new Proxy(env.LEDGER, { get: () => () => ledger })
    const beside = { ...at('deepinfra', upstream), LEDGER }
    const answers = simultaneously(10_000, () => askWhole(beside, body, { key: payer.key }))
    await allAdmittedAreRunning(upstream, payer, 200)
    await upstream.open('on')
    return await countStatuses(answers)
  })
  expect(statuses).toEqual({ 200: statuses[200], 402: 10_000 - (statuses[200] ?? 0) })
  await expectWithin(payer, { spentMax: 1.1 * cent })
}, 60_000)

test('an answer that comes in one piece larger than all there is, is not delivered and not charged', async () => {
  const upstream = await provider(growing({ pieces: 1, charactersEach: 80_000, tokensEach: 20_000 }))
  await upstream.open('on')
  const payer = await account(env, { credit: 0.01 })
  const { events } = await askWhole(at('openai', upstream), mini, { key: payer.key })
  expect(JSON.stringify(events)).not.toContain('wordword')
  expect(events.at(-2)).toMatchObject({
    json: { error: { code: 402 }, choices: [{ finish_reason: 'error' }], usage: { completion_tokens: 1 } },
  })
  await expectWithin(payer, { spentMax: 1_500 })
})

const mini = {
  model: 'openai/gpt-4o-mini',
  stream: true,
  messages: [{ role: 'user', content: 'Write.' }],
}

/** An answer that begins, and goes on in pieces when the gate `on` opens. */
function growing(answer: { pieces: number; charactersEach: number; tokensEach: number }): Step[] {
  const piece = sse([delta('word'.repeat(answer.charactersEach / 4))])
  const closing: JsonObject[] = [finish('stop'), usage(10, 1 + answer.pieces * answer.tokensEach)]
  return streaming(
    send(sse([delta('Go')])),
    gate('on'),
    ...Array.from({ length: answer.pieces }, () => send(piece)),
    send(sse([...closing, '[DONE]'])),
  )
}

/** An isolate that takes in whoever comes. */
const crowded = { ...env, LIMITS: JSON.stringify({ inFlightMax: 20_000 }) }

function at(host: 'openai' | 'deepinfra', upstream: Provider): Env {
  return host === 'openai'
    ? { ...crowded, OPENAI_API_KEY: 'sk-upstream', OPENAI_BASE_URL: upstream.baseUrl }
    : { ...crowded, DEEPINFRA_API_KEY: 'sk-upstream', DEEPINFRA_BASE_URL: upstream.baseUrl }
}

type Answer = Awaited<ReturnType<typeof askWhole>>

function simultaneously(times: number, request: () => Promise<Answer>): Promise<Answer>[] {
  return Array.from({ length: times }, request)
}

/** Waits until the whole balance is set aside, and every request that got a part of it has its provider. */
async function allAdmittedAreRunning(upstream: Provider, payer: TestAccount, atLeast: number): Promise<void> {
  let before = 0
  await upstream.until(({ length }) => {
    const still = length === before
    before = length
    return still && length >= atLeast
  }, 20_000)
  expect(await payer.heldNanos()).toBeGreaterThan(0)
}

async function countStatuses(answers: Promise<Answer>[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const { response } of await Promise.all(answers)) {
    counts[response.status] = (counts[response.status] ?? 0) + 1
  }
  return counts
}

/** The cent is spent, not much more than it, and nothing is left undone. */
async function expectWithin(payer: TestAccount, { spentMax }: { spentMax: number }) {
  const result = await books(env, payer.id)
  expect(result.spentNanos).toBeLessThanOrEqual(spentMax)
  expect(result.balanceNanos).toBeGreaterThanOrEqual(-0.1 * cent)
  return result
}
