import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { account } from '../support/account.ts'
import { chatAnswer } from '../support/chat-chunks.ts'
import { contentOf } from '../support/chat.ts'
import { gate, replyJson } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'
import { cached, deployment, otherIsolate, question, withoutEdge } from './response-cache.ts'

let key: string
beforeAll(async () => {
  key = (await account(env)).key
})
beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
})
afterEach(() => {
  vi.restoreAllMocks()
})

const clear = { ...cached, 'x-openrouter-cache-clear': 'true' }
const refusal = replyJson(400, { error: { message: 'no' } })

test.each<[string, Step[], string]>([
  ['comes', chatAnswer('New'), 'HIT New'],
  ['fails', refusal, 'MISS Third'],
])(
  '[I160] what was cleared is gone while the fresh answer is under way, and when that %s',
  async (_, fresh, last) => {
    for (const forgets of [() => {}, withoutEdge]) {
      forgets()
      const { ask, upstream } = await deployment([
        chatAnswer('Old'),
        [gate('go'), ...fresh],
        refusal,
        chatAnswer('Third'),
      ])
      const asked = question()
      await ask(asked, { key })
      const clearing = ask(asked, { key, headers: clear })
      await upstream.until((calls) => calls.length === 2)
      expect((await ask(asked, { key })).response.status).toBe(400)
      await upstream.open('go')
      await clearing
      const next = await ask(asked, { key })
      expect(`${next.told.status} ${contentOf(next)}`).toBe(last)
    }
  },
)

test('what another stored while a clear was under way outlives the clear that got no answer', async () => {
  const { ask, upstream } = await deployment([
    chatAnswer('Old'),
    [gate('go'), ...refusal],
    chatAnswer('Newer'),
  ])
  const asked = question()
  await ask(asked, { key })
  const clearing = ask(asked, { key, headers: clear })
  await upstream.until((calls) => calls.length === 2)
  expect(contentOf(await ask(asked, { key }))).toBe('Newer')
  await upstream.open('go')
  await clearing
  const next = await ask(asked, { key })
  expect(`${next.told.status} ${contentOf(next)}`).toBe('HIT Newer')
})

test.each(['limit exceeded for the day', 'failed: 500'])(
  'what was cleared is gone from KV though that takes no writes: %s',
  async (reason) => {
    withoutEdge()
    const asked = question()
    await (await deployment([chatAnswer('Old')], 'DEEPINFRA', { CACHE: otherIsolate() })).ask(asked, { key })
    const CACHE = otherIsolate({ put: () => Promise.reject(new Error(`KV PUT ${reason}`)) })
    const { ask } = await deployment([chatAnswer('New')], 'DEEPINFRA', { CACHE })
    expect(contentOf(await ask(asked, { key, headers: clear }))).toBe('New')
    expect((await ask(asked, { key })).told.status).toBe('HIT')
    const there = await deployment([chatAnswer('There')], 'DEEPINFRA', { CACHE: otherIsolate() })
    expect((await there.ask(asked, { key })).told.status).toBe('MISS')
  },
)
