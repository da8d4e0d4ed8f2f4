import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ledger, type LedgerClient } from '../../src/ledger/client.ts'
import type { Env } from '../../src/env.ts'
import { sampleRecord } from './simulation/record.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** A ledger whose object fails with these flags on its error, so many times, and then answers. */
function failing(flags: object, times: number): { client: LedgerClient; stubs: () => number } {
  let stubs = 0
  const answer = async () => {
    if (stubs <= times) throw Object.assign(new Error('Internal'), flags)
    return { ok: true }
  }
  const getByName = () => {
    stubs++
    return { standing: answer, admit: answer, settle: answer }
  }
  const bindings: object = { LEDGER: { getByName } }
  const env: Env = Object.create(bindings)
  return { client: ledger(env, 'account'), stubs: () => stubs }
}

/** What became of a call, once no timer is left. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  const settled = call.catch((error: unknown) => error)
  await vi.runAllTimersAsync()
  return await settled
}

const unavailable = { type: 'service_unavailable', status: 503, details: { headers: { 'retry-after': '1' } } }
const claim = { generationId: 'gen-1', keyHash: 'key', admittedAtMs: 0 }

test.each([{ retryable: true }, { durableObjectReset: true }])(
  'a call that failed with %o is tried twice more, each time on a fresh stub',
  async (flags) => {
    const passing = failing(flags, 2)
    expect(await outcome(passing.client.standing('key'))).toEqual({ ok: true })
    expect(passing.stubs()).toBe(3)
    const broken = failing(flags, 3)
    expect(await outcome(broken.client.standing('key'))).toMatchObject(unavailable)
    expect(broken.stubs()).toBe(3)
  },
)

test('an overloaded object is left alone, and so is an error that trying again cannot help', async () => {
  for (const flags of [{ overloaded: true, retryable: true }, {}]) {
    const { client, stubs } = failing(flags, 1)
    expect(await outcome(client.standing('key'))).toMatchObject(unavailable)
    expect(stubs()).toBe(1)
  }
})

test('a settlement is tried for about twenty seconds', async () => {
  const startedMs = Date.now()
  const { client, stubs } = failing({ retryable: true }, 100)
  const request = { ...claim, costNanos: 1, record: sampleRecord }
  expect(await outcome(client.settle(request))).toMatchObject(unavailable)
  expect(stubs()).toBe(8)
  expect(Date.now() - startedMs).toBe(18_200)
})

test('an object is asked for within the jurisdiction that was chosen, near the place that was hinted at', async () => {
  const asked: unknown[] = []
  const namespace = (jurisdiction: string | undefined) => ({
    getByName: (name: string, options: object) => {
      asked.push({ jurisdiction, name, ...options })
      return { standing: async () => ({ ok: true }) }
    },
    jurisdiction: namespace,
  })
  for (const variables of [{}, { JURISDICTION: 'eu' }, { LOCATION_HINT: 'weur' }]) {
    const bindings: object = { LEDGER: namespace(undefined), ...variables }
    const env: Env = Object.create(bindings)
    await ledger(env, 'account').standing('key')
  }
  expect(asked).toEqual([
    { name: 'account' },
    { jurisdiction: 'eu', name: 'account' },
    { name: 'account', locationHint: 'weur' },
  ])
})
