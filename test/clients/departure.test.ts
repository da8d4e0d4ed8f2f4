import { OpenAI } from 'openai'
import { expect, test, vi } from 'vitest'
import { rawPost } from '../support/raw-client.ts'
import { calls } from '../support/upstream-script.ts'
import { baseUrl, generation, logs, newKey, origin, spentBy } from './gateway.ts'

/**
 * The development server has a proxy between client and Worker. It tells of a departure only when something is written,
 * and a write or two later than a socket would.
 */
const cases = [
  { upstream: 'talking', model: 'inception/mercury-edit-2', leave: 'close' },
  { upstream: 'talking', model: 'inception/mercury-edit-2', leave: 'reset' },
  { upstream: 'silent', model: 'deepseek/deepseek-v4-pro', leave: 'close' },
  { upstream: 'silent', model: 'deepseek/deepseek-v4-pro', leave: 'reset' },
] as const

test.each(cases)(
  'through wrangler dev, with a $upstream upstream, a client that leaves by $leave is charged once',
  async ({ upstream, model, leave }) => {
    const key = await newKey()
    const client = await rawPost(origin, {
      headers: { authorization: `Bearer ${key}` },
      body: { model, stream: true, max_tokens: 10_000, messages: [{ role: 'user', content: key }] },
    })
    const received = await client.until((text) => text.includes('word '))
    const id = /"id":"(gen-[^"]+)"/.exec(received)?.[1] ?? 'no id'
    client[leave]()
    const outcome = await settled(key, id, logs[upstream])
    expect(outcome).toEqual(chargedOnce(outcome.spent))
  },
)

test('through wrangler dev, a stream that the openai library aborts is charged once', async () => {
  const key = await newKey()
  const openai = new OpenAI({ apiKey: key, baseURL: baseUrl, maxRetries: 0 })
  const stream = await openai.chat.completions.create({
    model: 'inception/mercury-edit-2',
    messages: [{ role: 'user', content: key }],
    stream: true,
  })
  let id = ''
  for await (const chunk of stream) {
    id = chunk.id
    // Leaving the loop aborts the request.
    break
  }
  const outcome = await settled(key, id, logs.talking)
  expect(outcome).toEqual(chargedOnce(outcome.spent))
})

/** When the upstream was left, in milliseconds from now; and what the generation and the key say it cost. */
async function settled(key: string, id: string, log: string) {
  const leftAtMs = Date.now()
  return await vi.waitFor(
    async () => {
      const all = calls.parse(await (await fetch(log)).json())
      // Prompts hold the key's text, which is how a call is told from those of other tests.
      const abortedAtMs = all.find((call) => call.body.includes(key))?.abortedAtMs
      const found = await generation(key, id)
      expect([abortedAtMs, found?.id]).toEqual([expect.any(Number), id])
      return { abortedMs: (abortedAtMs ?? 0) - leftAtMs, generation: found, spent: await spentBy(key) }
    },
    { timeout: 15_000, interval: 50 },
  )
}

/** Charged once, for what was delivered; the upstream, which never ends, was left and not drained for 25 seconds. */
function chargedOnce(cost: number) {
  expect(cost).toBeGreaterThan(0)
  return {
    abortedMs: expect.toSatisfy((ms: number) => ms < 5_000),
    generation: expect.objectContaining({ cancelled: true, total_cost: cost }),
    spent: cost,
  }
}
