import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { askWhole } from '../support/chat.ts'
import { provider, refusingUrl, replyJson } from '../support/provider.ts'

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

const models = ['anthropic/claude-sonnet-4.5', 'openai/gpt-4.1-mini']
const asked: JsonObject = { role: 'user', content: 'Weather?' }

const seal = { type: 'reasoning.text', text: 'Hm', signature: 'c2ln', format: 'anthropic-claude-v1' }
const call = (id: string) => ({ id, type: 'function', function: { name: 'look', arguments: '{}' } })
const chatCall = (id: string, more: JsonObject = {}): JsonObject => ({
  role: 'assistant',
  content: null,
  tool_calls: [call(id)],
  ...more,
})
const chatResult = (id: string): JsonObject => ({ role: 'tool', tool_call_id: id, content: 'Rain' })
const chat = {
  path: '/api/v1/chat/completions',
  tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }],
}

const thought = { type: 'thinking', thinking: 'Hm', signature: 'c2ln' }
const use = (id: string) => ({ type: 'tool_use', id, name: 'look', input: {} })
const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'Rain' })
const messagesFormat = {
  path: '/api/v1/messages',
  tools: [{ name: 'look', input_schema: { type: 'object', properties: {} } }],
}

test.each([
  ['chat, at its first step', chat, [asked, chatCall('a', { reasoning_details: [seal] }), chatResult('a')]],
  [
    'chat, at a step without a thought of its own',
    chat,
    [asked, chatCall('a', { reasoning_details: [seal] }), chatResult('a'), chatCall('b'), chatResult('b')],
  ],
  [
    'Messages, at a step without a thought of its own',
    messagesFormat,
    [
      asked,
      { role: 'assistant', content: [thought, use('a')] },
      { role: 'user', content: [result('a')] },
      { role: 'assistant', content: [use('b')] },
      { role: 'user', content: [result('b')] },
    ],
  ],
  [
    'Messages, with results in two messages',
    messagesFormat,
    [
      asked,
      { role: 'assistant', content: [thought, use('a'), use('b')] },
      { role: 'user', content: [result('a')] },
      { role: 'user', content: [result('b')] },
    ],
  ],
])(
  'an open tool loop stays with the maker of its thoughts, whoever else could stand in: %s',
  async (_, { path, tools }, messages) => {
    const other = await provider(replyJson(500, {}))
    const gateway: Env = {
      ...env,
      ANTHROPIC_API_KEY: 'anthropic-key',
      ANTHROPIC_BASE_URL: refusingUrl,
      OPENROUTER_API_KEY: 'openrouter-key',
      OPENROUTER_BASE_URL: other.baseUrl,
      OPENAI_API_KEY: 'openai-key',
      OPENAI_BASE_URL: other.baseUrl,
    }
    const body = { models, max_tokens: 500, tools, messages }
    const { response } = await askWhole(gateway, body, { key: caller.key, path })
    expect(response.status).toBeGreaterThanOrEqual(500)
    expect(await other.calls()).toEqual([])
    expect(await caller.heldNanos()).toBe(0)
  },
)
