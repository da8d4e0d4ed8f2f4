import { request, type IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { baseUrl, keys } from './gateway.ts'

/** Writes all of it before it reads, as many clients do: who is cut off while writing sees no answer. */
async function post(path: string, key: string, body: Buffer): Promise<number | undefined> {
  const response = Promise.withResolvers<IncomingMessage>()
  const headers = { authorization: `Bearer ${key}`, 'transfer-encoding': 'chunked' }
  const client = request(`${baseUrl}${path}`, { method: 'POST', headers, agent: false })
  client.once('response', response.resolve).once('error', response.reject)
  client.end(body)
  const { statusCode } = (await response.promise).resume()
  return statusCode
}

test('a body far over the limit is refused, not cut off', async () => {
  const large = Buffer.alloc(40 * 1024 * 1024, 'a')
  for (let time = 0; time < 3; time++) {
    expect(await post('/chat/completions', keys.inference, large)).toBe(413)
    expect(await post('/keys', keys.management, large)).toBe(413)
  }
})
