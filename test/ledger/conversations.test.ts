import { evictDurableObject } from 'cloudflare:test'
import { afterEach, expect, test, vi } from 'vitest'
import { minuteMs } from '../../src/base/time.ts'
import { Conversations } from '../../src/ledger/conversations.ts'
import { admit, hold, makeAccount, type TestAccount } from './object.ts'
import { sampleRecord } from './simulation/record.ts'

afterEach(() => {
  vi.useRealTimers()
})

async function serve(account: TestAccount, conversation: string, endpoint: string): Promise<void> {
  const claim = await hold(account, 1)
  const stick = { conversation, endpoint }
  await account.stub().settle({ ...claim, costNanos: 1, record: sampleRecord, stick })
}

async function stickTo(account: TestAccount, conversation: string): Promise<string | undefined> {
  const admission = await admit(account, 1, { conversation })
  if (!admission.ok) throw new Error(admission.reason)
  return admission.stickTo
}

test('[R132] a conversation goes on where it was served last, for ten minutes after each answer', async () => {
  const startMs = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: startMs })
  const account = await makeAccount({ creditNanos: 1000 })
  expect(await stickTo(account, 'one')).toBeUndefined()
  await serve(account, 'one', 'groq/a')
  await serve(account, 'other', 'openai/b')
  expect([await stickTo(account, 'one'), await stickTo(account, 'other')]).toEqual(['groq/a', 'openai/b'])

  vi.setSystemTime(startMs + 9 * minuteMs)
  await serve(account, 'one', 'groq/c')
  vi.setSystemTime(startMs + 10 * minuteMs)
  expect([await stickTo(account, 'one'), await stickTo(account, 'other')]).toEqual(['groq/c', undefined])
  vi.setSystemTime(startMs + 19 * minuteMs)
  expect(await stickTo(account, 'one')).toBeUndefined()
})

test('it is of one account, and an eviction may forget it', async () => {
  const [account, stranger] = [
    await makeAccount({ creditNanos: 1000 }),
    await makeAccount({ creditNanos: 1000 }),
  ]
  await serve(account, 'one', 'groq/a')
  expect(await stickTo(stranger, 'one')).toBeUndefined()
  await evictDurableObject(account.stub())
  expect(await stickTo(account, 'one')).toBeUndefined()
})

test('of 2,001 conversations the one that was told longest ago is forgotten', () => {
  const conversations = new Conversations()
  for (let index = 0; index < 2000; index++) conversations.remember(String(index), 'groq/a', index)
  conversations.remember('0', 'groq/b', 2000)
  conversations.remember('new', 'groq/c', 2001)
  const kept = ['0', '1', '2', 'new'].map((name) => conversations.endpoint(name, 2002))
  expect(kept).toEqual(['groq/b', undefined, 'groq/a', 'groq/c'])
})
