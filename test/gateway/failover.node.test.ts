import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import * as z from 'zod'
import { chatAnswer } from '../support/chat-chunks.ts'
import { startGateway, type RunningGateway } from '../support/harness.ts'
import { providerAt, replyJson, silence, streaming } from '../support/provider.ts'
import { rawPost } from '../support/raw-client.ts'

/** Failing over in a Worker on its own socket: its isolate remembers from one request to the next. */
let gateway: RunningGateway
let headers: Record<string, string>

beforeAll(async () => {
  const base = `${inject('upstreamUrl')}/failover-`
  gateway = await startGateway({
    variables: {
      DEEPINFRA_API_KEY: 'k',
      DEEPINFRA_BASE_URL: `${base}deepinfra`,
      GROQ_API_KEY: 'k',
      GROQ_BASE_URL: `${base}groq`,
    },
  })
  const created = z.object({ data: z.object({ id: z.string() }) })
  const { id } = created.parse(await gateway.manage('/accounts', { name: 'failover' })).data
  await gateway.manage('/credits', { account: id, amount: 1, kind: 'grant', reference: 'start' })
  const { key } = z
    .object({ key: z.string() })
    .parse(await gateway.manage('/keys', { name: 'key', account: id }))
  headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
})

afterAll(async () => {
  await gateway.stop()
})

const body = {
  model: 'meta-llama/llama-3.3-70b-instruct',
  messages: [{ role: 'user', content: 'Hi' }],
  provider: { sort: 'price' },
}
const failing = replyJson(500, { error: { message: 'down' } })

test('a client that leaves during the second attempt ends that, and there is no third', async () => {
  const groq = await providerAt('failover-groq', failing)
  const deepinfra = await providerAt('failover-deepinfra', streaming(silence))
  const provider = { order: ['groq', 'deepinfra'] }
  const client = await rawPost(gateway.url, { headers, body: { ...body, provider, stream: true } })
  await deepinfra.until((calls) => calls.length === 1)
  client.reset()
  await deepinfra.until((calls) => typeof calls[0]?.abortedAtMs === 'number')
  expect(await groq.calls()).toHaveLength(1)
  expect(await deepinfra.calls()).toHaveLength(1)
})

test('a host that fails is asked five times, and then not by the requests that follow', async () => {
  const deepinfra = await providerAt('failover-deepinfra', failing)
  await providerAt('failover-groq', chatAnswer('ok'))
  const statuses: number[] = []
  for (let count = 0; count < 10; count++) {
    // One after the other: each is to know of those before.
    const request = { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await fetch(`${gateway.url}/api/v1/chat/completions`, request)
    await response.text()
    statuses.push(response.status)
  }
  expect(statuses).toEqual(Array<number>(10).fill(200))
  expect(await deepinfra.calls()).toHaveLength(5)
})
