import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import type { Env } from '../../src/env.ts'
import { account, type TestAccount } from '../support/account.ts'
import { askWhole } from '../support/chat.ts'
import { provider, reply, replyJson } from '../support/provider.ts'
import type { Step } from '../support/upstream-script.ts'

const model = {
  openai: 'openai/gpt-4o-mini',
  anthropic: 'anthropic/claude-haiku-4.5',
  'google-ai-studio': 'google/gemini-3.1-pro-preview',
}

let caller: TestAccount
beforeAll(async () => {
  caller = await account(env)
})

/** Asks a model of the provider, which gives the answer, and gives the texts of what was answered and what was sent. */
async function ask(slug: keyof typeof model, answer: Step[], body: string, path = '/api/v1/messages') {
  const upstream = await provider(answer)
  const name = slug.toUpperCase().replaceAll('-', '_')
  const settings: Env = {
    ...env,
    [`${name}_API_KEY`]: 'AIza-canary',
    [`${name}_BASE_URL`]: upstream.baseUrl,
  }
  const request = `{"model":"${model[slug]}","max_tokens":2000,${body}}`
  const { response, text } = await askWhole(settings, request, { path, key: caller.key })
  const [call] = await upstream.calls()
  return { status: response.status, text, sent: call?.body ?? '' }
}

const greeting = '"messages":[{"role":"user","content":"Hello"}]'
const chatCall = (args: unknown) =>
  replyJson(200, {
    id: 'chatcmpl-1',
    choices: [
      {
        index: 0,
        finish_reason: 'tool_calls',
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'delete_files', arguments: args } }],
        },
      },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 5 },
  })

test.each([
  ["{'path': '/tmp/x'}", String.raw`{"arguments":"{'path': '/tmp/x'}"}`],
  ['{"path": ["/tmp', String.raw`{"arguments":"{\"path\": [\"/tmp"}`],
  ['["/tmp/x"]', String.raw`{"arguments":"[\"/tmp/x\"]"}`],
  ['12345678901234567890', '{"arguments":"12345678901234567890"}'],
  [['/tmp/x'], String.raw`{"arguments":"[\"/tmp/x\"]"}`],
  ['null', '{}'],
  [' ', '{}'],
  [null, '{}'],
  ['[ ]', '{}'],
  [[], '{}'],
  ['{"id":1234567890123456789,"share":1.0}', '{"id":1234567890123456789,"share":1.0}'],
])('arguments %j reach a client that takes an object as %s', async (args, input) => {
  const { status, text } = await ask('openai', chatCall(args), greeting)
  expect(status).toBe(200)
  expect(text).toContain(`"name":"delete_files","input":${input}}`)
  expect(await caller.heldNanos()).toBe(0)
})

const id = '1234567890123456789'

const claudeCall = (input: string): Step[] =>
  reply(
    200,
    `{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[` +
      `{"type":"tool_use","id":"t1","name":"look","input":${input}}],` +
      `"stop_reason":"tool_use","usage":{"input_tokens":10,"output_tokens":5}}`,
    { 'content-type': 'application/json' },
  )

test("a Messages provider's input reaches its client as it is, long numbers and texts too", async () => {
  const long = await ask('anthropic', claudeCall(`{"id": ${id}}`), greeting)
  expect(long.text).toContain(`"name":"look","input":{"id":${id}}`)
  const odd = await ask('anthropic', claudeCall(`"{'id': 1}"`), greeting)
  expect(odd.text).toContain(`"name":"look","input":{"arguments":"{'id': 1}"}`)
})

test("long numbers in a Gemini model's call stay what they are", async () => {
  const answer = reply(
    200,
    `{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"look","args":{"id": ${id}}}}]},` +
      `"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5}}`,
    { 'content-type': 'application/json' },
  )
  const { text } = await ask('google-ai-studio', answer, greeting, '/api/v1/chat/completions')
  expect(text).toContain(String.raw`"arguments":"{\"id\":${id}}"`)
})

const messagesHistory =
  `"messages":[{"role":"user","content":"Look"},` +
  `{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"look","input":{"id": ${id}}}]},` +
  `{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"ok"}]}],` +
  `"tools":[{"name":"look","input_schema":{"type":"object","properties":{"id":{"type":"integer","maximum":9223372036854775807}}}}]`
const chatHistory =
  `"messages":[{"role":"user","content":"Look"},` +
  String.raw`{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"look","arguments":"{\"id\": ${id}}"}}]},` +
  `{"role":"tool","tool_call_id":"t1","content":"ok"}],` +
  `"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{"id":{"type":"integer","maximum":9223372036854775807}}}}}]`
const formed =
  `${greeting},"response_format":{"type":"json_schema","json_schema":{"name":"id","schema":` +
  `{"type":"object","properties":{"id":{"type":"integer","maximum":9223372036854775807}}}}}`
const nothing = replyJson(400, { error: { type: 'invalid_request_error', message: 'no' } })

test.each([
  ['anthropic', '/api/v1/messages', messagesHistory, `"name":"look","input":{"id":${id}}`],
  ['openai', '/api/v1/messages', messagesHistory, String.raw`"arguments":"{\"id\":${id}}"`],
  ['google-ai-studio', '/api/v1/messages', messagesHistory, `"name":"look","args":{"id":${id}}`],
  ['anthropic', '/api/v1/chat/completions', chatHistory, `"name":"look","input":{"id":${id}}`],
  ['anthropic', '/api/v1/chat/completions', formed, '"additionalProperties":false'],
  ['google-ai-studio', '/api/v1/chat/completions', chatHistory, `"name":"look","args":{"id":${id}}`],
] as const)('%s reads from %s the numbers that were written', async (slug, path, history, call) => {
  const { sent } = await ask(slug, nothing, history, path)
  expect(sent).toContain(call)
  expect(sent).toContain('"maximum":9223372036854775807')
})
