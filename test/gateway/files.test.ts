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

const refused = {
  status: 400,
  message: "file_id: the file is not stored at this model's provider; send the file itself",
  sent: undefined,
}
test.each([
  ['ANTHROPIC', 'anthropic/claude-haiku-4.5'],
  ['GOOGLE_AI_STUDIO', 'google/gemini-3.1-pro-preview'],
])('a file that is stored at another provider is refused by its name: %s', async (slug, model) => {
  expect(await sendFile(slug, model, { file_id: 'file-1' })).toEqual(refused)
})

test('a file that is stored at the provider is named to it', async () => {
  const { sent } = await sendFile('OPENAI', 'openai/gpt-4o-mini', { file_id: 'file-1' })
  expect(sent).toContain('{"type":"file","file":{"file_id":"file-1"}}')
})

test('a file without anything in it is refused', async () => {
  const { status, message } = await sendFile('OPENAI', 'openai/gpt-4o-mini', { filename: 'a.pdf' })
  expect([status, message]).toEqual([400, 'messages[0].content[1].file.file_data: is required'])
})
