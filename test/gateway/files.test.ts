import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { askWhole } from '../support/chat.ts'
import { provider, replyJson } from '../support/provider.ts'

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

/** Sends a file to a model of the provider: what is answered, and what the provider is sent. */
async function sendFile(slug: string, model: string, file: JsonObject) {
  const upstream = await provider(replyJson(400, { error: { message: 'no' } }))
  const settings: Env = {
    ...env,
    [`${slug}_API_KEY`]: 'AIza-canary',
    [`${slug}_BASE_URL`]: upstream.baseUrl,
  }
  const content = [
    { type: 'text', text: 'Read it.' },
    { type: 'file', file },
  ]
  const { response, text } = await askWhole(
    settings,
    { model, messages: [{ role: 'user', content }] },
    { key: caller.key },
  )
  const message: string = JSON.parse(text).error.message
  const [call] = await upstream.calls()
  expect(await caller.heldNanos()).toBe(0)
  return { status: response.status, message, sent: call?.body }
}

test('a text that is no base64 is refused by its name', async () => {
  const file = { filename: 'a.txt', file_data: 'data:text/plain;base64,@@@' }
  expect(await sendFile('ANTHROPIC', 'anthropic/claude-haiku-4.5', file)).toEqual({
    status: 400,
    message: 'messages: the data of the file a.txt is no base64',
    sent: undefined,
  })
})
