import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import type { Dialect } from '../../src/wire/dialect.ts'
import { openaiChatDialect } from '../../src/wire/openai-chat/dialect.ts'
import { openaiResponsesDialect } from '../../src/wire/openai-responses/dialect.ts'

/** Requests that the contract refuses; those for tools that are not built yet, by the tool's name. */
const input = 'Hi'
const agent = (fields: JsonObject): JsonObject => ({ type: 'openrouter:subagent', ...fields })
const advisor = (name?: string): JsonObject => ({ type: 'openrouter:advisor', ...(name && { name }) })
const f: JsonObject = { type: 'function', name: 'f', parameters: { type: 'object' } }
const call: JsonObject = { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' }

test.each<[string, Dialect, JsonObject, string]>([
  [
    '[115] two advisors without a name',
    openaiResponsesDialect,
    { input, tools: [advisor(), advisor()] },
    'tools[0]: openrouter:advisor is not supported yet',
  ],
  [
    '[116] two advisors of one name',
    openaiResponsesDialect,
    { input, tools: [f, advisor('a'), advisor('a ')] },
    'tools[1]: openrouter:advisor is not supported yet',
  ],
  [
    '[117] functions that an agent inherits, in chat',
    openaiChatDialect,
    { messages: [{ role: 'user', content: 'Hi' }], tools: [agent({ inherit_functions: ['f'] })] },
    'tools[0]: openrouter:subagent is not supported yet',
  ],
  [
    '[118] a function among the tools of an agent',
    openaiResponsesDialect,
    { input, tools: [agent({ parameters: { tools: [f] } })] },
    'tools[0]: openrouter:subagent is not supported yet',
  ],
  [
    '[120] a call of an agent that nobody knows',
    openaiResponsesDialect,
    {
      input: [
        { role: 'user', content: 'Hi' },
        { ...call, subagent_id: 'agent_1' },
      ],
    },
    'input[1].subagent_id: names no agent that is known here; leave it out',
  ],
  [
    '[121] an inherited function that is not there',
    openaiResponsesDialect,
    { input, tools: [agent({ inherit_functions: ['nobody'] }), f] },
    'tools[0]: openrouter:subagent is not supported yet',
  ],
  [
    '[123] a search for tools where some tool must be called',
    openaiResponsesDialect,
    { input, tools: [{ type: 'tool_search' }, f], tool_choice: 'required' },
    'tool_choice: must be auto, or left out, beside tool_search',
  ],
  [
    '[124] a search for tools that is itself deferred',
    openaiResponsesDialect,
    { input, tools: [f, { type: 'tool_search', defer_loading: true }] },
    'tools[1].defer_loading: the search that finds deferred tools cannot be one of them',
  ],
])('%s: 400', (_, dialect, body, message) => {
  expect(() => dialect.decodeRequest({ model: 'a/b', ...body }, new Headers())).toThrow(
    expect.objectContaining({ type: 'invalid_request', message }),
  )
})

test('[120] [123] a call of no agent, and a search that the model is free to make, are taken', () => {
  const body = {
    model: 'a/b',
    input: [
      { role: 'user', content: 'Hi' },
      { ...call, subagent_id: null },
    ],
    tools: [{ type: 'tool_search' }, { ...f, defer_loading: true }],
    tool_choice: 'auto',
  }
  expect(openaiResponsesDialect.decodeRequest(body, new Headers()).native.body).toBe(body)
})

test.each([
  ['seed', '12345678901234567', 'seed: Too big: expected int to be <=9007199254740991'],
  ['seed', '-12345678901234567', 'seed: Too small: expected int to be >=-9007199254740991'],
  ['user', '12345678901234567', 'user: Invalid input: expected string, received number'],
])('an integer that no number holds is refused as one: %s %s', (field, integer, message) => {
  const messages = [{ role: 'user', content: 'Hi' }]
  const body = { model: 'a/b', messages, [field]: JSON.rawJSON(integer) }
  expect(() => openaiChatDialect.decodeRequest(body, new Headers())).toThrow(
    expect.objectContaining({ type: 'invalid_request', message }),
  )
})
