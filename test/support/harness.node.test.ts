import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGateway, type RunningGateway } from './harness.ts'
import { rawPost } from './raw-client.ts'

let gateway: RunningGateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.stop())

test('a raw client speaks to the Worker on its own socket', async () => {
  const client = await rawPost(gateway.url, { path: '/nowhere', headers: {}, body: {} })
  const received = await client.until((text) => text.includes('\r\n\r\n'))
  expect(received).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/)
  client.reset()
})

test('the schema is in place', async () => {
  expect(await gateway.database.prepare('select count(*) as accounts from accounts').first()).toEqual({
    accounts: expect.any(Number),
  })
})
