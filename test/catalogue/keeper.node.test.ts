import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { seedModel } from '../../src/catalogue/seed.ts'
import { startGateway, type RunningGateway } from '../support/harness.ts'
import { listOf, row } from './models-dev-list.ts'

const folder = 'public/catalogue'
const shards = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
const list = listOf(shards.flatMap((text) => z.array(seedModel).parse(JSON.parse(text))))
row(list, 'groq', 'brandnew/Model-1', { input: 1, output: 2 })

const server = createServer((_, response) => {
  response.setHeader('content-type', 'application/json').setHeader('etag', '"1"').end(JSON.stringify(list))
})
let gateway: RunningGateway

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  gateway = await startGateway({
    variables: { CATALOGUE_URL: `http://127.0.0.1:${portOf(server.address())}/api.json`, GROQ_API_KEY: 'x' },
  })
})
afterAll(async () => {
  await gateway.stop()
  server.close()
})

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address ? address.port : 0
}

const state = z.object({ data: z.object({ refreshed_shards: z.int(), refreshed: z.unknown() }) })

test('the hourly trigger wakes the keeper, and a new model can be called without a deployment', async () => {
  const before = await fetch(`${gateway.url}/api/v1/model/brandnew/model-1`)
  expect(before.status).toBe(404)
  const worker = await gateway.objects.getWorker('gateway')
  await worker.scheduled({ cron: '17 * * * *', scheduledTime: new Date() })
  await vi.waitFor(
    async () => {
      const { data } = state.parse(await gateway.manage('/catalogue'))
      expect(data).toMatchObject({ refreshed: { number: 1, counts: { added: 1, changed: 0, refused: 0 } } })
    },
    { timeout: 20_000, interval: 100 },
  )
  const log = gateway.logs.find((line) => line.includes('"event":"catalogue"'))
  expect(JSON.parse(log ?? '{}')).toMatchObject({ event: 'catalogue', kind: 'refreshed', shards: 1 })
  const after = await fetch(`${gateway.url}/api/v1/model/brandnew/model-1`)
  expect(await after.json()).toMatchObject({
    data: { pricing: { prompt: '0.000001', completion: '0.000002' } },
  })
})
