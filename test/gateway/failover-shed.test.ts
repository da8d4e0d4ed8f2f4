import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { account } from '../support/account.ts'
import { chatAnswer, delta, finish, sse } from '../support/chat-chunks.ts'
import { ask, askWhole, at } from '../support/chat.ts'
import { gate, provider, replyJson, send, streaming } from '../support/provider.ts'

const hello = { model: 'openai/gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] }

test('one request too many at a time is refused before its body is read, and only then', async () => {
  const upstream = await provider(
    streaming(send(sse([delta('one')])), gate('end'), send(sse([finish('stop'), '[DONE]']))),
    chatAnswer('ok'),
  )
  const gateway = {
    ...env,
    OPENAI_API_KEY: 'sk-upstream',
    OPENAI_BASE_URL: upstream.baseUrl,
    LIMITS: '{"inFlightMax": 1}',
  }
  const { key } = await account(env)
  const first = await ask(gateway, { ...hello, stream: true }, { key })
  const refused = await askWhole(gateway, 'a body that is never read', { key })
  expect(refused.response.status).toBe(503)
  expect(refused.response.headers.get('retry-after')).toBe('1')
  expect(refused.response.headers.get('x-should-retry')).toBeNull()
  expect(at(JSON.parse(refused.text), 'error')).toMatchObject({ code: 503 })
  await upstream.open('end')
  await first.response.text()
  await first.settled()
  expect((await askWhole(gateway, hello, { key })).response.status).toBe(200)
})

test('bodies take no more than their room, whether their sizes are declared or not', async () => {
  const upstream = await provider(
    streaming(send(sse([delta('one')])), gate('end'), send(sse([finish('stop'), '[DONE]']))),
    chatAnswer('ok'),
    chatAnswer('ok'),
  )
  const bodyText = JSON.stringify({ ...hello, stream: true })
  const gateway = {
    ...env,
    OPENAI_API_KEY: 'sk-upstream',
    OPENAI_BASE_URL: upstream.baseUrl,
    LIMITS: JSON.stringify({ bufferedBytesMax: 2 * bodyText.length - 1 }),
  }
  const { key } = await account(env)
  const statuses = async () => {
    const declared = { headers: { 'content-length': String(bodyText.length) } }
    const answers = [
      await askWhole(gateway, bodyText, { key, ...declared }),
      await askWhole(gateway, bodyText, { key }),
    ]
    return answers.map(({ response }) => response.status)
  }
  const first = await ask(gateway, bodyText, { key })
  expect(await statuses()).toEqual([503, 503])
  await upstream.open('end')
  await first.response.text()
  await first.settled()
  expect(await statuses()).toEqual([200, 200])
})

test('a refused request leaves its place to the next, whatever it was refused for', async () => {
  const upstream = await provider(replyJson(500, { error: { message: 'no' } }))
  const gateway = {
    ...env,
    OPENAI_API_KEY: 'sk-upstream',
    OPENAI_BASE_URL: upstream.baseUrl,
    LIMITS: '{"inFlightMax": 1}',
  }
  const { key } = await account(env)
  const statuses = []
  for (const [body, options] of [
    [hello, {}],
    ['no JSON', { key }],
    [{ ...hello, model: 'nobody/none' }, { key }],
    [hello, { key }],
    [{ ...hello, stream: true }, { key }],
    [{ ...hello, model: 'simulator/echo' }, { key }],
  ] as const) {
    // One after the other is what is tested.
    statuses.push((await askWhole(gateway, body, options)).response.status)
  }
  expect(statuses).toEqual([401, 400, 400, 503, 503, 404])
})
