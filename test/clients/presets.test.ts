import { OpenRouter } from '@openrouter/sdk'
import * as errors from '@openrouter/sdk/models/errors'
import { expect, test } from 'vitest'
import { baseUrl, manage, newKey } from './gateway.ts'

const messages = [
  { role: 'system' as const, content: 'Be brief.' },
  { role: 'user' as const, content: 'Hello' },
]

test('[R99][R103] keeps, lists and uses presets for @openrouter/sdk', async () => {
  const account = `presets ${crypto.randomUUID()}`
  await manage('POST', '/accounts', { name: account, unlimited: true })
  const apiKey = await newKey({ account })
  const client = new OpenRouter({ apiKey, serverURL: baseUrl, retryConfig: { strategy: 'none' } })

  const chatRequest = { model: 'simulator/echo', messages, temperature: 0.5 }
  await client.presets.createPresetsChatCompletions({ slug: 'echo', chatRequest })
  const { data } = await client.presets.createPresetsResponses({
    slug: 'echo',
    responsesRequest: { model: 'simulator/echo', instructions: 'Be long.', input: 'Hello' },
  })
  expect(data.designatedVersion).toMatchObject({
    version: 2,
    systemPrompt: 'Be long.',
    config: { model: 'simulator/echo' },
  })
  expect((await client.presets.get({ slug: 'echo' })).data).toEqual(data)
  const list = await client.presets.list()
  expect(list.result.data.map(({ slug, status }) => [slug, status])).toEqual([['echo', 'active']])
  const versions = await client.presets.listVersions({ slug: 'echo' })
  expect(versions.result.data.map((each) => each?.version)).toEqual([1, 2])
  const first = await client.presets.getVersion({ slug: 'echo', version: '1' })
  expect(first.data).toMatchObject({ systemPrompt: 'Be brief.', config: { temperature: 0.5 } })

  const answer = await client.chat.send({
    chatRequest: {
      model: '@preset/echo',
      messages: [{ role: 'user', content: 'Who is there?' }],
      stream: false,
    },
  })
  expect(answer).toMatchObject({ model: 'simulator/echo' })
  await expect(client.presets.get({ slug: 'none' })).rejects.toThrow(errors.NotFoundResponseError)
})
